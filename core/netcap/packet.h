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

#include "core/netcap/payload.h"

#define DNS_PORT 53

struct endpoint {
	struct in6_addr addr;	/* of IPv4 mapped (RFC 4291, 2.5.5.2) */
	uint16_t port;
};

struct segment {
	bool udp;
	struct endpoint from, to;
	uint32_t seq;		/* of the payload's first byte */
	struct str payload;	/* as much of it as was captured */
	bool cut;		/* there was more */
};

/*
 * Take an IPv4 or IPv6 packet apart.  packet: what was captured; whole: the
 * packet's length on the wire.  False for anything but TCP and UDP.
 */
bool packet_parse(struct segment *out, struct str packet, size_t whole);

/* An IPv4 address as an IPv6 one. */
void packet_map_ipv4(struct in6_addr *out, const void *v4);

/* "127.0.0.1:8080", "[::1]:8080" */
void packet_endpoint_text(struct buf *out, const struct endpoint *end);

/*
 * TCP reassembly: messages that began in one segment and end in a later one.
 * At most REASSEMBLY_MAX are followed at a time; the oldest gives way, and is
 * `missed` when its name was not seen yet.
 */
#define REASSEMBLY_MAX 1024

struct reassembly;

struct reassembly_sink {
	/* `segment`: the one in which the message began; its payload is gone */
	void (*take)(void *ctx, const struct segment *segment, uint64_t at,
		     enum event_kind kind, struct str words);
	/* A message that may have held a name could not be followed. */
	void (*missed)(void *ctx);
	void *ctx;
};

struct reassembly *reassembly_new(const struct reassembly_sink *sink);
void reassembly_free(struct reassembly *f);

/*
 * The next segment in time (at: any clock).  begins: by its first bytes it may
 * be the beginning of a message; otherwise it only continues one.
 */
void reassembly_take(struct reassembly *f, const struct segment *s, uint64_t at,
		     bool begins);
/*
 * Segments that continue were dropped before `until`: what began before it and
 * is never whole was missed.
 */
void reassembly_dropped(struct reassembly *f, uint64_t until);
/* Nothing more will come: make do with what is there. */
void reassembly_end(struct reassembly *f);

#endif
