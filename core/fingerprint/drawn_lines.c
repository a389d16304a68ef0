/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a side that may have been drawn, and what of each not every run
 * has.
 */
#include <string.h>

#include "core/fingerprint/drawn_internal.h"

/* The runs that had it; none where that is not known, of a baseline. */
static uint64_t runs_of(const struct fingerprint *fp, const struct fact *f)
{
	uint64_t all = drawn_all_runs(fp);

	return fact_always(fp, f) ? all : f->in_runs & all;
}

/* --- the lines of a side --- */

bool drawn_lacks(const struct fingerprint *fp, const struct fact *f)
{
	const struct fact *there = fingerprint_find(fp, f->line);

	return !there || !fact_always(fp, there);
}

static bool has_token(const struct fact *f)
{
	return memchr(f->object.p, '<', f->object.len) &&
	       hole_token(f->object) < f->object.len;
}

static void collect(struct drawn_side *s, const struct fingerprint *other,
		    bool new)
{
	const struct fingerprint *fp = s->fp;

	/* Both are sorted: at is where the line stands on the other side. */
	for (size_t i = 0, at = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		bool lacks;

		while (new && at < other->n &&
		       str_cmp(other->facts[at].line, f->line) < 0)
			at++;
		lacks = new && (at == other->n ||
				!str_eq(other->facts[at].line, f->line) ||
				!fact_always(other, &other->facts[at]));
		if (lacks || !fact_always(fp, f) || has_token(f))
			*vec_push(&s->raws) = (struct raw){
				.f = f, .runs = runs_of(fp, f),
			};
	}
}

/* --- all names at once that not every run has --- */

struct str drawn_text(struct str line, struct span part)
{
	return (struct str){ line.p + part.at, part.len };
}

static void drawn_count_names(struct strmap *runs, const struct drawn_side *s)
{
	for (size_t i = 0; i < s->raws.n; i++) {
		const struct raw *raw = &s->raws.v[i];
		struct hole_names names = hole_names_of(raw->f);

		for (size_t k = 0; k < names.n; k++)
			strmap_put(runs, drawn_text(raw->f->line, names.v[k]))
				->val.num |= raw->runs;
	}
}

/* What lines of all runs hold is not drawn, wherever else it stands. */
static void forget_fixed(struct strmap *runs, const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++) {
		struct hole_names names;

		if (!fact_always(fp, &fp->facts[i]))
			continue;
		names = hole_names_of(&fp->facts[i]);
		for (size_t k = 0; k < names.n; k++) {
			struct strmap_entry *e = strmap_get(runs,
				drawn_text(fp->facts[i].line, names.v[k]));

			if (e)
				e->val.num = UINT64_MAX;
		}
	}
}

/* More parts than two: single holes and pairs have looked at the others. */
#define FEW_PARTS 2

static bool set_rest(struct raw *raw, const struct strmap *runs, uint64_t all)
{
	struct hole_names names = hole_names_of(raw->f);
	size_t n = 0;

	raw->rest.n = 0;
	for (size_t k = 0; k < names.n; k++) {
		struct str text = drawn_text(raw->f->line, names.v[k]);
		bool again = false;

		if ((strmap_get(runs, text)->val.num & all) == all)
			continue;
		for (size_t i = 0; i < n; i++)
			again |= hole_part_is_at(raw->f->line,
						 names.v[k].at,
						 raw->rest.v[i]) ||
				 str_eq(text, drawn_text(raw->f->line,
							 raw->rest.v[i]));
		if (again)
			continue;
		if (n == HOLE_PARTS)
			return false;
		raw->rest.v[n++] = names.v[k];
	}
	raw->rest.n = n > FEW_PARTS ? n : 0;
	return raw->rest.n;
}

static void find_rest(struct drawn_side *s)
{
	struct strmap runs = STRMAP_INIT;
	bool some = false;

	drawn_count_names(&runs, s);
	for (size_t i = 0; i < s->raws.n; i++)
		some |= set_rest(&s->raws.v[i], &runs, drawn_all_runs(s->fp));
	if (some) {
		forget_fixed(&runs, s->fp);
		for (size_t i = 0; i < s->raws.n; i++)
			set_rest(&s->raws.v[i], &runs, drawn_all_runs(s->fp));
	}
	strmap_free(&runs);
}

void drawn_lines(struct drawn_side *s, const struct fingerprint *other,
		 bool new)
{
	collect(s, other, new);
	find_rest(s);
}
