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
	if (!fact_parse(out->line, &out->kind, &out->operation, &out->object,
			&out->err))
		return read_fail(r, "\"%.*s\" is not a fact", STR_ARG(line));
	return 0;
}

/* [least, most] in one run; absent where it was not counted. */
static int read_facts_read_names(const struct reader *r, struct fact *out,
				 const struct json *o)
{
	const struct json *a = json_array(o, "names"), *v;
	uint64_t least, most;

	if (!has_member(o, "names"))
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
	struct step_evidence steps[FACT_STEPS_MAX];
	struct str rest;
	size_t n = 0;

	if (optional_common(r, &rest, o, "also"))
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
	uint64_t us = 0;

	if (!json_is_object(o))
		return read_fail(r, "\"steps\" holds no object");
	if (optional_common(r, &out->step, o, "step") ||
	    need_unsigned(r, &out->seen, o, "seen", seen) ||
	    need_uint(r, &out->count, o, "count", UINT64_MAX) ||
	    need_uint(r, &us, o, "us", UINT64_MAX / 1000) ||
	    optional_common(r, &out->process, o, "process") ||
	    optional_str(r, &out->call, o, "call"))
		return -1;
	out->ns = us * 1000;
	return 0;
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
	struct evidence *ev = &f->ev;
	uint64_t us = 0;

	if (need_uint(r, &ev->count, o, "count", UINT64_MAX) ||
	    need_uint(r, &us, o, "us", UINT64_MAX / 1000) ||
	    optional_common(r, &ev->step, o, "step") ||
	    optional_common(r, &ev->process, o, "process") ||
	    optional_str(r, &ev->call, o, "call") ||
	    optional_common(r, &ev->note, o, "note"))
		return -1;
	ev->ns = us * 1000;
	return has_member(o, "steps") ? read_records(r, f, o) :
					read_also(r, f, o);
}

/* The line with tokens of a name that came in every run. */
static int read_form(const struct reader *r, struct str *out,
		     const struct fact *f, const struct json *o)
{
	struct fact form = { .line = STR("") };

	*out = STR("");
	if (!has_member(o, "form"))
		return 0;
	if (!json_string(&form.line, o, "form") ||
	    !fact_parse(form.line, &form.kind, &form.operation, &form.object,
			&form.err) ||
	    form.kind != f->kind || form.err != f->err)
		return read_fail(r, "\"form\" is no fact of this kind and "
				 "outcome");
	*out = arena_str(&r->fp->arena, form.line);
	return 0;
}

/* Which runs, from 1 and in order. */
static int read_facts_read_runs(const struct reader *r, uint64_t *out,
				const struct json *o)
{
	const struct json *a = json_array(o, "in");
	uint64_t last = 0, run;

	*out = 0;
	if (!has_member(o, "in"))
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
	struct str form;

	if (read_line(r, out, o) ||
	    need_unsigned(r, &out->seen, o, "seen", r->fp->runs) ||
	    read_facts_read_runs(r, &out->in_runs, o) ||
	    read_facts_read_evidence(r, out, o) ||
	    read_form(r, &form, out, o) || read_facts_read_names(r, out, o))
		return -1;
	fact_set_form(&r->fp->arena, out, form);
	if (!out->seen || out->ev.count < out->seen)
		return read_fail(r, "\"seen\" is 0, or \"count\" is smaller");
	if (out->in_runs && out->seen >= r->fp->runs)
		return read_fail(r, "\"in\" of a fact that every run saw");
	return 0;
}

int read_name(struct reader *r, struct name *out,
	      const struct json *o)
{
	struct fact f = { .line = STR(""), .seen = 1 };

	if (read_line(r, &f, o) || read_form(r, &out->form, &f, o) ||
	    need_unsigned(r, &out->names, o, "names", UINT_MAX) ||
	    read_facts_read_evidence(r, &f, o))
		return -1;
	out->line = f.line;
	out->ev = f.ev;
	return fingerprint_find(r->fp, out->form) ? 0 :
	       read_fail(r, "\"form\" is no fact of this run");
}
