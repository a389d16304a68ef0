/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline as JSON, one fact a line: writing. */
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/vec.h"
#include "core/baseline/internal.h"
#include "core/fingerprint/drawn.h"
#include "core/fingerprint/json.h"

static void put_revision(struct json_out *j, const struct fingerprint *fp)
{
	json_begin_object_inline(j, "revision");
	json_put_str(j, "spec", fp->spec);
	json_put_str(j, "commit", fp->commit);
	json_put_str(j, "tree", fp->tree);
	json_put_str(j, "entry", fp->entry);
	json_put_bound(j, fp);
	json_end_object(j);
}

static void baseline_json_put_sections(struct json_out *j,
				       const struct fingerprint *fp)
{
	json_begin_object_inline(j, "sections");
	for (enum event_section i = 0; i < SECTION_COUNT; i++)
		json_put_str(j, event_section_name(i), str_c(fp->sections[i]));
	json_put_str(j, "all", str_c(fp->digest));
	json_end_object(j);
}

static void put_environment(struct json_out *j, const struct environment *env)
{
	json_begin_object(j, "environment");
	for (size_t i = 0; i < environment_n_members; i++)
		json_put_str(j, environment_members[i].key,
			     *environment_at(env, &environment_members[i]));
	json_end_object(j);
}

/* In every run: it did its part, ended by itself, was stopped. */
static void put_step_end(struct json_out *j, const struct step_end *s)
{
	json_put_bool(j, "done", step_end_did(s));
	if (s->ended)
		json_put_bool(j, "ended", true);
	if (s->stopped)
		json_put_bool(j, "stopped", true);
	if (step_end_failed(s) && s->status != 1 << 8)
		json_put_int(j, "status", s->status);
}

static void baseline_json_put_blind_spots(struct json_out *j,
					  const struct fingerprint *fp)
{
	if (!fp->n_blind)
		return;
	json_begin_object(j, "blind_spots");
	for (size_t i = 0; i < fp->n_blind; i++)
		json_put_bool(j, fp->blind_spots[i].p, true);
	json_end_object(j);
}

static void baseline_json_put_steps(struct json_out *j,
				    const struct fingerprint *fp)
{
	json_begin_object(j, "steps");
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++) {
		const struct step_end *s = &fp->ends[0].steps[i];

		json_begin_object_inline(j, s->name.p);
		json_put_str(j, "command", s->command);
		json_put_bool(j, "ready", s->was_ready);
		json_put_bool(j, "failed", step_end_failed(s));
		put_step_end(j, s);
		if (s->fixture)
			json_put_bool(j, "fixture", true);
		json_end_object(j);
	}
	json_end_object(j);
}

/*
 * How many names stand behind a line with a volatile part, where all runs
 * agreed: one more is news (compare.h, CHANGE_MORE).
 */
static void baseline_json_put_names(struct json_out *j,
				    const struct fingerprint *fp)
{
	bool open = false;

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if (!f->names_max || f->names_min != f->names_max ||
		    !fact_always(fp, f))
			continue;
		if (!open)
			json_begin_object(j, "names");
		open = true;
		json_put_uint(j, f->line.p, f->names_max);
	}
	if (open)
		json_end_object(j);
}

/* Names that came in every run, and what they would be with tokens. */
static void put_forms(struct json_out *j, const struct fingerprint *fp,
		      struct drawn_places *draws)
{
	bool open = false;

	for (size_t i = 0; i < fp->n; i++) {
		if (!fact_template(&fp->facts[i]).len ||
		    draws_hold(draws, &fp->facts[i]))
			continue;
		if (!open)
			json_begin_object(j, "forms");
		open = true;
		json_put_str_at(j, fp->facts[i].line,
				fact_template(&fp->facts[i]));
	}
	if (open)
		json_end_object(j);
}

static void baseline_json_put_optional(struct json_out *j, const char *key,
				       struct str s)
{
	if (s.len)
		json_put_str(j, key, s);
}

/* --- by step --- */

struct line {
	struct str key;
	bool always;
};

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct line *)a)->key,
		       ((const struct line *)b)->key);
}

/* Sorted, so that what one step does stands together. */
static void baseline_json_put_lines(struct json_out *j, struct line *lines,
				    size_t n)
{
	qsort(lines, n, sizeof(*lines), by_key);
	json_begin_object(j, "by_step");
	for (size_t i = 0; i < n; i++)
		json_put_str_at(j, lines[i].key, lines[i].always ?
				STR("always") : STR("sometimes"));
	json_end_object(j);
}

/* Where there is one step only, it did everything. */
static void baseline_json_put_by_step(struct json_out *j,
				      const struct fingerprint *fp,
				      struct drawn_places *draws)
{
	struct arena keys = ARENA_INIT;
	autobuf struct buf key = BUF_INIT;
	VEC(struct line) lines = { NULL, 0, 0 };

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if (!fp->n_ends || fp->ends[0].n_steps < 2 ||
		    !fact_knows_steps(f) || draws_hold(draws, f))
			continue;
		for (size_t k = 0; k < evidence_steps(&f->ev); k++) {
			struct step_evidence s = evidence_step(&f->ev, f->seen,
							       k);

			buf_clear(&key);
			step_key(&key, s.step, f->line);
			*vec_push(&lines) = (struct line){
				arena_str(&keys, buf_view(&key)),
				s.seen >= fp->runs,
			};
		}
	}
	if (lines.n)
		baseline_json_put_lines(j, lines.v, lines.n);
	vec_free(&lines);
	arena_free(&keys);
}

static void put_accepted(struct json_out *j, const struct acceptance *a)
{
	autobuf struct buf key = BUF_INIT;

	if (a->step.len)
		step_key(&key, a->step, a->fact);
	else
		buf_str(&key, a->fact);
	json_begin_object_inline(j, key.p);
	json_put_str(j, "reason", a->reason);
	baseline_json_put_optional(j, "by", a->by);
	baseline_json_put_optional(j, "date", a->date);
	baseline_json_put_optional(j, "expires", a->expires);
	if (a->glob)
		json_put_bool(j, "glob", true);
	json_end_object(j);
}

/* Apart: a reader that ignores steps must not accept the whole fact. */
static void put_accepted_steps(struct json_out *j, const struct baseline *b)
{
	bool open = false;

	for (size_t i = 0; i < b->n_accepted; i++) {
		if (!b->accepted[i].step.len)
			continue;
		if (!open)
			json_begin_object(j, "accepted_steps");
		open = true;
		put_accepted(j, &b->accepted[i]);
	}
	if (open)
		json_end_object(j);
}

void baseline_write(struct buf *out, const struct baseline *b)
{
	const struct fingerprint *fp = b->fp;
	struct drawn_places *draws = drawn_find(fp, fp, NULL);
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR(BASELINE_SCHEMA));
	json_put_str(&j, "scenario", fp->scenario);
	put_revision(&j, fp);
	baseline_json_put_sections(&j, fp);
	json_put_uint(&j, "runs", fp->runs);
	if (fp->names_known)
		json_put_bool(&j, "told", true);
	json_put_plan(&j, fp);
	put_environment(&j, &b->env);
	baseline_json_put_steps(&j, fp);
	baseline_json_put_blind_spots(&j, fp);
	baseline_json_put_names(&j, fp);
	put_forms(&j, fp, draws);
	draws_write(&j, fp, draws);
	json_begin_object(&j, "facts");
	for (size_t i = 0; i < fp->n; i++)
		if (!draws_hold(draws, &fp->facts[i]))
			json_put_str_at(&j, fp->facts[i].line,
					fact_always(fp, &fp->facts[i]) ?
					STR("always") : STR("sometimes"));
	json_end_object(&j);
	baseline_json_put_by_step(&j, fp, draws);
	json_begin_object(&j, "accepted");
	for (size_t i = 0; i < b->n_accepted; i++)
		if (!b->accepted[i].step.len)
			put_accepted(&j, &b->accepted[i]);
	json_end_object(&j);
	put_accepted_steps(&j, b);
	json_end_object(&j);
	json_out_end(&j);
	drawn_free(draws);
}
