/* SPDX-License-Identifier: Apache-2.0 */
/* What datagrams carry: questions, or something else; hostile bytes. */
#ifndef NETCAP_DATAGRAM_H
#define NETCAP_DATAGRAM_H

#include "core/netcap/packet.h"
#include "core/netcap/payload.h"

/* Which pairs of endpoints were reported; free() after. */
struct datagrams;

struct datagrams *datagrams_new(void);

/*
 * Report its questions as payload_sink says; of something else EV_NET_SEND ""
 * when it goes to a resolver, or EV_NET_SPOKEN "unknown" or "quic", once of
 * a pair of endpoints.
 */
void datagram_take(struct datagrams *d, const struct segment *s,
		   const struct payload_sink *sink);

#endif
