/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping: injective, reversible, and never a byte that acts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/base/text.h"
#include "core/base/vec.h"

static void assert_escapes(struct str in, const char *want)
{
	autobuf struct buf out = BUF_INIT;

	text_escape(&out, in);
	buf_add(&out, NULL, 0);
	assert_string_equal(out.p, want);
}

static void assert_sanitises(struct str in, const char *want)
{
	autobuf struct buf out = BUF_INIT;

	text_sanitise(&out, in);
	buf_add(&out, NULL, 0);
	assert_string_equal(out.p, want);
	assert_int_equal(text_is_safe(in), str_eq(in, buf_view(&out)));
}

static void ordinary_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_escapes(STR(""), "");
	assert_escapes(STR_NULL, "");
	assert_escapes(STR("net.bind tcp 127.0.0.1:1"),
		       "net.bind tcp 127.0.0.1:1");
	assert_escapes(STR("na\u00efve \u65e5\u672c \U0001f600"),
		       "na\u00efve \u65e5\u672c \U0001f600");
}

static void controls_and_backslashes_are_escaped(void **state)
{
	(void)state;
	assert_escapes(STR("a\\n\n\t\r\0b\x1b[2J\x7f"),
		       "a\\\\n\\n\\t\\r\\x00b\\x1b[2J\\x7f");
	assert_sanitises(STR("a\\n\n\0b"), "a\\n\\n\\x00b");
}

/* Characters that reorder, hide or imitate others, byte by byte. */
static void deceptive_characters_are_escaped(void **state)
{
	(void)state;
	static const uint32_t deceptive[] = {
		0x80, 0x85, 0x9b, 0xa0, 0xad, 0x061c, 0x115f, 0x180e, 0x200b,
		0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060,
		0x2066, 0x2069, 0x3000, 0x3164, 0xe000, 0xfdd0, 0xfe0f, 0xfeff,
		0xfffe, 0xffff, 0x1fffe, 0xe0001, 0xe0041, 0xe01ef, 0x10ffff,
	};

	for (size_t i = 0; i < ARRAY_LEN(deceptive); i++)
		assert_false(text_printable(deceptive[i]));
	assert_escapes(STR("a\u202eb"), "a\\xe2\\x80\\xaeb");
	assert_sanitises(STR("\u200b\u2028"),
			 "\\xe2\\x80\\x8b\\xe2\\x80\\xa8");
	assert_sanitises(STR("\xc2\x85"), "\\xc2\\x85");
}

static void shown_characters_are_printable(void **state)
{
	(void)state;
	static const uint32_t shown[] = {
		' ', '~', 0xa1, 0xe9, 0x3b1, 0x416, 0x5d0, 0x627, 0x2027,
		0x2030, 0x20ac, 0x27ff, 0x2801, 0x4e2d, 0xd7a3, 0xf900, 0xfffd,
		0x1f600, 0xdfffd,
	};

	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		assert_true(text_printable(shown[i]));
}

struct sequence {
	const char *bytes;
	size_t len;
	uint32_t cp;
};

static void every_length_of_utf8_is_decoded(void **state)
{
	(void)state;
	static const struct sequence good[] = {
		{ "\0", 1, 0 }, { "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 }, { "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 }, { "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 }, { "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct str s = { good[i].bytes, good[i].len };
		uint32_t cp = 0xdead;

		assert_int_equal(text_utf8(s, &cp), good[i].len);
		assert_int_equal(cp, good[i].cp);
		s.len--;	/* and cut short it is malformed */
		assert_int_equal(text_utf8(s, &cp), 0);
	}
}

static void malformed_utf8_is_refused(void **state)
{
	(void)state;
	static const struct str bad[] = {
		{ "\x80", 1 }, { "\xbf", 1 }, { "\xff", 1 }, { "\xfe", 1 },
		{ "\xc0\x80", 2 }, { "\xc1\xbf", 2 },		/* overlong */
		{ "\xe0\x9f\xbf", 3 }, { "\xf0\x8f\xbf\xbf", 4 },
		{ "\xed\xa0\x80", 3 }, { "\xed\xbf\xbf", 3 },	/* surrogate */
		{ "\xf4\x90\x80\x80", 4 },			/* too large */
		{ "\xf8\x88\x80\x80\x80", 5 }, { "\xc2" "a", 2 },
		{ "\xe2\x80" "a", 3 }, { "\xe2\xe2\x80\x80", 4 },
	};
	uint32_t cp;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(text_utf8(bad[i], &cp), 0);
	assert_escapes(STR("\xc0\x8a" "x\xed\xa0\x80"),
		       "\\xc0\\x8ax\\xed\\xa0\\x80");
	assert_escapes(STR("cut\xe2\x82"), "cut\\xe2\\x82");
	assert_escapes(STR("\xe2" "\u20ac"), "\\xe2\u20ac");
}

static size_t unescape_one(const char *p, char *byte)
{
	unsigned value;

	if (*p != '\\') {
		*byte = *p;
		return 1;
	}
	switch (p[1]) {
	case 'n':
		*byte = '\n';
		return 2;
	case 't':
		*byte = '\t';
		return 2;
	case 'r':
		*byte = '\r';
		return 2;
	case '\\':
		*byte = '\\';
		return 2;
	}
	assert_int_equal(sscanf(p, "\\x%2x", &value), 1);
	*byte = (char)value;
	return 4;
}

/* Whatever can be reversed is injective. */
static void assert_reversible(struct str in)
{
	autobuf struct buf out = BUF_INIT, back = BUF_INIT;
	char byte;

	text_escape(&out, in);
	buf_add(&out, NULL, 0);
	assert_true(text_is_safe(buf_view(&out)));
	for (const char *p = out.p; *p;) {
		p += unescape_one(p, &byte);
		buf_ch(&back, byte);
	}
	assert_true(str_eq(buf_view(&back), in));
}

/* All pairs of bytes, and many longer strings of bytes that meet in UTF-8. */
static void escaping_is_reversible(void **state)
{
	(void)state;
	static const char alphabet[] = "\xe2\x80\xae\xf0\x9f\x98\x80\\nx0\n";
	unsigned seed = 1;
	char text[12];

	for (unsigned i = 0; i < 0x10000; i++) {
		text[0] = (char)(i >> 8);
		text[1] = (char)i;
		assert_reversible((struct str){ text, 2 });
	}
	for (unsigned i = 0; i < 50000; i++) {
		for (size_t k = 0; k < sizeof(text); k++) {
			seed = seed * 1103515245 + 12345;
			text[k] = alphabet[(seed >> 16) % sizeof(alphabet)];
		}
		assert_reversible((struct str){ text, sizeof(text) });
	}
}

static void sanitising_twice_changes_nothing_more(void **state)
{
	(void)state;
	autobuf struct buf once = BUF_INIT, twice = BUF_INIT;

	text_sanitise(&once, STR("\\\n\xff\u202e\\x41"));
	text_sanitise(&twice, buf_view(&once));
	assert_true(str_eq(buf_view(&once), buf_view(&twice)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_text_stays_as_it_is),
		cmocka_unit_test(controls_and_backslashes_are_escaped),
		cmocka_unit_test(deceptive_characters_are_escaped),
		cmocka_unit_test(shown_characters_are_printable),
		cmocka_unit_test(every_length_of_utf8_is_decoded),
		cmocka_unit_test(malformed_utf8_is_refused),
		cmocka_unit_test(escaping_is_reversible),
		cmocka_unit_test(sanitising_twice_changes_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
