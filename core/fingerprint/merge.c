/* SPDX-License-Identifier: Apache-2.0 */
/* Several runs of one tree under one plan into one fingerprint. */
#include <assert.h>
#include <stdlib.h>

#include "core/base/strmap.h"
#include "core/fingerprint/internal.h"

static int by_line(const void *pa, const void *pb)
{
	const struct sighting *a = pa, *b = pb;
	int c = str_cmp(a->line, b->line);

	if (c)
		return c;
	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (a->fact->ev.ns != b->fact->ev.ns)
		return a->fact->ev.ns < b->fact->ev.ns ? -1 : 1;
	return str_cmp(a->fact->line, b->fact->line);
}

static void collect(struct sighting *out, struct fingerprint *const *runs,
		    size_t n)
{
	for (size_t run = 0; run < n; run++)
		for (size_t i = 0; i < runs[run]->n; i++)
			*out++ = (struct sighting){
				.line = runs[run]->facts[i].line,
				.fact = &runs[run]->facts[i],
				.run = run,
			};
}

static struct str learned_note(struct arena *a, struct str note)
{
	autobuf struct buf text = BUF_INIT;

	buf_str(&text, note);
	if (note.len)
		buf_c(&text, "; ");
	buf_c(&text, "learned: the name differs from run to run");
	return arena_str(a, buf_view(&text));
}

/* One fact from the n sightings of one line, in the order of the runs. */
static void merge_fact(struct fingerprint *fp, struct fact *out,
		       const struct sighting *s, size_t n)
{
	struct arena *a = &fp->arena;
	const struct evidence *first = &s[0].fact->ev;
	bool learned = false;

	*out = (struct fact){ .line = arena_str(a, s[0].line), .ev = *first };

	bool ok = fact_parse(out->line, &out->kind, &out->operation,
			     &out->object, &out->err);

	assert(ok);
	(void)ok;
	out->ev.count = 0;
	for (size_t i = 0; i < n; i++) {
		/* A learned line can stand for several names of one run. */
		if (!i || s[i].run != s[i - 1].run)
			out->seen += s[i].fact->seen;
		out->ev.count += s[i].fact->ev.count;
		learned |= s[i].learned;
	}
	out->ev.step = arena_str(a, first->step);
	out->ev.process = arena_str(a, first->process);
	out->ev.call = arena_str(a, first->call);
	out->ev.note = learned ? learned_note(a, first->note) :
				 arena_str(a, first->note);
}

static void merge_facts(struct fingerprint *fp, struct sighting *s, size_t n)
{
	fp->facts = arena_alloc(&fp->arena, n * sizeof(*fp->facts));
	for (size_t from = 0, to; from < n; from = to) {
		to = from + 1;
		while (to < n && str_eq(s[to].line, s[from].line))
			to++;
		merge_fact(fp, &fp->facts[fp->n++], s + from, to - from);
	}
}

static void merge_all_facts(struct fingerprint *fp,
			    struct fingerprint *const *runs, size_t n)
{
	struct arena scratch = ARENA_INIT;
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += runs[i]->n;

	struct sighting *s = mem_array(total + 1, sizeof(*s));

	collect(s, runs, n);
	qsort(s, total, sizeof(*s), by_line);
	stability_learn(&scratch, s, total, n);
	qsort(s, total, sizeof(*s), by_line);
	merge_facts(fp, s, total);
	free(s);
	arena_free(&scratch);
}

static void merge_ends(struct fingerprint *fp, struct fingerprint *const *runs,
		       size_t n)
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

static void copy_source(struct fingerprint *fp, const struct fingerprint *from)
{
	struct arena *a = &fp->arena;

	fp->spec = arena_str(a, from->spec);
	fp->commit = arena_str(a, from->commit);
	fp->tree = arena_str(a, from->tree);
	fp->scenario = arena_str(a, from->scenario);
	fp->entry = arena_str(a, from->entry);
	fp->plan = arena_str(a, from->plan);
	fp->plan_digest = arena_str(a, from->plan_digest);
}

struct fingerprint *fingerprint_merge(struct fingerprint *const *runs,
				      size_t n)
{
	struct fingerprint *fp = fingerprint_new();
	struct strmap syscalls = STRMAP_INIT, blind = STRMAP_INIT;

	assert(n);
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
	copy_source(fp, runs[0]);
	merge_all_facts(fp, runs, n);
	merge_ends(fp, runs, n);
	fingerprint_set_syscalls(fp, &syscalls);
	fingerprint_set_blind_spots(fp, &blind);
	strmap_free(&syscalls);
	strmap_free(&blind);
	fingerprint_digest(fp);
	return fp;
}
