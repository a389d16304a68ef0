/* SPDX-License-Identifier: Apache-2.0 */
/* Where a line may have a hole: what programs draw. */
#include "core/compare/holes.h"

#define PARTS_MAX 24		/* names of a line that are paired */
#define LINE_MAX_LEN 1024

bool hole_in_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a name ends at: the next folder, the next word, a port. */
static bool ends_name(char c)
{
	return c == '/' || c == ' ' || c == '\'' || c == '=' || c == ',';
}

static void add_hole(struct holes *h, size_t at, size_t end)
{
	if (end <= at || h->n == HOLES_MAX)
		return;
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].a.at == at && h->v[i].a.len == end - at)
			return;
	h->v[h->n++] = (struct hole){ { at, end - at }, { 0, 0 } };
}

/* A token of a fixed rule stands for drawn characters: "<rand>". */
static size_t token_end(struct str s, size_t at, size_t end)
{
	const char *close = s.p[at] == '<' ? memchr(s.p + at, '>', end - at) :
					     NULL;

	return close ? (size_t)(close + 1 - s.p) : at;
}

static size_t word_end(struct str s, size_t at, size_t end)
{
	for (size_t token; at < end; at = token > at ? token : at + 1) {
		token = token_end(s, at, end);
		if (token == at && !hole_in_word(s.p[at]))
			break;
	}
	return at;
}

/* Words of a name, digits behind letters, and all from a word to the end. */
static void name_holes(struct holes *h, struct str s, size_t at, size_t end)
{
	size_t dot = end;

	while (dot > at && s.p[dot - 1] != '.')
		dot--;
	for (size_t i = at, to; i < end; i = to + (to == i)) {
		size_t digits;

		to = word_end(s, i, end);
		/* Drawn names may begin with '-' or '_': "url-_Qx8". */
		if (to == i && i > at && !hole_in_word(s.p[i - 1]))
			add_hole(h, i, end);
		if (to == i)
			continue;
		add_hole(h, i, to);
		for (digits = to; digits > i && is_digit(s.p[digits - 1]);)
			digits--;
		if (digits > i)
			add_hole(h, digits, to);
		if (dot > at + 1 && dot - 1 > to)
			add_hole(h, i, dot - 1);
		add_hole(h, i, end);
	}
	add_hole(h, at, end);
}

static void line_holes(struct holes *h, struct str s, size_t from, size_t end)
{
	for (size_t at = from, to; at < end; at = to + 1) {
		to = at;
		while (to < end && !ends_name(s.p[to]))
			to++;
		if (to > at)
			name_holes(h, s, at, to);
	}
}

/* Two words of the line, from left to right. */
static void pair_holes(struct holes *h, struct str s, size_t from, size_t end)
{
	struct span words[PARTS_MAX];
	size_t n = 0;

	for (size_t at = from, to; at < end && n < PARTS_MAX; at = to + 1) {
		to = at;
		while (to < end && !ends_name(s.p[to]))
			to++;
		if (to > at)
			words[n++] = (struct span){ at, to - at };
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && h->n < HOLES_MAX; k++)
			h->v[h->n++] = (struct hole){ words[i], words[k] };
}

struct holes holes_of(const struct fact *f, bool pairs)
{
	struct holes h = { .n = 0 };
	size_t from = (size_t)(f->object.p - f->line.p);
	size_t end = from + f->object.len;

	if (f->line.len > LINE_MAX_LEN)
		return h;
	if (pairs)
		pair_holes(&h, f->line, from, end);
	else
		line_holes(&h, f->line, from, end);
	return h;
}
