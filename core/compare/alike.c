/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step that fails in the same way in every run of both sides has no
 * difference to show, and what it would have done is not compared.  Where it
 * did nothing before, the runs prove nothing about it.  A program that prints
 * what it found and ends with 1, as linters do, has done its work.
 */
#include "core/compare/doubts.h"

/* Of a baseline it may not be known which step did it: then it may be this. */
static bool done_by(const struct fingerprint *fp, const struct fact *f,
		    struct str step)
{
	bool baseline = !fp->n_ends || !fp->ends[0].how.len;
	struct step_evidence of;

	return f->ev.step.len ? fact_step(f, step, &of) : baseline;
}

static bool is_work(const struct fact *f)
{
	if (f->err)
		return false;
	if (f->kind == EV_NET_LISTEN)
		return true;
	if (f->kind < EV_FILE_WRITE || f->kind > EV_FILE_EXECUTABLE)
		return false;
	return !str_starts(f->object, STR("/dev/")) &&
	       !watchlist_is_by_product(f->object);
}

static bool worked(const struct fingerprint *fp, struct str step)
{
	for (size_t r = 0; r < fp->n_ends; r++)
		for (size_t i = 0; i < fp->ends[r].n_steps; i++)
			if (fp->ends[r].steps[i].printed &&
			    str_eq(fp->ends[r].steps[i].name, step))
				return true;
	for (size_t i = 0; i < fp->n; i++)
		if (is_work(&fp->facts[i]) && done_by(fp, &fp->facts[i],
						      step))
			return true;
	return false;
}

static bool always_fails(const struct step_tally *v)
{
	return v->runs && v->failed == v->runs && v->one_status;
}

static void doubt_alike(struct doubts *d, const struct step_tally *is)
{
	bool alone = str_eq(d->m->old->spec, d->m->new->spec);
	autobuf struct buf text = BUF_INIT;

	buf_printf(&text, "step %.*s ", STR_ARG(is->name));
	if (is->bad->err) {
		buf_printf(&text, "cannot be started%s: ",
			   alone ? "" : " on either side");
		steps_put_exec_error(&text, is->bad);
		buf_c(&text, ": ");
		remedy_put_exec(&text, is->bad);
		doubt(d, "%s", text.p);
		return;
	}
	steps_put_status(&text, is->status);
	buf_printf(&text, " in every run%s before it printed a "
		   "result or wrote a file",
		   alone ? "" : " of both sides");
	if (is->bad->error.len)
		buf_c(&text, ": ");
	step_end_error_text(&text, is->bad);
	if (step_end_crashed(is->bad))
		doubt(d, "%s: run it by hand to see why", text.p);
	else
		doubt(d, "%s: give it what it needs, or say `expect = status "
		      "%d` if that is meant", text.p, is->status >> 8 & 0xff);
}

void doubt_failures(struct doubts *d)
{
	for (size_t i = 0; i < d->new.n; i++) {
		const struct step_tally *is = &d->new.v[i];
		const struct step_tally *was = tallies_find(&d->old, is->name);

		if (!was || !always_fails(is) || !always_fails(was) ||
		    was->status != is->status ||
		    worked(d->m->old, is->name) || worked(d->m->new, is->name))
			continue;
		doubt_alike(d, is);
	}
}
