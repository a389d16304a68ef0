/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP reassembly: messages that began in one segment and end in a later one,
 * and peers that are spoken to in no protocol of payload.h.  Pure; the bytes
 * are the program's.
 */
#ifndef NETCAP_REASSEMBLY_H
#define NETCAP_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event/event.h"
#include "core/netcap/packet.h"

/*
 * At most so many connections are followed at a time; the oldest gives way, and
 * is `missed` when its name was not seen yet.
 */
#define REASSEMBLY_MAX 16384

struct reassembly;

struct reassembly_sink {
	/*
	 * As payload_sink, or EV_NET_SPOKEN "unknown" and "quic", or
	 * EV_NET_SEND "" of what a resolver is sent and is no question.
	 * `segment`: the one in which the message began; its payload is gone
	 */
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
