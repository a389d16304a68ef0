/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns over facts: what a person wrote by hand to stand for many. */
#include "core/fingerprint/fingerprint.h"

#define BELOW STR("/**")
#define ARROW STR(" -> ")

/* Does `*` stand for this byte? */
static bool pattern_is_plain(char c)
{
	return c != '/' && c != ' ';
}

/* Everything below a folder; blanks only where a path is all there is. */
static bool fits_below(struct str rest, bool path)
{
	if (rest.len < 2 || *rest.p != '/')
		return false;
	return path || !memchr(rest.p, ' ', rest.len);
}

/*
 * The usual two pointers: on a mismatch the last star takes one byte more.  A
 * star that meets a slash or a blank gives up, since an earlier one could not
 * reach further either.
 */
static bool pattern_fits(struct str pattern, struct str text, bool path)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	for (;;) {
		bool below = str_eq(str_sub(pattern, p), BELOW);

		if (below && fits_below(str_sub(text, t), path))
			return true;
		if (p < pattern.len && pattern.p[p] == '*') {
			star = ++p;
			from = t;
			continue;
		}
		if (p == pattern.len && t == text.len)
			return true;
		if (!below && p < pattern.len && t < text.len &&
		    pattern.p[p] == text.p[t]) {
			p++;
			t++;
			continue;
		}
		if (star == SIZE_MAX || from >= text.len ||
		    !pattern_is_plain(text.p[from]))
			return false;
		p = star;
		t = ++from;
	}
}

/* One name: a star, no two in a row, and something that is said. */
static bool name_ok(struct str s, size_t *stars)
{
	size_t said = 0;

	if (str_ends(s, BELOW)) {
		s.len -= BELOW.len;
		++*stars;
	}
	for (size_t i = 0; i < s.len; i++) {
		bool star = s.p[i] == '*';

		if (star && i + 1 < s.len && s.p[i + 1] == '*')
			return false;
		*stars += star;
		said += !star && !strchr("/ .:<>-", s.p[i]);
	}
	return said;
}

bool fact_pattern(struct str pattern)
{
	struct fact p = { .line = pattern };
	struct str a, b;
	size_t stars = 0;

	if (!fact_parse(&p))
		return false;
	if (event_shape(p.kind) == SHAPE_PATH_PATH)
		return str_cut(p.object, ARROW, &a, &b) &&
		       name_ok(a, &stars) && name_ok(b, &stars) && stars;
	return name_ok(p.object, &stars) && stars;
}

bool fact_fits(struct str pattern, const struct fact *f)
{
	struct fact p = { .line = pattern };
	struct str a, b, fa, fb;
	enum event_shape shape = event_shape(f->kind);

	if (!fact_parse(&p) || p.kind != f->kind || p.err != f->err)
		return false;
	if (shape == SHAPE_PATH_PATH)
		return str_cut(p.object, ARROW, &a, &b) &&
		       str_cut(f->object, ARROW, &fa, &fb) &&
		       pattern_fits(a, fa, true) && pattern_fits(b, fb, true);
	return pattern_fits(p.object, f->object, shape == SHAPE_PATH);
}
