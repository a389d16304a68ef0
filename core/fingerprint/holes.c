/* SPDX-License-Identifier: Apache-2.0 */
/* Where a line may have a hole: what programs draw. */
#include "core/fingerprint/holes.h"

#include <string.h>

#define PAIRED_MAX 24		/* names of a line that are paired */
#define PAIRS_MAX 48		/* of them, at most */
#define LINE_MAX_LEN 1024
#define REPEATED_MIN 3		/* characters that are drawn once */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool in_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What a name ends at: the next folder, the next word, a port. */
static bool ends_name(char c)
{
	return c == '/' || c == ' ' || c == '\'' || c == '=' || c == ',';
}

struct hole_names hole_names_of(const struct fact *f)
{
	struct hole_names names = { .n = 0 };
	size_t from = (size_t)(f->object.p - f->line.p);
	size_t end = from + f->object.len;

	for (size_t at = from, to; at < end && names.n < HOLES_MAX;
	     at = to + 1) {
		to = at;
		while (to < end && !ends_name(f->line.p[to]))
			to++;
		if (to > at)
			names.v[names.n++] = (struct span){ at, to - at };
	}
	return names;
}

/* --- one part --- */

static void add_hole(struct holes *h, size_t at, size_t end)
{
	if (end <= at || h->n == HOLES_MAX - PAIRS_MAX)
		return;
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].v[0].at == at && h->v[i].v[0].len == end - at)
			return;
	h->v[h->n++] = (struct hole){ .v = { { at, end - at } }, .n = 1 };
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
		if (token == at && !in_word(s.p[at]))
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
		if (to == i && (i == at || in_word(s.p[i - 1])))
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

/* --- two --- */

static void pair_holes(struct holes *h, const struct hole_names *names)
{
	size_t n = names->n < PAIRED_MAX ? names->n : PAIRED_MAX;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && h->n < HOLES_MAX; k++)
			h->v[h->n++] = (struct hole){
				.v = { names->v[i], names->v[k] }, .n = 2,
			};
}

struct holes holes_of(const struct fact *f)
{
	struct holes h = { .n = 0 };
	struct hole_names names = hole_names_of(f);

	if (f->line.len > LINE_MAX_LEN)
		return h;
	for (size_t i = 0; i < names.n; i++)
		name_holes(&h, f->line, names.v[i].at,
			   names.v[i].at + names.v[i].len);
	pair_holes(&h, &names);
	return h;
}

/* --- the rest of the line --- */

static bool same_text(struct str line, size_t at, struct span part)
{
	return at + part.len <= line.len &&
	       !memcmp(line.p + at, line.p + part.at, part.len);
}

/* Does the part begin here, or stand here again as a word of its own? */
static bool is_part(struct str line, size_t at, struct span part)
{
	size_t end = at + part.len;

	if (at == part.at)
		return true;
	return part.len >= REPEATED_MIN && at > part.at &&
	       same_text(line, at, part) && !in_word(line.p[at - 1]) &&
	       (end == line.len || !in_word(line.p[end]));
}

static const struct span *part_at(struct str line, size_t at,
				  const struct hole *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (is_part(line, at, h->v[i]))
			return &h->v[i];
	return NULL;
}

void hole_key(struct buf *out, struct str line, const struct hole *h)
{
	for (size_t at = 0; at < line.len;) {
		const struct span *part = part_at(line, at, h);

		buf_ch(out, part ? (char)(HOLE_FIRST + (part - h->v)) :
				   line.p[at]);
		at += part ? part->len : 1;
	}
}
