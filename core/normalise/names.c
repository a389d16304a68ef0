/* SPDX-License-Identifier: Apache-2.0 */
/* Volatile parts that are found by the form of a whole name: normalise.def. */
#include "core/base/ascii.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/normalise/token.h"

enum where { ANY, TEMP };
enum after { END, EXT, DOT };
enum set { DIGIT, HEX, PY, ALNUM, MIX, PYMIX, WMIX };

struct name_row {
	enum where where;
	const char *before;
	enum set set;
	size_t min, max;
	enum after after;
	enum token_id token;
};

static const struct name_row name_rows[] = {
#define NAME(where, before, set, min, max, after, token) \
	{ where, before, set, min, max, after, TOKEN_##token },
#include "core/normalise/normalise.def"
};

static bool token_in_set(enum set set, char c)
{
	switch (set) {
	case DIGIT:
		return ascii_is_digit(c);
	case HEX:
		return ascii_is_digit(c) || (c >= 'a' && c <= 'f');
	case PY:
	case PYMIX:
		return ascii_is_digit(c) || ascii_is_lower(c) || c == '_';
	case WMIX:
		return ascii_is_digit(c) || ascii_is_lower(c) ||
		       ascii_is_upper(c) || c == '_';
	case ALNUM:
	case MIX:
		break;
	}
	return ascii_is_digit(c) || ascii_is_lower(c) || ascii_is_upper(c);
}

/* [a-z]*([A-Z][a-z]+)*[0-9]* or [A-Z]+[0-9]*: what people call things. */
static bool token_is_word(struct str s)
{
	size_t i = 0;

	while (i < s.len && ascii_is_upper(s.p[i]))
		i++;
	if (i < 2) {
		for (i = 0; i < s.len && !ascii_is_digit(s.p[i]); i++)
			if (ascii_is_upper(s.p[i]) &&
			    (i + 1 == s.len || !ascii_is_lower(s.p[i + 1])))
				break;
	}
	while (i < s.len && ascii_is_digit(s.p[i]))
		i++;
	return i == s.len;
}

static int token_class_of(char c)
{
	return ascii_is_digit(c) ? 0 : ascii_is_upper(c) ? 2 : 1;
}

/* How often neighbours differ in class: 5 in "a1b2c3", 1 in "date01". */
static size_t token_changes(struct str s)
{
	size_t n = 0;

	for (size_t i = 1; i < s.len; i++)
		n += token_class_of(s.p[i]) != token_class_of(s.p[i - 1]);
	return n;
}

static bool token_has_upper(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (ascii_is_upper(s.p[i]))
			return true;
	return false;
}

/* Do the characters look drawn rather than chosen? "v2rc11" does not. */
static bool token_is_random(enum set set, struct str s)
{
	switch (set) {
	case WMIX:
		return token_changes(s) >= 4;
	case MIX:
		return token_changes(s) && !token_is_word(s) &&
		       (token_has_upper(s) || token_changes(s) >= 4);
	case PYMIX:
		return token_changes(s) >= 3;
	default:
		return true;
	}
}

static bool token_after_fits(enum after after, struct str seg, size_t end)
{
	if (end == seg.len)
		return after != DOT;
	return seg.p[end] == '.' && after != END;
}

/* A literal `before`: the part follows it. */
static size_t token_match_literal(const struct name_row *r, struct str seg,
				  size_t at)
{
	size_t end = at;

	while (end < seg.len && token_in_set(r->set, seg.p[end]))
		end++;
	return token_after_fits(r->after, seg, end) ? end - at : 0;
}

/* The part that ends at end, behind a `before` that is head, any, tail. */
static size_t token_match_tail(const struct name_row *r, struct str seg,
			       size_t end)
{
	const char *star = strchr(r->before, '*');
	struct str tail = str_c(star + 1);
	size_t head = (size_t)(star - r->before), at = end;

	while (at && end - at < r->max && token_in_set(r->set, seg.p[at - 1]))
		at--;
	/* At least one character stands for the asterisk. */
	if (at <= head + tail.len || memcmp(seg.p, r->before, head) ||
	    !str_ends((struct str){ seg.p, at }, tail))
		return 0;
	return end - at;
}

static bool token_row_part(const struct name_row *r, struct str seg, size_t at,
			   size_t len, struct token *out)
{
	if (len < r->min || len > r->max ||
	    !token_is_random(r->set, (struct str){ seg.p + at, len }))
		return false;
	*out = (struct token){ at, len, r->token };
	return true;
}

static bool token_match_row(const struct name_row *r, struct str seg,
			    struct token *out)
{
	struct str before = str_c(r->before);

	if (!strchr(r->before, '*')) {
		if (!str_starts(seg, before))
			return false;
		return token_row_part(r, seg, before.len,
				      token_match_literal(r, seg, before.len),
				      out);
	}
	for (size_t end = 1; end <= seg.len; end++) {
		if (!token_after_fits(r->after, seg, end))
			continue;

		size_t len = token_match_tail(r, seg, end);

		if (len && token_row_part(r, seg, end - len, len, out))
			return true;
	}
	return false;
}

bool token_name(struct str segment, bool temp, struct token *out)
{
	for (size_t i = 0; i < ARRAY_LEN(name_rows); i++)
		if ((temp || name_rows[i].where == ANY) &&
		    token_match_row(&name_rows[i], segment, out))
			return true;
	return false;
}

static const struct {
	const char *path;
	enum token_id token;
} number_rows[] = {
#define NUMBER(path, token) { path, TOKEN_##token },
#include "core/normalise/normalise.def"
};

static const struct {
	const char *parent;
	size_t digits;
	enum token_id token;
} fanout_rows[] = {
#define FANOUT(parent, digits, token) { parent, digits, TOKEN_##token },
#include "core/normalise/normalise.def"
};

/* "/srv/repo.git/objects/4b": a folder among 256. */
bool token_fanout(struct str path, struct str segment, struct token *out)
{
	struct str parent;

	if (path.len <= segment.len + 1)
		return false;
	for (size_t i = 0; i < segment.len; i++)
		if (!token_in_set(HEX, segment.p[i]))
			return false;
	parent = path_base((struct str){ path.p,
					 path.len - segment.len - 1 });
	for (size_t i = 0; i < ARRAY_LEN(fanout_rows); i++) {
		if (segment.len != fanout_rows[i].digits ||
		    !str_eq(parent, str_c(fanout_rows[i].parent)))
			continue;
		*out = (struct token){
			0, segment.len, fanout_rows[i].token,
		};
		return true;
	}
	return false;
}

/* The longest of them has three numbers of ten digits. */
#define NUMBER_PATH_MAX 64

bool token_number(struct str path, struct str segment, struct token *out)
{
	if (path.len > NUMBER_PATH_MAX || !segment.len)
		return false;
	for (size_t i = 0; i < segment.len; i++)
		if (!ascii_is_digit(segment.p[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(number_rows); i++) {
		if (!path_glob(str_c(number_rows[i].path), path))
			continue;
		*out = (struct token){
			0, segment.len, number_rows[i].token,
		};
		return true;
	}
	return false;
}
