/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did the runs prove anything?  Each doubt is a sentence that says what was
 * not proved and, behind a colon, what to do; a doubt turns a pass into
 * inconclusive.  A regression that was found stays one: what was seen was
 * seen, and the doubts are printed beside it.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/strmap.h"
#include "core/compare/internal.h"

/* So few facts may differ from run to run without making runs "unstable". */
#define UNSTABLE_MIN 16

static const char *const verdict_names[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_REGRESSION] = "regression",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

struct doubts {
	struct matching *m;
	struct strmap said;	/* each once, in the order of saying */
};

__attribute__((format(printf, 2, 3)))
static void doubt(struct doubts *d, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strmap_put(&d->said, str_c(text));
}

/* --- steps over the runs of one side --- */

struct step_tally {
	struct str name;
	unsigned started, ready, failed, crashed, unmet;	/* runs */
	int status;				/* of a failed one */
	struct str why;				/* of an unmet one */
	int err;				/* why its exec failed */
	struct str command;
};

struct tallies {
	struct step_tally *v;	/* in the order of first appearance */
	size_t n, cap;
	struct strmap index;	/* name -> place in v, plus 1 */
};

static void tallies_free(struct tallies *t)
{
	strmap_free(&t->index);
	vec_free(t);
}
#define autotallies __attribute__((cleanup(tallies_free)))

/* A signal that a program raises by mistake, not one that others send. */
static bool is_crash(int status)
{
	switch (WIFSIGNALED(status) ? WTERMSIG(status) : 0) {
	case SIGSEGV: case SIGABRT: case SIGBUS: case SIGFPE: case SIGILL:
	case SIGTRAP: case SIGSYS:
		return true;
	default:
		return false;
	}
}

static void tally_step(struct tallies *t, const struct step_end *s)
{
	struct strmap_entry *e = strmap_put(&t->index, s->name);
	struct step_tally *v;

	if (!e->val.num) {
		*vec_push(t) = (struct step_tally){ .name = s->name };
		e->val.num = t->n;
	}
	v = &t->v[e->val.num - 1];
	v->started += s->started;
	if (s->err && !v->err) {
		v->err = s->err;
		v->command = s->command;
	}
	v->ready += s->was_ready;
	if (s->unmet.len) {
		v->unmet++;
		v->why = s->unmet;
	}
	if (!s->ended || !s->status)
		return;
	v->failed++;
	v->crashed += is_crash(s->status);
	v->status = s->status;
}

static struct tallies tally(const struct fingerprint *fp)
{
	struct tallies t = { .index = STRMAP_INIT };

	for (size_t r = 0; r < fp->n_ends; r++)
		for (size_t i = 0; i < fp->ends[r].n_steps; i++)
			tally_step(&t, &fp->ends[r].steps[i]);
	return t;
}

static struct step_tally tally_of(const struct tallies *t, struct str name)
{
	const struct strmap_entry *e = strmap_get(&t->index, name);

	return e ? t->v[e->val.num - 1] : (struct step_tally){ .name = name };
}

static void describe_status(char out[64], int status)
{
	if (WIFSIGNALED(status))
		snprintf(out, 64, "was ended by signal %d", WTERMSIG(status));
	else
		snprintf(out, 64, "ended with status %d", WEXITSTATUS(status));
}

static bool most_is_gone(const struct comparison *c)
{
	return c->seen_again * 2 < c->old_always;
}

static void doubt_never(struct doubts *d, const struct fingerprint *fp,
			const struct step_tally *step)
{
	if (!step->err)
		doubt(d, "%.*s: step %.*s never started: see that what it "
		      "comes after gets ready", STR_ARG(fp->spec),
		      STR_ARG(step->name));
	else
		doubt(d, "%.*s: step %.*s never started: %.*s: %s: check its "
		      "command", STR_ARG(fp->spec), STR_ARG(step->name),
		      STR_ARG(step->command), errno_name(step->err));
}

static void doubt_start(struct doubts *d, const struct fingerprint *fp)
{
	autotallies struct tallies steps = tally(fp);

	if (!fp->runs)
		doubt(d, "%.*s: was never run: trace it first",
		      STR_ARG(fp->spec));
	for (size_t i = 0; i < steps.n; i++)
		if (!steps.v[i].started)
			doubt_never(d, fp, &steps.v[i]);
}

/* Of either side: the scenario says what a run must show to count. */
static void doubt_unmet(struct doubts *d, const struct fingerprint *fp)
{
	autotallies struct tallies steps = tally(fp);

	for (size_t i = 0; i < steps.n; i++) {
		const struct step_tally *s = &steps.v[i];

		if (s->unmet)
			doubt(d, "%.*s: step %.*s in %u of %zu runs: %.*s: "
			      "repair the program or the scenario",
			      STR_ARG(fp->spec), STR_ARG(s->name), s->unmet,
			      fp->n_ends, STR_ARG(s->why));
	}
}

/* A step of NEW that got less far than OLD's. */
static void doubt_step(struct doubts *d, const struct step_tally *was,
		       const struct step_tally *is)
{
	const struct fingerprint *old = d->m->old, *new = d->m->new;
	char how[64];

	if (is->started && !is->ready && was->ready)
		doubt(d, "%.*s: step %.*s never became ready, as it did in "
		      "%.*s: check its `ready`, and whether the deadline is "
		      "too short", STR_ARG(new->spec), STR_ARG(is->name),
		      STR_ARG(old->spec));
	if (is->failed < new->n_ends || was->failed)
		return;
	describe_status(how, is->status);
	/* It ended early, and what OLD did beyond that point is not done. */
	if (d->m->out->count[CHANGE_GONE])
		doubt(d, "%.*s: step %.*s %s in every run, never in %.*s, and "
		      "%zu of %zu behaviours were seen again: run it by hand "
		      "to see why, or say `expect = status N` if it is meant",
		      STR_ARG(new->spec), STR_ARG(is->name), how,
		      STR_ARG(old->spec), d->m->out->seen_again,
		      d->m->out->old_always);
	else if (is->crashed == new->n_ends)
		doubt(d, "%.*s: step %.*s %s in every run, and never in %.*s: "
		      "what comes after the crash is not known, run it by "
		      "hand to see why", STR_ARG(new->spec),
		      STR_ARG(is->name), how, STR_ARG(old->spec));
}

/*
 * What was detected may have other names on the other side, all of them: two
 * programs.  Half a program proves half.
 */
static bool is_one_program(const struct doubts *d, const struct tallies *old,
			   const struct tallies *new)
{
	if (!new->n)
		return false;
	for (size_t i = 0; i < old->n; i++)
		if (strmap_get(&new->index, old->v[i].name))
			return true;
	return !d->m->new->entry.len;
}

static void doubt_missing(struct doubts *d, const struct tallies *old,
			  const struct tallies *new)
{
	const struct fingerprint *was = d->m->old, *is = d->m->new;

	for (size_t i = 0; i < old->n && is_one_program(d, old, new); i++)
		if (!strmap_get(&new->index, old->v[i].name))
			doubt(d, "%.*s: step %.*s of %.*s was not run: run "
			      "the same steps on both sides",
			      STR_ARG(is->spec), STR_ARG(old->v[i].name),
			      STR_ARG(was->spec));
}

static void doubt_steps(struct doubts *d)
{
	autotallies struct tallies old = tally(d->m->old);
	autotallies struct tallies new = tally(d->m->new);

	for (size_t i = 0; i < new.n; i++) {
		struct step_tally was = tally_of(&old, new.v[i].name);

		doubt_step(d, &was, &new.v[i]);
	}
	doubt_missing(d, &old, &new);
}

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

	if (most_is_gone(c) && count_always(new) * 2 < c->old_always)
		doubt(d, "%.*s: showed less than half of what %.*s did: %zu of "
		      "%zu behaviours were seen again: if that is meant, "
		      "compare with an OLD that does as little",
		      STR_ARG(new->spec),
		      STR_ARG(old->spec), c->seen_again, c->old_always);
}

static void doubt_loss(struct doubts *d, const struct fingerprint *fp)
{
	size_t sometimes = fp->n - count_always(fp);

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
	if (sometimes >= UNSTABLE_MIN && sometimes * 2 > fp->n)
		doubt(d, "%.*s: %zu of %zu facts differ from run to run: let "
		      "the steps wait for each other (`after`, `ready`), or "
		      "allow more runs", STR_ARG(fp->spec), sometimes, fp->n);
}

/* Processes and files: what the program was refused there, it did not do. */
static void doubt_limits(struct doubts *d, const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if (f->kind == EV_LIMIT &&
		    (str_starts(f->object, STR("processes")) ||
		     str_starts(f->object, STR("files"))))
			doubt(d, "%.*s: a limit was met in %u of %u runs "
			      "(%.*s): raise it in [sandbox] or give the "
			      "scenario less to do", STR_ARG(fp->spec),
			      f->seen, fp->runs, STR_ARG(f->object));
	}
}

static bool plans_differ(const struct matching *m)
{
	return !str_eq(m->old->plan_digest, m->new->plan_digest);
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

	if (plans_differ(d->m))
		doubt(d, "%.*s and %.*s were observed under different plans "
		      "(%.*s and %.*s): trace both with the same "
		      "configuration and program", STR_ARG(old->spec),
		      STR_ARG(new->spec),
		      STR_ARG(short_digest(old->plan_digest)),
		      STR_ARG(short_digest(new->plan_digest)));
}

/* A difference between two plans is no difference between two programs. */
static bool regression_found(struct matching *m)
{
	bool found = false;

	for (size_t i = 0; i < m->out->n; i++) {
		if (plans_differ(m))
			m->out->findings[i].gates = false;
		found |= m->out->findings[i].gates;
	}
	return found;
}

static void keep_doubts(struct comparison *c, const struct strmap *said)
{
	c->n_reasons = said->n;
	c->reasons = arena_alloc(&c->arena, said->n * sizeof(*c->reasons) + 1);
	for (size_t i = 0; i < said->n; i++)
		c->reasons[i] = arena_str(&c->arena, said->entries[i].key);
}

void comparison_add_reason(struct comparison *c, struct str sentence)
{
	struct str *all = arena_alloc(&c->arena,
				      (c->n_reasons + 1) * sizeof(*all));

	if (c->n_reasons)
		memcpy(all, c->reasons, c->n_reasons * sizeof(*all));
	all[c->n_reasons++] = arena_str(&c->arena, sentence);
	c->reasons = all;
}

void verdict_reach(struct matching *m)
{
	struct comparison *c = m->out;
	struct doubts d = { .m = m, .said = STRMAP_INIT };

	c->lost = m->old->ledger.lost + m->new->ledger.lost;
	doubt_plan(&d);
	doubt_start(&d, m->old);
	doubt_start(&d, m->new);
	doubt_unmet(&d, m->old);
	doubt_unmet(&d, m->new);
	doubt_steps(&d);
	doubt_silence(&d);
	doubt_loss(&d, m->old);
	doubt_loss(&d, m->new);
	doubt_limits(&d, m->old);
	doubt_limits(&d, m->new);
	keep_doubts(c, &d.said);
	strmap_free(&d.said);

	c->verdict = c->n_reasons ? VERDICT_INCONCLUSIVE : VERDICT_PASS;
	if (regression_found(m))
		c->verdict = VERDICT_REGRESSION;
}
