/* SPDX-License-Identifier: Apache-2.0 */
/* Where a line may have a hole: what programs draw. */
#include "core/fingerprint/holes.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/ascii.h"
#include "core/fingerprint/internal.h"

#define PAIRED_MAX 24		/* names of a line that are paired */
#define PAIRS_MAX 49		/* of them, at most */
#define WORD_PAIRS_MAX 32	/* words of one name, of all of a line */
#define WORDS_MAX 16		/* of a name that are paired */
#define REPEATED_MIN 3		/* characters that are drawn once */

/* What a name ends at: the next folder, the next word, a port. */
#define NAME_ENDS "/ '=,"

bool hole_has_digit(struct str part)
{
	for (size_t i = 0; i < part.len; i++)
		if (ascii_is_digit(part.p[i]))
			return true;
	return false;
}

struct hole_names hole_names_of(const struct fact *f)
{
	struct hole_names names = { .n = 0 };
	size_t from = (size_t)(f->object.p - f->line.p);
	size_t end = from + f->object.len;

	for (size_t at = from, to; at < end && names.n < HOLE_NAMES_MAX;
	     at = to + 1) {
		to = at;
		while (to < end && !strchr(NAME_ENDS, f->line.p[to]))
			to++;
		if (to > at)
			names.v[names.n++] = (struct span){ at, to - at };
	}
	return names;
}

/* --- one part --- */

static void add_hole(struct holes *h, size_t at, size_t end, bool wide)
{
	if (end <= at || h->n >= HOLES_MAX - PAIRS_MAX - WORD_PAIRS_MAX)
		return;
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].v[0].at == at && h->v[i].v[0].len == end - at)
			return;
	h->v[h->n++] = (struct hole){
		.v = { { at, end - at } }, .n = 1, .wide = wide,
	};
}

/* A token of a fixed rule stands for drawn characters: "<rand>". */
static size_t token_end(struct str s, size_t at, size_t end)
{
	struct str rest = { s.p + at, end - at };
	const char *close = *rest.p == '<' && token_forged(rest) ?
		memchr(rest.p, '>', rest.len) : NULL;

	return close ? (size_t)(close + 1 - s.p) : at;
}

size_t hole_token(struct str s)
{
	for (size_t at = 0; at < s.len; at++)
		if (token_end(s, at, s.len) > at)
			return at;
	return s.len;
}

static size_t word_end(struct str s, size_t at, size_t end)
{
	for (size_t token; at < end; at = token > at ? token : at + 1) {
		token = token_end(s, at, end);
		if (token == at && !ascii_is_alnum(s.p[at]))
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
		if (to == i && (i == at || ascii_is_alnum(s.p[i - 1])))
			continue;
		add_hole(h, i, to, false);
		digits = to;
		while (digits > i && ascii_is_digit(s.p[digits - 1]))
			digits--;
		if (digits > i)
			add_hole(h, digits, to, false);
		if (dot > at + 1 && dot - 1 > to)
			add_hole(h, i, dot - 1, false);
		add_hole(h, i, end, false);
	}
	if (dot > at + 1)
		add_hole(h, at, dot - 1, false);
	add_hole(h, at, end, false);
}

/* All around this byte, up to one of these on either side. */
static struct span span_between(struct str s, size_t at, const char *ends)
{
	size_t from = at, to = at;

	while (from && !strchr(ends, s.p[from - 1]))
		from--;
	while (to < s.len && !strchr(ends, s.p[to]))
		to++;
	return (struct span){ from, to - from };
}

/*
 * Does the name stand in a path, of which others are parts?  An argument is one
 * where it begins as paths here do: base64 may begin with a slash, too.
 */
static bool in_path(const struct fact *f, size_t at)
{
	struct str s = hole_text(f->line, span_between(f->line, at, " '"));

	return s.len && (*s.p == '/' || *s.p == '$') &&
	       (f->kind != EV_EXEC_ARGS || zone_of(s) != ZONE_OTHER);
}

/*
 * What is drawn may hold what sets names apart: base85 a '=', base64 in an
 * argument that is no path a slash, too.
 */
static void wide_holes(struct holes *h, const struct fact *f, struct span name)
{
	struct span all = span_between(f->line, name.at,
				       in_path(f, name.at) ? "/ '" : " '");
	size_t end = all.at + all.len;

	if (all.len > name.len)
		add_hole(h, all.at, end, true);
	if (end > name.at + name.len)
		add_hole(h, name.at, end, true);
}

/* --- all arguments, in any order --- */

#define SHUFFLED_MIN 3
#define SHUFFLED_MAX 64

/* Program and argument 0 stay where they are. */
static void shuffled_hole(struct holes *h, const struct fact *f)
{
	size_t from = (size_t)(f->object.p - f->line.p);
	struct span part = { 0, 0 };
	size_t blanks = 0;

	for (size_t at = from; at < from + f->object.len; at++) {
		blanks += f->line.p[at] == ' ';
		if (blanks == 2 && !part.at)
			part = (struct span){
				at + 1, from + f->object.len - at - 1,
			};
	}
	if (f->kind == EV_EXEC_ARGS && part.len &&
	    blanks - 1 >= SHUFFLED_MIN && blanks - 1 <= SHUFFLED_MAX)
		h->v[h->n++] = (struct hole){
			.v = { part }, .n = 1, .shuffled = true,
		};
}

static int by_word(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void put_sorted(struct buf *out, struct str words)
{
	struct str v[SHUFFLED_MAX];
	size_t n = 0;

	for (bool more = true; more && n < SHUFFLED_MAX; n++)
		more = str_cut(words, STR(" "), &v[n], &words);
	qsort(v, n, sizeof(*v), by_word);
	for (size_t i = 0; i < n; i++) {
		buf_ch(out, '\n');
		buf_str(out, v[i]);
	}
}

/* --- where a part stands --- */

static bool same_text(struct str line, size_t at, struct span part)
{
	return at + part.len <= line.len &&
	       !memcmp(line.p + at, line.p + part.at, part.len);
}

bool hole_part_is_at(struct str line, size_t at, struct span part)
{
	size_t end = at + part.len;

	if (at == part.at)
		return true;
	return part.len >= REPEATED_MIN && at > part.at &&
	       same_text(line, at, part) && !ascii_is_alnum(line.p[at - 1]) &&
	       (end == line.len || !ascii_is_alnum(line.p[end]));
}

/* --- two --- */

/* The first hole stands for a name that is there again. */
static void pair_holes(struct holes *h, struct str line,
		       const struct hole_names *names)
{
	size_t n = names->n < PAIRED_MAX ? names->n : PAIRED_MAX;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1;
		     k < n && h->n < HOLES_MAX - WORD_PAIRS_MAX; k++)
			if (!hole_part_is_at(line, names->v[k].at, names->v[i]))
				h->v[h->n++] = (struct hole){
					.v = { names->v[i], names->v[k] },
					.n = 2,
				};
}

/* The letters in front of digits are a word of their own: "db07". */
static size_t split_words(struct span *words, struct str s, struct span name)
{
	size_t n = 0, end = name.at + name.len;

	for (size_t i = name.at, to; i < end; i = to + (to == i)) {
		size_t digits = to = word_end(s, i, end);

		while (digits > i && ascii_is_digit(s.p[digits - 1]))
			digits--;
		if (hole_has_digit((struct str){ s.p + i, digits - i }))
			digits = to;
		if (to > i && n + 2 > WORDS_MAX)
			break;
		if (digits > i)
			words[n++] = (struct span){ i, digits - i };
		if (to > digits)
			words[n++] = (struct span){ digits, to - digits };
	}
	return n;
}

/*
 * Of what kind it is, and which: "blue-17", "us-cache-03".  Room for one hole
 * is left, that of all names at once (drawn_find.c).
 */
static void word_pairs(struct holes *h, struct str s, struct span name)
{
	struct span words[WORDS_MAX];
	size_t n = split_words(words, s, name);

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && k <= i + 2; k++)
			if (h->n < HOLES_MAX - 1 &&
			    (hole_has_digit(hole_text(s, words[i])) ||
			     hole_has_digit(hole_text(s, words[k]))))
				h->v[h->n++] = (struct hole){
					.v = { words[i], words[k] }, .n = 2,
					.words = true,
				};
}

struct holes holes_of(const struct fact *f)
{
	struct hole_names names = hole_names_of(f);
	struct holes h;

	/* The others have no value yet: they are 13 KiB. */
	h.n = 0;
	if (f->line.len > HOLES_LINE_MAX)
		return h;
	for (size_t i = 0; i < names.n; i++)
		name_holes(&h, f->line, names.v[i].at,
			   names.v[i].at + names.v[i].len);
	for (size_t i = 0; i < names.n; i++)
		wide_holes(&h, f, names.v[i]);
	shuffled_hole(&h, f);
	pair_holes(&h, f->line, &names);
	for (size_t i = 0; i < names.n; i++)
		word_pairs(&h, f->line, names.v[i]);
	return h;
}

/* --- the rest of the line --- */

/* Where the part is next, from this offset on; the line's length: no more. */
static size_t next_place(struct str line, size_t from, struct span part)
{
	if (from <= part.at)
		return part.at;
	while (part.len >= REPEATED_MIN && from < line.len) {
		const char *found = memmem(line.p + from, line.len - from,
					   line.p + part.at, part.len);

		if (!found)
			break;
		from = (size_t)(found - line.p);
		if (hole_part_is_at(line, from, part))
			return from;
		from++;
	}
	return line.len;
}

/* The part that is next, and where; of two at one place the first of h. */
static const struct span *next_part(struct str line, size_t *at,
				    const struct hole *h)
{
	const struct span *next = NULL;
	size_t from = *at;

	*at = line.len;
	for (size_t i = 0; i < h->n; i++) {
		size_t place = next_place(line, from, h->v[i]);

		if (place < *at) {
			*at = place;
			next = &h->v[i];
		}
	}
	return next;
}

static void put_shuffled(struct buf *out, struct str line, struct span part)
{
	buf_str(out, (struct str){ line.p, part.at });
	buf_ch(out, HOLE_FIRST);
	buf_str(out, str_sub(line, part.at + part.len));
	put_sorted(out, hole_text(line, part));
}

void hole_key(struct buf *out, struct str line, const struct hole *h)
{
	if (h->shuffled) {
		put_shuffled(out, line, h->v[0]);
		return;
	}
	for (size_t from = 0, at = 0; from < line.len; from = at) {
		const struct span *part = next_part(line, &at, h);

		buf_add(out, line.p + from, at - from);
		if (part) {
			buf_ch(out, (char)(HOLE_FIRST + (part - h->v)));
			at += part->len;
		}
	}
}
