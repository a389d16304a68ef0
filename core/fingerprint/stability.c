/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that are learned from repeated runs.
 *
 * The fixed rules must not swallow names that people give, so a temporary name
 * that happens to read like a word ("foo-abcdef") slips through them, and so
 * do schemes that they do not know ("job1234").  Repeating the run tells: such
 * a name is in one run and never again, and another run has the same line with
 * another name, or already with the token, in its place.
 *
 * Only one part of a line is ever replaced, only of a line that no two runs
 * share, and only when two runs agree on the rest.
 */
#include <stdlib.h>

#include "core/fingerprint/internal.h"

/* A run of a program that floods us is not worth learning from. */
#define UNSHARED_MAX 4096
#define LINE_MAX_LEN 512
#define CANDIDATES_MAX 24

/* A part of a line that may be volatile. */
struct part {
	size_t at, len;
	enum token_id token;
};

struct parts {
	struct part v[CANDIDATES_MAX];
	size_t n;
};

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool in_name(char c)
{
	return digit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static void add_part(struct parts *p, size_t at, size_t len,
		     enum token_id token)
{
	if (p->n < CANDIDATES_MAX)
		p->v[p->n++] = (struct part){ at, len, token };
}

/*
 * What may be volatile in the characters [at, end) of a name, the smallest
 * part first: digits at the end, then as many characters as mkstemp(3) and
 * its kin draw.
 */
static void word_parts(struct parts *p, struct str line, size_t at, size_t end)
{
	static const size_t drawn[] = { 6, 8, 10 };
	size_t digits = end;

	while (digits > at && digit(line.p[digits - 1]))
		digits--;
	if (digits < end)
		add_part(p, digits, end - digits, TOKEN_N);
	for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
		if (end - at >= drawn[i])
			add_part(p, end - drawn[i], drawn[i], TOKEN_RAND);
}

/* The escapes of text_escape() and ours are not part of a name. */
static size_t skip_escape(struct str line, size_t at)
{
	size_t left = line.len - at;

	return left > 3 && line.p[at + 1] == 'x' ? 4 : left > 1 ? 2 : 1;
}

/* Parts of the segments of the paths in a line, from left to right. */
static void line_parts(struct parts *p, struct str line)
{
	bool in_path = false;

	for (size_t at = 0; at < line.len;) {
		size_t end = at;

		while (end < line.len && in_name(line.p[end]))
			end++;
		if (end > at && in_path)
			word_parts(p, line, at, end);
		if (end == line.len)
			break;
		if (line.p[end] == '/')
			in_path = true;
		else if (strchr(" =:,'", line.p[end]))
			in_path = false;
		at = end + (line.p[end] == '\\' ? skip_escape(line, end) :
						  (size_t)1);
	}
}

static void rewrite(struct buf *out, struct str line, const struct part *p)
{
	buf_clear(out);
	buf_add(out, line.p, p->at);
	buf_c(out, token_text(p->token));
	buf_str(out, str_sub(line, p->at + p->len));
}

/* --- who agrees with whom --- */

struct learning {
	struct arena *arena;
	struct sighting *s;
	size_t n;
	struct strmap lines;	/* every line: num is 1 */
	struct strmap forms;	/* run + 1 of the first, or SHARED */
	struct buf text;
};

#define SHARED UINT64_MAX

static bool may_learn(const struct learning *l, size_t i)
{
	const struct sighting *s = &l->s[i];

	return s->line.len <= LINE_MAX_LEN &&
	       event_shape(s->fact->kind) != SHAPE_WORDS &&
	       (!i || !str_eq(s->line, s[-1].line)) &&
	       (i + 1 == l->n || !str_eq(s->line, s[1].line));
}

static void count_forms(struct learning *l, const struct sighting *s)
{
	struct parts p = { .n = 0 };

	line_parts(&p, s->line);
	for (size_t i = 0; i < p.n; i++) {
		rewrite(&l->text, s->line, &p.v[i]);

		struct strmap_entry *e = strmap_put(&l->forms,
						    buf_view(&l->text));

		if (!e->val.num)
			e->val.num = s->run + 1;
		else if (e->val.num != s->run + 1)
			e->val.num = SHARED;
	}
}

static void apply_form(struct learning *l, struct sighting *s)
{
	struct parts p = { .n = 0 };

	line_parts(&p, s->line);
	for (size_t i = 0; i < p.n; i++) {
		rewrite(&l->text, s->line, &p.v[i]);

		struct str form = buf_view(&l->text);

		if (strmap_get(&l->forms, form)->val.num != SHARED &&
		    !strmap_get(&l->lines, form))
			continue;
		s->line = arena_str(l->arena, form);
		s->learned = true;
		return;
	}
}

void stability_learn(struct arena *arena, struct sighting *s, size_t n,
		     size_t runs)
{
	struct learning l = { .arena = arena, .s = s, .n = n };
	VEC(struct sighting *) unshared = { NULL, 0, 0 };

	if (runs < 2)
		return;
	for (size_t i = 0; i < n; i++)
		if (may_learn(&l, i))
			*vec_push(&unshared) = &s[i];
	if (unshared.n <= UNSHARED_MAX) {
		for (size_t i = 0; i < n; i++)
			strmap_put(&l.lines, s[i].line);
		for (size_t i = 0; i < unshared.n; i++)
			count_forms(&l, unshared.v[i]);
		for (size_t i = 0; i < unshared.n; i++)
			apply_form(&l, unshared.v[i]);
	}
	vec_free(&unshared);
	strmap_free(&l.lines);
	strmap_free(&l.forms);
	buf_free(&l.text);
}
