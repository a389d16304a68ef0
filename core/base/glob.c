/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path_glob(): patterns over paths, without exponential cases.
 *
 * A star that matches as little as possible never has to be reconsidered once
 * a later star has been reached: whatever a longer match could do, the later
 * star can do too.  So one resume point is enough, for `*` among the bytes of
 * one segment and for `**` among the segments of a path.
 */
#include "core/base/path.h"

#include <stdint.h>
#include <string.h>

/* --- one segment against one segment: `*`, `?`, `\` --- */

/* Does the pattern's next element match byte c? How long is the element? */
static bool byte_matches(struct str pat, char c, size_t *len)
{
	*len = 1;
	if (pat.p[0] == '?')
		return true;
	if (pat.p[0] == '\\' && pat.len > 1) {
		*len = 2;
		return pat.p[1] == c;
	}
	return pat.p[0] == c;
}

static bool segment_matches(struct str pat, struct str seg)
{
	size_t p = 0, s = 0, len;
	size_t star = SIZE_MAX, resume = 0;	/* after the last `*` */

	while (s < seg.len) {
		if (p < pat.len && pat.p[p] == '*') {
			star = ++p;
			resume = s;
		} else if (p < pat.len &&
			   byte_matches(str_sub(pat, p), seg.p[s], &len)) {
			p += len;
			s++;
		} else if (star != SIZE_MAX) {
			p = star;
			s = ++resume;
		} else {
			return false;
		}
	}
	while (p < pat.len && pat.p[p] == '*')
		p++;
	return p == pat.len;
}

/* --- segments of a pattern against segments of a path: `**` --- */

/* A place in a path or pattern: the segment there and what comes after it. */
struct cursor {
	struct str seg, rest;
	bool end;
};

static void glob_advance(struct cursor *c)
{
	const char *slash;

	c->end = !c->rest.p;
	if (c->end)
		return;
	slash = memchr(c->rest.p, '/', c->rest.len);
	c->seg = c->rest;
	if (!slash) {
		c->rest = STR_NULL;
		return;
	}
	c->seg.len = (size_t)(slash - c->rest.p);
	c->rest = str_sub(c->rest, c->seg.len + 1);
}

static struct cursor cursor_at(struct str s)
{
	struct cursor c = { .rest = { s.len ? s.p : "", s.len } };

	glob_advance(&c);
	return c;
}

static bool is_globstar(const struct cursor *c)
{
	return !c->end && str_eq(c->seg, STR("**"));
}

/* Most patterns begin with other bytes than the path, which is soon seen. */
static bool begins_alike(struct str pattern, struct str path)
{
	for (size_t i = 0; i < pattern.len && i < path.len; i++) {
		if (pattern.p[i] == '*' || pattern.p[i] == '?' ||
		    pattern.p[i] == '\\')
			break;
		if (pattern.p[i] != path.p[i])
			return false;
	}
	return true;
}

bool path_glob(struct str pattern, struct str path)
{
	if (!begins_alike(pattern, path))
		return false;

	struct cursor p = cursor_at(pattern), s = cursor_at(path);
	struct cursor star = { .end = true }, resume = s;
	bool starred = false;

	while (!s.end) {
		if (is_globstar(&p)) {
			glob_advance(&p);
			star = p;
			resume = s;
			starred = true;
		} else if (!p.end && segment_matches(p.seg, s.seg)) {
			glob_advance(&p);
			glob_advance(&s);
		} else if (starred) {
			p = star;
			glob_advance(&resume);
			s = resume;
		} else {
			return false;
		}
	}
	while (is_globstar(&p))
		glob_advance(&p);
	return p.end;
}
