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

static bool token_is_hex(int c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool token_is_py(int c)
{
	return ascii_is_digit(c) || ascii_is_lower(c) || c == '_';
}

static bool token_is_wide(int c)
{
	return ascii_is_alnum(c) || c == '_';
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

static const struct {
	bool (*has)(int c);
	/* Drawn rather than chosen, as "v2rc11" is: so many changes. */
	size_t changes;
	bool words;		/* or fewer, with upper case and no word */
} sets[] = {
	[DIGIT] = { ascii_is_digit, 0, false },
	[HEX] = { token_is_hex, 0, false },
	[PY] = { token_is_py, 0, false },
	[ALNUM] = { ascii_is_alnum, 0, false },
	[MIX] = { ascii_is_alnum, 4, true },
	[PYMIX] = { token_is_py, 3, false },
	[WMIX] = { token_is_wide, 4, false },
};

static bool token_is_random(enum set set, struct str s)
{
	size_t changes = token_changes(s);

	if (!sets[set].words)
		return changes >= sets[set].changes;
	return changes && !token_is_word(s) &&
	       (changes >= sets[set].changes ||
		token_run(s, 0, token_is_py) < s.len);
}

static bool token_after_fits(enum after after, struct str seg, size_t end)
{
	if (end == seg.len)
		return after != DOT;
	return seg.p[end] == '.' && after != END;
}

/* The part that ends at end, behind what stands for `before`; 0: none. */
static size_t token_part(const struct name_row *r, struct str seg, size_t end,
			 size_t head, const char *star)
{
	struct str tail = str_c(star ? star + 1 : "");
	size_t at = end;

	while (at > head && end - at < r->max &&
	       sets[r->set].has(seg.p[at - 1]))
		at--;
	/* At least one character stands for the asterisk. */
	if (star ? at <= head + tail.len ||
		   !str_ends((struct str){ seg.p, at }, tail) : at != head)
		return 0;
	return end - at >= r->min ? end - at : 0;
}

static bool token_match_row(const struct name_row *r, struct str seg,
			    struct token *out)
{
	const char *star = strchr(r->before, '*');
	size_t head = star ? (size_t)(star - r->before) : strlen(r->before);

	if (!str_starts(seg, (struct str){ r->before, head }))
		return false;
	for (size_t end = head + 1; end <= seg.len; end++) {
		size_t len = token_after_fits(r->after, seg, end) ?
			token_part(r, seg, end, head, star) : 0;

		if (!len || !token_is_random(r->set, (struct str){
						seg.p + end - len, len }))
			continue;
		*out = (struct token){ end - len, len, r->token };
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
	size_t len = segment.len;

	if (path.len <= len + 1 || token_run(segment, 0, token_is_hex) < len)
		return false;
	path.len -= len + 1;
	for (size_t i = 0; i < ARRAY_LEN(fanout_rows); i++)
		if (len == fanout_rows[i].digits &&
		    str_eq(path_base(path), str_c(fanout_rows[i].parent))) {
			*out = (struct token){ 0, len, fanout_rows[i].token };
			return true;
		}
	return false;
}

/* The longest of them has three numbers of ten digits. */
#define NUMBER_PATH_MAX 64

bool token_number(struct str path, struct str segment, struct token *out)
{
	size_t len = segment.len;

	if (path.len > NUMBER_PATH_MAX || !len ||
	    token_run(segment, 0, ascii_is_digit) < len)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(number_rows); i++)
		if (path_glob(str_c(number_rows[i].path), path)) {
			*out = (struct token){ 0, len, number_rows[i].token };
			return true;
		}
	return false;
}
