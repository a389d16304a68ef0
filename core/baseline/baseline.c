/* SPDX-License-Identifier: Apache-2.0 */
/* Making, changing and comparing baselines in memory. */
#include "core/baseline/baseline.h"

#include <stdlib.h>

#include "core/base/date.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/baseline/internal.h"
#include "core/fingerprint/drawn.h"

#define FIELD(name) \
	{ JSON_OPTIONAL_AS(struct environment, name, #name, JSON_SAFE) }
const struct json_member environment_members[] = {
	FIELD(kernel), FIELD(machine), FIELD(libc), FIELD(system), FIELD(root),
};
const size_t environment_n_members = ARRAY_LEN(environment_members);

void baseline_free(struct baseline *b)
{
	if (!b)
		return;
	fingerprint_free(b->fp);
	free(b);
}

/* --- order --- */

static int by_fact(const void *pa, const void *pb)
{
	const struct acceptance *a = pa, *b = pb;
	int c = str_cmp(a->fact, b->fact);

	return c ? c : str_cmp(a->step, b->step);
}

void baseline_sort(struct baseline *b)
{
	fingerprint_sort(b->fp);
	if (b->n_accepted)
		qsort(b->accepted, b->n_accepted, sizeof(*b->accepted),
		      by_fact);
}

static struct acceptance *find_accepted(const struct baseline *b,
					struct str fact, struct str step)
{
	struct acceptance key = { .fact = fact, .step = step };

	if (!b->n_accepted)
		return NULL;
	return bsearch(&key, b->accepted, b->n_accepted, sizeof(key), by_fact);
}

const struct acceptance *baseline_accepted(const struct baseline *b,
					   struct str fact, struct str step)
{
	return find_accepted(b, fact, step);
}

static bool baseline_is_accepted(const struct baseline *b, const struct fact *f)
{
	if (find_accepted(b, f->line, STR("")))
		return true;
	for (size_t i = 0; i < b->n_accepted; i++)
		if (b->accepted[i].glob && !b->accepted[i].step.len &&
		    fact_fits(b->accepted[i].fact, f))
			return true;
	return false;
}

/* --- from a fingerprint --- */

static bool is_always(const struct fingerprint *fp, struct str line)
{
	const struct fact *f = fingerprint_find(fp, line);

	return f && fact_always(fp, f);
}

/* A baseline made anew. */
struct making {
	struct fingerprint *out;
	const struct fingerprint *fp;
	const struct baseline *old;	/* or NULL */
	struct drawn_places *drawn;	/* from old's to fp's */
	bool same;
};

/* The same behaviour, but for what comes and goes, and other names drawn? */
static bool same_behaviour(const struct making *m)
{
	const struct fingerprint *fp = m->fp, *old = m->old->fp;

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		const struct fact *was = fingerprint_find(old, f->line);

		if (was ? !steps_same(f, was, old->runs, m->old) :
			  !baseline_is_accepted(m->old, f) &&
			  !drawn_explains(m->drawn, f))
			return false;
	}
	for (size_t i = 0; i < old->n; i++)
		if (fact_always(old, &old->facts[i]) &&
		    !fingerprint_find(fp, old->facts[i].line) &&
		    !drawn_explains(m->drawn, &old->facts[i]))
			return false;
	return str_eq(fp->plan_digest, old->plan_digest);
}

static struct fact *baseline_add_fact(struct fingerprint *out,
				      const struct fact *f, bool always)
{
	struct fact *to = &out->facts[out->n++];

	*to = (struct fact){
		.line = arena_str(&out->arena, f->line),
		.seen = always ? out->runs :
			f->in_runs ? f->seen : out->runs - 1,
		.in_runs = always ? 0 : f->in_runs,
		.names_min = f->names_min, .names_max = f->names_max,
		.ev = { .step = STR(""), .process = STR(""), .call = STR(""),
			.note = STR("") },
	};
	fact_parse(to);
	if (fact_template(f).len)
		fact_set_template(&out->arena, to,
				  arena_str(&out->arena, fact_template(f)));
	return to;
}

/* A number that was another before is not known. */
static void settle_names(struct fact *f, const struct fingerprint *old)
{
	const struct fact *before = fingerprint_find(old, f->line);

	if (before && (before->names_min != f->names_min ||
		       before->names_max != f->names_max))
		f->names_min = f->names_max = 0;
}

static void keep_old(struct making *m, const struct fact *f)
{
	steps_keep(m->out,
		   baseline_add_fact(m->out, f, fact_always(m->old->fp, f)), f,
		   m->old->fp->runs, NULL, m->old);
}

static void add_new(struct making *m, const struct fact *f)
{
	const struct fact *before = m->old ?
		fingerprint_find(m->old->fp, f->line) : NULL;
	bool always = fact_always(m->fp, f);
	struct fact *to;

	if (m->old && baseline_is_accepted(m->old, f))
		return;
	/* It is known what is drawn there; these names add nothing. */
	if (!always && drawn_explains(m->drawn, f)) {
		if (before)
			keep_old(m, before);
		return;
	}
	to = baseline_add_fact(m->out, f, always &&
			       (!m->same || is_always(m->old->fp, f->line)));
	if (m->same)
		settle_names(to, m->old->fp);
	steps_keep(m->out, to, f, m->fp->runs, m->same ? before : NULL,
		   m->old);
}

/* What comes and goes and was there before, and what was drawn. */
static void add_old(struct making *m, const struct fact *f)
{
	if (!fingerprint_find(m->fp, f->line) &&
	    (m->same || drawn_explains(m->drawn, f)))
		keep_old(m, f);
}

static void add_facts(struct making *m)
{
	size_t old = m->old ? m->old->fp->n : 0;

	m->out->facts = arena_alloc(&m->out->arena, (m->fp->n + old) *
						    sizeof(*m->out->facts));
	for (size_t i = 0; i < m->fp->n; i++)
		add_new(m, &m->fp->facts[i]);
	for (size_t i = 0; i < old; i++)
		add_old(m, &m->old->fp->facts[i]);
}

/* --- steps, as all runs together know them --- */

struct sum {
	unsigned runs, did, ended, stopped, failed;
	bool one_status;
};

static void add_run(struct sum *sum, struct step_end *to,
		    const struct step_end *s)
{
	sum->runs++;
	sum->did += step_end_did(s);
	sum->ended += s->ended && !s->stopped;
	sum->stopped += s->stopped;
	to->was_ready |= s->was_ready;
	to->fixture |= s->fixture;
	if (!step_end_failed(s))
		return;
	if (!sum->failed++) {
		to->status = s->status;
		sum->one_status = true;
	}
	sum->one_status &= to->status == s->status;
}

static void sum_step(struct step_end *to, const struct fingerprint *fp)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < fp->n_ends; i++)
		for (size_t k = 0; k < fp->ends[i].n_steps; k++)
			if (str_eq(fp->ends[i].steps[k].name, to->name))
				add_run(&sum, to, &fp->ends[i].steps[k]);
	to->ended = sum.failed || sum.ended == sum.runs;
	to->stopped = sum.stopped == sum.runs;
	/* Of several one stands for all: the general failure. */
	if (sum.failed && (!sum.one_status || sum.failed < sum.runs))
		to->status = 1 << 8;
	if (sum.did < sum.runs)
		to->unmet = STR(BASELINE_UNDONE);
}

static bool baseline_has_step(const struct run_end *end, struct str name)
{
	for (size_t i = 0; i < end->n_steps; i++)
		if (str_eq(end->steps[i].name, name))
			return true;
	return false;
}

static void add_steps(struct fingerprint *out, const struct fingerprint *fp)
{
	struct run_end *end = arena_alloc(&out->arena, sizeof(*end));
	struct arena *a = &out->arena;
	size_t n = 0;

	for (size_t i = 0; i < fp->n_ends; i++)
		n += fp->ends[i].n_steps;
	end->how = STR("");
	end->steps = arena_alloc(a, n * sizeof(*end->steps));
	for (size_t i = 0; i < n; i++)
		end->steps[i] = step_end_empty();
	for (size_t i = 0; i < fp->n_ends; i++)
		for (size_t k = 0; k < fp->ends[i].n_steps; k++) {
			const struct step_end *s = &fp->ends[i].steps[k];
			struct step_end *to = &end->steps[end->n_steps];

			if (baseline_has_step(end, s->name))
				continue;
			to->name = arena_str(a, s->name);
			to->command = arena_str(a, s->command);
			to->started = true;
			sum_step(to, fp);
			end->n_steps++;
		}
	out->ends = end;
	out->n_ends = 1;
}

static void add_blind_spots(struct fingerprint *out,
			    const struct fingerprint *fp)
{
	struct arena *a = &out->arena;

	out->n_blind = fp->n_blind;
	out->blind_spots = arena_alloc(a, fp->n_blind *
					  sizeof(*out->blind_spots));
	for (size_t i = 0; i < fp->n_blind; i++)
		out->blind_spots[i] = arena_str(a, fp->blind_spots[i]);
}

static struct baseline *make(const struct fingerprint *fp,
			     const struct environment *env,
			     const struct baseline *old)
{
	struct baseline *b = mem_alloc(sizeof(*b));
	struct fingerprint *out = b->fp = fingerprint_new();
	struct making m = { .out = out, .fp = fp, .old = old };
	struct arena *a = &out->arena;

	/* Runs are added where they disagree: no change of behaviour. */
	out->runs = fp->runs > 1 ? fp->runs : 2;
	if (old) {
		m.drawn = drawn_find(old->fp, fp, NULL);
		m.same = same_behaviour(&m);
	}
	if (m.same || (m.drawn && old->fp->runs > out->runs))
		out->runs = old->fp->runs;
	out->names_known = fingerprint_names_known(fp);
	fingerprint_copy_source(out, fp);
	for (size_t i = 0; i < environment_n_members; i++)
		*environment_at(&b->env, &environment_members[i]) = arena_str(a,
			*environment_at(env, &environment_members[i]));
	add_facts(&m);
	drawn_free(m.drawn);
	add_steps(out, fp);
	add_blind_spots(out, fp);
	for (size_t i = 0; old && i < old->n_accepted; i++)
		baseline_accept(b, &old->accepted[i]);
	baseline_sort(b);
	draws_settle(out);
	fingerprint_digest(out);
	return b;
}

/*
 * Aligned as for a comparison; otherwise a name that only one side knows to
 * come again would be new.  Where only the new runs could find such, they are
 * kept.
 */
struct baseline *baseline_make(const struct fingerprint *fp,
			       const struct environment *env,
			       const struct baseline *old)
{
	autofingerprint struct fingerprint *own = fingerprint_subjects(fp);
	struct fingerprint *both[2];
	struct baseline was, *b;

	if (!old || (fingerprint_names_known(fp) &&
		     !fingerprint_names_known(old->fp)))
		return make(own, env, old);
	fingerprint_align(both, old->fp, own);
	was = *old;
	was.fp = both[0];
	b = make(both[1], env, &was);
	fingerprint_free(both[0]);
	fingerprint_free(both[1]);
	return b;
}

/* --- accepted --- */

static struct acceptance copy_acceptance(struct arena *a,
					 const struct acceptance *from)
{
	return (struct acceptance){
		.fact = arena_str(a, from->fact),
		.step = arena_str(a, from->step),
		.reason = arena_str(a, from->reason),
		.by = arena_str(a, from->by),
		.date = arena_str(a, from->date),
		.expires = arena_str(a, from->expires),
		.glob = from->glob,
	};
}

void baseline_accept(struct baseline *b, const struct acceptance *a)
{
	struct arena *arena = &b->fp->arena;
	struct acceptance *there = find_accepted(b, a->fact, a->step);
	struct acceptance *all;

	if (there) {
		*there = copy_acceptance(arena, a);
		return;
	}
	all = arena_alloc(arena, (b->n_accepted + 1) * sizeof(*all));
	if (b->n_accepted)
		memcpy(all, b->accepted, b->n_accepted * sizeof(*all));
	all[b->n_accepted++] = copy_acceptance(arena, a);
	b->accepted = all;
	baseline_sort(b);
}

bool baseline_knows(const struct baseline *b, struct str fact,
		    struct str step)
{
	const struct fact *f = fingerprint_find(b->fp, fact);
	struct step_evidence s;

	if (!f)
		return false;
	/* With more names than it counts, it may be accepted all the same. */
	return step.len ? fact_step(f, step, &s) : !f->names_max;
}

size_t baseline_prune(struct baseline *b, struct str today,
		      void (*dropped)(void *ctx, const struct acceptance *a,
				      const char *why), void *ctx)
{
	size_t kept = 0, n = b->n_accepted;

	for (size_t i = 0; i < n; i++) {
		const struct acceptance *a = &b->accepted[i];

		if (a->expires.len && str_cmp(a->expires, today) < 0)
			dropped(ctx, a, "expired");
		else if (baseline_knows(b, a->fact, a->step))
			dropped(ctx, a, "a fact of the baseline anyway");
		else
			b->accepted[kept++] = *a;
	}
	b->n_accepted = kept;
	return n - kept;
}

bool baseline_date(struct str s)
{
	int64_t days;

	return s.len == 10 && s.p[4] == '-' && s.p[7] == '-' &&
	       date_days(&days, s, 0, 1);
}

/* --- the environment --- */

bool environment_differs(struct buf *how, const struct environment *was,
			 const struct environment *is)
{
	size_t start = how->len;

	for (size_t i = 0; i < environment_n_members; i++) {
		const struct json_member *m = &environment_members[i];
		struct str a = *environment_at(was, m);
		struct str b = *environment_at(is, m);

		if (!a.len || !b.len || str_eq(a, b))
			continue;
		if (how->len > start)
			buf_c(how, ", ");
		if (!strcmp(m->key, "root"))
			buf_c(how, "what is installed");
		else
			buf_printf(how, "%s %.*s -> %.*s", m->key, STR_ARG(a),
				   STR_ARG(b));
	}
	return how->len > start;
}
