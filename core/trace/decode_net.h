/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of the traced processes. */
#ifndef TRACE_DECODE_NET_H
#define TRACE_DECODE_NET_H

#include <sys/socket.h>

#include "core/base/strmap.h"
#include "core/event/event.h"

struct task;
struct tracer;

struct net {
	struct strmap bound; /* a socket's inode -> the path it is bound to */
};

void net_free(struct net *n);

/*
 * The task's own socket as a descriptor of ours, which the caller closes; -1
 * with errno.
 */
int net_borrow_socket(const struct task *k, int fd);
/* "tcp 127.0.0.1:8765", "unix PATH": this deed of this socket. */
void net_address_event(struct tracer *t, struct task *k, enum event_kind kind,
		       int fd, const struct sockaddr_storage *sa,
		       socklen_t len, int err);
/* The family that the kernel takes such an address for. */
void net_settle_family(struct sockaddr_storage *sa, socklen_t len);

#endif
