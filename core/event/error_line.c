/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a failed program's output that names the error. */
#include "core/event/error_line.h"

#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "core/event/error_place.h"

#define LINES_MAX 2000
/* So many lines around an error a place is looked for in. */
#define AROUND_MAX 60
/* Heavier than nothing, lighter than every shape. */
#define WEIGHT_LAST 1
/* From here on it is a runtime that speaks: see error_line.def. */
#define WEIGHT_RUNTIME 86

enum how {
	HOW_STARTS, HOW_HAS, HOW_ENDS, HOW_ANYCASE, HOW_TRACEBACK, HOW_NAMED,
	HOW_LOCATED, HOW_PERL, HOW_BEHIND, HOW_FRONT
};
enum keep { KEEP_FIRST, KEEP_LAST };
enum where {
	PLACE_NOWHERE, PLACE_HERE, PLACE_ABOVE, PLACE_BELOW, PLACE_AROUND
};

static const struct shape {
	int weight;
	enum how how;
	struct str text;
	enum keep keep;
	enum where place;
} shapes[] = {
#define SHAPE(weight, how, text, keep, place) \
	{ weight, HOW_##how, { text, sizeof(text) - 1 }, KEEP_##keep, \
	  PLACE_##place },
#include "core/event/error_line.def"
#undef SHAPE
};

struct line {
	struct str text;	/* without blanks at its end */
	bool open;		/* the last one, and no newline came */
};

struct search {
	struct line *v;
	size_t n;
	struct arena *arena;
	const struct error_tree *tree;
	/* The best line, what it says, and where its report begins. */
	int weight;
	size_t best, begin;
	struct str said;
	enum where place;
	bool usage;		/* the best line is about how it is used */
};

/* --- the lines --- */

/* Colours and cursor movements: ESC [ ... letter (ECMA-48). */
static void copy_plain(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] != '\033') {
			buf_ch(out, text.p[i]);
			continue;
		}
		if (i + 1 < text.len && text.p[i + 1] == '[')
			for (i += 2; i < text.len && (text.p[i] < '@' ||
						      text.p[i] > '~'); i++)
				;
	}
}

static size_t error_line_count_lines(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len && n < LINES_MAX; i++)
		n += text.p[i] == '\n';
	return n;
}

static void split_lines(struct search *s, struct str text)
{
	while (text.len && s->n < LINES_MAX) {
		const char *end = memchr(text.p, '\n', text.len);
		size_t n = end ? (size_t)(end - text.p) : text.len;
		struct str line = { text.p, n };

		while (line.len && strchr(" \t\r", line.p[line.len - 1]))
			line.len--;
		s->v[s->n++] = (struct line){ line, !end };
		text = str_sub(text, end ? n + 1 : n);
	}
}

/* Of long output the end. */
static struct str last_part(struct str text)
{
	size_t newlines = 0;

	if (text.len > ERROR_TEXT_MAX)
		text = str_sub(text, text.len - ERROR_TEXT_MAX);
	for (size_t i = text.len; i-- > 0;)
		if (text.p[i] == '\n' && ++newlines == LINES_MAX)
			return str_sub(text, i + 1);
	return text;
}

/* --- shapes --- */

static bool starts_anycase(struct str s, struct str text)
{
	return s.len >= text.len && !strncasecmp(s.p, text.p, text.len);
}

static bool error_line_has(struct str s, struct str text)
{
	return s.len && memmem(s.p, s.len, text.p, text.len);
}

static bool error_line_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$' ||
	       c == '\\';
}

/* "ValueError: x", "java.io.IOException", "TypeError [ERR_X]: y" */
static bool is_named(struct str s)
{
	static const char *const tails[] = {
		"Error", "Exception", "Interrupt", "Failure", "Fault",
		"Timeout", "NotFound",
	};
	size_t n = 0;

	while (n < s.len && error_line_is_word(s.p[n]))
		n++;
	if (n < s.len && s.p[n] != ':' && !str_starts(str_sub(s, n),
						      STR(" [")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		if (str_ends((struct str){ s.p, n }, str_c(tails[i])))
			return true;
	return false;
}

/* " at x.pl line 3." and " at x.pl line 3, <STDIN> line 1." */
static bool is_perl(struct str s)
{
	const char *at = s.len ? memmem(s.p, s.len, " at ", 4) : NULL;

	if (!at || s.p[s.len - 1] != '.')
		return false;
	return memmem(at, (size_t)(s.p + s.len - at), " line ", 6);
}

/* "./main.go:3:5: undefined: x", "lua: x.lua:3: attempt to call nil" */
static bool is_located(const struct search *s, struct str line)
{
	struct error_place place;
	struct str rest;

	if (!error_place_find(&place, s->arena, line, s->tree))
		return false;
	rest = str_sub(line, place.to);
	/* A name and a colon may stand in front: whose complaint it is. */
	return str_starts(rest, STR(": ")) &&
	       !memchr(line.p, ' ', place.from ? place.from - 1 : 0);
}

/* The line behind a traceback's frames, which are indented. */
static bool is_under(const struct search *s, size_t i, struct str head,
		     size_t *begin)
{
	if (!s->v[i].text.len || strchr(" \t", s->v[i].text.p[0]))
		return false;
	for (size_t k = i; k--;) {
		if (error_line_has(s->v[k].text, head)) {
			*begin = k;
			return i > k + 1;
		}
		if (s->v[k].text.len && !strchr(" \t", s->v[k].text.p[0]))
			return false;
	}
	return false;
}

static bool is_behind(const struct search *s, size_t i, struct str text)
{
	struct str before = i ? s->v[i - 1].text : STR("");

	return error_line_has(before, text) && before.p[before.len - 1] == ':';
}

/* Does the line have this shape?  *begin: where its report begins. */
static bool error_line_fits(const struct search *s, size_t i,
			    const struct shape *shape, size_t *begin)
{
	struct str line = s->v[i].text;

	*begin = i;
	switch (shape->how) {
	case HOW_STARTS:
		return str_starts(line, shape->text);
	case HOW_HAS:
		return error_line_has(line, shape->text);
	case HOW_ENDS:
		return str_ends(line, shape->text);
	case HOW_ANYCASE: case HOW_FRONT:
		return starts_anycase(line, shape->text);
	case HOW_TRACEBACK:
		return is_under(s, i, shape->text, begin);
	case HOW_NAMED:
		return is_named(line);
	case HOW_LOCATED:
		return is_located(s, line);
	case HOW_PERL:
		return is_perl(line);
	case HOW_BEHIND:
		*begin = i ? i - 1 : 0;
		return is_behind(s, i, shape->text);
	}
	return false;
}

static bool ends_as_prompt(struct str s)
{
	return s.len && s.p[s.len - 1] && strchr(":?>$#", s.p[s.len - 1]);
}

bool error_line_asks(struct str text)
{
	while (text.len && (text.p[text.len - 1] == ' ' ||
			    text.p[text.len - 1] == '\t'))
		text.len--;
	return ends_as_prompt(text);
}

/* A question, and not an answer: "Password for alice:". */
static bool is_prompt(const struct line *l)
{
	return ends_as_prompt(l->text);
}

/* Usage: what stands in front of it says why, if anything does. */
static size_t in_front(const struct search *s, size_t i)
{
	if (i && s->v[i - 1].text.len && !is_prompt(&s->v[i - 1]))
		return i - 1;
	return i;
}

static void consider(struct search *s, size_t i, const struct shape *shape)
{
	size_t begin;

	if (shape->weight < s->weight ||
	    (shape->weight == s->weight && shape->keep == KEEP_FIRST) ||
	    !error_line_fits(s, i, shape, &begin))
		return;
	if (shape->how == HOW_FRONT)
		begin = i = in_front(s, i);
	s->weight = shape->weight;
	s->best = i;
	s->begin = begin;
	s->place = shape->place;
	s->usage = shape->how == HOW_FRONT;
}

static bool is_noise(const struct search *s, size_t i)
{
	size_t begin;

	for (size_t k = 0; k < ARRAY_LEN(shapes); k++)
		if (!shapes[k].weight &&
		    error_line_fits(s, i, &shapes[k], &begin))
			return true;
	return false;
}

static void error_line_look_at(struct search *s, size_t i)
{
	if (!s->v[i].text.len || is_noise(s, i) ||
	    (s->v[i].open && is_prompt(&s->v[i])))
		return;
	for (size_t k = 0; k < ARRAY_LEN(shapes); k++)
		if (shapes[k].weight)
			consider(s, i, &shapes[k]);
	if (s->weight > WEIGHT_LAST || is_prompt(&s->v[i]))
		return;
	s->weight = WEIGHT_LAST;
	s->best = s->begin = i;
	s->place = PLACE_HERE;
}

/* --- the place --- */

/* The nearest place in lines from i on, or back; dependencies come last. */
static bool find_near(const struct search *s, size_t i, int step,
		      struct error_place *out)
{
	struct error_place there;
	bool found = false;

	for (size_t k = 0; k < AROUND_MAX; k++) {
		if (step < 0 ? i < k + 1 : i + k + 1 >= s->n)
			break;

		struct str line = s->v[step < 0 ? i - k - 1 : i + k + 1].text;

		if (step < 0 &&
		    error_line_has(line, STR("Traceback (most recent")))
			break;
		if (!error_place_find(&there, s->arena, line, s->tree) ||
		    (found && there.foreign))
			continue;
		*out = there;
		found = true;
		if (!there.foreign)
			break;
	}
	return found;
}

static bool find_place(const struct search *s, struct error_place *out)
{
	size_t i = s->best;

	switch (s->place) {
	case PLACE_NOWHERE:
		return false;
	case PLACE_HERE:
		return error_place_find(out, s->arena, s->v[i].text, s->tree);
	case PLACE_ABOVE:
		return find_near(s, i, -1, out);
	case PLACE_BELOW:
		return find_near(s, i, 1, out);
	case PLACE_AROUND:
		break;
	}
	if (find_near(s, i, 1, out) && !out->foreign)
		return true;

	struct error_place above;

	if (find_near(s, i, -1, &above)) {
		*out = above;
		return true;
	}
	return find_near(s, i, 1, out);
}

/* --- what is shown --- */

static struct str cut_front(struct str s, const char *text)
{
	return str_starts(s, str_c(text)) ? str_sub(s, strlen(text)) : s;
}

static struct str error_line_trim(struct str s)
{
	while (s.len && strchr(" \t", s.p[0]))
		s = str_sub(s, 1);
	while (s.len && strchr(" \t", s.p[s.len - 1]))
		s.len--;
	return s;
}

/* Without the place, where that is the line's beginning or end. */
static struct str without_place(struct str s, const struct error_place *p)
{
	static const char *const glue[] = {
		" at ", " in ", ", ", " (", " on ", ": ", " ",
	};
	struct str rest = str_sub(s, p->to), front = { s.p, p->from };

	if (!p->from && rest.len > 2 && rest.p[0] == ':') {
		rest = str_sub(rest, 1);
		/* Ruby: in `function': message */
		if (str_starts(rest, STR("in ")) &&
		    memmem(rest.p, rest.len, "': ", 3))
			rest = str_sub(rest, (size_t)((char *)memmem(rest.p,
				rest.len, "': ", 3) - rest.p) + 3);
		return error_line_trim(rest);
	}
	if (rest.len > 1 || (rest.len && !strchr(".):", rest.p[0])))
		return s;
	for (size_t i = 0; i < ARRAY_LEN(glue); i++)
		if (str_ends(front, str_c(glue[i]))) {
			front.len -= strlen(glue[i]);
			return front.len ? error_line_trim(front) : s;
		}
	return s;
}

/* Whole characters of UTF-8. */
static struct str shorten(struct str s)
{
	size_t n = ERROR_LINE_MAX;

	if (s.len <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return (struct str){ s.p, n };
}

static void error_line_put_result(struct error_line *out,
				  const struct search *s)
{
	struct error_place place = { .file = STR("") };
	struct str said = s->v[s->best].text;

	if (find_place(s, &place)) {
		out->file = place.file;
		out->line = place.line;
		if (s->place == PLACE_HERE)
			said = without_place(said, &place);
	}
	said = error_line_trim(said);
	said = cut_front(said, "Uncaught ");
	said = cut_front(said, "Unhandled exception. ");
	said = cut_front(said, "Exception in thread \"main\" ");
	out->text = arena_str(s->arena, shorten(said));
	out->is_sure = s->weight > WEIGHT_LAST;
	out->is_report = s->weight >= WEIGHT_RUNTIME || s->usage;
	for (size_t i = 0; i < s->begin; i++)
		out->preceded |= s->v[i].text.len > 0;
}

bool error_line_find(struct error_line *out, struct arena *arena,
		     struct str text, const struct error_tree *tree)
{
	struct search s = { .arena = arena, .tree = tree };
	autobuf struct buf plain = BUF_INIT;

	*out = (struct error_line){ .text = STR(""), .file = STR("") };
	copy_plain(&plain, last_part(text));
	s.v = arena_alloc(arena, error_line_count_lines(buf_view(&plain)) *
				 sizeof(*s.v));
	split_lines(&s, buf_view(&plain));
	for (size_t i = 0; i < s.n; i++)
		error_line_look_at(&s, i);
	if (!s.weight)
		return false;
	error_line_put_result(out, &s);
	return true;
}
