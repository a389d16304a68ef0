/* SPDX-License-Identifier: Apache-2.0 */
/* A view of bytes: borrowed, not NUL-terminated, may hold any byte. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *p;
	size_t len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NULL ((struct str){ NULL, 0 })
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).p ? (s).p : ""

static inline struct str str_c(const char *c)
{
	return (struct str){ c, c ? strlen(c) : 0 };
}

static inline struct str str_sub(struct str s, size_t from)
{
	return (struct str){ s.p + from, s.len - from };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

/* Bytewise order, a prefix sorts first (the order of LC_ALL=C sort). */
static inline int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	       (!prefix.len || !memcmp(s.p, prefix.p, prefix.len));
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && (!suffix.len ||
	       !memcmp(s.p + s.len - suffix.len, suffix.p, suffix.len));
}

/*
 * What stands before the first sep, which is not empty, and behind it.  False
 * where s has none: all of it is before, and nothing behind.
 */
static inline bool str_cut(struct str s, struct str sep, struct str *before,
			   struct str *behind)
{
	const char *at = s.len ? memmem(s.p, s.len, sep.p, sep.len) : NULL;
	size_t n = at ? (size_t)(at - s.p) : s.len;

	*before = (struct str){ s.p, n };
	*behind = str_sub(s, at ? n + sep.len : n);
	return at;
}

/* Does part, which is not empty, stand in s? */
static inline bool str_has(struct str s, struct str part)
{
	struct str before, behind;

	return str_cut(s, part, &before, &behind);
}

/* What makes a noun of n: "s", or "" for one. */
static inline const char *str_plural(size_t n)
{
	return n == 1 ? "" : "s";
}

#endif
