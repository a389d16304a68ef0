/* SPDX-License-Identifier: Apache-2.0 */
/* The lexical half of reading JSON: strings, numbers, depth (RFC 8259). */
#include "core/base/json_scan.h"

#include "core/base/ascii.h"
#include "core/base/text.h"

struct scan {
	struct str text;
	size_t at;
	const char *bad;	/* what is wrong at `at` */
};

static int peek(const struct scan *s)
{
	return s->at < s->text.len ? (unsigned char)s->text.p[s->at] : -1;
}

static bool json_scan_is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct scan *s)
{
	while (json_scan_is_space(peek(s)))
		s->at++;
}

/* At the `u` of \uXXXX: its value, or -1. */
static int unicode_escape(const struct scan *s)
{
	int value = 0;

	if (s->text.len - s->at < 5)
		return -1;
	for (size_t i = 1; i <= 4; i++) {
		int digit = ascii_hex_value((unsigned char)
					    s->text.p[s->at + i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* At a backslash.  Pairs of surrogates are left to cJSON. */
static void scan_escape(struct scan *s)
{
	size_t start = s->at++;
	int c = peek(s);

	if (c == 'u') {
		int value = unicode_escape(s);

		if (value > 0) {
			s->at += 5;
			return;
		}
		/* A NUL would end the string early where it is read as C's. */
		s->bad = value ? "invalid \\u escape" : "NUL in a string";
	} else if (c > 0 && strchr("\"\\/bfnrt", c)) {
		s->at++;
		return;
	} else {
		s->bad = "invalid escape";
	}
	s->at = start;
}

/* Over ASCII that stands for itself: most of most strings. */
static void skip_plain(struct scan *s)
{
	const unsigned char *p = (const unsigned char *)s->text.p;
	size_t at = s->at;

	while (at < s->text.len && p[at] >= 0x20 && p[at] < 0x80 &&
	       p[at] != '"' && p[at] != '\\')
		at++;
	s->at = at;
}

/* At the opening quote. */
static void scan_string(struct scan *s)
{
	size_t start = s->at++;
	uint32_t cp;

	for (skip_plain(s); !s->bad && peek(s) != '"'; skip_plain(s)) {
		int c = peek(s);

		if (c < 0) {
			s->bad = "unterminated string";
			s->at = start;
		} else if (c < 0x20) {
			s->bad = "control character in a string";
		} else if (c == '\\') {
			scan_escape(s);
		} else {
			size_t len = text_utf8(str_sub(s->text, s->at), &cp);

			s->at += len;
			if (!len)
				s->bad = "invalid UTF-8";
		}
	}
	if (!s->bad)
		s->at++;
}

/* One digit or more. */
static bool scan_digits(struct scan *s)
{
	size_t start = s->at;

	while (ascii_is_digit(peek(s)))
		s->at++;
	return s->at > start;
}

static bool number_is_valid(struct scan *s)
{
	if (peek(s) == '-')
		s->at++;
	if (peek(s) == '0')
		s->at++;
	else if (!scan_digits(s))
		return false;
	if (peek(s) == '.') {
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		if (!scan_digits(s))
			return false;
	}
	return !ascii_is_digit(peek(s));	/* a leading zero: 01 */
}

/* cJSON copies a number into 64 bytes and would cut a longer one. */
#define NUMBER_MAX 63

static void scan_number(struct scan *s)
{
	size_t start = s->at;

	if (number_is_valid(s) && s->at - start <= NUMBER_MAX)
		return;
	s->at = start;
	s->bad = "invalid number";
}

const char *json_scan(struct str text, size_t *at)
{
	struct scan s = { .text = text };
	size_t depth = 0;

	while (!s.bad && s.at < text.len) {
		int c = peek(&s);

		if (c == '"') {
			scan_string(&s);
		} else if (c == '-' || ascii_is_digit(c)) {
			scan_number(&s);
		} else if ((c == '{' || c == '[') &&
			   ++depth > JSON_MAX_DEPTH) {
			s.bad = "nested too deeply";
		} else if (c < 0x20 && !json_scan_is_space(c)) {
			s.bad = "control character";
		} else {
			if ((c == '}' || c == ']') && depth)
				depth--;
			s.at++;
		}
	}
	*at = s.at;
	return s.bad;
}

size_t json_scan_key(struct str text, size_t nth)
{
	struct scan s = { .text = text };

	while (s.at < text.len) {
		size_t start = s.at;

		if (peek(&s) != '"') {
			s.at++;
			continue;
		}
		scan_string(&s);
		skip_space(&s);
		if (peek(&s) == ':' && nth-- == 0)
			return start;
	}
	return text.len;
}

/* Over a string, a bracket or any other character; depth counts brackets. */
static void skip_token(struct scan *s, size_t *depth)
{
	int c = peek(s);

	if (c == '"') {
		scan_string(s);
		return;
	}
	*depth += c == '{' || c == '[';
	*depth -= (c == '}' || c == ']') && *depth;
	s->at++;
}

/* At a string: is it this key, with an array behind it? Then at its bracket. */
static bool at_array(struct scan *s, const char *key)
{
	size_t start = s->at + 1;

	scan_string(s);

	struct str name = { s->text.p + start, s->at - start - 1 };

	skip_space(s);
	if (peek(s) != ':' || !str_eq(name, str_c(key)))
		return false;
	s->at++;
	skip_space(s);
	return peek(s) == '[';
}

bool json_scan_array(struct str text, const char *key, size_t *open,
		     size_t *close)
{
	struct scan s = { .text = text };
	size_t depth = 0;

	while (s.at < text.len) {
		if (depth != 1 || peek(&s) != '"')
			skip_token(&s, &depth);
		else if (at_array(&s, key))
			break;
	}
	*open = s.at;
	while (s.at < text.len) {
		skip_token(&s, &depth);
		if (depth == 1)
			break;
	}
	*close = s.at - 1;
	return s.at > *open + 1 && depth == 1 && text.p[*close] == ']';
}

size_t json_scan_element(struct str text)
{
	struct scan s = { .text = text };
	size_t depth = 0;

	while (s.at < text.len && (depth || peek(&s) != ','))
		skip_token(&s, &depth);
	return s.at;
}
