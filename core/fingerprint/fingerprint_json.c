/* SPDX-License-Identifier: Apache-2.0 */
/* A fingerprint as JSON, schema behavdiff.fingerprint/1: writing. */
#include <assert.h>

#include "core/base/text.h"
#include "core/fingerprint/internal.h"
#include "core/fingerprint/json.h"

/* --- the plan, copied value by value --- */

static int copy_array(struct json_out *j, const char *key,
		      const struct json *array)
{
	int ret = 0;

	json_begin_array_inline(j, key);
	for (const struct json *v = json_first(array); v && !ret;
	     v = json_next(v)) {
		struct str s;
		uint64_t n;

		if (json_is_string(v, &s))
			json_put_str(j, NULL, s);
		else if (json_is_uint(v, &n))
			json_put_uint(j, NULL, n);
		else
			ret = json_is_object(v) ?
				json_copy_object(j, NULL, v) : -1;
	}
	json_end_array(j);
	return ret;
}

static int copy_member(struct json_out *j, const struct json *obj,
		       const struct json *v)
{
	const char *key = json_key(v).p;
	const struct json *array = json_array(obj, key);
	struct str s;
	int64_t n;
	bool b;

	if (!text_is_safe(json_key(v)))
		return -1;
	if (json_is_object(v))
		return json_copy_object(j, key, v);
	if (array)
		return copy_array(j, key, array);
	if (json_is_string(v, &s))
		json_put_str(j, key, s);
	else if (json_int(&n, obj, key))
		json_put_int(j, key, n);
	else if (json_bool(&b, obj, key))
		json_put_bool(j, key, b);
	else
		return -1;
	return 0;
}

int json_copy_object(struct json_out *j, const char *key,
		     const struct json *obj)
{
	int ret = 0;

	json_begin_object(j, key);
	for (const struct json *v = json_first(obj); v && !ret;
	     v = json_next(v))
		ret = copy_member(j, obj, v);
	json_end_object(j);
	return ret;
}

/* --- the parts of a fingerprint --- */

/* Numbers above 2^53 - 1 do not survive other people's readers, nor ours. */
static void put_count(struct json_out *j, const char *key, uint64_t n)
{
	const uint64_t largest = ((uint64_t)1 << 53) - 1;

	json_put_uint(j, key, n < largest ? n : largest);
}

void json_put_bound(struct json_out *j, const struct fingerprint *fp)
{
	if (!fp->n_bound)
		return;
	json_begin_object_inline(j, "bound");
	for (size_t i = 0; i < fp->n_bound; i++)
		json_put_str_at(j, fp->bound[i].path, fp->bound[i].digest);
	json_end_object(j);
}

static void put_source(struct json_out *j, const struct fingerprint *fp)
{
	json_begin_object(j, "source");
	json_put_str(j, "spec", fp->spec);
	json_put_str(j, "commit", fp->commit);
	json_put_str(j, "tree", fp->tree);
	json_put_str(j, "entry", fp->entry);
	json_put_str(j, "scenario", fp->scenario);
	json_put_bound(j, fp);
	json_end_object(j);
}

void json_put_plan(struct json_out *j, const struct fingerprint *fp)
{
	autojson struct json *plan = NULL;
	struct err err = ERR_INIT;
	int bad = json_parse(&plan, fp->plan, FINGERPRINT_FILE_MAX, &err);

	/* It is what plan_make() or fingerprint_read() made. */
	assert(!bad);
	json_begin_object(j, "plan");
	json_put_str(j, "digest", fp->plan_digest);
	bad |= json_copy_object(j, "settings", plan);
	assert(!bad);
	(void)bad;
	json_end_object(j);
}

static void fingerprint_json_put_sections(struct json_out *j,
					  const struct fingerprint *fp)
{
	json_begin_object(j, "sections");
	for (enum event_section i = 0; i < SECTION_COUNT; i++)
		json_put_str(j, event_section_name(i), str_c(fp->sections[i]));
	json_end_object(j);
}

static void fingerprint_json_put_ledger(struct json_out *j,
					const struct fingerprint *fp)
{
	const struct ledger *l = &fp->ledger;

	json_begin_object(j, "ledger");
	put_count(j, "stops", l->stops);
	put_count(j, "events", l->events);
	put_count(j, "facts", fp->n);
	put_count(j, "merged", l->merged);
	put_count(j, "dropped", l->dropped);
	put_count(j, "lost", l->lost);
	json_end_object(j);
}

static void fingerprint_json_put_optional(struct json_out *j, const char *key,
					  struct str s)
{
	if (s.len)
		json_put_str(j, key, s);
}

static void fingerprint_json_put_end(struct json_out *j,
				     const struct run_end *end)
{
	json_begin_object(j, NULL);
	json_put_str(j, "how", end->how);
	put_count(j, "ms", end->ms);
	json_put_uint(j, "alive", end->alive);
	json_put_uint(j, "zombies", end->zombies);
	json_begin_array(j, "steps");
	for (size_t i = 0; i < end->n_steps; i++)
		step_end_write(j, &end->steps[i]);
	json_end_array(j);
	json_end_object(j);
}

/* What each did, where several did it. */
static void fingerprint_json_put_steps(struct json_out *j,
				       const struct evidence *ev, unsigned seen)
{
	autobuf struct buf also = BUF_INIT;
	size_t n = evidence_steps(ev);

	if (n < 2)
		return;
	if (evidence_also(&also, ev))
		json_put_str(j, "also", buf_view(&also));
	json_begin_array_inline(j, "steps");
	for (size_t i = 0; i < n; i++) {
		struct step_evidence s = evidence_step(ev, seen, i);

		json_begin_object_inline(j, NULL);
		json_put_str(j, "step", s.step);
		json_put_uint(j, "seen", s.seen);
		put_count(j, "count", s.count);
		put_count(j, "us", s.ns / 1000);
		fingerprint_json_put_optional(j, "process", s.process);
		fingerprint_json_put_optional(j, "call", s.call);
		json_end_object(j);
	}
	json_end_array(j);
}

static void fingerprint_json_put_evidence(struct json_out *j,
					  const struct evidence *ev,
					  unsigned seen)
{
	put_count(j, "count", ev->count);
	put_count(j, "us", ev->ns / 1000);
	fingerprint_json_put_optional(j, "step", ev->step);
	fingerprint_json_put_steps(j, ev, seen);
	fingerprint_json_put_optional(j, "process", ev->process);
	fingerprint_json_put_optional(j, "call", ev->call);
	fingerprint_json_put_optional(j, "note", ev->note);
}

/* Which runs, of what not all of them saw. */
static void put_runs(struct json_out *j, uint64_t in_runs)
{
	if (!in_runs)
		return;
	json_begin_array_inline(j, "in");
	for (unsigned run = 0; run < 64; run++)
		if (in_runs >> run & 1)
			json_put_uint(j, NULL, run + 1);
	json_end_array(j);
}

static void fingerprint_json_put_name(struct json_out *j,
				      const struct name *name)
{
	json_begin_object_inline(j, NULL);
	json_put_str(j, "fact", name->line);
	json_put_str(j, "form", name->template);
	json_put_uint(j, "names", name->names);
	fingerprint_json_put_evidence(j, &name->ev, 1);
	json_end_object(j);
}

static void fingerprint_json_put_fact(struct json_out *j, const struct fact *f)
{
	json_begin_object_inline(j, NULL);
	json_put_str(j, "fact", f->line);
	json_put_uint(j, "seen", f->seen);
	put_runs(j, f->in_runs);
	fingerprint_json_put_evidence(j, &f->ev, f->seen);
	fingerprint_json_put_optional(j, "form", fact_template(f));
	if (f->names_max) {
		json_begin_array_inline(j, "names");
		json_put_uint(j, NULL, f->names_min);
		json_put_uint(j, NULL, f->names_max);
		json_end_array(j);
	}
	json_end_object(j);
}

static void put_lists(struct json_out *j, const struct fingerprint *fp)
{
	json_begin_array(j, "blind_spots");
	for (size_t i = 0; i < fp->n_blind; i++)
		json_put_str(j, NULL, fp->blind_spots[i]);
	json_end_array(j);

	json_begin_array(j, "ends");
	for (size_t i = 0; i < fp->n_ends; i++)
		fingerprint_json_put_end(j, &fp->ends[i]);
	json_end_array(j);

	json_begin_object(j, "syscalls");
	for (size_t i = 0; i < fp->n_syscalls; i++)
		put_count(j, fp->syscalls[i].name.p, fp->syscalls[i].count);
	json_end_object(j);

	json_begin_array(j, "facts");
	for (size_t i = 0; i < fp->n; i++)
		fingerprint_json_put_fact(j, &fp->facts[i]);
	json_end_array(j);

	if (!fp->n_names)
		return;
	json_begin_array(j, "names");
	for (size_t i = 0; i < fp->n_names; i++)
		fingerprint_json_put_name(j, &fp->names[i]);
	json_end_array(j);
}

void fingerprint_write(struct buf *out, const struct fingerprint *fp)
{
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR(FINGERPRINT_SCHEMA));
	put_source(&j, fp);
	json_put_plan(&j, fp);
	json_put_uint(&j, "runs", fp->runs);
	if (fp->names_known)
		json_put_bool(&j, "told", true);
	json_put_str(&j, "digest", str_c(fp->digest));
	fingerprint_json_put_sections(&j, fp);
	fingerprint_json_put_ledger(&j, fp);
	put_lists(&j, fp);
	json_end_object(&j);
	json_out_end(&j);
}
