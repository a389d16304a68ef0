/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did the runs prove anything?  Each doubt is a sentence that says what was
 * not proved and, behind a colon, what to do; a doubt turns a pass into
 * inconclusive.  A regression that was found stays one: what was seen was
 * seen, and the doubts are printed beside it.
 */
#include "core/compare/doubts.h"

#include <stdarg.h>
#include <string.h>

#include "core/compare/when_refused.h"
#include "core/config/config.h"
#include "core/event/limit.h"

/* So few facts may differ from run to run without making runs "unstable". */
#define UNSTABLE_MIN 16

void doubt(struct doubts *d, const char *fmt, ...)
{
	autobuf struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	strmap_put(&d->said, buf_view(&text));
}

/* --- steps --- */

static bool most_is_gone(const struct comparison *c)
{
	return c->seen_again * 2 < c->old_always;
}

/* Could no run of either side execute it?  alike.c says so, once. */
static bool is_nowhere(const struct doubts *d, struct str name)
{
	const struct step_tally *was = tallies_find(&d->old, name);
	const struct step_tally *is = tallies_find(&d->new, name);

	return was && is && !was->started && !is->started &&
	       was->failed == was->runs && is->failed == is->runs;
}

/* The deadline is another matter: deadlines.c. */
static void doubt_never(struct doubts *d, const struct fingerprint *fp,
			const struct step_tally *step)
{
	autobuf struct buf text = BUF_INIT;
	struct str name = STR("");

	if (step->started || step->late || !step->undone)
		return;
	if (is_nowhere(d, step->name))
		return;
	if (step->undone->err) {
		steps_put_exec_error(&text, step->undone);
		buf_c(&text, ": ");
		remedy_put_exec(&text, step->undone);
		doubt(d, "%.*s: step %.*s never started: %s", STR_ARG(fp->spec),
		      STR_ARG(step->name), text.p);
		return;
	}
	if (step_after(step->undone, 0, &name))
		buf_printf(&text, "step %.*s", STR_ARG(name));
	else
		buf_c(&text, "what it comes after");
	doubt(d, "%.*s: step %.*s never started: see that %s gets ready, "
	      "`ready` says when", STR_ARG(fp->spec), STR_ARG(step->name),
	      text.p);
}

static void doubt_start(struct doubts *d, const struct fingerprint *fp,
			const struct tallies *steps)
{
	if (!fp->runs)
		doubt(d, "%.*s: was never run: trace it first",
		      STR_ARG(fp->spec));
	for (size_t i = 0; i < steps->n; i++)
		if (fp == d->m->old || !breakage_of(d->m, steps->v[i].name))
			doubt_never(d, fp, &steps->v[i]);
}

/* Was it the deadline that kept it from its end?  deadlines.c says so. */
static bool is_only_cut(const struct doubts *d, const struct step_tally *s)
{
	const struct step_tally *was = tallies_find(&d->old, s->name);
	const struct step_tally *is = tallies_find(&d->new, s->name);

	return s->cut == s->unmet && was && is && (was->ended || is->ended);
}

/* What OLD did not meet and every run of NEW does is put right. */
static bool is_repaired(const struct doubts *d, const struct step_tally *s,
			const struct fingerprint *fp)
{
	const struct step_tally *new = fp == d->m->old ?
		tallies_find(&d->new, s->name) : NULL;

	return new && new->runs && new->did == new->runs;
}

/* Of either side: the scenario says what a run must show to count. */
static void doubt_unmet(struct doubts *d, const struct fingerprint *fp,
			const struct tallies *steps)
{
	/* What a baseline was made of is looked at when it is made. */
	if (fp->n_ends && !fp->ends[0].how.len)
		return;
	for (size_t i = 0; i < steps->n; i++) {
		const struct step_tally *s = &steps->v[i];
		autobuf struct buf text = BUF_INIT;

		if (!s->unmet || breakage_of(d->m, s->name) ||
		    is_only_cut(d, s) || is_repaired(d, s, fp))
			continue;
		buf_str(&text, s->unmet_end->unmet);
		if (s->unmet_end->error.len)
			buf_c(&text, ": ");
		step_end_error_text(&text, s->unmet_end);
		doubt(d, "%.*s: step %.*s in %u of %zu runs: %s: repair the "
		      "program or the scenario", STR_ARG(fp->spec),
		      STR_ARG(s->name), s->unmet, fp->n_ends, text.p);
	}
}

/*
 * It fails in every run of NEW, and not only there: sometimes in OLD, or
 * always with another status.
 */
static void doubt_step(struct doubts *d, const struct step_tally *was,
		       const struct step_tally *is)
{
	const struct fingerprint *old = d->m->old, *new = d->m->new;
	autobuf struct buf how = BUF_INIT;

	if (!is->failed || is->failed < is->runs || !was->failed ||
	    breakage_of(d->m, is->name) ||
	    (was->failed == was->runs && was->status == is->status))
		return;
	steps_put_status(&how, is->status);
	buf_printf(&how, " in every run, and in %u of %u runs of %.*s it ",
		   was->failed, was->runs, STR_ARG(old->spec));
	steps_put_status(&how, was->status);
	if (is->bad->error.len)
		buf_c(&how, ": ");
	step_end_error_text(&how, is->bad);
	doubt(d, "%.*s: step %.*s %s: see that it ends in the same way in "
	      "every run of %.*s, or say `expect = status N`",
	      STR_ARG(new->spec), STR_ARG(is->name), how.p,
	      STR_ARG(old->spec));
}

/*
 * What was detected may have other names on the other side, all of them: two
 * programs.  Half a program proves half.
 */
static bool is_one_program(const struct doubts *d)
{
	if (!d->new.n)
		return false;
	for (size_t i = 0; i < d->old.n; i++)
		if (tallies_find(&d->new, d->old.v[i].name))
			return true;
	return !d->m->new->entry.len;
}

static void doubt_missing(struct doubts *d)
{
	const struct fingerprint *was = d->m->old, *is = d->m->new;

	for (size_t i = 0; i < d->old.n && is_one_program(d); i++)
		if (!tallies_find(&d->new, d->old.v[i].name))
			doubt(d, "%.*s: step %.*s of %.*s was not run: run "
			      "the same steps on both sides",
			      STR_ARG(is->spec), STR_ARG(d->old.v[i].name),
			      STR_ARG(was->spec));
}

/* What the program needs and is no part of it: nothing follows from it. */
static void doubt_fixture(struct doubts *d, const struct step_tally *was,
			  const struct step_tally *is)
{
	autobuf struct buf text = BUF_INIT;

	if (!is->undone || !is->undone->fixture || is->did ||
	    was->did < was->runs)
		return;
	if (is->undone->err)
		steps_put_exec_error(&text, is->undone);
	else if (!step_end_error_text(&text, is->undone))
		buf_c(&text, "it is not ready, or ended with a failure");
	doubt(d, "%.*s: the fixture %.*s did not do its part in any run, as "
	      "it did in %.*s: %s: see that it does, and try again",
	      STR_ARG(d->m->new->spec), STR_ARG(is->name),
	      STR_ARG(d->m->old->spec), text.p);
}

static void doubt_steps(struct doubts *d)
{
	for (size_t i = 0; i < d->new.n; i++) {
		const struct step_tally *was =
			tallies_find(&d->old, d->new.v[i].name);

		if (!was)
			continue;
		doubt_step(d, was, &d->new.v[i]);
		doubt_fixture(d, was, &d->new.v[i]);
	}
	doubt_missing(d);
}

/* --- what was seen --- */

static size_t count_always(const struct fingerprint *fp)
{
	size_t n = 0;

	for (size_t i = 0; i < fp->n; i++)
		n += fact_always(fp, &fp->facts[i]);
	return n;
}

/*
 * A program that ends politely before doing anything proves nothing either.
 * Another implementation, with as much to show, is a different matter.
 */
static void doubt_silence(struct doubts *d)
{
	const struct comparison *c = d->m->out;
	const struct fingerprint *old = d->m->old, *new = d->m->new;

	/* Of a step that is broken most is gone: that is said once. */
	if (d->m->broken.n)
		return;
	if (most_is_gone(c) && count_always(new) * 2 < c->old_always)
		doubt(d, "%.*s: showed less than half of what %.*s did: %zu of "
		      "%zu behaviours were seen again: if that is meant, "
		      "compare with an OLD that does as little",
		      STR_ARG(new->spec),
		      STR_ARG(old->spec), c->seen_again, c->old_always);
}

static void doubt_loss(struct doubts *d, const struct fingerprint *fp,
		       size_t drawn)
{
	size_t sometimes = fp->n - count_always(fp);
	autobuf struct buf what = BUF_INIT;

	/* What is drawn anew in each run is known to differ. */
	sometimes -= drawn < sometimes ? drawn : sometimes;
	if (fp->ledger.lost)
		doubt(d, "%.*s: events were lost (%llu): try again, with "
		      "--jobs 1 if it stays so", STR_ARG(fp->spec),
		      (unsigned long long)fp->ledger.lost);
	if (fp->ledger.dropped)
		doubt(d, "%.*s: the fingerprint was full, events were "
		      "dropped (%llu): give the scenario less to do",
		      STR_ARG(fp->spec),
		      (unsigned long long)fp->ledger.dropped);
	for (size_t r = 0; r < fp->n_ends; r++)
		if (str_starts(fp->ends[r].how, STR("limit")))
			doubt(d, "%.*s: a run was cut short (%.*s): raise it "
			      "in [sandbox] or give the scenario less to do",
			      STR_ARG(fp->spec), STR_ARG(fp->ends[r].how));
	if (sometimes < UNSTABLE_MIN || sometimes * 2 <= fp->n)
		return;
	unsteady_text(&what, fp, sometimes);
	doubt(d, "%.*s: %zu of %zu facts differ from run to run%s",
	      STR_ARG(fp->spec), sometimes, fp->n, what.p);
}

/* Then what one side draws and the other has not are findings of both. */
static void doubt_draws(struct doubts *d)
{
	if (d->m->drawn_full)
		doubt(d, "%.*s: more names differ from run to run than are "
		      "looked through, and no name is known to be drawn: "
		      "give the scenario less to do, or grade them (`level`)",
		      STR_ARG(d->m->old->spec));
}

/*
 * What the program was refused, it did not do.  Servers ask for higher limits
 * than they need when they start: where both sides do, that is no doubt.
 */
static bool doubt_is_of_limit(const struct doubts *d, const struct fact *f)
{
	return limit_is_met(f->object, f->err) &&
	       !(str_ends(f->object, STR(" prlimit64")) &&
		 fingerprint_find(d->m->old, f->line));
}

static void doubt_limits(struct doubts *d, const struct fingerprint *fp)
{
	struct fact_range limits = fingerprint_kind(fp, EV_LIMIT);

	for (const struct fact *f = limits.from; f < limits.to; f++)
		if (doubt_is_of_limit(d, f))
			doubt(d, "%.*s: a limit was met in %u of %u runs "
			      "(%.*s): %s", STR_ARG(fp->spec), f->seen,
			      fp->runs, STR_ARG(f->object),
			      limit_find(f->object)->remedy);
}

static bool doubt_is_of_refusal(const struct finding *f)
{
	return f->rule && (str_starts(str_c(f->rule->id), STR("refused-")) ||
			   when_refused_call(f->fact));
}

/*
 * What the sandbox refuses by what it consists of, and OLD did not ask for:
 * it cannot be raised.  What was accepted or graded lower was looked at.
 */
static void doubt_refusals(struct doubts *d)
{
	const struct comparison *c = d->m->out;

	for (size_t i = 0; i < c->n; i++) {
		const struct finding *f = &c->findings[i];

		if (!finding_is_news(f) || f->accepted ||
		    f->level < LEVEL_ERROR || !doubt_is_of_refusal(f))
			continue;
		doubt(d, "%.*s: the sandbox refused it in %u of %u runs "
		      "(%.*s): review by hand what it does where that "
		      "succeeds", STR_ARG(d->m->new->spec), f->fact->seen,
		      d->m->new->runs, STR_ARG(f->fact->line));
	}
}

/*
 * By digest, or setting by setting: of two plans that were written by different
 * versions, one may lack a key that has its default in the other.
 */
bool doubts_plans_differ(struct buf *how, const struct fingerprint *old,
			 const struct fingerprint *new)
{
	if (str_eq(old->plan_digest, new->plan_digest))
		return false;
	return config_settings_differ(how, old->plan, new->plan) ||
	       str_eq(old->plan, new->plan) ||
	       !old->plan.len || !new->plan.len;
}

static struct str short_digest(struct str digest)
{
	if (!digest.len)
		return STR("none");
	return (struct str){ digest.p, digest.len < 8 ? digest.len : 8 };
}

static void doubt_plan(struct doubts *d)
{
	const struct fingerprint *old = d->m->old, *new = d->m->new;
	autobuf struct buf how = BUF_INIT;

	if (!doubts_plans_differ(&how, old, new))
		return;
	if (!how.len)
		buf_printf(&how, "%.*s and %.*s",
			   STR_ARG(short_digest(old->plan_digest)),
			   STR_ARG(short_digest(new->plan_digest)));
	doubt(d, "%.*s and %.*s were observed under different plans: %s: "
	      "trace both with the same configuration and program",
	      STR_ARG(old->spec), STR_ARG(new->spec), how.p);
}

/* What cannot be seen in NEW, and could be in OLD. */
static void doubt_blind_spots(struct doubts *d)
{
	const struct fingerprint *old = d->m->old, *new = d->m->new;
	size_t io = 0;

	for (size_t i = 0; i < new->n_blind && !old->blind_unknown; i++) {
		struct str spot = new->blind_spots[i];

		while (io < old->n_blind &&
		       str_cmp(old->blind_spots[io], spot) < 0)
			io++;
		if (io < old->n_blind && str_eq(old->blind_spots[io], spot))
			continue;
		doubt(d, "%.*s: what it does there cannot be seen, and %.*s "
		      "had no such blind spot (%.*s): review that part of "
		      "the change by hand", STR_ARG(new->spec),
		      STR_ARG(old->spec), STR_ARG(spot));
	}
}

static void keep_doubts(struct comparison *c, const struct strmap *said)
{
	c->n_reasons = said->n;
	c->reasons = arena_alloc(&c->arena, said->n * sizeof(*c->reasons) + 1);
	for (size_t i = 0; i < said->n; i++)
		c->reasons[i] = arena_str(&c->arena, said->entries[i].key);
}

void doubts_raise(struct matching *m)
{
	struct doubts d = {
		.m = m, .old = tallies_of(m->old), .new = tallies_of(m->new),
		.said = STRMAP_INIT,
	};

	doubt_plan(&d);
	doubt_start(&d, m->old, &d.old);
	doubt_start(&d, m->new, &d.new);
	doubt_deadlines(&d);
	doubt_unmet(&d, m->old, &d.old);
	doubt_unmet(&d, m->new, &d.new);
	doubt_steps(&d);
	doubt_failures(&d);
	doubt_silence(&d);
	doubt_loss(&d, m->raw_old, m->out->drawn_old);
	doubt_loss(&d, m->raw_new, m->out->drawn_new);
	doubt_draws(&d);
	doubt_limits(&d, m->old);
	doubt_limits(&d, m->new);
	doubt_refusals(&d);
	doubt_blind_spots(&d);
	keep_doubts(m->out, &d.said);
	strmap_free(&d.said);
	tallies_free(&d.old);
	tallies_free(&d.new);
}
