/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two branches that each add a fact change the same lines of the header, and
 * often neighbouring lines of the facts.  git's merge=union keeps the lines of
 * both; what that breaks is repaired here:
 *
 *	a member twice, in the header or inside of it	the last counts
 *	a fact twice					"sometimes" counts
 *	an accepted fact twice				the last counts
 *	a list twice, or inside of another one		one list
 *	a comma or a brace too many or missing		set anew
 *
 * The layout is baseline_write()'s, where two blanks stand for each level; the
 * result is parsed as any other text.
 */
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/baseline/internal.h"

#define INDENT 2
#define LEVELS 4		/* of objects; facts are on the second */

/* A line, and when it opens an object, what stands in that. */
struct member {
	struct str line;	/* without a comma and an opening brace */
	bool object;
	bool foreign;		/* not of the layout: as it was */
	VEC(struct member *) members;
	struct strmap by_key;	/* to an index in members, plus 1 */
};

static struct member *member_new(void)
{
	struct member *m = mem_alloc(sizeof(*m));

	m->by_key = (struct strmap)STRMAP_INIT;
	return m;
}

static void member_free(struct member *m)
{
	for (size_t i = 0; i < m->members.n; i++)
		member_free(m->members.v[i]);
	vec_free(&m->members);
	strmap_free(&m->by_key);
	free(m);
}

static bool is_marker(struct str line)
{
	return str_starts(line, STR("<<<<<<< ")) ||
	       str_starts(line, STR("||||||| ")) ||
	       str_starts(line, STR(">>>>>>> ")) ||
	       str_eq(line, STR("======="));
}

static struct str cut_line(struct str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->len);
	struct str line = {
		rest->p, end ? (size_t)(end - rest->p) : rest->len
	};

	*rest = str_sub(*rest, end ? line.len + 1 : line.len);
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

size_t baseline_conflict(struct str text)
{
	for (size_t n = 1; text.len; n++)
		if (str_starts(cut_line(&text), STR("<<<<<<< ")))
			return n;
	return 0;
}

/* --- taking lines --- */

static size_t blanks_of(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] == ' ')
		n++;
	return n;
}

/* `"key": ...` -> `"key"`; empty when it is none. */
static struct str repair_merge_key_of(struct str s)
{
	if (!str_starts(s, STR("\"")))
		return STR("");
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return s.p[i + 1] == ':' ?
				(struct str){ s.p, i + 1 } : STR("");
	}
	return STR("");
}

static bool drop_end(struct str *s, struct str end)
{
	if (!str_ends(*s, end))
		return false;
	s->len -= end.len;
	return true;
}

/* "sometimes" stays; what is in an object stays in it. */
static void say_again(struct member *m, struct str line, bool object)
{
	if (!m->object && !object &&
	    str_ends(m->line, STR(": \"sometimes\"")))
		return;
	if (m->members.n && !object)
		return;
	m->line = line;
	m->object = object;
}

static struct member *repair_merge_add(struct member *to, struct str key,
				       struct str line)
{
	bool object = drop_end(&line, STR(" {}")) ||
		      drop_end(&line, STR(" {"));
	struct strmap_entry *e = strmap_put(&to->by_key, key);
	struct member *m;

	if (e->val.num) {
		m = to->members.v[e->val.num - 1];
		say_again(m, line, object);
		return m;
	}
	m = member_new();
	m->line = line;
	m->object = object;
	*vec_push(&to->members) = m;
	e->val.num = to->members.n;
	return m;
}

static void add_foreign(struct member *to, struct str line)
{
	struct member *m = member_new();

	m->line = line;
	m->foreign = true;
	*vec_push(&to->members) = m;
}

struct repair {
	struct member *open[LEVELS];	/* from the outermost */
	size_t depth;			/* how many there are */
	bool closed;			/* the outermost */
};

static bool take_member(struct repair *d, struct str line)
{
	size_t blanks = blanks_of(line), level = blanks / INDENT;
	struct str key = repair_merge_key_of(str_sub(line, blanks));
	struct member *m;

	drop_end(&line, STR(","));
	if (blanks % INDENT || !level || level > d->depth || !key.len ||
	    str_ends(line, STR("[")))
		return false;
	m = repair_merge_add(d->open[level - 1], key, line);
	d->depth = level;
	if (m->object && level < LEVELS)
		d->open[d->depth++] = m;
	return true;
}

static void repair_merge_take(struct repair *d, struct str line)
{
	struct str text = str_sub(line, blanks_of(line));

	if (take_member(d, line))
		return;
	d->closed |= str_eq(line, STR("}"));
	drop_end(&text, STR(","));
	if (text.len && !str_eq(text, STR("{")) && !str_eq(text, STR("}")))
		add_foreign(d->open[d->depth - 1], line);
}

/* --- writing --- */

static void repair_merge_put_members(struct buf *out, const struct member *of,
				     size_t level)
{
	for (size_t i = 0; i < of->members.n; i++) {
		const struct member *m = of->members.v[i];

		buf_str(out, m->line);
		if (m->object) {
			buf_c(out, " {\n");
			repair_merge_put_members(out, m, level + 1);
			buf_printf(out, "%*s}", (int)(level * INDENT), "");
		}
		if (i + 1 < of->members.n && !m->foreign)
			buf_ch(out, ',');
		buf_ch(out, '\n');
	}
}

void baseline_repair_merge(struct buf *out, struct str text)
{
	struct repair d = { .open = { member_new() }, .depth = 1 };

	while (text.len) {
		struct str line = cut_line(&text);

		if (!is_marker(line))
			repair_merge_take(&d, line);
	}
	buf_c(out, "{\n");
	repair_merge_put_members(out, d.open[0], 1);
	/* A file that breaks off stays broken. */
	buf_c(out, d.closed ? "}\n" : "");
	member_free(d.open[0]);
}
