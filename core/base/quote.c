/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting for sh(1) and git-config(1). */
#include "core/base/quote.h"

#include <string.h>

/* Words in which no byte means anything to a shell. */
static bool quote_is_plain(struct str word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";

	for (size_t i = 0; i < word.len; i++)
		if (!memchr(plain, word.p[i], sizeof(plain) - 1) &&
		    !((unsigned char)word.p[i] & 0x80))
			return false;
	return word.len;
}

static void quote_single_quoted(struct buf *out, struct str s)
{
	buf_ch(out, '\'');
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '\'')
			buf_c(out, "'\\''");
		else
			buf_ch(out, s.p[i]);
	buf_ch(out, '\'');
}

/* In double quotes, which need no escape then. */
static bool is_fine_in_double(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("\"$`\\", s.p[i]))
			return false;
	return s.len && memchr(s.p, '\'', s.len);
}

static void quoted(struct buf *out, struct str s)
{
	if (!is_fine_in_double(s)) {
		quote_single_quoted(out, s);
		return;
	}
	buf_ch(out, '"');
	buf_str(out, s);
	buf_ch(out, '"');
}

void quote_word(struct buf *out, struct str word)
{
	if (quote_is_plain(word))
		buf_str(out, word);
	else
		quoted(out, word);
}

void quote_words(struct buf *out, char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (i)
			buf_ch(out, ' ');
		/* NAME=VALUE in front would set a variable. */
		if (!i && strchr(words[i], '='))
			quoted(out, str_c(words[i]));
		else
			quote_word(out, str_c(words[i]));
	}
}

static bool needs_quotes(struct str value)
{
	if (!value.len || strchr(" \t", *value.p) ||
	    strchr(" \t", value.p[value.len - 1]))
		return true;
	return memchr(value.p, '#', value.len) ||
	       memchr(value.p, ';', value.len);
}

void quote_value(struct buf *out, struct str value)
{
	bool quotes = needs_quotes(value);

	if (quotes)
		buf_ch(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		char c = value.p[i];

		/* A tab is a blank to git before 2.45. */
		if (c == '\n' || c == '\t') {
			buf_c(out, c == '\n' ? "\\n" : "\\t");
			continue;
		}
		if (c == '"' || c == '\\')
			buf_ch(out, '\\');
		buf_ch(out, c);
	}
	if (quotes)
		buf_ch(out, '"');
}
