/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of HTTP/2 and their compressed fields; all hostile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/vec.h"
#include "core/netcap/hpack.h"
#include "core/netcap/http2.h"

/* --- fields --- */

static void put_field(void *ctx, struct str name, struct str value)
{
	struct buf *out = ctx;

	buf_str(out, name);
	buf_c(out, ": ");
	buf_str(out, value);
	buf_ch(out, '\n');
}

static void decodes(struct hpack *h, struct str block, const char *wanted)
{
	autobuf struct buf out = BUF_INIT;

	assert_true(hpack_decode(h, block, put_field, &out));
	assert_string_equal(out.len ? out.p : "", wanted);
}

#define BYTES(text) ((struct str){ text, sizeof(text) - 1 })

/* RFC 7541, appendix C.4: three requests of one connection, with Huffman. */
static void the_examples_of_the_rfc_are_decoded(void **state)
{
	struct hpack h = HPACK_INIT;

	(void)state;
	decodes(&h, BYTES("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b"
			  "\xa0\xab\x90\xf4\xff"),
		":method: GET\n:scheme: http\n:path: /\n"
		":authority: www.example.com\n");
	assert_int_equal(h.size, 57);
	decodes(&h, BYTES("\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf"),
		":method: GET\n:scheme: http\n:path: /\n"
		":authority: www.example.com\ncache-control: no-cache\n");
	assert_int_equal(h.size, 110);
	decodes(&h, BYTES("\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9"
			  "\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf"),
		":method: GET\n:scheme: https\n:path: /index.html\n"
		":authority: www.example.com\ncustom-key: custom-value\n");
	assert_int_equal(h.size, 164);
	hpack_free(&h);
}

/* The 256 bytes in their order. */
#define ALL_SYMBOLS \
	"\xff\xc7\xff\xfd\x8f\xff\xff\xe2\xff\xff\xfe\x3f\xff\xff\xe4\xff\xff" \
	"\xfe\x5f\xff\xff\xe6\xff\xff\xfe\x7f\xff\xff\xe8\xff\xff\xea\xff\xff" \
	"\xff\xf3\xff\xff\xfa\x7f\xff\xff\xab\xff\xff\xff\xdf\xff\xff\xeb\xff" \
	"\xff\xfe\xcf\xff\xff\xed\xff\xff\xfe\xef\xff\xff\xef\xff\xff\xff\x0f" \
	"\xff\xff\xf1\xff\xff\xff\x2f\xff\xff\xff\xbf\xff\xff\xcf\xff\xff\xfd" \
	"\x3f\xff\xff\xd7\xff\xff\xfd\xbf\xff\xff\xdf\xff\xff\xfe\x3f\xff\xff" \
	"\xe7\xff\xff\xfe\xbf\xff\xff\xed\x4f\xe3\xf9\xff\xaf\xfc\xab\xf1\xfe" \
	"\xbf\xaf\xef\xe7\xfd\xfd\x2c\xbb\x00\x08\x99\x69\xb7\x1d\x79\xfb\x9f" \
	"\x7f\xff\x20\xff\xbf\xf3\xff\x50\xdd\xbd\x7f\x06\x1c\x58\xf2\x65\xcd" \
	"\x9f\x46\x9d\x5a\xf6\x6d\xdd\xbf\x87\x1e\x5f\x9c\xff\x7f\xf7\xff\xfc" \
	"\x3f\xf9\xff\xe4\x5f\xff\x47\x19\x24\x2c\xb3\x4e\x6e\x9d\x68\xa6\xa3" \
	"\xd7\xda\xc4\x26\xde\xfe\x3c\xfa\xf7\xff\xfb\xfe\x7f\xfb\xff\xdf\xff" \
	"\xff\xfc\xff\xfe\x6f\xff\xf4\xbf\xff\x9f\xff\xfa\x3f\xff\xd3\xff\xff" \
	"\x53\xff\xfd\x5f\xff\xfb\x3f\xff\xeb\x7f\xff\xda\xff\xff\xb7\xff\xff" \
	"\x73\xff\xfe\xef\xff\xfd\xef\xff\xfe\xbf\xff\xfb\xff\xff\xfd\x9f\xff" \
	"\xfd\xbf\xff\xeb\xff\xff\xe0\xff\xff\xee\xff\xff\xc3\xff\xff\x8b\xff" \
	"\xff\x1f\xff\xfe\x4f\xff\xee\x7f\xff\xb1\xff\xff\x97\xff\xfd\x9f\xff" \
	"\xfc\xdf\xff\xf9\xff\xff\xfb\xff\xff\xda\xff\xfe\xef\xff\xf4\xff\xff" \
	"\xb7\xff\xfe\xe7\xff\xfe\x8f\xff\xfd\x3f\xff\xde\xff\xff\xd5\xff\xfe" \
	"\xef\xff\xfb\xdf\xff\xfe\x1f\xff\xdf\xff\xff\x7f\xff\xff\x5f\xff\xfe" \
	"\xcf\xff\xf0\x7f\xff\x87\xff\xfe\x0f\xff\xf1\x7f\xff\xed\xff\xff\x87" \
	"\xff\xff\x77\xff\xfe\xff\xff\xea\xff\xff\x8b\xff\xfe\x3f\xff\xf9\x3f" \
	"\xff\xf8\x7f\xff\xcb\xff\xff\x37\xff\xff\x1f\xff\xff\x83\xff\xff\xe1" \
	"\xff\xfe\xbf\xff\xe3\xff\xff\x3f\xff\xff\x2f\xff\xfa\x3f\xff\xfd\x9f" \
	"\xff\xff\x17\xff\xff\xc7\xff\xff\xf2\x7f\xff\xfd\xef\xff\xff\xbf\xff" \
	"\xff\xf2\xff\xff\xf8\xff\xff\xfb\x7f\xff\x97\xff\xf8\xff\xff\xfe\x6f" \
	"\xff\xff\xc1\xff\xff\xf8\x7f\xff\xfe\x7f\xff\xff\xc5\xff\xff\xe5\xff" \
	"\xfe\x4f\xff\xf2\xff\xff\xfd\x1f\xff\xff\x4f\xff\xff\xfe\xff\xff\xfe" \
	"\x3f\xff\xff\xc9\xff\xff\xf9\x7f\xff\xb3\xff\xff\xcf\xff\xfb\x7f\xff" \
	"\xcd\xff\xff\x4f\xff\xf9\xff\xff\xd1\xff\xff\xcf\xff\xfe\xaf\xff\xfa" \
	"\xff\xff\xfd\xdf\xff\xfe\xff\xff\xff\x4f\xff\xff\x5f\xff\xff\xab\xff" \
	"\xff\xa7\xff\xff\xd7\xff\xff\xf9\xbf\xff\xfe\xcf\xff\xff\xb7\xff\xff" \
	"\xf3\xff\xff\xfe\x8f\xff\xff\xd3\xff\xff\xfa\xbf\xff\xff\x5f\xff\xff" \
	"\xff\x7f\xff\xfe\xcf\xff\xff\xdb\xff\xff\xfb\xbf\xff\xff\x7f\xff\xff" \
	"\xf0\xff\xff\xfb\xbf"

/* As another encoder writes them (Python's hpack). */
static void every_symbol_is_known(void **state)
{
	struct hpack h = HPACK_INIT;
	autobuf struct buf block = BUF_INIT, out = BUF_INIT;
	static const char all[] = ALL_SYMBOLS;

	(void)state;
	buf_add(&block, "\0\1x\xff", 4);
	buf_ch(&block, (char)((sizeof(all) - 1 - 127) % 128 | 0x80));
	buf_ch(&block, (char)((sizeof(all) - 1 - 127) / 128));
	buf_add(&block, all, sizeof(all) - 1);
	assert_true(hpack_decode(&h, buf_view(&block), put_field, &out));
	assert_int_equal(out.len, 3 + 256 + 1);
	for (int i = 0; i < 256; i++)
		assert_int_equal((unsigned char)out.p[3 + i], i);
	hpack_free(&h);
}

static void entries_give_way(void **state)
{
	struct hpack h = HPACK_INIT;

	(void)state;
	/* A table of 70 bytes holds two entries of 35 or one of 36. */
	decodes(&h, BYTES("\x3f\x27\x40\1a\2bc\x40\1d\2ef"),
		"a: bc\nd: ef\n");
	assert_int_equal(h.size, 70);
	decodes(&h, BYTES("\xbe\xbf"), "d: ef\na: bc\n");
	decodes(&h, BYTES("\x7e\3ghi\xbe"), "d: ghi\nd: ghi\n");
	assert_int_equal(h.size, 36);
	/* One that is too long empties it. */
	decodes(&h, BYTES("\x3f\1\x40\1a\0"), "a: \n");
	assert_int_equal(h.size, 0);
	decodes(&h, BYTES("\x20"), "");
	hpack_free(&h);
}

static void a_broken_block_is_refused(void **state)
{
	static const struct str cases[] = {
		BYTES("\x80"),			/* index 0 */
		BYTES("\xbe"),			/* of an empty table */
		BYTES("\x41"), BYTES("\x41\3ab"), BYTES("\x40\1a"),
		BYTES("\x7f"), BYTES("\x7f\xff\xff\xff\xff\xff\xff\1"),
		BYTES("\x3f\xe2\x7f"),		/* a table beyond the bound */
		BYTES("\x41\x81\xff"),		/* padding of eight bits */
		BYTES("\x41\x82\x07\xff"),	/* of more than seven bits */
		BYTES("\x41\x84\xff\xff\xff\xff"), /* the end of the string */
		BYTES("\x41\x81\x1e"),		/* padding with a zero */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct hpack h = HPACK_INIT;
		autobuf struct buf out = BUF_INIT;

		assert_false(hpack_decode(&h, cases[i], put_field, &out));
		hpack_free(&h);
	}
}

/* --- frames --- */

static void collect(void *ctx, enum event_kind kind, struct str words)
{
	struct buf *out = ctx;

	assert_int_equal(kind, EV_NET_HTTP);
	if (out->len)
		buf_c(out, " | ");
	buf_str(out, words);
}

#define SETTINGS "\0\0\0\4\0\0\0\0\0"
#define GET_A "\0\0\5\1\4\0\0\0\1\x82\x41\2a:"	/* authority "a:" */
#define AGAIN "\0\0\2\1\5\0\0\0\3\x82\xbe"
#define DATA "\0\0\4\0\1\0\0\0\1body"

static void requests_are_reported(void **state)
{
	static const struct { struct str said; const char *wanted; } cases[] = {
		{ BYTES(SETTINGS), "" },
		{ BYTES(SETTINGS GET_A DATA AGAIN), "host a | host a" },
		/* No name; a body's last fields are no request. */
		{ BYTES("\0\0\1\1\5\0\0\0\1\x82"), "no-host" },
		{ BYTES("\0\0\5\1\5\0\0\0\1\0\1x\1y"), "" },
		/* A tunnel, and another protocol in a stream (RFC 8441). */
		{ BYTES("\0\0\x16\1\5\0\0\0\1\2\7CONNECT\1\x0b"
			"Far.test:22"), "connect far.test:22" },
		{ BYTES("\0\0\x19\1\5\0\0\0\1\2\7CONNECT\1\1a"
			"\0\x09:protocol\1w"), "host a" },
		/* Padding and priority; a block in two frames. */
		{ BYTES("\0\0\x0d\1\x2d\0\0\0\1\2\0\0\0\0\0"
			"\x82\1\2b1\0\0"), "host b1" },
		{ BYTES("\0\0\3\1\1\0\0\0\1\x82\1\2"
			"\0\0\2\x09\4\0\0\0\1b2"), "host b2" },
		/* Two names. */
		{ BYTES("\0\0\x0b\1\5\0\0\0\1\x82\1\1a\x0f\x17\1b\1\1a"),
		  "host a | host b" },
		/* What cannot be understood, once. */
		{ BYTES("\0\0\1\1\4\0\0\0\1\xff" GET_A), "cut-short" },
		{ BYTES("\0\0\1\1\x0c\0\0\0\1\1"), "cut-short" },
		{ BYTES("\xff\xff\xff\1\4\0\0\0\1"), "cut-short" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t piece = cases[i].said.len; piece; piece--) {
			autobuf struct buf out = BUF_INIT;
			const struct payload_sink sink = { collect, &out };
			struct http2 *h = http2_new();
			struct str rest = cases[i].said;
			bool fine = true;

			while (fine && rest.len) {
				struct str part = rest;

				if (part.len > piece)
					part.len = piece;
				fine = http2_read(h, part, &sink);
				rest = str_sub(rest, part.len);
			}
			assert_string_equal(out.len ? out.p : "",
					    cases[i].wanted);
			http2_free(h);
		}
	}
}

static void unseen_bytes_may_be_of_a_body(void **state)
{
	autobuf struct buf out = BUF_INIT;
	const struct payload_sink sink = { collect, &out };
	struct http2 *h = http2_new();

	(void)state;
	assert_true(http2_skip(h, 0, &sink));
	assert_true(http2_read(h, BYTES(GET_A "\1\0\0\0\0\0\0\0\1"), &sink));
	assert_true(http2_skip(h, 0xfffe, &sink));
	assert_true(http2_read(h, BYTES("xy" AGAIN), &sink));
	assert_string_equal(out.p, "host a | host a");
	assert_false(http2_skip(h, 1, &sink));
	assert_string_equal(out.p, "host a | host a | cut-short");
	http2_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_rfc_are_decoded),
		cmocka_unit_test(every_symbol_is_known),
		cmocka_unit_test(entries_give_way),
		cmocka_unit_test(a_broken_block_is_refused),
		cmocka_unit_test(requests_are_reported),
		cmocka_unit_test(unseen_bytes_may_be_of_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
