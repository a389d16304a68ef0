/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of the sandbox's loopback, and the connections they belong to, as
 * far as payload.h needs them.  Pure; the bytes are the program's.
 */
#ifndef NETCAP_PACKET_H
#define NETCAP_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/str.h"

struct endpoint {
	struct in6_addr addr;	/* of IPv4 mapped (RFC 4291, 2.5.5.2) */
	uint16_t port;
};

struct segment {
	bool udp;
	struct endpoint from, to;
	bool syn, fin, rst;	/* syn: of the side that connects */
	uint32_t seq;		/* of the payload's first byte */
	struct str payload;	/* as much of it as was captured */
	size_t length;		/* of all of it */
	bool cut;		/* there was more */
};

/*
 * Take an IPv4 or IPv6 packet apart.  packet: the bytes captured; whole: the
 * length of the packet that was sent.  False for anything but TCP and UDP.
 */
bool packet_parse(struct segment *out, struct str packet, size_t whole);

bool packet_same_endpoint(const struct endpoint *a, const struct endpoint *b);
/* For a table of connections. */
uint32_t packet_hash_ports(const struct segment *s);

/* An IPv4 address as an IPv6 one. */
void packet_map_ipv4(struct in6_addr *out, const void *v4);

/* "127.0.0.1:8080", "[::1]:8080" */
void packet_endpoint_text(struct buf *out, const struct endpoint *end);

#endif
