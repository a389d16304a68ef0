/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a side that may have been drawn, and what of each not every run
 * has.
 */
#include <string.h>

#include "core/fingerprint/drawn_internal.h"

static bool has_token(const struct fact *f)
{
	return memchr(f->object.p, '<', f->object.len) &&
	       hole_token(f->object) < f->object.len;
}

/* A name of a pool may be in all runs of OLD, by luck. */
static void collect_line(struct drawn_side *s, bool new, const struct fact *f,
			 bool one_sided, bool lacks)
{
	uint64_t all = fingerprint_all_runs(s->fp);
	bool always = fact_always(s->fp, f);
	bool token = has_token(f);
	bool repeated = !new && always && !token;

	if (!always || lacks || token)
		*vec_push(&s->raws) = (struct raw){
			.f = f, .new = new, .one_sided = one_sided,
			.always = repeated,
			.wanted = (!always || lacks) && !repeated,
			/* None where that is not known. */
			.runs = always ? all : f->in_runs & all,
		};
}

/* Both sides in one go: a million lines are slow to look at, not to judge. */
static void collect(struct drawn_side side[2])
{
	const struct fingerprint *old = side[0].fp, *new = side[1].fp;
	size_t i = 0, k = 0;

	while (i < old->n || k < new->n) {
		const struct fact *f = i < old->n ? &old->facts[i] : NULL;
		const struct fact *g = k < new->n ? &new->facts[k] : NULL;
		int c = !f ? 1 : !g ? -1 : str_cmp(f->line, g->line);

		if (c <= 0)
			collect_line(&side[0], false, f, c,
				     c || !fact_always(new, g));
		if (c >= 0)
			collect_line(&side[1], true, g, c,
				     c || !fact_always(old, f));
		i += c <= 0;
		k += c >= 0;
	}
}

/* --- all names at once that not every run has --- */

static struct strmap count_names(const struct drawn_side *s)
{
	struct strmap runs = STRMAP_INIT;

	for (size_t i = 0; i < s->raws.n; i++) {
		const struct raw *raw = &s->raws.v[i];
		struct hole_names names = hole_names_of(raw->f);

		for (size_t k = 0; k < names.n; k++)
			strmap_put(&runs, hole_text(raw->f->line, names.v[k]))
				->val.num |= raw->runs;
	}
	return runs;
}

/* What lines of all runs hold is not drawn, wherever else it stands. */
static void forget_fixed(struct strmap *runs, const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		struct hole_names names = { .n = 0 };

		if (fact_always(fp, f))
			names = hole_names_of(f);
		for (size_t k = 0; k < names.n; k++) {
			struct strmap_entry *e = strmap_get(runs,
				hole_text(f->line, names.v[k]));

			if (e)
				e->val.num = UINT64_MAX;
		}
	}
}

/* Does a part of the hole stand for the name, too? */
static bool holds(const struct hole *h, struct str line, struct span name)
{
	for (size_t i = 0; i < h->n; i++)
		if (hole_part_is_at(line, name.at, h->v[i]) ||
		    str_eq(hole_text(line, h->v[i]), hole_text(line, name)))
			return true;
	return false;
}

/* Up to two parts single holes and pairs have looked at, but in long lines. */
#define FEW_PARTS 2

static struct hole rest_of_line(const struct fact *f, const struct strmap *runs,
				uint64_t all)
{
	struct hole_names names = hole_names_of(f);
	struct hole rest = { .n = 0 };

	for (size_t k = 0; k < names.n; k++) {
		struct str text = hole_text(f->line, names.v[k]);

		if ((strmap_get(runs, text)->val.num & all) == all ||
		    holds(&rest, f->line, names.v[k]))
			continue;
		if (rest.n == HOLE_PARTS)
			return (struct hole){ .n = 0 };
		rest.v[rest.n++] = names.v[k];
	}
	return rest;
}

/* Are there any?  a: to keep them in, or NULL. */
static bool find_rests(struct drawn_side *s, const struct strmap *runs,
		       struct arena *a)
{
	bool some = false;

	for (size_t i = 0; i < s->raws.n; i++) {
		struct raw *raw = &s->raws.v[i];
		struct hole rest = rest_of_line(raw->f, runs,
						fingerprint_all_runs(s->fp));

		if (!rest.n || (rest.n <= FEW_PARTS &&
				raw->f->line.len <= HOLES_LINE_MAX))
			continue;
		some = true;
		if (a)
			*(raw->rest = arena_alloc(a, sizeof(rest))) = rest;
	}
	return some;
}

void drawn_lines(struct drawn_places *d)
{
	collect(d->side);
	for (size_t i = 0; i < 2; i++) {
		struct drawn_side *s = &d->side[i];
		struct strmap runs = count_names(s);

		if (find_rests(s, &runs, NULL)) {
			forget_fixed(&runs, s->fp);
			find_rests(s, &runs, &d->arena);
		}
		strmap_free(&runs);
	}
}
