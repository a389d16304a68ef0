/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from outside in other people's syntax.  Each function makes it safe to
 * show first (core/base/text.h): no control character gets here, so what is
 * left are the characters the syntax itself gives a meaning.
 */
#include "core/base/text.h"
#include "core/report/internal.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void markup_html(struct buf *out, struct str s)
{
	autobuf struct buf safe = BUF_INIT;

	text_sanitise(&safe, s);
	for (size_t i = 0; i < safe.len; i++) {
		const char *name = entity(safe.p[i]);

		if (name)
			buf_c(out, name);
		else
			buf_ch(out, safe.p[i]);
	}
}

struct str str_head(struct str s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct str){ s.p, max };
}

/* --- Markdown --- */

/*
 * A bar would end the cell.  `\|` is a bar in a cell, but only where the byte
 * before is no backslash that takes ours for its own; there it is written as
 * facts write what may not be shown.
 */
static void put_cell_byte(struct buf *out, struct str s, size_t i)
{
	if (s.p[i] != '|')
		buf_ch(out, s.p[i]);
	else if (i && s.p[i - 1] == '\\')
		buf_c(out, "\\x7c");
	else
		buf_c(out, "\\|");
}

void markup_html_lines(struct buf *out, struct str lines)
{
	struct str line;

	while (words_next_line(&lines, &line)) {
		markup_html(out, line);
		buf_ch(out, '\n');
	}
}

/* Longer than any run of backticks inside. */
static size_t fence_length(struct str s)
{
	size_t run = 0, longest = 0;

	for (size_t i = 0; i < s.len; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest + 1;
}

static void put_fence(struct buf *out, size_t n)
{
	while (n--)
		buf_ch(out, '`');
}

void markup_md_code(struct buf *out, struct str s, size_t max)
{
	autobuf struct buf safe = BUF_INIT;
	size_t fence;
	struct str head;

	text_sanitise(&safe, s);
	head = max ? str_head(buf_view(&safe), max) : buf_view(&safe);
	if (!head.len) {
		buf_c(out, "(nothing)");
		return;
	}
	fence = fence_length(head);
	put_fence(out, fence);
	/* One blank on either side is the fence's (CommonMark 6.1). */
	buf_ch(out, ' ');
	for (size_t i = 0; i < head.len; i++)
		put_cell_byte(out, head, i);
	buf_ch(out, ' ');
	put_fence(out, fence);
	if (head.len < safe.len)
		buf_printf(out, " and %zu more bytes", safe.len - head.len);
}

/* --- URIs and scripts --- */

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
}

void markup_uri_path(struct buf *out, struct str path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (is_unreserved(path.p[i]))
			buf_ch(out, path.p[i]);
		else
			buf_printf(out, "%%%02X", (unsigned char)path.p[i]);
	}
}

/* They stand in strings only, where JSON has another way to write them. */
void markup_script_json(struct buf *out, struct str json)
{
	for (size_t i = 0; i < json.len; i++) {
		if (strchr("<>&", json.p[i]) && json.p[i])
			buf_printf(out, "\\u%04x", (unsigned)json.p[i]);
		else
			buf_ch(out, json.p[i]);
	}
}
