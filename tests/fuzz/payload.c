/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of a connection: TLS, HTTP, DNS over TCP. */
#include "core/netcap/payload.h"
#include "tests/fuzz/fuzz.h"

#define TOLD_MAX 64

struct told {
	unsigned n;
	enum event_kind kind;
};

static void take(void *ctx, enum event_kind kind, struct str words)
{
	struct told *told = ctx;

	must(kind == EV_NET_TLS || kind == EV_NET_HTTP || kind == EV_NET_DNS);
	must(words.len && words.len <= 2 * PAYLOAD_MAX);
	must(++told->n <= TOLD_MAX);
	told->kind = kind;
}

static enum payload_state read_it(struct str s, bool dns, bool last,
				  struct told *told)
{
	const struct payload_sink sink = { take, told };
	const struct payload p = { .bytes = s, .dns = dns, .last = last };
	enum payload_state state;
	struct payload_end end = { 0 };

	told->n = 0;
	state = payload_read(&p, &sink, &end);
	/* Told when it is whole, and only then; something is done with. */
	must((state == PAYLOAD_WHOLE) == (told->n > 0));
	must(end.used <= s.len && (end.used || state != PAYLOAD_WHOLE));
	must(!last || state != PAYLOAD_MORE);
	return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = bytes(data, size);
	bool dns = take_byte(&rest) & 1;
	struct told told;

	read_it(rest, dns, true, &told);
	if (read_it(rest, dns, false, &told) != PAYLOAD_WHOLE ||
	    (told.kind == EV_NET_DNS && !dns))
		return 0;
	/* Nobody hides by sending it in pieces. */
	for (size_t n = 1; n < rest.len; n++)
		must(read_it((struct str){ rest.p, n }, dns, false, &told) !=
		     PAYLOAD_OTHER);
	return 0;
}
