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
 * One or two parts of a line are replaced, wherever they stand in it ("x1.tmp
 * -> x1" was drawn once), only of a line that no two runs share, and only when
 * two runs agree on the rest.  A number drawn from few ("slot-3") comes again
 * by chance: it is replaced where no run's number is that of all runs, and
 * every run has one.  Two sides of a comparison
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

/* What of a line is replaced: one part or two, here or wherever they stand. */
struct choice {
	int best;		/* how many runs agree on it */
	const struct part *p, *q;
	bool everywhere;
};

static bool same_text(struct str line, const struct part *a,
		      const struct part *b)
{
	return a->token == b->token && a->len == b->len &&
	       !memcmp(line.p + a->at, line.p + b->at, a->len);
}

static bool is_chosen(struct str line, const struct choice *c,
		      const struct part *part)
{
	if (part == c->p || part == c->q)
		return true;
	return c->everywhere && (same_text(line, part, c->p) ||
				 (c->q && same_text(line, part, c->q)));
}

static struct str rewrite(struct buf *out, struct str line,
			  const struct parts *all, const struct choice *c)
{
	size_t from = 0;

	buf_clear(out);
	for (const struct part *p = all->v; p < all->v + all->n; p++) {
		if (p->at < from || !is_chosen(line, c, p))
			continue;
		buf_add(out, line.p + from, p->at - from);
		buf_c(out, token_text(p->token));
		from = p->at + p->len;
	}
	buf_str(out, str_sub(line, from));
	return buf_view(out);
}

/* Does the part stand in the line again: "x1.tmp -> x1"? */
static bool repeats(struct str line, const struct parts *all,
		    const struct part *part)
{
	for (const struct part *p = all->v; part && p < all->v + all->n; p++)
		if (p != part && same_text(line, part, p))
			return true;
	return false;
}

/* --- who agrees with whom --- */

struct learning {
	struct arena *arena;
	struct sighting *s;
	size_t n, runs;
	struct strmap lines;	/* every line: the set of its runs */
	struct strmap forms;	/* the same of what lines might become */
	struct buf text;
};

static void learning_free(struct learning *l)
{
	strmap_free(&l->lines);
	strmap_free(&l->forms);
	buf_free(&l->text);
}

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

/* One line, and what is done with each form it may take. */
struct candidate {
	struct learning *l;
	struct sighting *s;
	struct parts parts;
	struct choice best;	/* of equals the first, which is narrowest */
	void (*take)(struct candidate *c, const struct choice *choice);
};

static void claim_form(struct candidate *c, const struct choice *choice)
{
	claim(&c->l->forms, rewrite(&c->l->text, c->s->line, &c->parts, choice),
	      c->s->run);
}

static void consider_form(struct candidate *c, const struct choice *choice)
{
	int n = agreement(c->l, c->s, rewrite(&c->l->text, c->s->line,
					      &c->parts, choice));

	if (n <= c->best.best)
		return;
	c->best = *choice;
	c->best.best = n;
}

/* These parts where they stand, and everywhere if one stands there again. */
static void take_form(struct candidate *c, const struct part *p,
		      const struct part *q)
{
	struct choice choice = { .p = p, .q = q };
	struct str line = c->s->line;

	c->take(c, &choice);
	if (!repeats(line, &c->parts, p) && !repeats(line, &c->parts, q))
		return;
	choice.everywhere = true;
	c->take(c, &choice);
}

static void each_part(struct candidate *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (!c->s->steady || c->parts.v[i].token == TOKEN_N)
			take_form(c, &c->parts.v[i], NULL);
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

static void each_pair(struct candidate *c)
{
	for (size_t i = 0, k = 0; next_pair(&c->parts, &i, &k);)
		take_form(c, &c->parts.v[i], &c->parts.v[k]);
}

static struct candidate candidate_of(struct learning *l, struct sighting *s)
{
	return (struct candidate){ .l = l, .s = s, .parts = parts_of(s) };
}

static void take_best(struct candidate *c)
{
	if (!c->best.best)
		return;
	c->s->line = arena_str(c->l->arena,
			       rewrite(&c->l->text, c->s->line, &c->parts,
				       &c->best));
	c->s->learned = true;
}

static void count_forms(struct learning *l, struct sighting *s)
{
	struct candidate c = candidate_of(l, s);

	c.take = claim_form;
	if (!s->steady)
		each_part(&c);
}

static void apply_form(struct learning *l, struct sighting *s)
{
	struct candidate c = candidate_of(l, s);

	c.take = consider_form;
	each_part(&c);
	take_best(&c);
}

static void count_pairs(struct learning *l, struct sighting *s)
{
	struct candidate c = candidate_of(l, s);

	c.take = claim_form;
	each_pair(&c);
}

/* One part too: a fixed rule may have taken the other, in this run only. */
static void apply_pair(struct learning *l, struct sighting *s)
{
	struct candidate c = candidate_of(l, s);

	c.take = consider_form;
	each_part(&c);
	each_pair(&c);
	take_best(&c);
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

/* --- numbers drawn from few, which two runs may share --- */

/* A line that some runs have, and not all. */
static bool comes_and_goes(const struct learning *l, const struct sighting *s,
			   size_t runs)
{
	return !s->learned && s->line.len <= LINE_MAX_LEN &&
	       event_shape(s->fact->kind) != SHAPE_WORDS &&
	       size_of(strmap_get(&l->lines, s->line)) < (int)runs;
}

static void each_number(struct candidate *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (c->parts.v[i].token == TOKEN_N)
			take_form(c, &c->parts.v[i], NULL);
}

static void count_few(struct learning *l, struct sighting *s)
{
	struct candidate c = candidate_of(l, s);

	c.take = claim_form;
	each_number(&c);
}

/* Every run has the form, as it is or by one of its numbers. */
static void consider_few(struct candidate *c, const struct choice *choice)
{
	struct str form = rewrite(&c->l->text, c->s->line, &c->parts, choice);

	if (c->best.best ||
	    size_of(strmap_get(&c->l->forms, form)) < (int)c->l->runs)
		return;
	c->best = *choice;
	c->best.best = 1;
}

static void apply_few(struct learning *l, struct sighting *s)
{
	struct candidate c = candidate_of(l, s);

	c.take = consider_few;
	each_number(&c);
	take_best(&c);
}

void stability_learn_few(struct arena *arena, struct sighting *s, size_t n,
			 size_t runs)
{
	struct learning l = {
		.arena = arena, .s = s, .n = n, .runs = runs
	};
	struct unshared u = { NULL, 0, 0 };

	/* Beyond 64 runs two of them may share a bit. */
	if (runs < 2 || runs > 64)
		return;
	for (size_t i = 0; i < n; i++)
		claim(&l.lines, s[i].line, s[i].run);
	for (size_t i = 0; i < n; i++)
		if (comes_and_goes(&l, &s[i], runs))
			*vec_push(&u) = &s[i];
	if (u.n && u.n <= UNSHARED_MAX) {
		for (size_t i = 0; i < n; i++)
			claim(&l.forms, s[i].line, s[i].run);
		each(&l, &u, count_few);
		each(&l, &u, apply_few);
	}
	vec_free(&u);
	learning_free(&l);
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
	learning_free(&l);
}
