/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps did it, and what else only few facts have.
 *
 * Nearly every fact is of one step, and its evidence says all.  Where several
 * did it, each has a record of its own: in how many runs, how often, and how
 * it did it first.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/fingerprint/internal.h"

/* --- what few have --- */

static const struct evidence_more nothing = {
	NULL, 0, { "", 0 }
};

static const struct evidence_more *more_of(const struct evidence *ev)
{
	return ev->more ? ev->more : &nothing;
}

struct str fact_template(const struct fact *f)
{
	return more_of(&f->ev)->template;
}

/* Others may point to what is there: it is replaced. */
static void set_more(struct arena *a, struct evidence *ev,
		     struct evidence_more more)
{
	struct evidence_more *new;

	if (!more.n_steps && !more.template.len) {
		ev->more = NULL;
		return;
	}
	new = arena_alloc(a, sizeof(*new));
	*new = more;
	ev->more = new;
}

void fact_set_template(struct arena *a, struct fact *f, struct str template)
{
	struct evidence_more more = *more_of(&f->ev);

	more.template = template;
	set_more(a, &f->ev, more);
}

/* --- asking --- */

size_t evidence_steps(const struct evidence *ev)
{
	size_t n = more_of(ev)->n_steps;

	return n ? n : 1;
}

static struct step_evidence only_step(const struct evidence *ev, unsigned seen)
{
	return (struct step_evidence){
		.step = ev->step, .seen = seen, .count = ev->count,
		.ns = ev->ns, .process = ev->process, .call = ev->call,
	};
}

struct step_evidence evidence_step(const struct evidence *ev, unsigned seen,
				   size_t i)
{
	assert(i < evidence_steps(ev));
	return more_of(ev)->n_steps ? more_of(ev)->steps[i] :
				      only_step(ev, seen);
}

bool evidence_also(struct buf *out, const struct evidence *ev)
{
	const struct evidence_more *more = more_of(ev);
	size_t start = out->len;

	for (size_t i = 0; i < more->n_steps; i++) {
		struct str step = more->steps[i].step;

		if (!step.len || str_eq(step, ev->step))
			continue;
		if (out->len > start)
			buf_c(out, ", ");
		buf_str(out, step);
	}
	return out->len > start;
}

struct step_evidence *evidence_record(const struct evidence *ev,
				      struct str step)
{
	const struct evidence_more *more = more_of(ev);

	for (size_t i = 0; i < more->n_steps; i++)
		if (str_eq(more->steps[i].step, step))
			return (struct step_evidence *)&more->steps[i];
	return NULL;
}

bool fact_step(const struct fact *f, struct str step,
	       struct step_evidence *out)
{
	const struct step_evidence *s = evidence_record(&f->ev, step);

	if (!s && (more_of(&f->ev)->n_steps || !str_eq(f->ev.step, step)))
		return false;
	*out = s ? *s : only_step(&f->ev, f->seen);
	return true;
}

bool fact_knows_steps(const struct fact *f)
{
	struct step_evidence none;

	return !fact_step(f, STR(""), &none);
}

/* --- one run, while it is built --- */

/* Room for one more: it doubles at every power of two. */
static struct step_evidence *with_room(struct arena *a,
				       const struct evidence *ev, size_t n)
{
	struct step_evidence *to;

	if (n & (n - 1))
		return (struct step_evidence *)more_of(ev)->steps;
	to = arena_alloc(a, 2 * n * sizeof(*to));
	for (size_t i = 0; i < n; i++)
		to[i] = evidence_step(ev, 1, i);
	return to;
}

struct step_evidence *evidence_add_record(struct arena *a,
					  struct evidence *ev, struct str step)
{
	struct evidence_more more = *more_of(ev);
	struct step_evidence *all;
	size_t at = 0;

	more.n_steps = evidence_steps(ev);
	if (more.n_steps == FACT_STEPS_MAX)
		return NULL;
	all = with_room(a, ev, more.n_steps);
	while (at < more.n_steps && str_cmp(all[at].step, step) < 0)
		at++;
	memmove(&all[at + 1], &all[at], (more.n_steps - at) * sizeof(*all));
	all[at] = (struct step_evidence){
		.step = step, .process = STR(""), .call = STR(""),
	};
	more.steps = all;
	more.n_steps++;
	if (ev->more)
		*(struct evidence_more *)ev->more = more;
	else
		set_more(a, ev, more);
	return &all[at];
}

/* --- several facts into one --- */

static void add_one(struct step_list *list, const struct step_evidence *s,
		    unsigned run)
{
	size_t i = 0;

	while (i < list->n && !str_eq(list->v[i].ev.step, s->step))
		i++;
	if (i == FACT_STEPS_MAX)
		return;
	if (i == list->n) {
		list->v[list->n++].ev = (struct step_evidence){
			.step = s->step, .ns = s->ns,
			.process = s->process, .call = s->call,
		};
		list->v[i].run = run;
		list->v[i].here = 0;
	}
	list->v[i].ev.count += s->count;
	if (list->v[i].run != run)
		list->v[i].here = 0;
	list->v[i].run = run;
	if (s->seen <= list->v[i].here)
		return;
	list->v[i].ev.seen += s->seen - list->v[i].here;
	list->v[i].here = s->seen;
}

void step_list_add(struct step_list *list, const struct evidence *ev,
		   unsigned seen, unsigned run)
{
	for (size_t i = 0; i < evidence_steps(ev); i++) {
		struct step_evidence s = evidence_step(ev, seen, i);

		add_one(list, &s, run);
	}
}

static int by_step(const void *a, const void *b)
{
	return str_cmp(((const struct step_evidence *)a)->step,
		       ((const struct step_evidence *)b)->step);
}

static void set_steps(struct arena *a, struct evidence *ev, unsigned seen,
		      const struct step_evidence *steps, size_t n)
{
	struct evidence_more more = *more_of(ev);
	struct step_evidence *all;

	more.steps = NULL;
	more.n_steps = 0;
	if (n && (n > 1 || steps->seen != seen ||
		  !str_eq(steps->step, ev->step))) {
		all = arena_alloc(a, n * sizeof(*all));
		memcpy(all, steps, n * sizeof(*all));
		qsort(all, n, sizeof(*all), by_step);
		more.steps = all;
		more.n_steps = n;
	}
	set_more(a, ev, more);
}

void step_list_set(struct step_list *list, struct arena *a,
		   struct evidence *ev, unsigned seen)
{
	struct step_evidence steps[FACT_STEPS_MAX];

	for (size_t i = 0; i < list->n; i++)
		steps[i] = list->v[i].ev;
	set_steps(a, ev, seen, steps, list->n);
}

void fact_set_steps(struct arena *a, struct fact *f,
		    const struct step_evidence *steps, size_t n)
{
	set_steps(a, &f->ev, f->seen, steps, n);
}

void fact_join_steps(struct arena *a, struct fact *f, const struct fact *from)
{
	struct step_list list = { .n = 0 };

	step_list_add(&list, &f->ev, f->seen, 0);
	step_list_add(&list, &from->ev, from->seen, 0);
	step_list_set(&list, a, &f->ev, f->seen);
}

void fact_count_too(struct arena *a, struct fact *f, const struct fact *more)
{
	if (evidence_steps(&f->ev) > 1 || evidence_steps(&more->ev) > 1 ||
	    !str_eq(f->ev.step, more->ev.step))
		fact_join_steps(a, f, more);
	f->ev.count += more->ev.count;
}
