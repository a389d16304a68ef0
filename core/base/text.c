/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from outside as text that is safe to show. */
#include "core/base/text.h"

#include <stddef.h>

/* A UTF-8 lead byte: how many bytes follow, and what the code point must be. */
struct lead {
	unsigned char mask, value;
	unsigned char more;
	uint32_t least;		/* below it the form is overlong */
};

static const struct lead leads[] = {
	{ 0x80, 0x00, 0, 0x0 },
	{ 0xe0, 0xc0, 1, 0x80 },
	{ 0xf0, 0xe0, 2, 0x800 },
	{ 0xf8, 0xf0, 3, 0x10000 },
};

static const struct lead *lead_of(unsigned char byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if ((byte & leads[i].mask) == leads[i].value)
			return &leads[i];
	return NULL;
}

size_t text_utf8(struct str s, uint32_t *cp)
{
	const struct lead *l;

	if (!s.len || !(l = lead_of((unsigned char)s.p[0])) ||
	    s.len <= l->more)
		return 0;

	uint32_t c = (unsigned char)s.p[0] & (unsigned char)~l->mask;

	for (size_t i = 1; i <= l->more; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (byte & 0x3f);
	}
	if (c < l->least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return (size_t)l->more + 1;
}

/*
 * What is never shown as it is, in order.  From the Unicode Character
 * Database: general categories Cc, Cf, Zl, Zp, Co, every Zs but U+0020,
 * Default_Ignorable_Code_Point and the noncharacters; and U+2800, a braille
 * pattern without dots.
 */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x0000, 0x001f },	/* C0 controls */
	{ 0x007f, 0x00a0 },	/* DEL, C1 controls, no-break space */
	{ 0x00ad, 0x00ad },	/* soft hyphen */
	{ 0x034f, 0x034f },	/* combining grapheme joiner */
	{ 0x0600, 0x0605 },	/* Arabic number signs (Cf) */
	{ 0x061c, 0x061c },	/* Arabic letter mark: bidirectional */
	{ 0x06dd, 0x06dd },
	{ 0x070f, 0x070f },
	{ 0x0890, 0x0891 },
	{ 0x08e2, 0x08e2 },
	{ 0x115f, 0x1160 },	/* Hangul fillers */
	{ 0x1680, 0x1680 },	/* Ogham space */
	{ 0x17b4, 0x17b5 },	/* Khmer inherent vowels */
	{ 0x180b, 0x180f },	/* Mongolian selectors and separator */
	{ 0x2000, 0x200f },	/* spaces, zero width, LRM, RLM */
	{ 0x2028, 0x202f },	/* separators, embeddings and overrides */
	{ 0x205f, 0x206f },	/* space, word joiner, isolates, ... */
	{ 0x2800, 0x2800 },
	{ 0x3000, 0x3000 },	/* ideographic space */
	{ 0x3164, 0x3164 },	/* Hangul filler */
	{ 0xe000, 0xf8ff },	/* private use */
	{ 0xfdd0, 0xfdef },	/* noncharacters */
	{ 0xfe00, 0xfe0f },	/* variation selectors */
	{ 0xfeff, 0xfeff },	/* byte order mark */
	{ 0xffa0, 0xffa0 },	/* half-width Hangul filler */
	{ 0xfff0, 0xfffb },	/* interlinear annotation */
	{ 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f },	/* Egyptian format controls */
	{ 0x1bca0, 0x1bca3 },	/* shorthand format controls */
	{ 0x1d173, 0x1d17a },	/* musical format controls */
	{ 0xe0000, 0x10ffff },	/* tags, selectors, private use */
};

bool text_printable(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7f)
		return true;
	/* The last two of every plane are noncharacters. */
	if ((cp & 0xfffe) == 0xfffe || (cp >= 0xd800 && cp <= 0xdfff) ||
	    cp > 0x10ffff)
		return false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (cp <= hidden[i].last)
			return cp < hidden[i].first;
	return true;
}

/*
 * How many bytes at the start of s may be copied as they are (0 or a whole
 * character); otherwise *bad bytes must be escaped.
 */
static size_t shown(struct str s, size_t *bad)
{
	uint32_t cp;
	size_t len = text_utf8(s, &cp);

	*bad = len ? len : 1;
	return len && text_printable(cp) ? len : 0;
}

/* Printable ASCII, which nearly all text is. */
static bool is_ascii(char c)
{
	return c >= ' ' && c < 0x7f;
}

/* The length of the prefix that needs no escape; quote: `\` needs one. */
static size_t safe_prefix(struct str s, bool quote)
{
	size_t at = 0, bad;

	while (at < s.len) {
		size_t len = is_ascii(s.p[at]) ? 1 :
			     shown(str_sub(s, at), &bad);

		if (!len || (quote && s.p[at] == '\\'))
			break;
		at += len;
	}
	return at;
}

static void escape_byte(struct buf *out, unsigned char byte)
{
	switch (byte) {
	case '\\':
		buf_c(out, "\\\\");
		break;
	case '\n':
		buf_c(out, "\\n");
		break;
	case '\t':
		buf_c(out, "\\t");
		break;
	case '\r':
		buf_c(out, "\\r");
		break;
	default:
		buf_printf(out, "\\x%02x", byte);
	}
}

static void escape(struct buf *out, struct str s, bool quote)
{
	while (s.len) {
		size_t safe = safe_prefix(s, quote), bad;

		buf_add(out, s.p, safe);
		s = str_sub(s, safe);
		if (!s.len)
			break;
		shown(s, &bad);
		for (size_t i = 0; i < bad; i++)
			escape_byte(out, (unsigned char)s.p[i]);
		s = str_sub(s, bad);
	}
}

void text_escape(struct buf *out, struct str s)
{
	escape(out, s, true);
}

void text_sanitise(struct buf *out, struct str s)
{
	escape(out, s, false);
}

bool text_is_hex(struct str s, size_t len)
{
	for (size_t i = 0; i < s.len; i++)
		if (!s.p[i] || !strchr("0123456789abcdef", s.p[i]))
			return false;
	return s.len == len;
}

bool text_is_safe(struct str s)
{
	return safe_prefix(s, false) == s.len;
}
