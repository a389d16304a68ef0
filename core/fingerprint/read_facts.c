/* SPDX-License-Identifier: Apache-2.0 */
/* A fingerprint's JSON: reading facts, names and their evidence. */
#include <limits.h>

#include "core/fingerprint/read.h"

static int read_line(const struct reader *r, struct fact *out,
		     const struct json *o)
{
	struct str line;

	if (!json_string(&line, o, "fact"))
		return read_fail(r, "\"fact\" is missing or is no string");
	out->line = arena_str(&r->fp->arena, line);
	if (!fact_parse(out))
		return read_fail(r, "\"%.*s\" is not a fact", STR_ARG(line));
	return 0;
}

/* [least, most] in one run; absent where it was not counted. */
static int read_facts_read_names(const struct reader *r, struct fact *out,
				 const struct json *o)
{
	const struct json *a = json_array(o, "names"), *v;
	uint64_t least, most;

	if (!json_member(o, "names"))
		return 0;
	v = a ? json_first(a) : NULL;
	if (!v || json_length(a) != 2 || !json_is_uint(v, &least) ||
	    !json_is_uint(json_next(v), &most) || least > most || !most ||
	    most > UINT_MAX)
		return read_fail(r, "\"names\" is not two numbers in order");
	out->names_min = (unsigned)least;
	out->names_max = (unsigned)most;
	return 0;
}

/* Of a file that knows them by name only: "a, b", as often as the fact. */
static int read_also(struct reader *r, struct fact *f, const struct json *o)
{
	static const struct json_member members[] = {
		{ .key = "also", .type = JSON_COMMON, .optional = true },
	};
	struct step_evidence steps[FACT_STEPS_MAX];
	struct str rest = STR("");
	size_t n = 0;

	if (READ_MEMBERS(r, &rest, o, members))
		return -1;
	if (rest.len)
		steps[n++] = evidence_step(&f->ev, f->seen, 0);
	while (rest.len && n < FACT_STEPS_MAX) {
		const char *end = memmem(rest.p, rest.len, ", ", 2);
		size_t len = end ? (size_t)(end - rest.p) : rest.len;

		steps[n++] = (struct step_evidence){
			.step = { rest.p, len }, .seen = f->seen,
			.process = STR(""), .call = STR(""),
		};
		rest = str_sub(rest, end ? len + 2 : len);
	}
	fact_set_steps(&r->fp->arena, f, steps, n);
	return !rest.len ? 0 :
	       read_fail(r, "\"also\" names more than %d steps",
			 FACT_STEPS_MAX);
}

static int read_record(struct reader *r, struct step_evidence *out,
		       unsigned seen, const struct json *o)
{
	static const struct json_member members[] = {
		{ JSON_OPTIONAL_AS(struct step_evidence, step, "step",
				   JSON_COMMON) },
		{ JSON_NEEDED(struct step_evidence, seen, "seen") },
		{ JSON_NEEDED(struct step_evidence, count, "count") },
		{ JSON_NEEDED_AS(struct step_evidence, ns, "us",
				 JSON_MICROS) },
		{ JSON_OPTIONAL_AS(struct step_evidence, process, "process",
				   JSON_COMMON) },
		{ JSON_OPTIONAL(struct step_evidence, call, "call") },
	};

	if (!json_is_object(o))
		return read_fail(r, "\"steps\" holds no object");
	*out = (struct step_evidence){
		.step = STR(""), .process = STR(""), .call = STR(""),
	};
	if (READ_MEMBERS(r, out, o, members))
		return -1;
	return out->seen <= seen ? 0 :
	       read_fail(r, "\"seen\" is too large");
}

static int read_records(struct reader *r, struct fact *f,
			const struct json *o)
{
	const struct json *a = json_array(o, "steps");
	struct step_evidence steps[FACT_STEPS_MAX];
	size_t n = 0;

	if (!a || json_length(a) > FACT_STEPS_MAX)
		return read_fail(r, "\"steps\" is no array of up to %d steps",
				 FACT_STEPS_MAX);
	for (const struct json *v = json_first(a); v; v = json_next(v), n++) {
		if (read_record(r, &steps[n], f->seen, v))
			return -1;
		if (!steps[n].seen)
			return read_fail(r, "\"seen\" of a step is 0");
		if (n && str_cmp(steps[n - 1].step, steps[n].step) >= 0)
			return read_fail(r, "\"steps\" is not in order");
	}
	fact_set_steps(&r->fp->arena, f, steps, n);
	return 0;
}

static int read_facts_read_evidence(struct reader *r, struct fact *f,
				    const struct json *o)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct evidence, count, "count") },
		{ JSON_NEEDED_AS(struct evidence, ns, "us", JSON_MICROS) },
		{ JSON_OPTIONAL_AS(struct evidence, step, "step",
				   JSON_COMMON) },
		{ JSON_OPTIONAL_AS(struct evidence, process, "process",
				   JSON_COMMON) },
		{ JSON_OPTIONAL(struct evidence, call, "call") },
		{ JSON_OPTIONAL_AS(struct evidence, note, "note",
				   JSON_COMMON) },
	};

	f->ev = (struct evidence){
		.step = STR(""), .process = STR(""), .call = STR(""),
		.note = STR(""),
	};
	if (READ_MEMBERS(r, &f->ev, o, members))
		return -1;
	return json_member(o, "steps") ? read_records(r, f, o) :
					read_also(r, f, o);
}

/* The line with tokens of a name that came in every run. */
static int read_template(const struct reader *r, struct str *out,
			 const struct fact *f, const struct json *o)
{
	struct fact template = { .line = STR("") };

	*out = STR("");
	if (!json_member(o, "form"))
		return 0;
	if (!json_string(&template.line, o, "form") ||
	    !fact_parse(&template) ||
	    template.kind != f->kind || template.err != f->err)
		return read_fail(r, "\"form\" is no fact of this kind and "
				 "outcome");
	*out = arena_str(&r->fp->arena, template.line);
	return 0;
}

/* Which runs, from 1 and in order. */
static int read_facts_read_runs(const struct reader *r, uint64_t *out,
				const struct json *o)
{
	const struct json *a = json_array(o, "in");
	uint64_t last = 0, run;

	*out = 0;
	if (!json_member(o, "in"))
		return 0;
	if (!a)
		return read_fail(r, "\"in\" is no array");
	for (const struct json *v = json_first(a); v; v = json_next(v)) {
		if (!json_is_uint(v, &run) || run <= last || run > 64 ||
		    run > r->fp->runs)
			return read_fail(r, "\"in\" names no run, or not in "
					 "order");
		*out |= 1ULL << (run - 1);
		last = run;
	}
	return 0;
}

int read_fact(struct reader *r, struct fact *out,
	      const struct json *o)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct fact, seen, "seen") },
	};
	struct str template;

	if (read_line(r, out, o) || READ_MEMBERS(r, out, o, members))
		return -1;
	if (out->seen > r->fp->runs)
		return read_fail(r, "\"seen\" is too large");
	if (read_facts_read_runs(r, &out->in_runs, o) ||
	    read_facts_read_evidence(r, out, o) ||
	    read_template(r, &template, out, o) ||
	    read_facts_read_names(r, out, o))
		return -1;
	fact_set_template(&r->fp->arena, out, template);
	if (!out->seen || out->ev.count < out->seen)
		return read_fail(r, "\"seen\" is 0, or \"count\" is smaller");
	if (out->in_runs && out->seen >= r->fp->runs)
		return read_fail(r, "\"in\" of a fact that every run saw");
	return 0;
}

int read_name(struct reader *r, struct name *out,
	      const struct json *o)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct name, names, "names") },
	};
	struct fact f = { .line = STR(""), .seen = 1 };

	if (read_line(r, &f, o) || read_template(r, &out->template, &f, o) ||
	    READ_MEMBERS(r, out, o, members) ||
	    read_facts_read_evidence(r, &f, o))
		return -1;
	out->line = f.line;
	out->ev = f.ev;
	return fingerprint_find(r->fp, out->template) ? 0 :
	       read_fail(r, "\"form\" is no fact of this run");
}
