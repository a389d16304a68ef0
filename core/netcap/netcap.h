/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes over the sandbox's loopback, whichever call sent it.
 *
 * Two packet sockets (packet(7)), each with a filter and a ring in memory that
 * the kernel fills: one takes segments by whose first bytes a message that
 * payload.h knows may begin, and those that open and end connections; the other
 * all other payload.  So a flood of the one kind pushes nothing
 * of the other out of its ring, and a drop of the first kind is a loss.
 */
#ifndef NETCAP_NETCAP_H
#define NETCAP_NETCAP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/event/event.h"
#include "core/netcap/packet.h"

enum { NETCAP_BEGINS, NETCAP_CONTINUES, NETCAP_SOCKETS };

/* Instructions of a filter at most; `out` is the caller's. */
#define NETCAP_FILTER_MAX 160

/* The filter of one of the two sockets: its length.  Never fails. */
size_t netcap_filter(struct sock_filter out[NETCAP_FILTER_MAX], int which);

struct netcap;

/* The receiver of what is found; `at` is in the time of netcap_clock(). */
struct netcap_sink {
	void (*take)(void *ctx, const struct segment *segment, uint64_t at,
		     enum event_kind kind, struct str words);
	void *ctx;
};

/*
 * Begin to listen on interface `lo` through two fresh packet sockets
 * (AF_PACKET, SOCK_DGRAM, protocol 0), borrowed until netcap_close().
 */
void netcap_open(struct netcap **out, const int sockets[NETCAP_SOCKETS],
		 const struct netcap_sink *sink);
/* Wait until that is done: before anything is sent.  Costs nothing later. */
int netcap_ready(struct netcap *w, struct err *err);
void netcap_close(struct netcap *w);

/* Nanoseconds of the clock by which the kernel dates packets. */
uint64_t netcap_clock(void);

/* Read what was sent before `until`. */
void netcap_read(struct netcap *w, uint64_t until);
/* Is it time to read, before the ring is full?  Costs nothing. */
bool netcap_is_filling(const struct netcap *w);
/* Everything that was sent; nothing more will come. */
void netcap_end(struct netcap *w);
/* Messages that may have held a name and were not seen. */
uint64_t netcap_lost(const struct netcap *w);

#endif
