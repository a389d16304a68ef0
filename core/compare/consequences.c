/* SPDX-License-Identifier: Apache-2.0 */
/* What a broken step leaves undone stands below it and does not gate. */
#include "core/compare/internal.h"

/* Where the finding of a broken step stands; n when it was not kept. */
static size_t place_of_broken(const struct comparison *c, struct str step)
{
	size_t i = 0;

	while (i < c->n && (c->findings[i].fact->kind != EV_STEP ||
			    !str_eq(c->findings[i].fact->ev.step, step)))
		i++;
	return i;
}

/* Something is missing, or failed, or came to its end. */
static bool is_less(const struct finding *f)
{
	if (f->fact->kind == EV_PROCESS_EXIT || f->change == CHANGE_GONE)
		return true;
	if (f->change == CHANGE_UNSTABLE)
		return f->seen_old && !f->seen_new;
	return f->change == CHANGE_OUTCOME && f->fact->err;
}

/*
 * The broken step that a fact is of, all its steps being broken.  A baseline
 * does not record which process did what: then it is of the first.
 */
static const struct broken *broken_doer(const struct matching *m,
					const struct fact *f)
{
	const struct broken *first = NULL, *b;

	if (!f->ev.step.len)
		return &m->broken.v[0];
	for (size_t i = 0; i < evidence_steps(&f->ev); i++) {
		b = broken_of(m, evidence_step(&f->ev, f->seen, i).step);
		if (!b)
			return NULL;
		first = first ? first : b;
	}
	return first;
}

static void put_below(struct matching *m, struct finding *f)
{
	const struct broken *b;

	if (f->fact->kind == EV_STEP) {
		b = broken_of(m, f->fact->ev.step);
		if (!b || !b->cause.len)
			return;
	} else {
		b = is_less(f) ? broken_doer(m, f->fact) : NULL;
	}
	if (!b)
		return;
	/* All of it belongs to the step that was the first to break. */
	while (b->cause.len)
		b = broken_of(m, b->cause);

	size_t place = place_of_broken(m->out, b->step);

	if (place == m->out->n)
		return;
	f->cause = place;
	f->gates = false;
}

/* Steps in the scenario's order, so that a cause stands before the rest. */
static void consequences_order_steps(struct matching *m)
{
	struct finding *f = m->out->findings;

	for (size_t i = 1; i < m->out->n; i++)
		for (size_t k = i; k && f[k].fact->kind == EV_STEP &&
		     f[k - 1].fact->kind == EV_STEP &&
		     f[k - 1].level == f[k].level &&
		     broken_of(m, f[k].fact->ev.step) <
		     broken_of(m, f[k - 1].fact->ev.step); k--) {
			struct finding before = f[k - 1];

			f[k - 1] = f[k];
			f[k] = before;
		}
	for (size_t i = 0; i < m->out->n; i++)
		f[i].cause = i;
}

void consequences_find(struct matching *m)
{
	consequences_order_steps(m);
	for (size_t i = 0; m->broken.n && i < m->out->n; i++)
		put_below(m, &m->out->findings[i]);
}
