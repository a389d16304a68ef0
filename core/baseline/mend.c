/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two branches that each add a fact change the same lines of the header, and
 * often neighbouring lines of the facts.  git's merge=union keeps the lines of
 * both; what that breaks is mended here:
 *
 *	a member of the header twice		the last counts
 *	a fact twice				"sometimes" counts
 *	an accepted fact twice			the last counts
 *	a comma too many or missing		set anew
 *
 * The layout is baseline_write()'s; the result is parsed as any other text.
 */
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/baseline/internal.h"

struct mending {
	VEC(struct str) lines;	/* text itself */
	struct strmap header;	/* key -> index in lines, plus 1 */
	struct strmap section;
	bool inside;		/* a list of facts */
};

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

/* `  "key": ...` -> `  "key":`; empty when it is none. */
static struct str key_of(struct str line, struct str indent)
{
	if (!str_starts(line, indent))
		return STR("");
	for (size_t i = indent.len; i + 1 < line.len; i++) {
		if (line.p[i] == '\\')
			i++;
		else if (line.p[i] == '"')
			return (struct str){ line.p, i + 1 };
	}
	return STR("");
}

static bool opens_list(struct str line)
{
	return str_eq(line, STR("  \"facts\": {")) ||
	       str_eq(line, STR("  \"names\": {")) ||
	       str_eq(line, STR("  \"learned\": {")) ||
	       str_eq(line, STR("  \"forms\": {")) ||
	       str_eq(line, STR("  \"accepted\": {"));
}

static struct str no_comma(struct str line)
{
	if (line.len && line.p[line.len - 1] == ',')
		line.len--;
	return line;
}

/* Take the line, or let it take the place of the one with its key. */
static void put(struct mending *m, struct strmap *keys, struct str key,
		struct str line)
{
	struct strmap_entry *e = strmap_put(keys, key);

	if (!e->val.num) {
		*vec_push(&m->lines) = line;
		e->val.num = m->lines.n;
		return;
	}

	struct str *before = &m->lines.v[e->val.num - 1];

	if (!str_ends(no_comma(*before), STR(": \"sometimes\"")))
		*before = line;
}

static void take(struct mending *m, struct str line)
{
	struct str key = key_of(line, STR("    \""));

	if (m->inside && key.len) {
		put(m, &m->section, key, no_comma(line));
		return;
	}
	key = key_of(line, STR("  \""));
	m->inside = opens_list(line);
	if (key.len && !str_ends(line, STR("{"))) {
		put(m, &m->header, key, line);
		return;
	}
	*vec_push(&m->lines) = line;
	strmap_free(&m->section);
	m->section = (struct strmap)STRMAP_INIT;
}

/* Inside these every line but the last has a comma. */
static void write_lines(struct buf *out, const struct mending *m)
{
	bool inside = false;

	for (size_t i = 0; i < m->lines.n; i++) {
		struct str line = m->lines.v[i];
		bool member = key_of(line, STR("    \"")).len;

		buf_str(out, line);
		if (inside && member && i + 1 < m->lines.n &&
		    key_of(m->lines.v[i + 1], STR("    \"")).len)
			buf_ch(out, ',');
		if (!member)
			inside = opens_list(line);
		buf_ch(out, '\n');
	}
}

void baseline_mend(struct buf *out, struct str text)
{
	struct mending m = { .header = STRMAP_INIT, .section = STRMAP_INIT };

	while (text.len) {
		struct str line = cut_line(&text);

		if (!is_marker(line))
			take(&m, line);
	}
	write_lines(out, &m);
	strmap_free(&m.header);
	strmap_free(&m.section);
	vec_free(&m.lines);
}
