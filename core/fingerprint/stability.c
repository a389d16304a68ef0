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
/* Two parts of a line at once: tried for so many lines only. */
#define PAIR_LINES_MAX 256
#define PAIR_PARTS_MAX 40

/* --- who agrees with whom --- */

/* A line that is rewritten once all are decided: till then s is sorted. */
struct becoming {
	struct sighting *s;
	struct str line;
};

struct learning {
	struct arena *arena;
	struct sighting *s;
	size_t n, runs;
	int least;		/* runs that must agree */
	const struct strmap *widths, *taught;	/* or NULL */
	struct strmap joined;	/* what others became: it is no one's own */
	/*
	 * The same of what lines might become, by how much of them was drawn,
	 * and, behind a blank, in all.
	 */
	struct strmap forms;
	VEC(struct becoming) rewritten;
	struct buf text, key;
};

static void learning_end(struct learning *l)
{
	for (size_t i = 0; i < l->rewritten.n; i++)
		l->rewritten.v[i].s->line = l->rewritten.v[i].line;
	vec_free(&l->rewritten);
	strmap_free(&l->joined);
	strmap_free(&l->forms);
	buf_free(&l->text);
	buf_free(&l->key);
}

/* A set of runs is a mask; of more than 64, some share a bit. */
static uint64_t bit(size_t run)
{
	return 1ULL << run % 64;
}

/* The first sighting whose line is not before this one. */
static size_t lower_bound(const struct learning *l, struct str line)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (str_cmp(l->s[mid].line, line) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The runs of the sightings from this one on that have its line. */
static uint64_t runs_from(const struct learning *l, size_t from, size_t *end)
{
	size_t i = from;
	uint64_t runs = 0;

	for (; i < l->n && str_eq(l->s[i].line, l->s[from].line); i++)
		runs |= bit(l->s[i].run);
	*end = i;
	return runs;
}

/* The runs that have this line; 0 when it is none. */
static uint64_t runs_of(const struct learning *l, struct str line)
{
	size_t at = lower_bound(l, line), end;

	return at < l->n && str_eq(l->s[at].line, line) ?
		runs_from(l, at, &end) : 0;
}

static int count_bits(uint64_t set)
{
	int n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

static int size_of(const struct strmap_entry *set)
{
	return set ? count_bits(set->val.num) : 0;
}

static void claim(struct strmap *map, struct str text, size_t run)
{
	strmap_put(map, text)->val.num |= bit(run);
}

#define ANY_WIDTH SIZE_MAX

static bool has_token(struct str line)
{
	return line.len && memchr(line.p, '<', line.len);
}

/* With the names behind its tokens; 0: not known. */
static size_t raw_len(const struct learning *l, const struct sighting *s)
{
	if (!has_token(s->line))
		return s->line.len;
	return l->widths ? widths_only(l->widths, s->line) : 0;
}

static struct rewritten rewritten(struct learning *l, const struct sighting *s,
				  const struct parts *parts,
				  const struct choice *c)
{
	return parts_rewrite(&l->text, s->line, raw_len(l, s), parts, c);
}

static struct str form_key(struct learning *l, struct rewritten form,
			   size_t drawn)
{
	buf_clear(&l->key);
	buf_printf(&l->key, "%zx ", drawn);
	buf_str(&l->key, form.line);
	return buf_view(&l->key);
}

static void claim_rewritten(struct learning *l, struct rewritten form,
			    size_t run)
{
	if (form.drawn == WHOLE_WORD)
		return;
	claim(&l->forms, form_key(l, form, form.drawn), run);
	claim(&l->forms, form_key(l, form, ANY_WIDTH), run);
}

/*
 * How many runs agree on a form: names are drawn as wide as each other.  A line
 * in which a fixed rule has found them already fits every width.  What may be a
 * word goes with what other runs drew where its own run drew nothing.
 */
static int agreeing(struct learning *l, const struct sighting *s,
		    struct rewritten form)
{
	const struct strmap_entry *e;
	uint64_t runs = 0;

	if (form.drawn == WHOLE_WORD) {
		e = strmap_get(&l->forms, form_key(l, form, WHOLE_DRAWN));
		return e && !(e->val.num & bit(s->run)) ? size_of(e) : 0;
	}

	if (!form.drawn)
		return size_of(strmap_get(&l->forms,
					  form_key(l, form, ANY_WIDTH)));
	for (size_t i = 0; i < 2; i++) {
		e = strmap_get(&l->forms,
			       form_key(l, form, i ? 0 : form.drawn));
		runs |= e ? e->val.num : 0;
	}
	return count_bits(runs);
}

/*
 * Words are no names.  What is executed has its own name where it is kept; in
 * temporary directories it may have been unpacked under another.
 */
static bool may_vary(const struct sighting *s)
{
	const struct fact *f = s->fact;

	if (s->learned || s->line.len > LINE_MAX_LEN ||
	    event_shape(f->kind) == SHAPE_WORDS)
		return false;
	if (f->kind != EV_EXEC && f->kind != EV_EXEC_ANON &&
	    f->kind != EV_FILE_EXECUTABLE)
		return true;
	return zone_of(f->object) == ZONE_TEMP;
}

/* Only a line of one run, or of one side, can hold a name that was drawn. */
static bool is_single(const struct learning *l, const struct sighting *s,
		      uint64_t runs)
{
	(void)l;
	return count_bits(runs) == 1 && may_vary(s);
}

static bool may_learn(const struct learning *l, const struct sighting *s)
{
	return may_vary(s) && !strmap_get(&l->joined, s->line) &&
	       count_bits(runs_of(l, s->line)) == 1;
}

/*
 * Would the form hide what the line is? A secret is one by its name, and what
 * joins a token must be as wide as what was drawn for it.
 */
static bool hides(const struct learning *l, const struct sighting *s,
		  struct rewritten form)
{
	bool any = form.drawn == WHOLE_WORD || form.drawn == WHOLE_DRAWN;
	size_t raw = any ? 0 : raw_len(l, s);

	return line_marks(s->line) != line_marks(form.line) ||
	       (raw && !widths_fit(l->widths, form.line, raw));
}

#define IS_LINE 100

/*
 * How many runs agree on this form: none when fewer than two.  A form that is
 * a line already, by a fixed rule, is better than any.
 */
static int agreement(struct learning *l, const struct sighting *s,
		     struct rewritten becomes)
{
	struct str form = becomes.line;
	uint64_t runs = runs_of(l, form);
	int n;

	/*
	 * A number that comes again and again on one side may be chance; that
	 * the other side's runs taught the form, and this one does not have
	 * it, says that it was.
	 */
	if (s->steady && (!runs || (runs & bit(s->run))))
		return 0;
	/* A run that has its drawn port has no need of another. */
	if ((runs & bit(s->run)) &&
	    str_ends(form, str_c(token_text(TOKEN_PORT))))
		return 0;
	if (l->taught)
		n = strmap_get(l->taught, form) ? IS_LINE : 0;
	else if (runs && becomes.drawn != WHOLE_WORD)
		n = IS_LINE;
	else
		n = agreeing(l, s, becomes);
	return n > 1 && !hides(l, s, becomes) ? n : 0;
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
	claim_rewritten(c->l, rewritten(c->l, c->s, &c->parts, choice),
			c->s->run);
}

static void consider_form(struct candidate *c, const struct choice *choice)
{
	int n = agreement(c->l, c->s, rewritten(c->l, c->s, &c->parts,
						choice));

	if (n <= c->best.best || n < c->l->least)
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
	if (!parts_repeat(line, &c->parts, p) &&
	    !parts_repeat(line, &c->parts, q))
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
	claim(&c->l->joined, rewritten(c->l, c->s, &c->parts, &c->best).line,
	      c->s->run);
	*vec_push(&c->l->rewritten) = (struct becoming){
		c->s, arena_str(c->l->arena,
				rewritten(c->l, c->s, &c->parts,
					  &c->best).line),
	};
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
	if (!may_learn(l, s))
		return;
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

/* The sightings that are wanted, by the runs that have their line. */
static struct unshared pick(struct learning *l,
			    bool (*wanted)(const struct learning *l,
					   const struct sighting *s,
					   uint64_t runs))
{
	struct unshared u = { NULL, 0, 0 };

	for (size_t from = 0, end; from < l->n; from = end) {
		uint64_t runs = runs_from(l, from, &end);

		for (size_t i = from; i < end; i++)
			if (wanted(l, &l->s[i], runs))
				*vec_push(&u) = &l->s[i];
	}
	return u;
}

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
	/* First those that join a line, which then stays what it is. */
	l->least = IS_LINE;
	each(l, u, apply_form);
	l->least = 0;
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
			   uint64_t runs)
{
	return count_bits(runs) < (int)l->runs && may_vary(s);
}

static void each_number(struct candidate *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (c->parts.v[i].token == TOKEN_N &&
		    c->parts.v[i].len <= NUMBER_FEW)
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
	struct rewritten form = rewritten(c->l, c->s, &c->parts, choice);

	if (c->best.best || hides(c->l, c->s, form) ||
	    agreeing(c->l, c->s, form) < (int)c->l->runs)
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
	struct unshared u;

	/* Beyond 64 runs two of them may share a bit. */
	if (runs < 2 || runs > 64)
		return;
	u = pick(&l, comes_and_goes);
	if (u.n && u.n <= UNSHARED_MAX) {
		for (size_t i = 0; i < n; i++)
			claim_rewritten(&l, (struct rewritten){ s[i].line, 0 },
					s[i].run);
		each(&l, &u, count_few);
		each(&l, &u, apply_few);
	}
	vec_free(&u);
	learning_end(&l);
}

static void learn_all(struct learning *l)
{
	struct unshared u = pick(l, is_single);

	if (u.n <= UNSHARED_MAX)
		learn(l, &u);
	vec_free(&u);
	learning_end(l);
}

void stability_learn(struct arena *arena, struct sighting *s, size_t n,
		     size_t runs, const struct strmap *widths)
{
	struct learning l = {
		.arena = arena, .s = s, .n = n, .widths = widths
	};

	if (runs > 1)
		learn_all(&l);
}

void stability_apply(struct arena *arena, struct sighting *s, size_t n,
		     const struct strmap *taught)
{
	struct learning l = {
		.arena = arena, .s = s, .n = n, .taught = taught
	};

	learn_all(&l);
}
