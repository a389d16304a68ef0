/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step that did its part in every run of OLD and does it in no run of NEW is
 * one finding, `step NAME`.  Steps that wait for it, what is gone because of
 * it and how its processes end are its consequences: they have it for a cause
 * and do not gate.  What the broken step does that it did not do before gates
 * as ever.
 *
 * A run that we ended ourselves, at the deadline or at a limit, says nothing
 * about a step that was still running or had not begun: see doubts.c.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/compare/steps.h"

/*
 * At the deadline: so much longer than in OLD's slowest run (times, and ms)
 * a step was given to become ready, and did not.
 */
#define LONG_TIMES 10
#define LONG_MS 2000

enum manner {
	MANNER_EXEC,		/* its program could not be executed */
	MANNER_WAITS,		/* what it comes after did not become ready */
	MANNER_START,		/* it ended before it became ready */
	MANNER_CRASH,
	MANNER_STATUS,
	MANNER_RUNS,		/* it ended, and was alive in OLD */
	MANNER_READY,		/* it lives, and is not ready */
	MANNER_HANG,		/* it lives, and ended in OLD */
	MANNER_UNMET
};

struct look {
	struct matching *m;
	struct tallies old, new;
};

static bool cut_short(const struct run_end *run)
{
	return run_end_was_cut(run) || str_starts(run->how, STR("limit"));
}

/* Not the deadline's fault: it had many times what OLD needed. */
static bool waited_long(const struct step_tally *was,
			const struct run_end *run, const struct step_end *s)
{
	uint64_t had = run->ms - s->started_ms;

	return run_end_was_cut(run) && s->started && s->started_ms < run->ms &&
	       s->awaits.len && !str_eq(s->awaits, STR("exit")) &&
	       was->ready_most && had >= was->ready_most * LONG_TIMES &&
	       had >= was->ready_most + LONG_MS;
}

static bool is_excused(const struct step_tally *was,
		       const struct run_end *run, const struct step_end *s)
{
	return cut_short(run) && !s->ended && !s->err &&
	       !waited_long(was, run, s);
}

/* OLD ended by itself in every run; here nothing moved and it was there. */
static bool hangs(const struct step_tally *was, const struct run_end *run,
		  const struct step_end *s)
{
	return was->ended == was->runs && s->started && !s->ended &&
	       !s->stopped && str_eq(run->how, STR("quiescent"));
}

/* The first run of NEW that shows it, when no run of NEW did its part. */
static const struct step_end *find_broken(const struct look *l,
					  const struct step_tally *was)
{
	const struct fingerprint *new = l->m->new;
	const struct step_end *first = NULL;

	for (size_t r = 0; r < new->n_ends; r++) {
		const struct run_end *run = &new->ends[r];

		for (size_t i = 0; i < run->n_steps; i++) {
			const struct step_end *s = &run->steps[i];

			if (!str_eq(s->name, was->name) || s->fixture)
				continue;
			if (step_end_did(s) && !hangs(was, run, s))
				return NULL;
			if (!first && !is_excused(was, run, s))
				first = s;
		}
	}
	return first;
}

/* --- the sentence --- */

static enum manner manner_of(const struct step_tally *was,
			     const struct step_end *s)
{
	if (s->err)
		return MANNER_EXEC;
	if (!s->started)
		return MANNER_WAITS;
	if (step_end_crashed(s))
		return MANNER_CRASH;
	if (s->ended && s->awaits.len && !s->was_ready &&
	    !str_eq(s->awaits, STR("exit")))
		return MANNER_START;
	if (step_end_failed(s) && !was->ended)
		return s->awaits.len ? MANNER_RUNS : MANNER_START;
	if (step_end_failed(s))
		return MANNER_STATUS;
	if (s->unmet.len)
		return MANNER_UNMET;
	return s->awaits.len && !s->was_ready ? MANNER_READY : MANNER_HANG;
}

static void put_why(struct buf *out, const struct step_end *s)
{
	buf_c(out, ": ");
	if (step_end_error_text(out, s))
		return;
	buf_c(out, "it ");
	steps_put_status(out, s->status);
	buf_c(out, s->output.len ? " and named no error" :
				   " and printed nothing");
}

static void breakage_put_ready(struct buf *out, const struct step_end *s)
{
	static const struct {
		const char *awaits, *why;
	} whys[] = {
		{ "listen", "it listens on no port" },
		{ "output", "it does not print what `ready` waits for" },
		{ "file", "it does not make the file that `ready` waits for" },
		{ "exit", "it does not end" },
	};

	for (size_t i = 0; i < ARRAY_LEN(whys); i++)
		if (str_eq(s->awaits, str_c(whys[i].awaits)))
			buf_printf(out, ": %s", whys[i].why);
	if (s->error.len)
		buf_c(out, "; ");
	step_end_error_text(out, s);
}

static void put_waits(struct buf *out, struct str cause)
{
	buf_c(out, " was not started");
	if (cause.len)
		buf_printf(out, ", because step %.*s did not become ready",
			   STR_ARG(cause));
}

static void put_failure(struct buf *out, const struct step_end *s)
{
	buf_printf(out, " no longer ends with status %d",
		   s->expects ? s->expected : 0);
	put_why(out, s);
	if (!s->error.len)
		return;
	buf_c(out, " (it ");
	steps_put_status(out, s->status);
	buf_ch(out, ')');
}

static void breakage_put_unmet(struct buf *out, const struct step_end *s)
{
	buf_printf(out, " no longer does what is expected of it: %.*s",
		   STR_ARG(s->unmet));
	if (s->error.len)
		buf_c(out, ": ");
	step_end_error_text(out, s);
}

static void put_manner(struct buf *out, enum manner manner,
		       const struct step_end *s, struct str cause)
{
	buf_str(out, s->name);
	switch (manner) {
	case MANNER_EXEC:
		buf_c(out, " no longer starts: ");
		steps_put_exec_error(out, s);
		break;
	case MANNER_WAITS:
		put_waits(out, cause);
		break;
	case MANNER_START:
		buf_c(out, " no longer starts");
		put_why(out, s);
		break;
	case MANNER_CRASH:
		buf_c(out, " crashes now: it ");
		steps_put_status(out, s->status);
		buf_c(out, s->error.len ? ": " : "");
		step_end_error_text(out, s);
		break;
	case MANNER_STATUS:
		put_failure(out, s);
		break;
	case MANNER_RUNS:
		buf_c(out, " no longer keeps running");
		put_why(out, s);
		break;
	case MANNER_READY:
		buf_c(out, " no longer becomes ready");
		breakage_put_ready(out, s);
		break;
	case MANNER_HANG:
		buf_c(out, " no longer ends by itself: it still waited when "
		      "nothing moved any more");
		break;
	case MANNER_UNMET:
		breakage_put_unmet(out, s);
		break;
	}
}

/* --- the findings --- */

static void add_finding(struct matching *m, enum event_kind kind,
			const struct step_end *s, struct str sentence)
{
	const struct places nowhere = {
		.tree = STR("/"), .home = STR("/"),
	};
	const struct event ev = { .kind = kind, .a = s->name };
	struct arena *a = &m->out->arena;
	struct fact *f = arena_alloc(a, sizeof(*f));
	autobuf struct buf line = BUF_INIT, safe = BUF_INIT;

	buf_printf(&line, "%s ", event_name(kind));
	normalise_object(&line, &ev, &nowhere);
	text_sanitise(&safe, sentence);
	*f = (struct fact){
		.line = arena_str(a, buf_view(&line)),
		.seen = m->new->runs,
		.ev = {
			.count = m->new->runs, .step = s->name,
			.process = STR(""), .call = STR(""),
			.note = arena_str(a, buf_view(&safe)),
		},
	};
	if (fact_parse(f))
		finding_add(m, CHANGE_NEW, NULL, f, REFUSED_NOT);
}

const struct broken *broken_of(const struct matching *m, struct str step)
{
	for (size_t i = 0; i < m->broken.n; i++)
		if (str_eq(m->broken.v[i].step, step))
			return &m->broken.v[i];
	return NULL;
}

bool breakage_of(const struct matching *m, struct str step)
{
	return broken_of(m, step);
}

/* The broken step that it comes after, "" when there is none. */
static struct str cause_of(const struct matching *m, const struct step_end *s)
{
	struct str name;

	for (size_t i = 0; step_after(s, i, &name); i++)
		if (broken_of(m, name))
			return name;
	return STR("");
}

static void add_broken(struct look *l, const struct step_tally *was,
		       const struct step_end *s)
{
	struct str cause = cause_of(l->m, s);
	autobuf struct buf text = BUF_INIT;

	put_manner(&text, manner_of(was, s), s, cause);
	add_finding(l->m, EV_STEP, s, buf_view(&text));
	*vec_push(&l->m->broken) = (struct broken){ s->name, cause };
}

/* A step that ends in another way, and no worse. */
static void add_other_end(struct look *l, const struct step_tally *was,
			  const struct step_tally *is,
			  const struct step_end *s)
{
	bool ends = is->ended == is->runs && is->did == is->runs;
	bool known = l->m->old->ends[0].how.len;
	autobuf struct buf text = BUF_INIT;

	buf_str(&text, is->name);
	if (was->ended == was->runs && is->stopped == is->runs)
		buf_c(&text, " did not end by itself, as it did in OLD; "
		      "`stop` ended it");
	else if (was->stopped == was->runs && ends)
		buf_c(&text, " ended by itself; in OLD `stop` ended it");
	else if (known && !was->ended && !was->stopped && ends)
		buf_c(&text, " ended by itself; in OLD it was alive at the "
		      "end");
	else
		return;
	add_finding(l->m, EV_STEP_END, s, buf_view(&text));
}

static const struct step_end *first_end(const struct fingerprint *fp,
					struct str name)
{
	for (size_t r = 0; r < fp->n_ends; r++)
		for (size_t i = 0; i < fp->ends[r].n_steps; i++)
			if (str_eq(fp->ends[r].steps[i].name, name))
				return &fp->ends[r].steps[i];
	return NULL;
}

static void breakage_look_at(struct look *l, const struct step_tally *is)
{
	const struct step_tally *was = tallies_find(&l->old, is->name);
	const struct step_end *s = first_end(l->m->new, is->name);

	if (!was || was->did < was->runs || s->fixture)
		return;
	/* It waits for a broken one: whatever came first, the deadline too. */
	if (!is->started && is->waiting && cause_of(l->m, is->waiting).len) {
		add_broken(l, was, is->waiting);
		return;
	}
	s = find_broken(l, was);
	if (s)
		add_broken(l, was, s);
	else
		add_other_end(l, was, is, first_end(l->m->new, is->name));
}

void breakage_find(struct matching *m)
{
	struct look l = {
		.m = m, .old = tallies_of(m->old), .new = tallies_of(m->new),
	};

	/* A step stands behind those that it comes after. */
	for (size_t i = 0; i < l.new.n; i++)
		breakage_look_at(&l, &l.new.v[i]);
	tallies_free(&l.old);
	tallies_free(&l.new);
}
