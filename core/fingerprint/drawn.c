/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of each line that is not the same in all runs of both sides, all parts that
 * may have been drawn are tried as a hole.  The lines of OLD that agree on the
 * rest are its draw, and the lines of NEW that do are held against it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/fingerprint/draw_figures.h"
#include "core/fingerprint/drawn_internal.h"

bool drawn_is_full(const struct drawn_places *d)
{
	return d && d->entries >= ENTRIES_MAX;
}

/* --- which place is a line's --- */

static bool draws(const struct place *p)
{
	return p->runs & (p->runs - 1);
}

static struct draw names_of(struct drawn_places *d, const struct place *p,
			    size_t part, bool new, bool all);

static bool is_trusted(struct drawn_places *d, const struct place *p,
		       enum drawn_trust trust)
{
	struct draw old;

	if (trust == DRAWN_SOMETIMES)
		return true;
	if (p->runs != drawn_all_runs(d->side[0].fp))
		return false;
	if (trust == DRAWN_EVERY_RUN)
		return true;
	old = names_of(d, p, WHOLE, false, true);
	return draw_is_endless(&old);
}

/* Nor would it hide that the line weighs more, such as a secret. */
static bool may_explain(struct drawn_places *d, const struct place *p,
			const struct fact *f)
{
	return draws(p) && !p->mixed && p->weight == drawn_weight(d, f) &&
	       is_trusted(d, p, d->rules.trust ? d->rules.trust(f) :
						 DRAWN_SOMETIMES);
}

/*
 * Most runs of OLD, then not over what sets names apart, then the fewest parts,
 * then most text around the hole.
 */
static bool is_better(const struct place *p, const struct place *than)
{
	unsigned a = draw_bits(p->runs), b = than ? draw_bits(than->runs) : 0;

	if (a != b)
		return a > b;
	if (than && p->wide != than->wide)
		return !p->wide;
	if (than && p->parts != than->parts)
		return p->parts < than->parts;
	return !than || p->fixed > than->fixed;
}

static struct place *best_place(struct drawn_places *d, struct raw *raw)
{
	autobuf struct buf key = BUF_INIT;
	struct place *best = NULL;
	struct holes h;

	if (raw->placed)
		return raw->place;
	h = drawn_holes(raw);
	for (size_t i = 0; i < h.n; i++) {
		const struct strmap_entry *e;

		drawn_put_key(&key, raw, &h.v[i]);
		e = strmap_get(&d->keys, buf_view(&key));
		if (e && may_explain(d, e->val.ptr, raw->f) &&
		    is_better(e->val.ptr, best))
			best = e->val.ptr;
	}
	raw->placed = true;
	raw->place = best;
	return best;
}

/* --- what was drawn there --- */

static struct str text_at(const struct member *m, size_t part)
{
	return part == WHOLE ? m->name : m->part[part];
}

static int drawn_by_text(const void *pa, const void *pb)
{
	const struct draw_name *a = pa, *b = pb;
	int c = str_cmp(a->text, b->text);

	return c ? c : a->cut - b->cut;
}

/*
 * The names of one side, each once; of NEW those that may be of the draw.  all:
 * also those that have a better place.
 */
static struct draw names_of(struct drawn_places *d, const struct place *p,
			    size_t part, bool new, bool all)
{
	struct draw_name *v = arena_alloc(&d->arena, (p->members.n + 1) *
						     sizeof(*v));
	struct draw out = {
		.v = v, .runs = d->side[new].fp->runs,
		.possible = p->possible,
	};
	size_t n = 0;

	for (size_t i = 0; i < p->members.n; i++) {
		const struct member *m = &p->members.v[i];

		if (m->new == new && m->is == DRAW_SAME &&
		    (all || best_place(d, m->raw) == p))
			v[n++] = (struct draw_name){
				text_at(m, part), m->raw->runs, m->cut,
			};
	}
	if (n)
		qsort(v, n, sizeof(*v), drawn_by_text);
	for (size_t i = 0; i < n; i++) {
		if (out.n && !drawn_by_text(&v[out.n - 1], &v[i]))
			v[out.n - 1].runs |= v[i].runs;
		else
			v[out.n++] = v[i];
	}
	return out;
}

/*
 * What has a place of its own, such as a pool of few, is not of the draw around
 * it: of a mixture nothing could be said.
 */
struct draw drawn_draw(struct drawn_places *d, const struct place *p,
		       size_t part, bool new)
{
	return names_of(d, p, part, new, p->all);
}

/* Is all that NEW has there in OLD?  Of one part of several. */
static bool is_subset(const struct draw *new, const struct draw *old)
{
	for (size_t i = 0; i < new->n; i++)
		if (!bsearch(&new->v[i], old->v, old->n, sizeof(*old->v),
			     drawn_by_text))
			return false;
	return true;
}

/* Names that are of no such draw by themselves: the others are not blamed. */
static void find_others(struct drawn_places *d, struct place *p, size_t part)
{
	struct draw old = drawn_draw(d, p, part, false);
	struct draw new = drawn_draw(d, p, part, true);
	enum draw_judgement *is = arena_alloc(&d->arena, (new.n + 1) *
							 sizeof(*is));

	if (part != WHOLE && is_subset(&new, &old))
		return;
	draw_judge_names(is, &old, &new);
	for (size_t i = 0; i < p->members.n; i++) {
		struct member *m = &p->members.v[i];
		const struct draw_name key = { text_at(m, part), 0, m->cut };
		const struct draw_name *name;

		if (!m->new || m->is != DRAW_SAME)
			continue;
		name = bsearch(&key, new.v, new.n, sizeof(key), drawn_by_text);
		/* It may have a better place. */
		if (name)
			m->is = is[name - new.v];
	}
}

static void judge_part(struct drawn_places *d, struct place *p, size_t part)
{
	struct draw old = drawn_draw(d, p, part, false);
	struct draw new = drawn_draw(d, p, part, true);
	struct draw_opinion opinion;

	if (part != WHOLE && is_subset(&new, &old))
		return;
	opinion = draw_judge(&old, &new, part == WHOLE && p->parts > 1 ?
					 DRAW_NUMBER_ONLY :
					 part == WHOLE ? DRAW_ALL_TESTS :
					 DRAW_NAMES_ONLY);
	if (p->opinion.is == DRAW_SAME)
		p->opinion = opinion;
}

/* The token that stands in all lines of OLD there, or "". */
static struct str only_token(const struct place *p)
{
	struct str token = STR("");

	for (size_t i = 0; i + p->new < p->members.n; i++) {
		const struct member *m = &p->members.v[i];
		struct str text = drawn_text(m->raw->f->line, m->at.v[0]);

		if (p->parts > 1 || m->name.len || !m->cut ||
		    (i && !str_eq(text, token)))
			return STR("");
		token = text;
	}
	return token;
}

/* A fixed rule knows all of OLD's names, and but for luck those of NEW. */
static void judge_by_token(struct place *p, struct str token)
{
	for (size_t i = 0; i < p->members.n; i++) {
		struct member *m = &p->members.v[i];

		if (m->new && !m->cut && !token_covers(token, m->name))
			m->is = DRAW_NONE;
	}
}

static bool some_left(struct drawn_places *d, const struct place *p)
{
	return drawn_draw(d, p, WHOLE, true).n;
}

/* Are there lines of OLD with the same tokens in the hole? */
static bool has_tokens(const struct place *p, struct str tokens)
{
	for (size_t i = 0; i + p->new < p->members.n; i++)
		if (p->members.v[i].cut &&
		    str_eq(p->members.v[i].tokens, tokens))
			return true;
	return false;
}

/*
 * What a fixed rule knows is of the form of that rule: where none of OLD's
 * names is, it is another.
 */
static void judge_tokens(struct place *p)
{
	for (size_t i = p->members.n - p->new; i < p->members.n; i++) {
		struct member *m = &p->members.v[i];

		if (m->cut && !has_tokens(p, m->tokens))
			m->is = DRAW_ALPHABET;
	}
}

static void judge_draws(struct drawn_places *d, struct place *p)
{
	for (size_t i = 0; p->parts > 1 && i < p->parts; i++)
		find_others(d, p, i);
	if (p->parts == 1)
		find_others(d, p, WHOLE);
	for (size_t i = 0; p->parts > 1 && i < p->parts; i++)
		judge_part(d, p, i);
	judge_part(d, p, WHOLE);
}

/* NEW's names have what is not drawn in OLD's, at both ends. */
static void judge_ends(struct drawn_places *d, struct place *p)
{
	struct draw old = drawn_draw(d, p, WHOLE, false);
	struct drawn is;

	if (!old.n)
		return;
	is = drawn_of(&old, NULL);
	for (size_t i = p->members.n - p->new; i < p->members.n; i++) {
		struct member *m = &p->members.v[i];
		struct str like = old.v[0].text;

		if (common_head(like, m->name) < is.head ||
		    common_tail(like, m->name) < is.tail)
			m->is = DRAW_FORM;
	}
}

/* Of several parts each by itself, and how many all of them together are. */
static void judge(struct drawn_places *d, struct place *p)
{
	struct str token = only_token(p);

	if (p->judged)
		return;
	p->judged = true;
	p->opinion = (struct draw_opinion){ DRAW_SAME, 1 };
	if (p->all)
		judge_ends(d, p);
	judge_tokens(p);
	if (token.len)
		judge_by_token(p, token);
	else
		judge_draws(d, p);
	/* What is left of NEW's is none: it draws nothing of that kind. */
	if (!some_left(d, p))
		p->opinion.is = DRAW_NONE;
}

/* --- what speaks against a line --- */

static int by_raw(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;

	return a->raw < b->raw ? -1 : a->raw > b->raw;
}

/* Members are in the order of their lines, those of NEW behind OLD's. */
static enum draw_judgement judged_name(const struct place *p, struct raw *raw)
{
	const struct member key = { .raw = raw };
	const struct member *m = p->new ?
		bsearch(&key, p->members.v + p->members.n - p->new, p->new,
			sizeof(key), by_raw) : NULL;

	return m ? m->is : DRAW_SAME;
}

/* --- a place around others --- */

/* Does the name of a line of NEW hold what sets names apart? */
static bool is_wide(const struct place *p)
{
	for (size_t i = p->members.n - p->new; i < p->members.n; i++) {
		struct str name = p->members.v[i].name;

		for (size_t k = 0; k < name.len; k++)
			if (strchr("/=,", name.p[k]))
				return true;
	}
	return false;
}

/*
 * May the lines of OLD at a place be one draw, though they have a better place?
 * Where that is the same for all, with less drawn of them ("key=*==" where
 * NEW's key has a slash).
 */
static bool may_be_one(struct drawn_places *d, const struct place *p)
{
	const struct place *first = NULL;

	for (size_t i = 0; i + p->new < p->members.n; i++) {
		const struct place *best = best_place(d,
						      p->members.v[i].raw);

		if (!best || best == p || (first && best != first))
			return false;
		first = best;
	}
	return first && is_wide(p);
}

/* The place once more, with all its lines; NULL where they are of several. */
static struct place *around(struct drawn_places *d, struct place *p)
{
	struct place *all;

	if (p->around || p->no_around || p->parts > 1)
		return p->around;
	p->no_around = !may_be_one(d, p);
	if (p->no_around)
		return NULL;
	all = arena_alloc(&d->arena, sizeof(*all));
	*all = *p;
	all->all = true;
	all->judged = false;
	all->members.v = arena_alloc(&d->arena, (p->members.n + 1) *
						sizeof(*all->members.v));
	memcpy(all->members.v, p->members.v,
	       p->members.n * sizeof(*all->members.v));
	for (size_t i = 0; i < all->members.n; i++)
		all->members.v[i].is = DRAW_SAME;
	p->around = all;
	return all;
}

static bool explained_around(struct drawn_places *d, struct raw *raw,
			     struct place **place)
{
	struct holes h = drawn_holes(raw);
	autobuf struct buf key = BUF_INIT;

	for (size_t i = 0; i < h.n; i++) {
		const struct strmap_entry *e;
		struct place *p;

		drawn_put_key(&key, raw, &h.v[i]);
		e = strmap_get(&d->keys, buf_view(&key));
		if (!e || !may_explain(d, e->val.ptr, raw->f))
			continue;
		p = around(d, e->val.ptr);
		if (!p || !p->new)
			continue;
		judge(d, p);
		if (p->opinion.is != DRAW_SAME ||
		    judged_name(p, raw) != DRAW_SAME)
			continue;
		*place = e->val.ptr;
		return true;
	}
	return false;
}

/* What speaks against it; *place: where, NULL where OLD draws no such. */
static enum draw_judgement judge_raw(struct drawn_places *d, struct raw *raw,
				     struct place **place)
{
	struct place *p = best_place(d, raw);
	enum draw_judgement is = DRAW_NONE;

	*place = NULL;
	if (!p)
		return is;
	if (p->new) {
		judge(d, p);
		*place = p;
		is = judged_name(p, raw);
		is = is == DRAW_SAME ? p->opinion.is : is;
	}
	/* What it is by itself is no matter of how many others there are. */
	if ((is == DRAW_NONE || is == DRAW_MORE || is == DRAW_STRANGER) &&
	    explained_around(d, raw, place))
		return DRAW_SAME;
	return is;
}

/* The line of a fact of one of the sides, NULL where it cannot be drawn. */
static struct raw *raw_of(const struct drawn_places *d, const struct fact *f)
{
	for (size_t i = 0; d && !drawn_is_full(d) && i < 2; i++) {
		const struct drawn_side *s = &d->side[i];
		size_t low = 0, high = s->raws.n;

		while (low < high) {
			size_t mid = low + (high - low) / 2;

			if (s->raws.v[mid].f < f)
				low = mid + 1;
			else
				high = mid;
		}
		if (low < s->raws.n && s->raws.v[low].f == f)
			return &s->raws.v[low];
	}
	return NULL;
}

bool drawn_explains(struct drawn_places *d, const struct fact *f)
{
	struct raw *raw = raw_of(d, f);
	struct place *p;

	if (!raw || judge_raw(d, raw, &p) != DRAW_SAME)
		return false;
	p->explained++;
	raw->explained = true;
	return true;
}

static bool place_is_certain(struct drawn_places *d, struct place *p)
{
	for (size_t i = 0; i < p->parts && !p->certain; i++) {
		struct draw old = drawn_draw(d, p, p->parts > 1 ? i : WHOLE,
					     false);

		if (!draw_is_certain(&old))
			p->certain = CERTAIN_NOT;
	}
	if (!p->certain)
		p->certain = CERTAIN;
	return p->certain == CERTAIN;
}

bool drawn_is_certain(struct drawn_places *d, const struct fact *f)
{
	struct raw *raw = raw_of(d, f);
	struct place *p = raw ? best_place(d, raw) : NULL;

	return p && place_is_certain(d, p);
}

const char *drawn_reason(struct drawn_places *d, const struct fact *f)
{
	struct raw *raw = raw_of(d, f);
	struct place *p = NULL;
	enum draw_judgement is = raw ? judge_raw(d, raw, &p) : DRAW_NONE;

	return p && is != DRAW_SAME && is != DRAW_NONE ? draw_reason(is) :
							 NULL;
}

bool drawn_template(struct buf *out, struct drawn_places *d,
		    const struct fact *f)
{
	struct raw *raw = raw_of(d, f);
	struct place *p = raw ? best_place(d, raw) : NULL;

	if (p)
		drawn_put_line(out, p->key);
	return p;
}

bool drawn_is_open(struct drawn_places *d)
{
	const struct drawn_side *s = &d->side[1];
	bool open = false;

	for (size_t i = 0; i < s->raws.n && !open; i++) {
		struct raw *raw = &s->raws.v[i];
		struct place *p = drawn_is_wanted(d, raw, true) ?
			best_place(d, raw) : NULL;
		struct draw old, new;

		if (!p || p->asked)
			continue;
		p->asked = true;
		old = drawn_draw(d, p, WHOLE, false);
		new = drawn_draw(d, p, WHOLE, true);
		open = draw_is_open(&old, &new);
	}
	return open;
}
