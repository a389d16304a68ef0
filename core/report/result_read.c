/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff.result/1, read back. */
#include "core/report/result.h"

#include "core/base/json_members.h"
#include "core/base/strmap.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/* Results of one operation; there are not that many errnos. */
#define BEFORE_MAX 256

struct reader {
	struct result *r;
	struct err *err;
	size_t index;		/* of the finding in work, from 1 */
};

static int bad(const struct reader *in, const char *key)
{
	if (in->index)
		return err_set(in->err, ERR_TROUBLE, "findings[%zu]: \"%s\" "
			       "is missing or wrong", in->index - 1, key);
	return err_set(in->err, ERR_TROUBLE, "\"%s\" is missing or wrong",
		       key);
}

/* --- members --- */

static int result_fail(void *ctx, const struct json *at, const char *what)
{
	const struct reader *in = ctx;

	(void)at;
	if (in->index)
		return err_set(in->err, ERR_TROUBLE, "findings[%zu]: %s",
			       in->index - 1, what);
	return err_set(in->err, ERR_TROUBLE, "%s", what);
}

static int result_members(const struct reader *in, void *out,
			  const struct json *obj, const char *of,
			  const struct json_member *rows, size_t n)
{
	struct reader copy = *in;
	const struct json_reader reader = {
		.arena = &in->r->arena, .fail = result_fail, .ctx = &copy,
	};

	return json_members_read(&reader, out, obj, of, rows, n);
}
#define RESULT_MEMBERS(in, out, obj, of, rows) \
	result_members(in, out, obj, of, rows, ARRAY_LEN(rows))

static struct str result_read_keep(const struct reader *in, struct str s)
{
	autobuf struct buf safe = BUF_INIT;

	text_sanitise(&safe, s);
	return arena_str(&in->r->arena, buf_view(&safe));
}

static int need_pair(const struct reader *in, unsigned *a, unsigned *b,
		     const struct json *obj, const char *key)
{
	const struct json *v = json_first(json_array(obj, key));
	uint64_t x, y;

	if (!v || !json_is_uint(v, &x) || !json_next(v) ||
	    !json_is_uint(json_next(v), &y) || x > UINT32_MAX ||
	    y > UINT32_MAX)
		return bad(in, key);
	*a = (unsigned)x;
	*b = (unsigned)y;
	return 0;
}

/* --- words of tables --- */

static int read_level(const struct reader *in, enum level *out,
		      const struct json *obj, const char *key)
{
	struct str word;

	return json_string(&word, obj, key) && level_by_name(word, out) ?
		0 : bad(in, key);
}

static int read_change(const struct reader *in, enum change *out,
		       const struct json *obj)
{
	struct str word;

	if (!json_string(&word, obj, "change"))
		return bad(in, "change");
	for (int i = 0; i < CHANGE_COUNT; i++) {
		if (!str_eq(word, str_c(change_name((enum change)i))))
			continue;
		*out = (enum change)i;
		return 0;
	}
	return bad(in, "change");
}

static int read_rule(const struct reader *in, const struct rule **out,
		     const struct json *obj)
{
	struct str word;
	size_t n;
	const struct rule *rules = rules_table(&n);

	if (!json_string(&word, obj, "rule"))
		return bad(in, "rule");
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(word, str_c(rules[i].id)))
			continue;
		*out = &rules[i];
		return 0;
	}
	return bad(in, "rule");
}

/* --- a finding --- */

static int result_read_fact(const struct reader *in, struct fact *fact,
			    const struct json *obj)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct fact, line, "fact") },
	};

	if (RESULT_MEMBERS(in, fact, obj, NULL, members))
		return -1;
	return fact_parse(fact) ? 0 : bad(in, "fact");
}

static int read_id(const struct reader *in, struct finding *f,
		   const struct json *obj)
{
	struct str id;

	if (json_string(&id, obj, "step"))
		f->step = result_read_keep(in, id);
	finding_id(f->id, f->fact->line, f->step);
	return json_string(&id, obj, "id") && str_eq(id, str_c(f->id)) ?
		0 : bad(in, "id");
}

/* By step: which steps did it on the other side. */
static int read_others(const struct reader *in, struct finding *f,
		       const struct json *obj)
{
	const struct json *v = json_first(json_array(obj, "others"));
	struct str *names, name;

	if (!f->step.len)
		return 0;
	names = arena_alloc(&in->r->arena, FACT_STEPS_MAX * sizeof(*names));
	f->others = names;
	for (; v && f->n_others < FACT_STEPS_MAX; v = json_next(v)) {
		if (!json_is_string(v, &name))
			return bad(in, "others");
		names[f->n_others++] = result_read_keep(in, name);
	}
	return v || !f->n_others ? bad(in, "others") : 0;
}

/* "a > b > c" from an array. */
static struct str read_chain(const struct reader *in, const struct json *obj)
{
	autobuf struct buf chain = BUF_INIT;
	const struct json *v = json_first(json_array(obj, "process"));
	struct str program;

	for (; v; v = json_next(v)) {
		if (!json_is_string(v, &program))
			continue;
		if (chain.len)
			buf_c(&chain, " > ");
		buf_str(&chain, program);
	}
	return result_read_keep(in, buf_view(&chain));
}

static int result_read_steps(const struct reader *in, struct fact *fact,
			     const struct json *obj)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct step_evidence, step, "step") },
		{ JSON_NEEDED(struct step_evidence, call, "call") },
		{ JSON_NEEDED(struct step_evidence, seen, "seen") },
		{ JSON_NEEDED(struct step_evidence, count, "count") },
		{ JSON_NEEDED(struct step_evidence, ns, "ns") },
	};
	const struct json *v = json_first(json_array(obj, "steps"));
	struct step_evidence steps[FACT_STEPS_MAX];
	size_t n = 0;

	for (; v && n < FACT_STEPS_MAX; v = json_next(v)) {
		struct step_evidence *s = &steps[n++];

		*s = (struct step_evidence){ .process = read_chain(in, v) };
		if (RESULT_MEMBERS(in, s, v, "\"steps\"", members))
			return -1;
	}
	fact_set_steps(&in->r->arena, fact, steps, n);
	return v ? bad(in, "steps") : 0;
}

static int result_read_evidence(const struct reader *in, struct evidence *ev,
				const struct json *obj)
{
	static const struct json_member whole[] = {
		{ JSON_NEEDED(struct evidence, count, "count") },
	}, members[] = {
		{ JSON_NEEDED(struct evidence, ns, "ns") },
		{ JSON_NEEDED(struct evidence, call, "call") },
		{ JSON_NEEDED(struct evidence, step, "step") },
		{ JSON_NEEDED(struct evidence, note, "note") },
	};
	const struct json *first = json_object(obj, "first");

	if (RESULT_MEMBERS(in, ev, obj, NULL, whole))
		return -1;
	ev->process = read_chain(in, obj);
	return first ? RESULT_MEMBERS(in, ev, first, "\"first\"", members) :
		       bad(in, "first");
}

static int result_read_acceptance(const struct reader *in, struct finding *f,
				  const struct json *obj)
{
	static const struct json_member members[] = {
		{ JSON_OPTIONAL(struct accept, step, "step") },
		{ JSON_NEEDED(struct accept, expired, "expired") },
		{ JSON_NEEDED(struct accept, fact, "fact") },
		{ JSON_NEEDED(struct accept, reason, "reason") },
		{ JSON_NEEDED(struct accept, by, "by") },
		{ JSON_NEEDED(struct accept, date, "date") },
		{ JSON_NEEDED(struct accept, expires, "expires") },
	};
	const struct json *from = json_object(obj, "acceptance");
	struct accept *a;

	if (!from)
		return f->accepted ? bad(in, "acceptance") : 0;
	a = arena_alloc(&in->r->arena, sizeof(*a));
	a->step = STR("");
	f->accept = a;
	return RESULT_MEMBERS(in, a, from, "\"acceptance\"", members);
}

static int read_seen(const struct reader *in, struct finding *f,
		     const struct json *obj)
{
	const struct json *seen = json_object(obj, "seen");

	if (!seen || need_pair(in, &f->seen_old, &f->runs_old, seen, "old") ||
	    need_pair(in, &f->seen_new, &f->runs_new, seen, "new"))
		return bad(in, "seen");
	if (f->change == CHANGE_MORE)
		return need_pair(in, &f->names_old, &f->names_new, obj,
				 "names");
	return 0;
}

static void read_before(const struct reader *in, struct result_finding *to,
			const struct json *obj)
{
	const struct json *v = json_first(json_array(obj, "before"));
	struct str line;
	size_t n = 0;

	for (const struct json *w = v; w && n < BEFORE_MAX; w = json_next(w))
		n++;
	to->before = arena_alloc(&in->r->arena, n * sizeof(*to->before));
	for (; v && to->n_before < n; v = json_next(v))
		if (json_is_string(v, &line))
			to->before[to->n_before++] = result_read_keep(in, line);
}

static int result_read_place(const struct reader *in, struct result_finding *to,
			     const struct json *obj)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct result_finding, line, "line") },
		{ JSON_NEEDED(struct result_finding, path, "path") },
	};
	const struct json *place = json_object(obj, "place");

	return place ? RESULT_MEMBERS(in, to, place, "\"place\"", members) : 0;
}

static int read_finding(const struct reader *in, struct result_finding *to,
			const struct json *obj)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct finding, gates, "gates") },
		{ JSON_NEEDED(struct finding, accepted, "accepted") },
	};
	struct fact *fact = arena_alloc(&in->r->arena, sizeof(*fact));
	struct finding *f = &to->f;

	f->fact = fact;
	f->step = STR("");
	if (RESULT_MEMBERS(in, f, obj, NULL, members) ||
	    result_read_fact(in, fact, obj) || read_id(in, f, obj) ||
	    read_change(in, &f->change, obj) ||
	    read_level(in, &f->level, obj, "level") ||
	    read_rule(in, &f->rule, obj) || read_seen(in, f, obj) ||
	    result_read_evidence(in, &fact->ev, obj) ||
	    result_read_steps(in, fact, obj) || read_others(in, f, obj) ||
	    result_read_acceptance(in, f, obj) ||
	    result_read_place(in, to, obj))
		return -1;
	if (json_array(obj, "before"))
		read_before(in, to, obj);
	return 0;
}

/* --- the list --- */

static int read_side(const struct reader *in, struct result_side *out,
		     const struct json *doc, const char *key)
{
	static const struct json_member members[] = {
		{ JSON_NEEDED(struct result_side, spec, "spec") },
		{ JSON_NEEDED(struct result_side, commit, "commit") },
	};
	const struct json *side = json_object(doc, key);

	return side ? RESULT_MEMBERS(in, out, side, key, members) :
		      bad(in, key);
}

static int read_findings(struct reader *in, const struct json *doc)
{
	const struct json *array = json_array(doc, "findings"), *v;
	struct result *r = in->r;
	size_t n = 0;

	if (!array)
		return bad(in, "findings");
	for (v = json_first(array); v; v = json_next(v))
		n++;
	r->v = arena_alloc(&r->arena, (n + 1) * sizeof(*r->v));
	for (v = json_first(array); v; v = json_next(v)) {
		in->index = r->n + 1;
		if (read_finding(in, &r->v[r->n], v))
			return -1;
		r->n++;
	}
	return 0;
}

/* --- causes --- */

static size_t find_id(const struct strmap *ids, const struct json *obj,
		      const char *key, size_t dflt)
{
	const struct strmap_entry *e;
	struct str id;

	if (!json_string(&id, obj, key))
		return dflt;
	e = strmap_get(ids, id);
	return e ? (size_t)e->val.num : dflt;
}

/* Each finding to one that leads itself; what leads nowhere stands alone. */
static void read_leaders(struct result *r, const struct strmap *ids,
			 const struct json *doc)
{
	const struct json *v = json_first(json_array(doc, "findings"));
	struct finding *all = r->cmp.findings;

	for (size_t i = 0; i < r->n; i++, v = json_next(v))
		all[i].cause = find_id(ids, v, "cause", i);
	for (size_t i = 0; i < r->n; i++)
		if (all[all[i].cause].cause != all[i].cause)
			all[i].cause = i;
}

static void read_labels(const struct reader *in, struct cause_label *labels,
			const struct strmap *ids, const struct json *doc)
{
	const struct json *v = json_first(json_array(doc, "causes"));
	struct str kind, what;

	for (; v; v = json_next(v)) {
		size_t at = find_id(ids, v, "leader", SIZE_MAX);

		if (at != SIZE_MAX && json_string(&kind, v, "kind") &&
		    json_string(&what, v, "what") &&
		    cause_by_name(kind, &labels[at].kind))
			labels[at].what = result_read_keep(in, what);
	}
}

static void read_causes(const struct reader *in, const struct json *doc)
{
	struct result *r = in->r;
	struct cause_label *labels = arena_alloc(&r->arena, (r->n + 1) *
						 sizeof(*labels));
	struct strmap ids = STRMAP_INIT;

	r->cmp.n = r->n;
	r->cmp.findings = arena_alloc(&r->arena, (r->n + 1) *
				      sizeof(*r->cmp.findings));
	for (size_t i = 0; i < r->n; i++) {
		r->cmp.findings[i] = r->v[i].f;
		strmap_put(&ids, str_c(r->v[i].f.id))->val.num = i;
	}
	read_leaders(r, &ids, doc);
	read_labels(in, labels, &ids, doc);
	causes_list(&r->cmp, labels);
	for (size_t i = 0; i < r->n; i++)
		r->v[i].f.cause = r->cmp.findings[i].cause;
	strmap_free(&ids);
}

const struct cause *result_leads(const struct result *r, size_t i)
{
	return r->v[i].f.cause == i ? comparison_cause(&r->cmp, i) : NULL;
}

/* --- the document --- */

static int result_read_document(struct reader *in, const struct json *doc)
{
	struct str schema;
	uint64_t left_out;

	if (!json_string(&schema, doc, "schema") ||
	    !str_eq(schema, STR("behavdiff.result/1")))
		return bad(in, "schema");
	if (json_uint(&left_out, doc, "left_out"))
		in->r->left_out = (size_t)left_out;
	if (read_side(in, &in->r->old, doc, "old") ||
	    read_side(in, &in->r->new, doc, "new") ||
	    read_level(in, &in->r->fail_on, doc, "fail_on") ||
	    read_findings(in, doc))
		return -1;
	read_causes(in, doc);
	return 0;
}

int result_read(struct result *out, struct str text, struct err *err)
{
	autojson struct json *doc = NULL;
	struct reader in = { .r = out, .err = err };

	*out = (struct result){ .arena = ARENA_INIT };
	if (!json_parse(&doc, text, RESULT_MAX, err) &&
	    !result_read_document(&in, doc))
		return 0;
	result_free(out);
	return -1;
}

void result_free(struct result *r)
{
	comparison_free(&r->cmp);
	arena_free(&r->arena);
	*r = (struct result){ .arena = ARENA_INIT };
}

const struct result_finding *result_find(const struct result *r,
					 struct str word, size_t *matches)
{
	const struct result_finding *found = NULL;

	*matches = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct finding *f = &r->v[i].f;

		if (!str_eq(f->fact->line, word) &&
		    (word.len < RESULT_ID_MIN ||
		     !str_starts(str_c(f->id), word)))
			continue;
		found = &r->v[i];
		++*matches;
	}
	return *matches == 1 ? found : NULL;
}
