/* SPDX-License-Identifier: Apache-2.0 */
/* Several runs of one tree under one plan into one fingerprint. */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "core/base/sort.h"
#include "core/base/strmap.h"
#include "core/fingerprint/internal.h"

static int by_observation(const void *pa, const void *pb)
{
	const struct observation *a = pa, *b = pb;
	int c = str_cmp(a->line, b->line);

	if (c)
		return c;
	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (a->fact->ev.ns != b->fact->ev.ns)
		return a->fact->ev.ns < b->fact->ev.ns ? -1 : 1;
	return str_cmp(a->fact->line, b->fact->line);
}

void observations_sort(struct observation *s, size_t n)
{
	sort_array(s, n, sizeof(*s), by_observation);
}

/* The fingerprint in the making, and where its texts come from. */
struct merging {
	struct fingerprint *fp;
	struct strmap texts;	/* that many facts have: one copy of each */
};

/* A text of the inputs: theirs, where they are kept. */
static struct str merge_keep(struct merging *m, struct str s)
{
	return m->fp->shared ? s : arena_str(&m->fp->arena, s);
}

/* The same of one that many facts have. */
static struct str keep_common(struct merging *m, struct str s)
{
	return m->fp->shared ? s : strmap_put(&m->texts, s)->key;
}

/*
 * In how many runs, in which, and how many names behind the line in each: what
 * one run, or side, has in several lines it has once, with all their names.
 */
static void merge_runs(struct fact *out, const struct observation *s, size_t n,
		       unsigned runs)
{
	uint64_t in_runs = 0;
	bool counted = true;

	out->names_min = UINT_MAX;
	for (size_t i = 0, from = 0; i < n; from = i) {
		unsigned seen = 0, least = 0, most = 0;

		for (; i < n && s[i].run == s[from].run; i++) {
			const struct fact *f = s[i].fact;

			in_runs |= f->in_runs ? f->in_runs :
				   s[i].run < 64 ? 1ULL << s[i].run : 0;
			counted &= f->names_max != 0;
			seen = f->seen > seen ? f->seen : seen;
			least += f->names_min;
			most += f->names_max;
		}
		out->seen += seen;
		if (least < out->names_min)
			out->names_min = least;
		if (most > out->names_max)
			out->names_max = most;
	}
	if (out->seen < runs)
		out->in_runs = in_runs;
	if (!counted)
		out->names_max = 0;
	if (!counted || out->seen < runs)
		out->names_min = 0;
}

/* Is there more to keep than the step of the first? */
static bool several_steps(const struct observation *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (evidence_steps(&s[i].fact->ev) > 1 ||
		    !str_eq(s[i].fact->ev.step, s[0].fact->ev.step))
			return true;
	return false;
}

static void merge_steps(struct merging *m, struct fact *out,
			const struct observation *s, size_t n)
{
	struct step_list list = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		step_list_add(&list, &s[i].fact->ev, s[i].fact->seen,
			      s[i].run);
	for (size_t i = 0; i < list.n; i++) {
		struct step_evidence *step = &list.v[i].ev;

		step->step = keep_common(m, step->step);
		step->process = keep_common(m, step->process);
		step->call = merge_keep(m, step->call);
	}
	step_list_set(&list, &m->fp->arena, &out->ev, out->seen);
}

/* As long as the line is what its facts say. */
static struct str merge_template(struct merging *m, const struct observation *s,
			     size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fact_template(s[i].fact).len &&
		    str_eq(s[i].line, s[i].fact->line))
			return merge_keep(m, fact_template(s[i].fact));
	return STR("");
}

static void merge_evidence(struct merging *m, struct fact *out,
			   const struct observation *s, size_t n)
{
	const struct evidence *first = &s[0].fact->ev;

	out->ev = (struct evidence){
		.ns = first->ns,
		.step = keep_common(m, first->step),
		.process = keep_common(m, first->process),
		.call = merge_keep(m, first->call),
		.note = keep_common(m, first->note),
	};
	for (size_t i = 0; i < n; i++)
		out->ev.count += s[i].fact->ev.count;
	if (several_steps(s, n))
		merge_steps(m, out, s, n);
}

/* One fact from the n observations of one line, in the order of the runs. */
static void merge_fact(struct merging *m, struct fact *out,
		       const struct observation *s, size_t n)
{
	*out = (struct fact){ .line = merge_keep(m, s[0].line) };
	merge_runs(out, s, n, m->fp->runs);
	fact_take_apart(out);
	merge_evidence(m, out, s, n);
	fact_set_template(&m->fp->arena, out, merge_template(m, s, n));
}

static void merge_facts(struct merging *m, const struct observation *s,
			size_t n)
{
	struct fingerprint *fp = m->fp;

	fp->facts = arena_alloc(&fp->arena, n * sizeof(*fp->facts));
	for (size_t from = 0, to; from < n; from = to) {
		to = from + 1;
		while (to < n && str_eq(s[to].line, s[from].line))
			to++;
		merge_fact(m, &fp->facts[fp->n++], s + from, to - from);
	}
	arena_take(&fp->arena, &m->texts.arena);
	strmap_free(&m->texts);
}

static void merge_ends(struct fingerprint *fp,
		       const struct fingerprint *const *runs, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += runs[i]->n_ends;
	fp->ends = arena_alloc(&fp->arena, total * sizeof(*fp->ends));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < runs[i]->n_ends; k++)
			fp->ends[fp->n_ends++] =
				run_end_copy(&fp->arena, &runs[i]->ends[k]);
}

static void merge_ledger(struct ledger *sum, const struct ledger *l)
{
	sum->stops += l->stops;
	sum->events += l->events;
	sum->merged += l->merged;
	sum->dropped += l->dropped;
	sum->lost += l->lost;
}

void fingerprint_copy_source(struct fingerprint *fp,
			     const struct fingerprint *from)
{
	struct arena *a = &fp->arena;

	fp->spec = arena_str(a, from->spec);
	fp->commit = arena_str(a, from->commit);
	fp->tree = arena_str(a, from->tree);
	fp->scenario = arena_str(a, from->scenario);
	fp->entry = arena_str(a, from->entry);
	fp->n_bound = from->n_bound;
	fp->bound = arena_alloc(a, fp->n_bound * sizeof(*fp->bound) + 1);
	for (size_t i = 0; i < fp->n_bound; i++)
		fp->bound[i] = (struct bound){
			arena_str(a, from->bound[i].path),
			arena_str(a, from->bound[i].digest),
		};
	fp->plan = arena_str(a, from->plan);
	fp->plan_digest = arena_str(a, from->plan_digest);
}

/* What is not of single facts. */
static void merge_rest(struct fingerprint *fp,
		       const struct fingerprint *const *runs, size_t n)
{
	struct strmap syscalls = STRMAP_INIT, blind = STRMAP_INIT;

	for (size_t i = 0; i < n; i++) {
		const struct fingerprint *run = runs[i];

		fp->runs += run->runs;
		merge_ledger(&fp->ledger, &run->ledger);
		for (size_t k = 0; k < run->n_syscalls; k++)
			strmap_put(&syscalls, run->syscalls[k].name)->val.num +=
				run->syscalls[k].count;
		for (size_t k = 0; k < run->n_blind; k++)
			strmap_put(&blind, run->blind_spots[k]);
	}
	fingerprint_copy_source(fp, runs[0]);
	merge_ends(fp, runs, n);
	fingerprint_set_syscalls(fp, &syscalls);
	fingerprint_set_blind_spots(fp, &blind);
	strmap_free(&syscalls);
	strmap_free(&blind);
}

void merge_observations(struct fingerprint *fp, const struct observation *s,
			size_t total)
{
	struct merging m = { .fp = fp, .texts = STRMAP_INIT };

	fp->n = 0;
	merge_facts(&m, s, total);
	fingerprint_digest(fp);
}

struct fingerprint *fingerprint_merge(struct fingerprint *const *runs,
				      size_t n)
{
	const struct fingerprint *const *all =
		(const struct fingerprint *const *)runs;
	struct arena scratch = ARENA_INIT;
	bool known = recurring_names_known(all, n);
	struct fingerprint *fp = fingerprint_new();
	struct observation *s;
	size_t total = 0;

	assert(n);
	for (size_t i = 0; i < n; i++)
		total += runs[i]->n + runs[i]->n_names;
	s = mem_array(total + 1, sizeof(*s));
	total = recurring_collect(&scratch, s, all, n, known);
	observations_sort(s, total);
	merge_rest(fp, all, n);
	merge_observations(fp, s, total);
	fp->names_known = known;
	free(s);
	arena_free(&scratch);
	return fp;
}

/* --- names that both sides know --- */

/* The same runs, where no name that came in all of them stands for itself. */
static void forget_names(struct fingerprint *fp)
{
	struct observation *s = mem_array(fp->n + 1, sizeof(*s));

	for (size_t i = 0; i < fp->n; i++)
		s[i] = (struct observation){
			.line = fact_template(&fp->facts[i]).len ?
				fact_template(&fp->facts[i]) :
				fp->facts[i].line,
			.fact = &fp->facts[i],
		};
	observations_sort(s, fp->n);
	merge_observations(fp, s, fp->n);
	free(s);
}

void fingerprint_align(struct fingerprint *out[2],
		       const struct fingerprint *old,
		       const struct fingerprint *new)
{
	bool known = fingerprint_names_known(old) &&
		     fingerprint_names_known(new);

	out[0] = fingerprint_share(old);
	out[1] = fingerprint_share(new);
	for (size_t i = 0; i < 2; i++) {
		if (known || !fingerprint_names_known(out[i]))
			continue;
		out[i]->names_known = false;
		forget_names(out[i]);
	}
}
