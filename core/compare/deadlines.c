/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the deadline kept from being seen.  A run that is ended while a step
 * works, or before it begins, shows less than it would have: by how much is
 * chance, and the timeout that would have done is computed from what the other
 * runs took.
 */
#include <string.h>

#include "core/base/json.h"
#include "core/base/vec.h"
#include "core/compare/doubts.h"

/* As large as fingerprint_read() lets a plan be. */
#define PLAN_MAX (1u << 20)

/*
 * Seen in NEW after less than this part of the time that OLD had in the same
 * step: OLD would have shown it.
 */
#define EARLY_PART 4

static const struct fingerprint *side_of(const struct doubts *d, bool new)
{
	return new ? d->m->new : d->m->old;
}

static const struct tallies *tallies_at(const struct doubts *d, bool new)
{
	return new ? &d->new : &d->old;
}

/* --- times --- */

/* The deadline of a side's runs in ms; 0: none of them met it. */
static uint64_t deadline_of(const struct fingerprint *fp)
{
	autojson struct json *plan = NULL;
	struct err ignored = ERR_INIT;
	uint64_t ms = 0, planned;

	for (size_t r = 0; r < fp->n_ends; r++)
		if (run_end_was_cut(&fp->ends[r]) && fp->ends[r].ms > ms)
			ms = fp->ends[r].ms;
	if (ms && fp->plan.len &&
	    !json_parse(&plan, fp->plan, PLAN_MAX, &ignored) &&
	    json_uint(&planned, plan, "timeout_ms") && planned)
		return planned;
	return ms;
}

static void put_duration(struct buf *out, uint64_t ms)
{
	uint64_t tenths = (ms + 50) / 100;

	if (ms < 100)
		buf_printf(out, "%llu ms", (unsigned long long)ms);
	else if (tenths % 10)
		buf_printf(out, "%llu.%llu s", (unsigned long long)tenths / 10,
			   (unsigned long long)tenths % 10);
	else
		buf_printf(out, "%llu s", (unsigned long long)tenths / 10);
}

/* The first plain number that is twice what was seen, or more. */
static const char *plain_timeout(uint64_t seen_ms)
{
	static const struct {
		unsigned s;
		const char *text;
	} plain[] = {
		{ 1, "1s" }, { 2, "2s" }, { 3, "3s" }, { 4, "4s" },
		{ 5, "5s" }, { 6, "6s" }, { 8, "8s" }, { 10, "10s" },
		{ 12, "12s" }, { 15, "15s" }, { 20, "20s" }, { 25, "25s" },
		{ 30, "30s" }, { 40, "40s" }, { 50, "50s" }, { 60, "60s" },
		{ 80, "80s" }, { 90, "90s" }, { 120, "120s" }, { 180, "3m" },
		{ 240, "4m" }, { 300, "5m" }, { 420, "7m" }, { 600, "10m" },
		{ 900, "15m" }, { 1200, "20m" }, { 1800, "30m" },
		{ 2700, "45m" }, { 3600, "1h" }, { 5400, "90m" },
		{ 7200, "2h" }, { 10800, "3h" }, { 21600, "6h" },
		{ 43200, "12h" }, { 86400, "24h" },
	};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (plain[i].s * (uint64_t)1000 >= seen_ms * 2)
			return plain[i].text;
	return plain[ARRAY_LEN(plain) - 1].text;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static const struct step_end *step_of(const struct run_end *run,
				      struct str name)
{
	for (size_t i = 0; i < run->n_steps; i++)
		if (str_eq(run->steps[i].name, name))
			return &run->steps[i];
	return NULL;
}

/*
 * How long runs of either side took that got as far as this step, in ms: to
 * their end, or to its beginning where they were cut.  0: none did.
 */
static uint64_t time_to_begin(const struct doubts *d, struct str name)
{
	uint64_t most = 0;

	for (int side = 0; side < 2; side++) {
		const struct fingerprint *fp = side_of(d, side);

		for (size_t r = 0; r < fp->n_ends; r++) {
			const struct run_end *run = &fp->ends[r];
			const struct step_end *s = step_of(run, name);

			if (!s || !s->started)
				continue;
			most = larger(most, run_end_was_cut(run) ?
				      s->started_ms : run->ms);
		}
	}
	return most;
}

/* --- steps --- */

static void put_how_many(struct buf *out, unsigned n, unsigned of)
{
	if (n == of)
		buf_printf(out, n == 1 ? "the only run" : "all %u runs", of);
	else
		buf_printf(out, "%u of %u runs", n, of);
}

/* It never began: one sentence for the first step of a side. */
static bool doubt_late(struct doubts *d, bool new)
{
	const struct fingerprint *fp = side_of(d, new);
	const struct tallies *t = tallies_at(d, new);
	const struct step_tally *v = NULL;
	uint64_t took, deadline = deadline_of(fp);
	autobuf struct buf text = BUF_INIT;

	for (size_t i = 0; i < t->n && !v; i++)
		if (t->v[i].late && !breakage_of(d->m, t->v[i].name))
			v = &t->v[i];
	if (!v)
		return false;
	took = time_to_begin(d, v->name);
	buf_printf(&text, "%.*s: step %.*s never began in ", STR_ARG(fp->spec),
		   STR_ARG(v->name));
	put_how_many(&text, v->late, v->runs);
	buf_c(&text, ": the deadline of ");
	put_duration(&text, deadline);
	buf_c(&text, " came first");
	if (took) {
		buf_c(&text, ", where it began the run took ");
		put_duration(&text, took);
	}
	doubt(d, "%s: timeout = %s", text.p,
	      plain_timeout(larger(took, deadline)));
	return true;
}

/* Does more than time make it ready, and something else than its end? */
static bool serves(const struct step_tally *v)
{
	return v->awaits.len && !str_eq(v->awaits, STR("exit"));
}

/* It was cut before it became ready, as it did in other runs. */
static bool is_unready(const struct step_tally *v,
		       const struct step_tally *other)
{
	return serves(v) && v->unready && (v->ready || other->ready);
}

/*
 * It was cut before it ended, as it did in other runs.  That a server is alive
 * at the deadline is normal, unless it always ended on the other side.
 */
static bool is_unended(const struct step_tally *v,
		       const struct step_tally *other)
{
	return serves(v) ? other->ended == other->runs :
			   v->ended || other->ended;
}

static void deadlines_put_cut(struct buf *text, const struct step_tally *v,
			      const struct step_tally *other, bool ready,
			      uint64_t deadline)
{
	uint64_t took = ready ? larger(v->ready_most, other->ready_most) :
				larger(v->ended_most, other->ended_most);

	buf_c(text, ready ? " was not ready at the deadline of " :
			    " was still running at the deadline of ");
	put_duration(text, deadline);
	buf_c(text, " in ");
	put_how_many(text, ready ? v->unready : v->cut, v->runs);
	if (took) {
		buf_c(text, ready ? ", where it became ready it took " :
				    ", where it ended it took ");
		put_duration(text, took);
	}
	buf_printf(text, ": timeout = %s",
		   plain_timeout(larger(took, deadline)));
}

/* It was cut, and came further in other runs of either side. */
static void doubt_cut(struct doubts *d, bool new)
{
	const struct fingerprint *fp = side_of(d, new);
	const struct tallies *t = tallies_at(d, new);
	uint64_t deadline = deadline_of(fp);

	for (size_t i = 0; i < t->n; i++) {
		const struct step_tally *v = &t->v[i];
		const struct step_tally *other =
			tallies_find(tallies_at(d, !new), v->name);
		autobuf struct buf text = BUF_INIT;
		bool ready;

		if (!v->cut || !other || breakage_of(d->m, v->name))
			continue;
		ready = is_unready(v, other);
		if (!ready && !is_unended(v, other))
			continue;
		deadlines_put_cut(&text, v, other, ready, deadline);
		doubt(d, "%.*s: step %.*s%s", STR_ARG(fp->spec),
		      STR_ARG(v->name), text.p);
	}
}

/* --- findings --- */

/* Of every run of OLD the deadline came before the step was through. */
static bool old_was_cut(const struct step_tally *was)
{
	return was && was->runs && was->late + was->cut == was->runs;
}

/* The least time, in ms, that OLD had in the step. */
static uint64_t time_of_old(const struct doubts *d, struct str step)
{
	const struct fingerprint *fp = d->m->old;
	uint64_t least = UINT64_MAX;

	for (size_t r = 0; r < fp->n_ends; r++) {
		const struct step_end *s = step_of(&fp->ends[r], step);
		uint64_t had = s && s->started &&
			       fp->ends[r].ms > s->started_ms ?
			       fp->ends[r].ms - s->started_ms : 0;

		least = had < least ? had : least;
	}
	return least;
}

/* Did runs of NEW get further in the step, or only some of them see it? */
static bool got_further(const struct finding *f, const struct step_tally *was,
			const struct step_tally *is)
{
	return f->seen_new < f->runs_new || is->ended ||
	       is->ready > was->ready || (is->started && !was->started);
}

/*
 * Could OLD have shown the fact in this step, had it not been cut?  A server
 * that became ready and serves until the deadline was not cut before it could.
 */
static bool cut_before(const struct doubts *d, const struct finding *f,
		       struct str step)
{
	const struct step_tally *was = tallies_find(&d->old, step);
	const struct step_tally *is = tallies_find(&d->new, step);
	uint64_t after = f->fact->ev.ns / 1000000;

	if (!old_was_cut(was) || !is || !got_further(f, was, is))
		return false;
	if (serves(was) && was->ready)
		return false;
	after -= is->began_most < after ? is->began_most : after;
	return after * EARLY_PART >= time_of_old(d, step);
}

static bool could_be_old(const struct doubts *d, const struct finding *f)
{
	if (f->change != CHANGE_NEW && f->change != CHANGE_OUTCOME)
		return false;
	if (f->fact->kind == EV_STEP || f->fact->kind == EV_STEP_END ||
	    !f->fact->ev.step.len)
		return false;
	if (f->step.len)
		return cut_before(d, f, f->step);
	for (size_t i = 0; i < evidence_steps(&f->fact->ev); i++)
		if (!cut_before(d, f, evidence_step(&f->fact->ev,
						    f->fact->seen, i).step))
			return false;
	return true;
}

/* One sentence for all findings that are in doubt. */
static void doubt_findings(struct doubts *d)
{
	struct comparison *c = d->m->out;
	const struct finding *first = NULL;
	autobuf struct buf text = BUF_INIT;
	uint64_t deadline = deadline_of(d->m->old);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct finding *f = &c->findings[i];

		if (!f->gates || !could_be_old(d, f))
			continue;
		f->gates = false;
		first = first ? first : f;
		n++;
	}
	if (!n)
		return;
	buf_printf(&text, "%.*s: step %.*s was cut by the deadline of ",
		   STR_ARG(d->m->old->spec), STR_ARG(first->fact->ev.step));
	put_duration(&text, deadline);
	buf_printf(&text, " in every run, before it could have shown '%.*s'",
		   STR_ARG(first->fact->line));
	if (n > 1)
		buf_printf(&text, " and %zu more", n - 1);
	doubt(d, "%s: timeout = %s", text.p,
	      plain_timeout(larger(deadline,
				   first->fact->ev.ns / 1000000)));
}

void doubt_deadlines(struct doubts *d)
{
	for (int side = 0; side < 2; side++)
		if (!doubt_late(d, side))
			doubt_cut(d, side);
	doubt_findings(d);
}
