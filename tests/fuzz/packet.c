/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets one after another: a byte of flags, one with the length, the packet.
 * What is told of their connections and how much is kept stays bounded.
 */
#include "core/netcap/packet.h"
#include "core/netcap/reassembly.h"
#include "tests/fuzz/fuzz.h"

enum { BEGINS = 1, CUT = 2, DROPPED = 4 };

static void take(void *ctx, const struct segment *s, uint64_t at,
		 enum event_kind kind, struct str words)
{
	autobuf struct buf text = BUF_INIT;

	(void)at;
	must(kind == EV_NET_TLS || kind == EV_NET_HTTP ||
	     kind == EV_NET_DNS || kind == EV_NET_SEND ||
	     kind == EV_NET_SPOKEN);
	must(!s->udp || (kind != EV_NET_TLS && kind != EV_NET_HTTP));
	/* What is no question of a name has no name. */
	must(!words.len == (kind == EV_NET_SEND));
	packet_endpoint_text(&text, &s->to);
	must(text.len >= sizeof("[::]:0") - 1);
	++*(size_t *)ctx;
}

static void missed(void *ctx)
{
	++*(size_t *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = bytes(data, size);
	size_t told = 0;
	const struct reassembly_sink sink = { take, missed, &told };
	struct reassembly *f = reassembly_new(&sink);

	for (uint64_t at = 1; rest.len; at++) {
		unsigned flags = take_byte(&rest);
		size_t len = take_byte(&rest);
		struct str packet = { rest.p, len < rest.len ? len : rest.len };
		struct segment s;

		rest = str_sub(rest, packet.len);
		if (packet_parse(&s, packet, packet.len + !!(flags & CUT))) {
			must(s.payload.len <= packet.len);
			must(!(flags & CUT) || s.cut);
			reassembly_take(f, &s, at, flags & BEGINS);
		}
		if (flags & DROPPED)
			reassembly_dropped(f, at);
	}
	reassembly_end(f);
	/* Each byte tells once at most. */
	must(told <= size);
	reassembly_free(f);
	return 0;
}
