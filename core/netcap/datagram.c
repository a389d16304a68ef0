/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams: each is a message, or one call's several messages. */
#include "core/netcap/datagram.h"

#include "core/base/mem.h"
#include "core/netcap/dns.h"
#include "core/netcap/quic.h"

#define PAIRS 16384

struct pair {
	struct endpoint from, to;
};

struct datagrams {
	struct pair pairs[PAIRS];	/* of two in one place the later one */
};

struct datagrams *datagrams_new(void)
{
	return mem_alloc(sizeof(struct datagrams));
}

/* Reported of this pair before; if not, it is now. */
static bool datagram_was_reported(struct datagrams *d, const struct segment *s)
{
	struct pair *p = &d->pairs[packet_hash_ports(s) % PAIRS];

	if (packet_same_endpoint(&p->from, &s->from) &&
	    packet_same_endpoint(&p->to, &s->to))
		return true;
	*p = (struct pair){ s->from, s->to };
	return false;
}

/* Is there anything in it that is no question? */
static bool datagram_read(const struct segment *s,
			  const struct payload_sink *sink)
{
	bool resolver = s->to.port == DNS_PORT;

	if (!resolver && !dns_message_end(s->payload))
		return s->from.port != DNS_PORT || !dns_is_answer(s->payload);
	if (!dns_questions(s->payload, sink))
		return true;
	return dns_segments(s->payload, sink) || s->cut;
}

void datagram_take(struct datagrams *d, const struct segment *s,
		   const struct payload_sink *sink)
{
	if (!datagram_read(s, sink))
		return;
	if (s->to.port == DNS_PORT)
		sink->take(sink->ctx, EV_NET_SEND, STR(""));
	else if (!datagram_was_reported(d, s))
		sink->take(sink->ctx, EV_NET_SPOKEN,
			   quic_is_initial(s->payload) ? STR("quic") :
							 STR("unknown"));
}
