/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fingerprint as JSON: reading what may have been edited by hand.
 *
 * Nothing is taken on trust: every member has its type and range, every line
 * parses, order and digests are computed again.  Members that are not known
 * are left alone, since additions are compatible.
 */
#include "core/base/cleanup.h"
#include "core/base/text.h"
#include "core/fingerprint/json.h"
#include "core/fingerprint/read.h"

#define RUNS_MAX 10000

/* --- the parts --- */

bool json_take_bound(struct fingerprint *fp, const struct json *source)
{
	const struct json *o = json_object(source, "bound");

	if (!o)
		return true;
	fp->bound = arena_alloc(&fp->arena,
				json_length(o) * sizeof(*fp->bound) + 1);
	for (const struct json *v = json_first(o); v; v = json_next(v)) {
		struct str path = json_key(v), digest;

		if (!path.len || !text_is_safe(path) ||
		    !json_is_string(v, &digest) ||
		    (digest.len && !text_is_hex(digest, HASH_HEX_LEN)))
			return false;
		fp->bound[fp->n_bound++] = (struct bound){
			arena_str(&fp->arena, path),
			arena_str(&fp->arena, digest),
		};
	}
	return true;
}

static int read_source(struct reader *r, const struct json *doc)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct fingerprint, spec, "spec") },
		{ JSON_NEEDED(struct fingerprint, commit, "commit") },
		{ JSON_NEEDED(struct fingerprint, tree, "tree") },
		{ JSON_NEEDED(struct fingerprint, entry, "entry") },
		{ JSON_NEEDED(struct fingerprint, scenario, "scenario") },
	};
	struct fingerprint *fp = r->fp;
	const struct json *o;

	if (read_need_object(r, &o, doc, "source") ||
	    READ_MEMBERS(r, fp, o, members))
		return -1;
	if (!json_take_bound(fp, o))
		return read_fail(r, "\"bound\" has no digests of folders");
	return 0;
}

static int fingerprint_read_plan(struct reader *r, const struct json *doc)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct fingerprint, plan_digest, "digest") },
	};
	autobuf struct buf text = BUF_INIT;
	struct fingerprint *fp = r->fp;
	const struct json *o, *settings;
	char digest[HASH_HEX_LEN + 1];
	struct json_out j;

	if (read_need_object(r, &o, doc, "plan") ||
	    READ_MEMBERS(r, fp, o, members))
		return -1;
	if (!text_is_hex(fp->plan_digest, HASH_HEX_LEN))
		return read_fail(r, "\"digest\" is not %d hexadecimal digits",
				 HASH_HEX_LEN);
	settings = json_object(o, "settings");
	if (!settings)
		return read_fail(r, "\"settings\" is missing or is no object");
	json_out_init(&j, &text);
	if (json_copy_object(&j, NULL, settings))
		return read_fail(r, "\"settings\" holds a value no plan has");
	json_out_end(&j);
	fp->plan = arena_str(&fp->arena, buf_view(&text));
	hash_hex(digest, fp->plan);
	if (str_eq(fp->plan_digest, str_c(digest)))
		return 0;
	read_fail(r, "the digest does not fit: the settings were edited or "
		  "damaged");
	return err_hint(r->err, "trace the revision again");
}

static int read_ledger(struct reader *r, const struct json *doc)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct ledger, stops, "stops") },
		{ JSON_NEEDED(struct ledger, events, "events") },
		{ JSON_NEEDED(struct ledger, merged, "merged") },
		{ JSON_NEEDED(struct ledger, dropped, "dropped") },
		{ JSON_NEEDED(struct ledger, lost, "lost") },
	};
	const struct json *o;
	uint64_t facts = 0;

	if (read_need_object(r, &o, doc, "ledger") ||
	    READ_MEMBERS(r, &r->fp->ledger, o, members))
		return -1;
	if (!json_uint(&facts, o, "facts") || facts != r->fp->n)
		return read_fail(r, "\"facts\" is not the number of facts");
	return 0;
}

static int fingerprint_read_blind_spots(struct reader *r,
					const struct json *doc)
{
	struct fingerprint *fp = r->fp;
	const struct json *a;
	struct str s;

	if (read_need_array(r, &a, doc, "blind_spots"))
		return -1;
	fp->blind_spots = arena_alloc(&fp->arena,
			json_length(a) * sizeof(*fp->blind_spots));
	for (const struct json *v = json_first(a); v; v = json_next(v)) {
		struct str *out = &fp->blind_spots[fp->n_blind];

		r->index++;
		if (!json_is_string(v, &s) || !text_is_safe(s))
			return read_fail(r, "no string, or unsafe to show");
		if (fp->n_blind && str_cmp(out[-1], s) >= 0)
			return read_fail(r, "not in order");
		*out = arena_str(&fp->arena, s);
		fp->n_blind++;
	}
	return 0;
}

static int read_syscalls(struct reader *r, const struct json *doc)
{
	struct fingerprint *fp = r->fp;
	const struct json *o;

	if (read_need_object(r, &o, doc, "syscalls"))
		return -1;
	fp->syscalls = arena_alloc(&fp->arena,
				   json_length(o) * sizeof(*fp->syscalls));
	for (const struct json *v = json_first(o); v; v = json_next(v)) {
		struct counted *out = &fp->syscalls[fp->n_syscalls];
		struct str name = json_key(v);

		r->index++;
		if (!text_is_safe(name) || !json_is_uint(v, &out->count))
			return read_fail(r, "unsafe name, or no number");
		if (fp->n_syscalls && str_cmp(out[-1].name, name) >= 0)
			return read_fail(r, "not in order");
		out->name = arena_str(&fp->arena, name);
		fp->n_syscalls++;
	}
	return 0;
}

static int read_end(struct reader *r, struct run_end *out,
		    const struct json *o)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct run_end, how, "how") },
		{ JSON_NEEDED(struct run_end, ms, "ms") },
		{ JSON_NEEDED(struct run_end, alive, "alive") },
		{ JSON_NEEDED(struct run_end, zombies, "zombies") },
	};
	const struct json *steps = json_array(o, "steps");

	if (READ_MEMBERS(r, out, o, members))
		return -1;
	if (!steps)
		return read_fail(r, "\"steps\" is missing or is no array");
	out->steps = arena_alloc(&r->fp->arena,
				 json_length(steps) * sizeof(*out->steps));
	for (const struct json *v = json_first(steps); v; v = json_next(v))
		if (step_end_read(r, &out->steps[out->n_steps++], v))
			return -1;
	return 0;
}

static int read_ends(struct reader *r, const struct json *doc)
{
	struct fingerprint *fp = r->fp;
	const struct json *a;

	if (read_need_array(r, &a, doc, "ends"))
		return -1;
	if (json_length(a) > fp->runs)
		return read_fail(r, "more ends than runs");
	fp->ends = arena_alloc(&fp->arena, json_length(a) * sizeof(*fp->ends));
	for (const struct json *v = json_first(a); v; v = json_next(v)) {
		r->index++;
		if (read_end(r, &fp->ends[fp->n_ends++], v))
			return -1;
	}
	return 0;
}

/* --- facts --- */

static int read_next(struct reader *r, const struct json *o)
{
	struct fingerprint *fp = r->fp;
	struct fact *f = vec_push(&r->read);

	*f = (struct fact){ .line = STR("") };
	r->index++;
	if (read_fact(r, f, o))
		return -1;
	if (r->index > 1 && str_cmp(f[-1].line, f->line) >= 0)
		return read_fail(r, "not in order, or twice");
	fp->n++;
	return 0;
}

static int fingerprint_read_facts(struct reader *r)
{
	struct fingerprint *fp = r->fp;

	r->at = "facts";
	r->index = 0;
	if (!r->facts.found)
		return read_fail(r, "missing or no array");
	for (;;) {
		autojson struct json *o = NULL;

		if (json_list_next(&o, &r->facts, r->err))
			return -1;
		if (!o)
			break;
		if (read_next(r, o))
			return -1;
	}
	fp->facts = mem_grow(r->read.v, fp->n, sizeof(*fp->facts));
	arena_adopt(&fp->arena, fp->facts, fp->n * sizeof(*fp->facts));
	r->read.v = NULL;
	return 0;
}

/* Only one run has them: of several, the facts hold them. */
static int read_names_known(struct reader *r, const struct json *doc)
{
	static const struct json_member members[] = {
		{ JSON_OPTIONAL(struct fingerprint, names_known, "told") },
	};
	struct fingerprint *fp = r->fp;
	const struct json *a;

	r->at = "told";
	r->index = 0;
	if (READ_MEMBERS(r, fp, doc, members))
		return -1;
	if (fp->runs > 1 || !json_member(doc, "names"))
		return 0;
	if (read_need_array(r, &a, doc, "names"))
		return -1;
	fp->names = arena_alloc(&fp->arena,
			     json_length(a) * sizeof(*fp->names));
	for (const struct json *v = json_first(a); v; v = json_next(v)) {
		struct name *name = &fp->names[fp->n_names];

		r->index++;
		if (read_name(r, name, v))
			return -1;
		if (fp->n_names && str_cmp(name[-1].line, name->line) >= 0)
			return read_fail(r, "not in order, or twice");
		fp->n_names++;
	}
	return 0;
}

/* --- digests --- */

static int digest_differs(const struct reader *r)
{
	read_fail(r, "does not fit the facts: the file was edited or damaged");
	return err_hint(r->err, "trace the revision again; what is expected "
			"of it belongs into a baseline");
}

static int check_digests(struct reader *r, const struct json *doc)
{
	struct fingerprint *fp = r->fp;
	const struct json *sections;
	struct str digest;

	fingerprint_digest(fp);
	if (read_need_object(r, &sections, doc, "sections"))
		return -1;
	for (enum event_section i = 0; i < SECTION_COUNT; i++) {
		const char *name = event_section_name(i);

		if (!json_string(&digest, sections, name))
			return read_fail(r, "\"%s\" is missing or is no "
					 "string", name);
		if (!str_eq(digest, str_c(fp->sections[i])))
			return digest_differs(r);
	}
	r->at = "digest";
	if (!json_string(&digest, doc, "digest") ||
	    !str_eq(digest, str_c(fp->digest)))
		return digest_differs(r);
	return 0;
}

static int check_schema(struct reader *r, const struct json *doc)
{
	struct str schema;

	r->at = "schema";
	if (!json_string(&schema, doc, "schema"))
		return read_fail(r, "missing: this is no fingerprint");
	if (str_eq(schema, STR(FINGERPRINT_SCHEMA)))
		return 0;
	read_fail(r, "\"%.*s\" is not \"%s\"", STR_ARG(schema),
		  FINGERPRINT_SCHEMA);
	return err_hint(r->err, "write it again with `behavdiff trace`");
}

static int fingerprint_read_document(struct reader *r, const struct json *doc)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct fingerprint, runs, "runs"),
		  .max = RUNS_MAX },
	};

	if (check_schema(r, doc))
		return -1;
	r->at = "runs";
	if (READ_MEMBERS(r, r->fp, doc, members))
		return -1;
	if (!r->fp->runs)
		return read_fail(r, "there must be one at least");
	if (read_source(r, doc) || fingerprint_read_plan(r, doc) ||
	    fingerprint_read_facts(r) || read_names_known(r, doc) ||
	    read_ledger(r, doc) || fingerprint_read_blind_spots(r, doc) ||
	    read_ends(r, doc) || read_syscalls(r, doc))
		return -1;
	return check_digests(r, doc);
}

int fingerprint_read(struct fingerprint **out, const char *name,
		     struct str text, struct err *err)
{
	autojson struct json *doc = NULL;
	autofingerprint struct fingerprint *fp = fingerprint_new();
	struct reader r = { .fp = fp, .at = "", .err = err };
	int failed = json_parse_without(&doc, &r.facts, "facts", text,
					FINGERPRINT_FILE_MAX, err) ||
		     fingerprint_read_document(&r, doc);

	arena_take(&fp->arena, &r.texts.arena);
	strmap_free(&r.texts);
	vec_free(&r.read);
	if (failed)
		return err_wrap(err, "%s", name);
	*out = steal_ptr(&fp);
	return 0;
}
