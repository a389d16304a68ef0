/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline as JSON, one fact a line: writing. */
#include "core/base/json.h"
#include "core/baseline/internal.h"
#include "core/fingerprint/json.h"

static void put_revision(struct json_out *j, const struct fingerprint *fp)
{
	json_begin_object_inline(j, "revision");
	json_put_str(j, "spec", fp->spec);
	json_put_str(j, "commit", fp->commit);
	json_put_str(j, "tree", fp->tree);
	json_put_str(j, "entry", fp->entry);
	json_end_object(j);
}

static void put_sections(struct json_out *j, const struct fingerprint *fp)
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
	for (size_t i = 0; i < environment_n_fields; i++)
		json_put_str(j, environment_fields[i].name,
			     *environment_at(env, &environment_fields[i]));
	json_end_object(j);
}

static void put_steps(struct json_out *j, const struct fingerprint *fp)
{
	json_begin_object(j, "steps");
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++) {
		const struct step_end *s = &fp->ends[0].steps[i];

		json_begin_object_inline(j, s->name.p);
		json_put_str(j, "command", s->command);
		json_put_bool(j, "ready", s->was_ready);
		json_put_bool(j, "failed", s->ended && s->status);
		json_end_object(j);
	}
	json_end_object(j);
}

/*
 * How many names stand behind a line with a volatile part, where all runs
 * agreed: one more is news (compare.h, CHANGE_MORE).
 */
static void put_names(struct json_out *j, const struct fingerprint *fp)
{
	bool open = false;

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if (!f->names_max || f->names_min != f->names_max)
			continue;
		if (!open)
			json_begin_object(j, "names");
		open = true;
		json_put_uint(j, f->line.p, f->names_max);
	}
	if (open)
		json_end_object(j);
}

/*
 * Lines whose names differed from run to run: what is compared with them may
 * be of another name that happened to come again.
 */
static void put_learned(struct json_out *j, const struct fingerprint *fp)
{
	bool open = false;

	for (size_t i = 0; i < fp->n; i++) {
		if (!fact_learned(&fp->facts[i]).len)
			continue;
		if (!open)
			json_begin_object(j, "learned");
		open = true;
		json_put_bool(j, fp->facts[i].line.p, true);
	}
	if (open)
		json_end_object(j);
}

/* Names that came in every run, and what they would be with tokens. */
static void put_forms(struct json_out *j, const struct fingerprint *fp)
{
	bool open = false;

	for (size_t i = 0; i < fp->n; i++) {
		if (!fact_form(&fp->facts[i]).len)
			continue;
		if (!open)
			json_begin_object(j, "forms");
		open = true;
		json_put_str_at(j, fp->facts[i].line,
				fact_form(&fp->facts[i]));
	}
	if (open)
		json_end_object(j);
}

static void put_optional(struct json_out *j, const char *key, struct str s)
{
	if (s.len)
		json_put_str(j, key, s);
}

static void put_accepted(struct json_out *j, const struct acceptance *a)
{
	json_begin_object_inline(j, a->fact.p);
	json_put_str(j, "reason", a->reason);
	put_optional(j, "by", a->by);
	put_optional(j, "date", a->date);
	put_optional(j, "expires", a->expires);
	if (a->glob)
		json_put_bool(j, "glob", true);
	json_end_object(j);
}

void baseline_write(struct buf *out, const struct baseline *b)
{
	const struct fingerprint *fp = b->fp;
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR(BASELINE_SCHEMA));
	json_put_str(&j, "scenario", fp->scenario);
	put_revision(&j, fp);
	put_sections(&j, fp);
	json_put_uint(&j, "runs", fp->runs);
	if (fp->told)
		json_put_bool(&j, "told", true);
	json_put_plan(&j, fp);
	put_environment(&j, &b->env);
	put_steps(&j, fp);
	put_names(&j, fp);
	put_learned(&j, fp);
	put_forms(&j, fp);
	json_begin_object(&j, "facts");
	for (size_t i = 0; i < fp->n; i++)
		json_put_str_at(&j, fp->facts[i].line,
				fact_always(fp, &fp->facts[i]) ?
				STR("always") : STR("sometimes"));
	json_end_object(&j);
	json_begin_object(&j, "accepted");
	for (size_t i = 0; i < b->n_accepted; i++)
		put_accepted(&j, &b->accepted[i]);
	json_end_object(&j);
	json_end_object(&j);
	json_out_end(&j);
}
