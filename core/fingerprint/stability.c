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
 * One or two parts of a line are replaced, only of a line that no two runs
 * share, and only when two runs agree on the rest.  Two sides of a comparison
 * are told apart as two runs are (unify.c).
 */
#include <stdlib.h>

#include "core/fingerprint/internal.h"

/* A run of a program that floods us is not worth learning from. */
#define UNSHARED_MAX 4096
#define LINE_MAX_LEN 512
#define CANDIDATES_MAX 64
/* Two parts of a line at once: tried for so many lines only. */
#define PAIR_LINES_MAX 256
#define PAIR_PARTS_MAX 40

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
	static const size_t drawn[] = { 4, 6, 8, 10, 12, 16 };
	size_t digits = end;

	while (digits > at && digit(line.p[digits - 1]))
		digits--;
	if (digits < end)
		add_part(p, digits, end - digits, TOKEN_N);
	for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
		if (end - at >= drawn[i])
			add_part(p, end - drawn[i], drawn[i], TOKEN_RAND);
}

/* A fixed rule may have taken only the end of it: "job-b_<rand>". */
static void token_part(struct parts *p, struct str line, size_t at, size_t end)
{
	struct str token = str_c(token_text(TOKEN_RAND));

	if (str_starts(str_sub(line, end), token))
		add_part(p, at, end - at + token.len, TOKEN_RAND);
}

/* The escapes of text_escape() and ours are not part of a name. */
static size_t skip_escape(struct str line, size_t at)
{
	size_t left = line.len - at;

	return left > 3 && line.p[at + 1] == 'x' ? 4 : left > 1 ? 2 : 1;
}

/*
 * Parts of the segments of the paths in a line, from left to right; of the
 * words too, when they are arguments.
 */
static void line_parts(struct parts *p, struct str line, bool words)
{
	bool in_path = false;

	for (size_t at = 0; at < line.len;) {
		size_t end = at;

		while (end < line.len && in_name(line.p[end]))
			end++;
		if (end > at && (in_path || words)) {
			word_parts(p, line, at, end);
			token_part(p, line, at, end);
		}
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

static struct parts parts_of(const struct sighting *s)
{
	struct parts p = { .n = 0 };

	line_parts(&p, s->line, s->fact->kind == EV_EXEC_ARGS);
	return p;
}

static void put_part(struct buf *out, struct str line, size_t *from,
		     const struct part *p)
{
	buf_add(out, line.p + *from, p->at - *from);
	buf_c(out, token_text(p->token));
	*from = p->at + p->len;
}

/* The line with a part, or two from left to right, replaced. */
static struct str rewrite(struct buf *out, struct str line,
			  const struct part *p, const struct part *q)
{
	size_t from = 0;

	buf_clear(out);
	put_part(out, line, &from, p);
	if (q)
		put_part(out, line, &from, q);
	buf_str(out, str_sub(line, from));
	return buf_view(out);
}

/* --- who agrees with whom --- */

struct learning {
	struct arena *arena;
	struct sighting *s;
	size_t n;
	struct strmap lines;	/* every line: the set of its runs */
	struct strmap forms;	/* the same of what lines might become */
	struct buf text;
};

/* A set of runs is a mask; of more than 64, some share a bit. */
static uint64_t bit(size_t run)
{
	return 1ULL << run % 64;
}

static int size_of(const struct strmap_entry *set)
{
	int n = 0;

	for (uint64_t left = set ? set->val.num : 0; left; left &= left - 1)
		n++;
	return n;
}

static void claim(struct strmap *map, struct str text, size_t run)
{
	strmap_put(map, text)->val.num |= bit(run);
}

/* Only a line of one run, or of one side, can hold a name that was drawn. */
static bool may_learn(const struct learning *l, const struct sighting *s)
{
	return !s->learned && s->line.len <= LINE_MAX_LEN &&
	       event_shape(s->fact->kind) != SHAPE_WORDS &&
	       size_of(strmap_get(&l->lines, s->line)) == 1;
}

#define IS_LINE 100

/*
 * How many runs agree on this form: none when fewer than two.  A form that is
 * a line already, by a fixed rule, is better than any.
 */
static int agreement(const struct learning *l, const struct sighting *s,
		     struct str form)
{
	const struct strmap_entry *line = strmap_get(&l->lines, form);
	int n;

	/*
	 * A number that comes again and again on one side may be chance; that
	 * the other side's runs taught the form, and this one does not have
	 * it, says that it was.
	 */
	if (s->steady)
		return line && !(line->val.num & bit(s->run)) ? IS_LINE : 0;
	if (line)
		return IS_LINE;
	n = size_of(strmap_get(&l->forms, form));
	return n > 1 ? n : 0;
}

/* The form that most runs agree on; of equals the first, which is narrowest. */
struct choice {
	int best;
	const struct part *p, *q;
};

static void consider(struct learning *l, const struct sighting *s,
		     struct choice *c, const struct part *p,
		     const struct part *q)
{
	int n = agreement(l, s, rewrite(&l->text, s->line, p, q));

	if (n > c->best)
		*c = (struct choice){ n, p, q };
}

static void take_choice(struct learning *l, struct sighting *s,
			const struct choice *c)
{
	if (!c->best)
		return;
	s->line = arena_str(l->arena,
			    rewrite(&l->text, s->line, c->p, c->q));
	s->learned = true;
}

static void count_forms(struct learning *l, struct sighting *s)
{
	struct parts p = parts_of(s);

	for (size_t i = 0; i < p.n && !s->steady; i++)
		claim(&l->forms, rewrite(&l->text, s->line, &p.v[i], NULL),
		      s->run);
}

static void apply_form(struct learning *l, struct sighting *s)
{
	struct parts p = parts_of(s);
	struct choice c = { 0, NULL, NULL };

	for (size_t i = 0; i < p.n; i++)
		if (!s->steady || p.v[i].token == TOKEN_N)
			consider(l, s, &c, &p.v[i], NULL);
	take_choice(l, s, &c);
}

/* The next pair of parts that do not overlap; false after the last. */
static bool next_pair(const struct parts *p, size_t *i, size_t *k)
{
	size_t n = p->n < PAIR_PARTS_MAX ? p->n : PAIR_PARTS_MAX;

	for (++*k; *i < n; ++*i, *k = *i + 1)
		for (; *k < n; ++*k)
			if (p->v[*k].at >= p->v[*i].at + p->v[*i].len)
				return true;
	return false;
}

static void count_pairs(struct learning *l, struct sighting *s)
{
	struct parts p = parts_of(s);

	for (size_t i = 0, k = 0; next_pair(&p, &i, &k);)
		claim(&l->forms,
		      rewrite(&l->text, s->line, &p.v[i], &p.v[k]), s->run);
}

static void apply_pair(struct learning *l, struct sighting *s)
{
	struct parts p = parts_of(s);
	struct choice c = { 0, NULL, NULL };

	for (size_t i = 0, k = 0; next_pair(&p, &i, &k);)
		consider(l, s, &c, &p.v[i], &p.v[k]);
	take_choice(l, s, &c);
}

/* --- one part first, then two in what is left --- */

struct unshared {
	struct sighting **v;
	size_t n, cap;
};

static void each(struct learning *l, const struct unshared *u,
		 void (*what)(struct learning *l, struct sighting *s))
{
	for (size_t i = 0; i < u->n; i++)
		what(l, u->v[i]);
}

static void learn(struct learning *l, struct unshared *u)
{
	struct unshared left = { NULL, 0, 0 };

	each(l, u, count_forms);
	each(l, u, apply_form);
	for (size_t i = 0; i < u->n; i++)
		if (may_learn(l, u->v[i]) && !u->v[i]->steady)
			*vec_push(&left) = u->v[i];
	if (left.n <= PAIR_LINES_MAX) {
		each(l, &left, count_pairs);
		each(l, &left, apply_pair);
	}
	vec_free(&left);
}

void stability_learn(struct arena *arena, struct sighting *s, size_t n,
		     size_t runs)
{
	struct learning l = { .arena = arena, .s = s, .n = n };
	struct unshared u = { NULL, 0, 0 };

	if (runs < 2)
		return;
	for (size_t i = 0; i < n; i++)
		claim(&l.lines, s[i].line, s[i].run);
	for (size_t i = 0; i < n; i++)
		if (may_learn(&l, &s[i]))
			*vec_push(&u) = &s[i];
	if (u.n <= UNSHARED_MAX)
		learn(&l, &u);
	vec_free(&u);
	strmap_free(&l.lines);
	strmap_free(&l.forms);
	buf_free(&l.text);
}
