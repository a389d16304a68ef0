/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of a DNS message. */
#include "core/netcap/dns.h"
#include "tests/fuzz/fuzz.h"

#define HEADER 12
#define NAME_MAX_BYTES 255

struct told {
	size_t n;		/* names */
	struct buf last;
};

static void take(void *ctx, enum event_kind kind, struct str words)
{
	struct told *told = ctx;

	must(kind == EV_NET_DNS);
	/* One blank in front of the type; a dot may be escaped. */
	must(words.len > 2 && words.len <= 2 * NAME_MAX_BYTES + 32);
	must(memrchr(words.p, ' ', words.len));
	for (size_t i = 0; i < words.len; i++)
		must(words.p[i] < 'A' || words.p[i] > 'Z' ||
		     memrchr(words.p, ' ', i));
	/* A name in capitals comes twice. */
	if (told->n && str_starts(words, buf_view(&told->last)) &&
	    str_eq(str_sub(words, told->last.len), STR(" capitals")))
		return;
	told->n++;
	buf_clear(&told->last);
	buf_str(&told->last, words);
}

static size_t questions(struct str packet)
{
	struct told told = { 0, BUF_INIT };
	const struct payload_sink sink = { take, &told };
	size_t n = dns_questions(packet, &sink);

	must(told.n == n);
	buf_free(&told.last);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str packet = bytes(data, size);

	if (!questions(packet))
		return 0;
	must(size >= HEADER + 5);
	/* A query, and what stands behind the question is not looked at. */
	must(!(data[2] & 0x80));
	for (size_t n = 0; n < HEADER + 5; n++)
		must(!questions((struct str){ packet.p, n }));
	return 0;
}
