/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of each line that is not the same in all runs of both sides, all parts that
 * may have been drawn are tried as a hole.  The lines of OLD that agree on the
 * rest are its draw, and the lines of NEW that do are held against it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/ascii.h"
#include "core/base/date.h"
#include "core/fingerprint/draw_figures.h"
#include "core/fingerprint/drawn_internal.h"

bool drawn_is_full(const struct drawn_places *d)
{
	return d && d->entries >= ENTRIES_MAX;
}

/* --- what was drawn --- */

static struct str text_at(const struct member *m, size_t part)
{
	return part == WHOLE ? m->name : m->part[part].text;
}

static int drawn_by_text(const void *pa, const void *pb)
{
	const struct draw_name *a = pa, *b = pb;
	int c = str_cmp(a->text, b->text);

	return c ? c : a->cut - b->cut;
}

size_t drawn_distinct(struct draw_name *v, size_t n)
{
	size_t out = 0;

	if (n)
		qsort(v, n, sizeof(*v), drawn_by_text);
	for (size_t i = 0; i < n; i++) {
		if (out && !drawn_by_text(&v[out - 1], &v[i]))
			v[out - 1].runs |= v[i].runs;
		else
			v[out++] = v[i];
	}
	return out;
}

/*
 * What has a place of its own, such as a pool of few, is not of the draw around
 * it: of a mixture nothing could be said.
 */
void drawn_draws(struct drawn_places *d, const struct place *p, size_t part,
		 bool all, struct draw out[2])
{
	d->names[0].n = d->names[1].n = 0;
	for (const struct member *m = p->first; m; m = m->next)
		if (m->is[all] == DRAW_SAME && (all || m->raw->best == m))
			*vec_push(&d->names[m->raw->new]) = (struct draw_name){
				text_at(m, part), m->raw->runs, m->tokens.len,
			};
	for (size_t i = 0; i < 2; i++)
		out[i] = (struct draw){
			.v = d->names[i].v,
			.n = drawn_distinct(d->names[i].v, d->names[i].n),
			.runs = d->side[i].fp->runs, .possible = p->possible,
		};
}

static const struct draw_name *find_name(const struct draw *d,
					 const struct draw_name *name)
{
	return d->n ? bsearch(name, d->v, d->n, sizeof(*d->v), drawn_by_text) :
		      NULL;
}

/* --- may it explain a line? --- */

static bool place_is_endless(struct drawn_places *d, struct place *p)
{
	struct draw v[2];

	if (!p->endless) {
		drawn_draws(d, p, WHOLE, true, v);
		p->endless = draw_is_endless(&v[0]) ? KNOWN_YES : KNOWN_NO;
	}
	return p->endless == KNOWN_YES;
}

bool drawn_may_explain(struct drawn_places *d, struct place *p,
		       const struct raw *raw)
{
	/* Drawn in two runs or more, and of one weight. */
	if (!(p->runs & (p->runs - 1)) || p->mixed || p->weight != raw->weight)
		return false;
	return raw->trust == DRAWN_SOMETIMES ||
	       (p->runs == fingerprint_all_runs(d->side[0].fp) &&
		(raw->trust == DRAWN_EVERY_RUN || place_is_endless(d, p)));
}

/* --- NEW's lines, each by itself --- */

/* Does its line show that OLD draws? */
static bool member_draws(const struct member *m)
{
	return !m->raw->new && !m->raw->always;
}

/* The token that stands in all lines of OLD there, or "". */
static struct str only_token(const struct place *p)
{
	struct str token = STR("");

	for (const struct member *m = p->first; m; m = m->next) {
		if (!member_draws(m))
			continue;
		if (p->parts > 1 || m->name.len || !m->tokens.len ||
		    (token.len && !str_eq(m->tokens, token)))
			return STR("");
		token = m->tokens;
	}
	return token;
}

/* Are there lines of OLD with the same tokens in the hole? */
static bool has_tokens(const struct place *p, struct str tokens)
{
	for (const struct member *m = p->first; m; m = m->next)
		if (member_draws(m) && str_eq(m->tokens, tokens))
			return true;
	return false;
}

#define CLOCK_SEPARATORS "-:_"

static bool is_of_clock(char c)
{
	return ascii_is_digit(c) || (c && strchr(CLOCK_SEPARATORS, c));
}

/*
 * Is the hole behind some of the time of a day, as "15-43-<drawn>" is of
 * "15-43-59.998"?  What is in front of it has changed when a minute ends.
 */
static bool is_in_clock(const struct member *m)
{
	struct str line = m->raw->f->line;
	size_t hole = (size_t)(m->part[0].shown.p - line.p), at = hole;

	while (at && is_of_clock(line.p[at - 1]))
		at--;
	for (; at <= hole; at++)
		if ((!at || !ascii_is_digit(line.p[at - 1])) &&
		    date_is_time_of_day(line, at, 1) &&
		    strchr(CLOCK_SEPARATORS, line.p[at + 2]) &&
		    line.p[at + 2] == line.p[at + 5])
			return hole < at + 8;
	return false;
}

/* Has the name what is not drawn in OLD's, at both ends? */
static bool has_ends(const struct draw *old, const struct drawn *is,
		     const struct member *m)
{
	struct str like = old->v[0].text, name = m->name;

	if (is_in_clock(m))
		return true;
	return draw_common_head(like, name) >= is->head &&
	       draw_common_tail(like, name) >= is->tail;
}

/*
 * What a fixed rule knows is of the form of that rule: where none of OLD's
 * names is, it is another.  Where it knows all of OLD's names it knows, but for
 * luck, those of NEW.
 */
static void judge_lines(struct drawn_places *d, struct place *p, bool all,
			struct str token)
{
	struct draw v[2] = { { .n = 0 } };
	struct drawn is = { .head = 0 };

	if (all) {
		drawn_draws(d, p, WHOLE, all, v);
		is = drawn_of(&v[0], NULL);
	}
	for (struct member *m = p->first; m; m = m->next) {
		if (!m->raw->new)
			continue;
		if (m->tokens.len && !has_tokens(p, m->tokens))
			m->is[all] = DRAW_ALPHABET;
		else if (token.len && !m->tokens.len &&
			 !token_covers(token, m->name))
			m->is[all] = DRAW_NONE;
		else if (all && !p->words && !has_ends(&v[0], &is, m))
			m->is[all] = DRAW_FORM;
	}
}

/* --- what NEW drew --- */

/*
 * Two words of a name are a kind and which one of it, a number or what looks
 * random: OLD has this kind, or nothing is said.
 */
static void judge_kinds(struct drawn_places *d, struct place *p, bool all)
{
	struct draw v[2];

	for (struct member *m = p->first; m; m = m->next)
		if (m->raw->new && m->is[all] == DRAW_SAME)
			m->is[all] = DRAW_NONE;
	for (size_t kind = 0; kind < 2; kind++) {
		drawn_draws(d, p, kind, all, v);
		for (struct member *m = p->first; m; m = m->next) {
			const struct draw_name name = {
				text_at(m, kind), 0, m->tokens.len,
			};

			if (m->raw->new && m->is[all] == DRAW_NONE &&
			    hole_has_digit(text_at(m, !kind)) &&
			    find_name(&v[0], &name))
				m->is[all] = DRAW_SAME;
		}
	}
}

/* All that NEW has in one part of several may be in OLD. */
static bool draws_differ(struct drawn_places *d, const struct place *p,
			 size_t part, bool all, struct draw v[2])
{
	drawn_draws(d, p, part, all, v);
	if (p->parts == 1 || part == WHOLE)
		return true;
	for (size_t i = 0; i < v[1].n; i++)
		if (!find_name(&v[0], &v[1].v[i]))
			return true;
	return false;
}

/* What each name is by itself, of NEW's lines or of OLD's of all its runs. */
static void judge_names(struct place *p, size_t part, bool all, bool always,
			const struct draw *old, const struct draw *of)
{
	enum draw_judgement *is = mem_array(of->n + 1, sizeof(*is));

	draw_judge_names(is, old, of);
	for (struct member *m = p->first; m; m = m->next) {
		const struct draw_name key = {
			text_at(m, part), 0, m->tokens.len,
		};
		const struct draw_name *name = NULL;

		if (always ? m->raw->always : m->raw->new)
			name = find_name(of, &key);

		/* It may have a better place. */
		if (name && m->is[all] == DRAW_SAME)
			m->is[all] = is[name - of->v];
	}
	free(is);
}

/* Names that are of no such draw by themselves: the others are not blamed. */
static void find_others(struct drawn_places *d, struct place *p, size_t part,
			bool all)
{
	struct draw v[2];

	if (draws_differ(d, p, part, all, v))
		judge_names(p, part, all, false, &v[0], &v[1]);
}

/*
 * A name of a pool may be in all runs of OLD by luck.  Is it, where NEW's runs
 * have it not always, one that OLD's draw could have?
 */
static void find_always(struct drawn_places *d, struct place *p, bool all)
{
	struct draw_name *names;
	struct draw alone, v[2];

	drawn_draws(d, p, WHOLE, all, v);
	alone = v[0];
	names = mem_array(alone.n + 1, sizeof(*names));
	for (size_t i = 0; i < alone.n; i++)
		names[i] = alone.v[i];
	alone.v = names;
	for (struct member *m = p->first; m; m = m->next)
		if (m->raw->always)
			m->is[all] = DRAW_SAME;
	drawn_draws(d, p, WHOLE, all, v);
	if (v[0].n > alone.n)
		judge_names(p, WHOLE, all, true, &alone, &v[0]);
	free(names);
}

static void judge_part(struct drawn_places *d, struct place *p, size_t part,
		       bool all, enum draw_tests tests)
{
	struct draw v[2];

	if (p->is[all] == DRAW_SAME && draws_differ(d, p, part, all, v))
		p->is[all] = draw_judge(&v[0], &v[1], tests).is;
}

/* Of several parts each by itself, and how many all of them together are. */
static void judge_draws(struct drawn_places *d, struct place *p, bool all)
{
	bool several = p->parts > 1;

	for (size_t i = 0; i < p->parts; i++)
		find_others(d, p, i, all);
	for (size_t i = 0; i < p->parts; i++)
		judge_part(d, p, i, all,
			   several ? DRAW_NAMES_ONLY : DRAW_ALL_TESTS);
	if (several)
		judge_part(d, p, WHOLE, all, DRAW_NUMBER_ONLY);
}

static void judge(struct drawn_places *d, struct place *p, bool all)
{
	struct str token;
	struct draw v[2];

	if (p->judged[all])
		return;
	p->judged[all] = true;
	token = only_token(p);
	if (!token.len)
		find_always(d, p, all);
	judge_lines(d, p, all, token);
	if (p->words)
		judge_kinds(d, p, all);
	if (!token.len)
		judge_draws(d, p, all);
	/* What is left of NEW's is none: it draws nothing of that kind. */
	drawn_draws(d, p, WHOLE, all, v);
	if (!v[1].n)
		p->is[all] = DRAW_NONE;
}

/* What speaks against a line there. */
static enum draw_judgement judge_member(struct drawn_places *d,
					const struct member *m, bool all)
{
	judge(d, m->place, all);
	return m->is[all] != DRAW_SAME ? m->is[all] : m->place->is[all];
}

/* --- a place around others --- */

static bool sets_names_apart(struct str name)
{
	return name.len && (memchr(name.p, '/', name.len) ||
			    memchr(name.p, '=', name.len) ||
			    memchr(name.p, ',', name.len));
}

/*
 * May the lines of OLD at a place be one draw, though they have a better place?
 * Where that is the same for all, with less drawn of them ("key=*==" where
 * NEW's key has a slash, or "15-43-31.*" where NEW's is of the next second).
 */
static bool may_be_one(const struct place *p)
{
	const struct place *first = NULL;
	bool wide = false;

	for (const struct member *m = p->first; m; m = m->next) {
		const struct member *best = m->raw->best;

		wide |= m->raw->new &&
			(sets_names_apart(m->name) || is_in_clock(m));
		if (!member_draws(m))
			continue;
		if (!best || best == m || (first && best->place != first))
			return false;
		first = best->place;
	}
	return first && wide;
}

static bool place_is_one(struct place *p)
{
	if (!p->one)
		p->one = p->parts == 1 && p->new && may_be_one(p) ?
			KNOWN_YES : KNOWN_NO;
	return p->one == KNOWN_YES;
}

/*
 * is: what it is at its own place.  What a name is by itself is no matter of
 * how many others there are, or of how wide the hole is; but it may be of a
 * kind of which OLD showed too few to make a place, unless it comes in every
 * run.
 */
static bool may_be_around(const struct drawn_places *d, const struct raw *raw,
			  struct place *p, enum draw_judgement is)
{
	bool of_all = is == DRAW_MORE || is == DRAW_UNKNOWN;

	if (!p->words)
		return (of_all || is == DRAW_NONE) && place_is_one(p);
	return !of_all && (is != DRAW_FIXED || raw->runs !=
			   fingerprint_all_runs(d->side[raw->new].fp));
}

static struct place *explained_around(struct drawn_places *d,
				      const struct raw *raw,
				      enum draw_judgement is)
{
	for (struct member *m = raw->first; m; m = m->other)
		if (drawn_may_explain(d, m->place, raw) &&
		    may_be_around(d, raw, m->place, is) &&
		    judge_member(d, m, true) == DRAW_SAME)
			return m->place;
	return NULL;
}

/* --- what others ask --- */

/* What speaks against it; *place: where, NULL where OLD draws no such. */
static enum draw_judgement judge_raw(struct drawn_places *d,
				     const struct raw *raw,
				     struct place **place)
{
	const struct member *m = raw->best;
	enum draw_judgement is = DRAW_NONE;
	struct place *around;

	*place = NULL;
	if (m && m->place->new) {
		*place = m->place;
		is = judge_member(d, m, false);
	}
	if (is == DRAW_SAME)
		return is;
	around = explained_around(d, raw, is);
	if (!around)
		return is;
	*place = around;
	return DRAW_SAME;
}

static int raw_by_fact(const void *key, const void *raw)
{
	const struct fact *a = key, *b = ((const struct raw *)raw)->f;

	return a < b ? -1 : a > b;
}

/* The line of a fact of one of the sides, NULL where it cannot be drawn. */
static struct raw *raw_of(const struct drawn_places *d, const struct fact *f)
{
	struct raw *raw = NULL;

	for (size_t i = 0; d && !drawn_is_full(d) && !raw && i < 2; i++)
		if (d->side[i].raws.n)
			raw = bsearch(f, d->side[i].raws.v, d->side[i].raws.n,
				      sizeof(*raw), raw_by_fact);
	return raw;
}

/* The best place of a fact's line, or NULL. */
static struct place *best_place(const struct drawn_places *d,
			      const struct fact *f)
{
	const struct raw *raw = raw_of(d, f);

	return raw && raw->best ? raw->best->place : NULL;
}

const struct fact *drawn_next(const struct drawn_places *d, bool new,
			      size_t *at, bool *one_sided)
{
	const struct drawn_side *s = &d->side[new];

	if (*at == s->raws.n)
		return NULL;
	*one_sided = s->raws.v[*at].one_sided;
	return s->raws.v[(*at)++].f;
}

bool drawn_explains(struct drawn_places *d, const struct fact *f)
{
	struct raw *raw = raw_of(d, f);
	struct place *p;

	if (!raw || judge_raw(d, raw, &p) != DRAW_SAME)
		return false;
	p->explained = true;
	raw->explained = true;
	return true;
}

bool drawn_is_certain(struct drawn_places *d, const struct fact *f)
{
	struct place *p = best_place(d, f);
	struct draw v[2];

	for (size_t i = 0; p && !p->certain && i < p->parts; i++) {
		drawn_draws(d, p, i, false, v);
		if (!draw_is_certain(&v[0]))
			p->certain = KNOWN_NO;
	}
	if (p && !p->certain)
		p->certain = KNOWN_YES;
	return p && p->certain == KNOWN_YES;
}

const char *drawn_reason(struct drawn_places *d, const struct fact *f)
{
	const struct raw *raw = raw_of(d, f);
	struct place *p = NULL;
	enum draw_judgement is = raw ? judge_raw(d, raw, &p) : DRAW_NONE;

	return p && is != DRAW_SAME && is != DRAW_NONE ? draw_reason(is) :
							 NULL;
}

bool drawn_template(struct buf *out, struct drawn_places *d,
		    const struct fact *f)
{
	const struct place *p = best_place(d, f);

	if (p)
		drawn_put_line(out, p->key);
	return p;
}

static bool place_is_open(struct drawn_places *d, struct place *p, bool all)
{
	struct draw v[2];

	if (p->asked[all])
		return false;
	p->asked[all] = true;
	judge(d, p, all);
	drawn_draws(d, p, WHOLE, all, v);
	return draw_is_open(&v[0], &v[1]);
}

bool drawn_is_open(struct drawn_places *d)
{
	const struct drawn_side *s = &d->side[1];
	bool open = false;

	for (size_t i = 0; i < s->raws.n && !open; i++) {
		const struct raw *raw = &s->raws.v[i];
		struct place *around;

		if (!raw->wanted)
			continue;
		open = raw->best && place_is_open(d, raw->best->place, false);
		around = open ? NULL : explained_around(d, raw, raw->best ?
							     DRAW_MORE :
							     DRAW_NONE);
		open = open || (around && place_is_open(d, around, true));
	}
	return open;
}
