/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses as text.  Pure; the bytes are hostile. */
#ifndef NETCAP_SOCKADDR_H
#define NETCAP_SOCKADDR_H

#include <sys/socket.h>

#include <stdbool.h>

#include "core/base/buf.h"

/*
 * Append the address without its protocol: "127.0.0.1:8765", "[::1]:53",
 * "@abstract", "/path/of.sock", "netlink 0", "vsock 2:1024", "family 31".
 * len is what the program passed; what is missing is taken as zero.
 */
void sockaddr_text(struct buf *out, const struct sockaddr_storage *sa,
		   socklen_t len);

/* Append the path of a unix address that has one. */
bool sockaddr_path(const struct sockaddr_storage *sa, socklen_t len,
		   struct buf *path);

/* Port of an inet or inet6 address, else 0. */
unsigned sockaddr_port(const struct sockaddr_storage *sa, socklen_t len);

/* "inet", "unix", ... or NULL for a number without a name. */
const char *sockaddr_family_name(int family);

/* "tcp" "udp" "icmp" "raw" "sctp" ...: what a socket of this kind speaks. */
void sockaddr_protocol_text(struct buf *out, int family, int type,
			    int protocol);

/*
 * "inet stream tcp", "inet raw icmp", "packet raw all": the three arguments of
 * socket(2).
 */
void sockaddr_socket_text(struct buf *out, int family, int type, int protocol);

#endif
