/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a baseline, which may have been edited by hand: every member has its
 * type, every fact parses, every error names its line.  Order and digests are
 * not asked for, since people and merges change lines; members that are not
 * known are left alone.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>

#include "core/base/json_members.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/baseline/internal.h"
#include "core/fingerprint/json.h"

#define RUNS_MAX 10000
#define SCHEMA_NAME "behavdiff.baseline/"

struct reader {
	struct baseline *b;
	struct str text;
	const struct json *doc;
	struct err *err;
};

static struct arena *arena(const struct reader *r)
{
	return &r->b->fp->arena;
}

__attribute__((format(printf, 3, 4)))
static int fail(const struct reader *r, const struct json *at,
		const char *fmt, ...)
{
	autobuf struct buf what = BUF_INIT;
	size_t line = json_line(r->text, r->doc, at);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&what, fmt, ap);
	va_end(ap);
	return err_set(r->err, ERR_TROUBLE, "line %zu: %s", line ? line : 1,
		       what.p);
}

/* --- members --- */

static int baseline_read_fail(void *ctx, const struct json *at,
			      const char *what)
{
	return fail(ctx, at, "%s", what);
}

/* By a table; of: see json_members.h.  Texts go into the fingerprint. */
static int baseline_read_members(const struct reader *r, void *out,
				 const struct json *obj, const char *of,
				 const struct json_member *rows, size_t n)
{
	struct reader copy = *r;
	const struct json_reader reader = {
		.arena = arena(r), .fail = baseline_read_fail, .ctx = &copy,
	};

	return json_members_read(&reader, out, obj, of, rows, n);
}
#define BASELINE_MEMBERS(r, out, obj, rows) \
	baseline_read_members(r, out, obj, NULL, rows, ARRAY_LEN(rows))

/* A text that may be missing, and is safe to show. */
#define BASELINE_TEXT(type, field, key)					\
	JSON_OPTIONAL_AS(type, field, key, JSON_SAFE)

static const struct json *baseline_read_need_object(const struct reader *r,
						    const struct json *obj,
						    const char *key)
{
	const struct json *v = json_member(obj, key);

	if (v && json_is_object(v))
		return v;
	fail(r, v ? v : obj, "\"%s\" is missing or is no object", key);
	return NULL;
}

/* --- the header --- */

static int read_revision(const struct reader *r)
{
	static const struct json_member of_all[] = {
		{ BASELINE_TEXT(struct fingerprint, scenario, "scenario") },
	}, members[] = {
		{ BASELINE_TEXT(struct fingerprint, spec, "spec") },
		{ BASELINE_TEXT(struct fingerprint, commit, "commit") },
		{ BASELINE_TEXT(struct fingerprint, tree, "tree") },
		{ BASELINE_TEXT(struct fingerprint, entry, "entry") },
	};
	struct fingerprint *fp = r->b->fp;
	const struct json *o = baseline_read_need_object(r, r->doc, "revision");

	if (!o || BASELINE_MEMBERS(r, fp, r->doc, of_all) ||
	    BASELINE_MEMBERS(r, fp, o, members))
		return -1;
	if (!json_take_bound(fp, o))
		return fail(r, o, "\"bound\" has no digests of folders");
	if (fp->commit.len && !text_is_hex(fp->commit, 40) &&
	    !text_is_hex(fp->commit, 64))
		return fail(r, o, "\"commit\" is no commit's id");
	return 0;
}

static int baseline_read_runs(const struct reader *r)
{
	const struct json *v = json_member(r->doc, "runs");
	uint64_t n = 0;

	if (!v || !json_is_uint(v, &n) || !n || n > RUNS_MAX)
		return fail(r, v, "\"runs\" is no number from 1 to %d",
			    RUNS_MAX);
	/* "sometimes" needs a run that may have seen nothing. */
	r->b->fp->runs = n > 1 ? (unsigned)n : 2;
	return 0;
}

static int baseline_read_plan(const struct reader *r)
{
	static const struct json_member members[] = {
		{ BASELINE_TEXT(struct fingerprint, plan_digest, "digest") },
	};
	autobuf struct buf text = BUF_INIT;
	struct fingerprint *fp = r->b->fp;
	const struct json *o = baseline_read_need_object(r, r->doc, "plan"),
			  *settings;
	struct json_out j;

	if (!o || BASELINE_MEMBERS(r, fp, o, members))
		return -1;
	settings = baseline_read_need_object(r, o, "settings");
	if (!settings)
		return -1;
	if (!text_is_hex(fp->plan_digest, HASH_HEX_LEN))
		return fail(r, o, "\"digest\" of the plan is not %d "
			    "hexadecimal digits", HASH_HEX_LEN);
	json_out_init(&j, &text);
	if (json_copy_object(&j, NULL, settings))
		return fail(r, settings, "\"settings\" holds a value no plan "
			    "has");
	json_out_end(&j);
	fp->plan = arena_str(arena(r), buf_view(&text));
	return 0;
}

static int read_environment(const struct reader *r)
{
	const struct json *o =
		baseline_read_need_object(r, r->doc, "environment");

	if (!o)
		return -1;
	for (size_t i = 0; i < environment_n_members; i++)
		*environment_at(&r->b->env, &environment_members[i]) = STR("");
	return baseline_read_members(r, &r->b->env, o, NULL,
				     environment_members,
				     environment_n_members);
}

/* Optional: baselines made before know only that it failed. */
static int read_step_end(const struct reader *r, struct step_end *out,
			 const struct json *v, bool failed)
{
	bool done = out->was_ready && !failed;
	int64_t status = 1 << 8;

	if (json_member(v, "done") && !json_bool(&done, v, "done"))
		return fail(r, v, "\"done\" of a step is no boolean");
	if (json_member(v, "status") &&
	    (!json_int(&status, v, "status") || status <= 0 || status > 0xffff))
		return fail(r, v, "\"status\" of a step is no wait status");
	out->ended |= failed;
	out->status = failed ? (int)status : 0;
	if (!done)
		out->unmet = STR(BASELINE_UNDONE);
	return 0;
}

static int baseline_read_step(const struct reader *r, struct step_end *out,
			      const struct json *v)
{
	static const struct json_member members[] = {
		{ JSON_OPTIONAL(struct step_end, fixture, "fixture") },
		{ JSON_OPTIONAL(struct step_end, ended, "ended") },
		{ JSON_OPTIONAL(struct step_end, stopped, "stopped") },
		{ BASELINE_TEXT(struct step_end, command, "command") },
	};
	bool failed;

	*out = step_end_empty();
	if (!text_is_safe(json_key(v)) || !json_bool(&out->was_ready, v,
						     "ready") ||
	    !json_bool(&failed, v, "failed"))
		return fail(r, v, "a step has \"ready\" and \"failed\"");
	if (baseline_read_members(r, out, v, "a step", members,
				  ARRAY_LEN(members)))
		return -1;
	out->name = arena_str(arena(r), json_key(v));
	out->started = true;
	return read_step_end(r, out, v, failed);
}

/*
 * "blind_spots": what could not be seen.  Baselines of before they were kept
 * have steps without "done".
 */
static int baseline_read_blind_spots(const struct reader *r)
{
	const struct json *o = json_member(r->doc, "blind_spots");
	struct fingerprint *fp = r->b->fp;
	bool yes;

	if (o && !json_is_object(o))
		return fail(r, o, "\"blind_spots\" is no object");
	for (const struct json *v = json_first(o); v; v = json_next(v)) {
		if (!text_is_safe(json_key(v)) || !json_is_bool(v, &yes))
			return fail(r, v, "a blind spot is unsafe to show, or "
				    "is no boolean");
		if (yes)
			fingerprint_add_blind_spot(fp, "%.*s",
						   STR_ARG(json_key(v)));
	}
	o = json_first(json_member(r->doc, "steps"));
	fp->blind_unknown = !o || !json_member(o, "done");
	return 0;
}

static int baseline_read_steps(const struct reader *r)
{
	struct fingerprint *fp = r->b->fp;
	const struct json *o = baseline_read_need_object(r, r->doc, "steps");
	struct run_end *end = arena_alloc(arena(r), sizeof(*end));

	if (!o)
		return -1;
	end->how = STR("");
	end->steps = arena_alloc(arena(r),
				json_length(o) * sizeof(*end->steps));
	for (const struct json *v = json_first(o); v; v = json_next(v))
		if (baseline_read_step(r, &end->steps[end->n_steps++], v))
			return -1;
	fp->ends = end;
	fp->n_ends = 1;
	return 0;
}

/* --- facts --- */

static int baseline_read_fact(const struct reader *r, struct fact *f,
			      const struct json *v)
{
	unsigned runs = r->b->fp->runs;
	struct str how;

	f->line = arena_str(arena(r), json_key(v));
	if (!fact_parse(f))
		return fail(r, v, "\"%.*s\" is not a fact", STR_ARG(f->line));
	if (json_is_string(v, &how) && str_eq(how, STR("always")))
		f->seen = runs;
	else if (json_is_string(v, &how) && str_eq(how, STR("sometimes")))
		f->seen = runs - 1;
	else
		return fail(r, v, "a fact is \"always\" or \"sometimes\"");
	f->ev = (struct evidence){
		.count = f->seen, .step = STR(""), .process = STR(""),
		.call = STR(""), .note = STR(""),
	};
	return 0;
}

static int baseline_read_facts(const struct reader *r)
{
	struct fingerprint *fp = r->b->fp;
	const struct json *o = baseline_read_need_object(r, r->doc, "facts");

	if (!o)
		return -1;
	fp->facts = arena_alloc(arena(r), json_length(o) * sizeof(*fp->facts));
	for (const struct json *v = json_first(o); v; v = json_next(v))
		if (baseline_read_fact(r, &fp->facts[fp->n++], v))
			return -1;
	return 0;
}

/* The facts are sorted. */
static int baseline_read_names(const struct reader *r)
{
	const struct json *names = json_member(r->doc, "names");
	struct fingerprint *fp = r->b->fp;

	if (names && !json_is_object(names))
		return fail(r, names, "\"names\" is no object");
	for (const struct json *v = json_first(names); v; v = json_next(v)) {
		const struct fact *f = fingerprint_find(fp, json_key(v));
		uint64_t n = 0;

		if (!json_is_uint(v, &n) || !n || n > UINT_MAX)
			return fail(r, v, "the number of names is no number");
		/* Its fact has been removed from the file. */
		if (!f)
			continue;
		fp->facts[f - fp->facts].names_min = (unsigned)n;
		fp->facts[f - fp->facts].names_max = (unsigned)n;
	}
	return 0;
}

static int read_templates(const struct reader *r)
{
	static const struct json_member members[] = {
		{ JSON_OPTIONAL(struct fingerprint, names_known, "told") },
	};
	const struct json *templates = json_member(r->doc, "forms");
	struct fingerprint *fp = r->b->fp;

	if (BASELINE_MEMBERS(r, fp, r->doc, members))
		return -1;
	if (templates && !json_is_object(templates))
		return fail(r, templates, "\"forms\" is no object");
	for (const struct json *v = json_first(templates); v;
	     v = json_next(v)) {
		const struct fact *f = fingerprint_find(fp, json_key(v));
		struct fact template;

		if (!json_is_string(v, &template.line) ||
		    !fact_parse(&template) ||
		    (f && (f->kind != template.kind || f->err != template.err)))
			return fail(r, v, "the form of a fact is no fact of "
				    "its kind and outcome");
		/* Its fact has been removed from the file. */
		if (f)
			fact_set_template(arena(r), &fp->facts[f - fp->facts],
					  arena_str(arena(r), template.line));
	}
	return 0;
}

/* "STEP FACT", a line for each step that does it. */
static int read_by_step(const struct reader *r)
{
	const struct json *all = json_member(r->doc, "by_step");
	struct fingerprint *fp = r->b->fp;

	if (all && !json_is_object(all))
		return fail(r, all, "\"by_step\" is no object");
	for (const struct json *v = json_first(all); v; v = json_next(v)) {
		autobuf struct buf step = BUF_INIT;
		const struct fact *f;
		struct str line, how;
		bool always;

		if (!text_is_safe(json_key(v)) ||
		    !step_key_split(&step, &line, json_key(v)))
			return fail(r, v, "by step, a line is \"STEP FACT\"");
		always = json_is_string(v, &how) && str_eq(how, STR("always"));
		if (!always && (!json_is_string(v, &how) ||
				!str_eq(how, STR("sometimes"))))
			return fail(r, v, "a fact is \"always\" or "
				    "\"sometimes\"");
		f = fingerprint_find(fp, line);
		/* Its fact has been removed from the file. */
		if (f)
			steps_read(fp, &fp->facts[f - fp->facts],
				   buf_view(&step), always ? f->seen :
							     fp->runs - 1);
	}
	return 0;
}

/* What is drawn: facts of their own. */
static int read_drawn(const struct reader *r)
{
	const struct json *drawn = json_member(r->doc, "drawn"), *bad;

	if (!drawn)
		return 0;
	if (!json_is_object(drawn))
		return fail(r, drawn, "\"drawn\" is no object");
	bad = draws_read(r->b->fp, drawn);
	return bad ? fail(r, bad, "a place has \"runs\": for each the names "
			  "that make facts of the line") : 0;
}

/* --- accepted --- */

static int check_date(const struct reader *r, const struct json *v,
		      const char *what, struct str date)
{
	if (!date.len || baseline_date(date))
		return 0;
	return fail(r, v, "\"%s\" is no day, as 2025-12-31 is", what);
}

static int check_fact(const struct reader *r, const struct json *v,
		      const struct acceptance *a)
{
	struct fact f = { .line = a->fact };

	if (a->glob ? fact_pattern(a->fact) : fact_parse(&f))
		return 0;
	if (!a->glob)
		return fail(r, v, "\"%.*s\" is not a fact", STR_ARG(a->fact));
	fail(r, v, "\"%.*s\" is no pattern", STR_ARG(a->fact));
	return err_hint(r->err, "KIND OBJECT, where * stands for a part "
			"without / and blanks, and /** at the end for all "
			"below; for example file.create /tmp/app-*/**");
}

static int baseline_read_acceptance(const struct reader *r,
				    struct acceptance *a, const struct json *v)
{
	static const struct json_member members[] = {
		{ BASELINE_TEXT(struct acceptance, reason, "reason") },
		{ BASELINE_TEXT(struct acceptance, by, "by") },
		{ BASELINE_TEXT(struct acceptance, date, "date") },
		{ BASELINE_TEXT(struct acceptance, expires, "expires") },
	}, how[] = {
		{ JSON_OPTIONAL(struct acceptance, glob, "glob") },
	};

	a->reason = a->by = a->date = a->expires = STR("");
	if (!json_is_object(v))
		return fail(r, v, "an accepted fact is an object");
	if (BASELINE_MEMBERS(r, a, v, how) || check_fact(r, v, a) ||
	    BASELINE_MEMBERS(r, a, v, members) ||
	    check_date(r, v, "date", a->date) ||
	    check_date(r, v, "expires", a->expires))
		return -1;
	return a->reason.len ? 0 : fail(r, v, "a \"reason\" is missing");
}

/* The key says what is accepted; of a step, "STEP FACT". */
static int read_accepted_key(const struct reader *r, struct acceptance *a,
			     const struct json *v, bool by_step)
{
	autobuf struct buf step = BUF_INIT;
	struct str line = json_key(v);

	if (by_step && (!text_is_safe(line) ||
			!step_key_split(&step, &line, json_key(v))))
		return fail(r, v, "accepted of a step is \"STEP FACT\"");
	a->fact = arena_str(arena(r), line);
	a->step = arena_str(arena(r), buf_view(&step));
	return baseline_read_acceptance(r, a, v);
}

static int read_accepted(const struct reader *r)
{
	struct baseline *b = r->b;
	const struct json *o = baseline_read_need_object(r, r->doc, "accepted");
	const struct json *steps =
		json_member(r->doc, "accepted_steps");

	if (!o)
		return -1;
	if (steps && !json_is_object(steps))
		return fail(r, steps, "\"accepted_steps\" is no object");
	b->accepted = arena_alloc(arena(r),
				(json_length(o) + json_length(steps)) *
				sizeof(*b->accepted));
	for (const struct json *v = json_first(o); v; v = json_next(v))
		if (read_accepted_key(r, &b->accepted[b->n_accepted++], v,
				      false))
			return -1;
	for (const struct json *v = json_first(steps); v; v = json_next(v))
		if (read_accepted_key(r, &b->accepted[b->n_accepted++], v,
				      true))
			return -1;
	return 0;
}

/* --- the file --- */

static int read_version_1(const struct reader *r)
{
	if (read_revision(r) || baseline_read_runs(r) ||
	    baseline_read_plan(r) || read_environment(r) ||
	    baseline_read_steps(r) || baseline_read_blind_spots(r) ||
	    baseline_read_facts(r) || read_accepted(r))
		return -1;
	baseline_sort(r->b);
	if (baseline_read_names(r) || read_templates(r) || read_by_step(r) ||
	    read_drawn(r))
		return -1;
	fingerprint_digest(r->b->fp);
	return 0;
}

/*
 * Every version that is understood, oldest first; what is written is the last.
 * An older version is one more row with a reader of its own: the next update
 * writes the file in today's.  There is none older than 1.
 */
static const struct version {
	const char *schema;
	int (*read)(const struct reader *r);
} versions[] = {
	{ BASELINE_SCHEMA, read_version_1 },
};

static int baseline_read_document(const struct reader *r)
{
	const struct json *v = json_member(r->doc, "schema");
	struct str s;

	if (!v || !json_is_string(v, &s) ||
	    !str_starts(s, STR(SCHEMA_NAME)))
		return fail(r, v, "\"schema\" is not \"%s\": this is no "
			    "baseline", BASELINE_SCHEMA);
	for (size_t i = 0; i < ARRAY_LEN(versions); i++)
		if (str_eq(s, str_c(versions[i].schema)))
			return versions[i].read(r);
	fail(r, v, "\"schema\" is \"%.*s\"; this program knows up to \"%s\"",
	     STR_ARG(s), BASELINE_SCHEMA);
	return err_hint(r->err, "use the behavdiff that wrote it, or remove "
			"the file and make it again: behavdiff baseline "
			"update");
}

/* An error names lines of the text as it is, not of the repaired one. */
static int baseline_read_parse(struct json **doc, struct str text,
			       struct buf *repaired, bool resolve,
			       struct err *err)
{
	size_t line = baseline_conflict(text);

	if (line && !resolve) {
		err_set(err, ERR_TROUBLE, "line %zu: an unresolved merge "
			"conflict", line);
		return err_hint(err, "both sides count after: behavdiff "
				"baseline update");
	}
	if (!line) {
		struct err first = ERR_INIT;

		if (!json_parse(doc, text, BASELINE_FILE_MAX, &first))
			return 0;
		if (text.len <= BASELINE_FILE_MAX) {
			baseline_repair_merge(repaired, text);
			if (!json_parse(doc, buf_view(repaired),
					BASELINE_FILE_MAX, NULL))
				return 0;
		}
		*err = first;
		return -1;
	}
	baseline_repair_merge(repaired, text);
	return json_parse(doc, buf_view(repaired), BASELINE_FILE_MAX, err);
}

bool baseline_is(struct str text)
{
	size_t n = text.len < 4096 ? text.len : 4096;

	return n && memmem(text.p, n, SCHEMA_NAME, sizeof(SCHEMA_NAME) - 1);
}

int baseline_read(struct baseline **out, const char *name, struct str text,
		  bool resolve, struct err *err)
{
	autobaseline struct baseline *b = mem_alloc(sizeof(*b));
	autobuf struct buf repaired = BUF_INIT;
	autojson struct json *doc = NULL;

	b->fp = fingerprint_new();
	if (baseline_read_parse(&doc, text, &repaired, resolve, err))
		return err_wrap(err, "%s", name);
	b->merged = repaired.len;

	struct reader r = {
		.b = b, .text = repaired.len ? buf_view(&repaired) : text,
		.doc = doc, .err = err,
	};

	if (baseline_read_document(&r))
		return err_wrap(err, "%s", name);
	*out = b;
	b = NULL;
	return 0;
}
