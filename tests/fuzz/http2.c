/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of HTTP/2 and the compressed fields in them. */
#include "core/netcap/http2.h"
#include "tests/fuzz/fuzz.h"

static void take(void *ctx, enum event_kind kind, struct str words)
{
	struct buf *out = ctx;

	must(kind == EV_NET_HTTP && words.len);
	buf_str(out, words);
	buf_ch(out, '\n');
}

static void read_it(struct str s, size_t piece, struct buf *out)
{
	const struct payload_sink sink = { take, out };
	struct http2 *h = http2_new();
	bool fine = true;

	while (fine && s.len) {
		struct str part = { s.p, piece < s.len ? piece : s.len };

		fine = http2_read(h, part, &sink);
		s = str_sub(s, part.len);
	}
	/* What is not understood is said once, at the end. */
	must(fine || str_ends(buf_view(out), STR("cut-short\n")));
	http2_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobuf struct buf whole = BUF_INIT, pieces = BUF_INIT;
	struct str rest = bytes(data, size);
	size_t piece = 1 + take_byte(&rest) % 16;

	read_it(rest, rest.len + 1, &whole);
	read_it(rest, piece, &pieces);
	/* Nobody hides by sending it in pieces. */
	must(str_eq(buf_view(&whole), buf_view(&pieces)));
	return 0;
}
