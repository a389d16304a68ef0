/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that are drawn anew in each run: a line for each place with what every
 * run of the baseline's revision drew there, so that a check can judge without
 * running it again, and an update that draws others changes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/baseline/internal.h"
#include "core/fingerprint/drawn.h"

/* --- making --- */

void draws_settle(struct fingerprint *fp)
{
	struct drawn_places *d = drawn_find(fp, fp, NULL);

	for (size_t i = 0; i < fp->n; i++) {
		struct fact *f = &fp->facts[i];

		if (fact_always(fp, f) || drawn_explains(d, f))
			continue;
		f->in_runs = 0;
		f->seen = fp->runs - 1;
	}
	drawn_free(d);
}

/* --- writing --- */

bool draws_hold(struct drawn_places *d, const struct fact *f)
{
	return f->in_runs && drawn_explains(d, f);
}

/* As files count them. */
static struct run_number {
	char text[8];
} run_number(unsigned run)
{
	struct run_number n;

	snprintf(n.text, sizeof(n.text), "%u", run + 1);
	return n;
}

static void draws_put_place(struct json_out *j, const struct drawn_place *p,
			    unsigned runs)
{
	autobuf struct buf key = BUF_INIT;

	step_key(&key, p->step, p->line);
	json_begin_object_inline(j, key.p);
	json_put_str(j, "draw", p->old);
	json_begin_object_inline(j, "runs");
	for (unsigned run = 0; run < runs && run < 64; run++) {
		json_begin_array_inline(j, run_number(run).text);
		for (size_t i = 0; i < p->n_names; i++)
			if (p->names[i].runs >> run & 1)
				json_put_str(j, NULL, p->names[i].text);
		json_end_array(j);
	}
	json_end_object(j);
	json_end_object(j);
}

void draws_write(struct json_out *j, const struct fingerprint *fp,
		 struct drawn_places *d)
{
	struct arena arena = ARENA_INIT;
	struct drawn_place *places;
	size_t n;

	/* Those that explain something are listed. */
	for (size_t i = 0; i < fp->n; i++)
		draws_hold(d, &fp->facts[i]);
	places = drawn_list(d, &arena, &n);
	if (n) {
		json_begin_object(j, "drawn");
		for (size_t i = 0; i < n; i++)
			draws_put_place(j, &places[i], fp->runs);
		json_end_object(j);
	}
	arena_free(&arena);
}

/* --- reading --- */

struct reading {
	struct fingerprint *fp;
	struct strmap lines;		/* index + 1 of the fact */
	VEC(struct fact) facts;
};

static int draws_add_name(struct reading *r, struct str place, struct str step,
			  struct str name, unsigned run)
{
	autobuf struct buf line = BUF_INIT;
	struct strmap_entry *e;

	if (!text_is_safe(name) || !drawn_line(&line, place, name))
		return -1;
	e = strmap_put(&r->lines, buf_view(&line));
	if (!e->val.num) {
		struct fact *f = vec_push(&r->facts);

		*f = (struct fact){ .line = e->key, .ev = {
			.step = step, .process = STR(""), .call = STR(""),
			.note = STR(""),
		} };
		if (!fact_parse(f))
			return -1;
		e->val.num = r->facts.n;
	}
	r->facts.v[e->val.num - 1].in_runs |= 1ULL << run;
	return 0;
}

static int draws_read_runs(struct reading *r, struct str line, struct str step,
			   const struct json *runs)
{
	size_t n = 0;

	for (unsigned run = 0; run < 64; run++) {
		const struct json *names = json_array(runs,
						      run_number(run).text);
		struct str name;

		n += names != NULL;
		for (const struct json *s = names ? json_first(names) : NULL;
		     s; s = json_next(s))
			if (!json_is_string(s, &name) ||
			    draws_add_name(r, line, step, name, run))
				return -1;
	}
	/* Others are no numbers of runs, or no lists. */
	return n == json_length(runs) ? 0 : -1;
}

static int draws_read_place(struct reading *r, const struct json *v)
{
	autobuf struct buf name = BUF_INIT;
	const struct json *runs = json_object(v, "runs");
	struct str line, step = STR("");

	if (!text_is_safe(json_key(v)) || !runs)
		return -1;
	/* Of no step, the key begins with its blank. */
	if (step_key_split(&name, &line, json_key(v)))
		step = arena_str(&r->fp->arena, buf_view(&name));
	else
		line = str_sub(json_key(v), 1);
	return draws_read_runs(r, line, step, runs);
}

/* Those of runs that the file does not count are left out. */
static void draws_add(struct reading *r)
{
	struct fingerprint *fp = r->fp;
	struct fact *facts = arena_alloc(&fp->arena,
				(fp->n + r->facts.n + 1) * sizeof(*facts));
	size_t n = fp->n;

	if (fp->n)
		memcpy(facts, fp->facts, fp->n * sizeof(*facts));
	for (size_t i = 0; i < r->facts.n; i++) {
		struct fact *f = &r->facts.v[i];

		f->in_runs &= fingerprint_all_runs(fp);
		for (uint64_t set = f->in_runs; set; set &= set - 1)
			f->seen++;
		f->ev.count = f->seen;
		if (f->seen && f->seen < fp->runs &&
		    !fingerprint_find(fp, f->line))
			facts[n++] = *f;
	}
	fp->facts = facts;
	fp->n = n;
	fingerprint_sort(fp);
}

const struct json *draws_read(struct fingerprint *fp, const struct json *places)
{
	struct reading r = { .fp = fp, .lines = STRMAP_INIT };
	const struct json *v = json_first(places);

	while (v && !draws_read_place(&r, v))
		v = json_next(v);
	if (!v)
		draws_add(&r);
	vec_free(&r.facts);
	arena_take(&fp->arena, &r.lines.arena);
	strmap_free(&r.lines);
	return v;
}
