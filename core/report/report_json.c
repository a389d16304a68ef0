/* SPDX-License-Identifier: Apache-2.0 */
/* For machines: schema behavdiff.result/1 (baselines/result.schema.json). */
#include "core/base/cleanup.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/* As large as fingerprint_read() lets a plan be. */
#define PLAN_MAX (1u << 20)
#define MISSED_MAX 100		/* paths of files that no run read */

static void report_json_put_side(struct json_out *j, const char *key,
				 const struct fingerprint *fp, const char *from)
{
	json_begin_object(j, key);
	json_put_str(j, "spec", fp->spec);
	json_put_str(j, "commit", fp->commit);
	json_put_str(j, "fingerprint", str_c(fp->digest));
	json_put_uint(j, "runs", fp->runs);
	json_put_uint(j, "facts", fp->n);
	json_put_str(j, "from", str_c(from));
	json_put_str(j, "tree", fp->tree);
	json_put_str(j, "entry", fp->entry);
	json_put_str(j, "plan", fp->plan_digest);
	json_put_uint(j, "unstable", report_count_sometimes(fp));
	json_put_uint(j, "lost", fp->ledger.lost);
	json_put_uint(j, "dropped", fp->ledger.dropped);
	json_begin_array_inline(j, "ends");
	for (size_t i = 0; i < fp->n_ends; i++)
		json_put_str(j, NULL, fp->ends[i].how);
	json_end_array(j);
	json_end_object(j);
}

/* The few fields of the plan a reader of results asks for. */
static void report_json_put_plan(struct json_out *j,
				 const struct fingerprint *fp)
{
	static const char *const words[] = { "network", "syscalls" };
	static const char *const numbers[] = { "uid", "timeout_ms" };
	autojson struct json *plan = NULL;
	struct err err = ERR_INIT;
	struct str text;
	uint64_t n;

	json_begin_object_inline(j, "plan");
	json_put_str(j, "digest", fp->plan_digest);
	if (fp->plan.len && !json_parse(&plan, fp->plan, PLAN_MAX, &err)) {
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (json_string(&text, plan, words[i]))
				json_put_str(j, words[i], text);
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
			if (json_uint(&n, plan, numbers[i]))
				json_put_uint(j, numbers[i], n);
	}
	json_end_object(j);
}

/* "a > b > c" as an array. */
static void report_json_put_chain(struct json_out *j, struct str chain)
{
	struct str program;

	json_begin_array_inline(j, "process");
	while (chain_next(&chain, &program))
		json_put_str(j, NULL, program);
	json_end_array(j);
}

static void put_pair(struct json_out *j, const char *key, unsigned a,
		     unsigned b)
{
	json_begin_array_inline(j, key);
	json_put_uint(j, NULL, a);
	json_put_uint(j, NULL, b);
	json_end_array(j);
}

/* The errno's name as the line writes it: what follows the operation. */
static void put_outcome(struct json_out *j, const struct fact *f)
{
	if (f->err && f->line.len > fact_operation(f).len + 3)
		json_put_str(j, "outcome",
			     str_sub(f->line, fact_operation(f).len + 3));
	else
		json_put_null(j, "outcome");
}

static void put_first(struct json_out *j, const struct evidence *ev)
{
	autobuf struct buf also = BUF_INIT;

	json_begin_object_inline(j, "first");
	json_put_str(j, "call", ev->call);
	json_put_uint(j, "ns", ev->ns);
	json_put_str(j, "step", ev->step);
	if (evidence_also(&also, ev))
		json_put_str(j, "also", buf_view(&also));
	json_put_str(j, "note", ev->note);
	json_end_object(j);
}

/* What each step did of it, where several did. */
static void report_json_put_steps(struct json_out *j, const struct fact *f)
{
	size_t n = evidence_steps(&f->ev);

	if (n < 2)
		return;
	json_begin_array(j, "steps");
	for (size_t i = 0; i < n; i++) {
		struct step_evidence s = evidence_step(&f->ev, f->seen, i);

		json_begin_object_inline(j, NULL);
		json_put_str(j, "step", s.step);
		json_put_uint(j, "seen", s.seen);
		json_put_uint(j, "count", s.count);
		json_put_uint(j, "ns", s.ns);
		report_json_put_chain(j, s.process);
		json_put_str(j, "call", s.call);
		json_end_object(j);
	}
	json_end_array(j);
}

/* Of a finding by step: its step, and those that did it on the other side. */
static void report_json_put_by_step(struct json_out *j, const struct finding *f)
{
	json_put_str(j, "step", f->step);
	json_begin_array_inline(j, "others");
	for (size_t i = 0; i < f->n_others; i++)
		json_put_str(j, NULL, f->others[i]);
	json_end_array(j);
}

static void report_json_put_acceptance(struct json_out *j,
				       const struct accept *a)
{
	json_begin_object_inline(j, "acceptance");
	json_put_str(j, "fact", a->fact);
	if (a->step.len)
		json_put_str(j, "step", a->step);
	json_put_str(j, "reason", a->reason);
	json_put_str(j, "by", a->by);
	json_put_str(j, "date", a->date);
	json_put_str(j, "expires", a->expires);
	json_put_bool(j, "expired", a->expired);
	json_end_object(j);
}

/* What OLD saw of the same operation. */
static void report_json_put_before(struct json_out *j,
				   const struct fingerprint *old, struct str op)
{
	const struct fact *success = fingerprint_find(old, op);

	json_begin_array(j, "before");
	if (success)
		json_put_str(j, NULL, success->line);
	for (size_t i = fingerprint_failure(old, op); i < old->n &&
	     str_eq(fact_operation(&old->facts[i]), op); i++)
		json_put_str(j, NULL, old->facts[i].line);
	json_end_array(j);
}

static void report_json_put_place(struct json_out *j, const struct report *r,
				  const struct finding *f)
{
	autobuf struct buf store = BUF_INIT;
	struct place place = place_of(&store, r, f);

	json_begin_object_inline(j, "place");
	json_put_str(j, "path", place.path);
	json_put_uint(j, "line", place.line);
	json_end_object(j);
}

/* The id of the finding that leads, of one that does not lead itself. */
static void report_json_put_cause(struct json_out *j,
				  const struct comparison *c,
				  const struct finding *f)
{
	const struct finding *leader = &c->findings[f->cause];

	if (leader != f)
		json_put_str(j, "cause", str_c(leader->id));
}

static void report_json_put_finding(struct json_out *j, const struct report *r,
				    const struct finding *f)
{
	const struct fact *fact = f->fact;
	autobuf struct buf message = BUF_INIT;

	json_begin_object(j, NULL);
	json_put_str(j, "id", str_c(f->id));
	json_put_str(j, "change", str_c(change_name(f->change)));
	json_put_str(j, "level", str_c(level_name(f->level)));
	json_put_bool(j, "gates", f->gates);
	json_put_str(j, "rule", str_c(f->rule->id));
	json_put_str(j, "category", str_c(category_name(f->rule->category)));
	json_put_str(j, "kind", str_c(event_name(fact->kind)));
	json_put_str(j, "object", fact->object);
	put_outcome(j, fact);
	json_put_str(j, "fact", fact->line);
	if (f->step.len)
		report_json_put_by_step(j, f);
	json_begin_object_inline(j, "seen");
	put_pair(j, "old", f->seen_old, f->runs_old);
	put_pair(j, "new", f->seen_new, f->runs_new);
	json_end_object(j);
	if (f->drawn)
		json_put_str(j, "drawn", str_c(f->drawn));
	if (f->change == CHANGE_MORE)
		put_pair(j, "names", f->names_old, f->names_new);
	if (f->change == CHANGE_OUTCOME)
		report_json_put_before(j, r->old, fact_operation(fact));
	json_put_uint(j, "count", fact->ev.count);
	report_json_put_chain(j, fact->ev.process);
	put_first(j, &fact->ev);
	report_json_put_steps(j, fact);
	report_json_put_place(j, r, f);
	report_json_put_cause(j, r->cmp, f);
	json_put_bool(j, "accepted", f->accepted);
	if (f->accept)
		report_json_put_acceptance(j, f->accept);
	finding_sentence(&message, f);
	json_put_str(j, "message", buf_view(&message));
	json_end_object(j);
}

static void report_json_put_blind_spots(struct json_out *j,
					const struct report *r)
{
	size_t io = 0, in = 0;
	struct str spot;

	json_begin_array(j, "blind_spots");
	while (report_next_blind_spot(r, &io, &in, &spot))
		json_put_str(j, NULL, spot);
	json_end_array(j);
}

static void put_counts(struct json_out *j, const struct comparison *c)
{
	json_begin_object_inline(j, "counts");
	for (int i = 0; i < CHANGE_COUNT; i++)
		json_put_uint(j, change_name((enum change)i), c->count[i]);
	json_put_uint(j, "seen_again", c->seen_again);
	json_put_uint(j, "old_always", c->old_always);
	json_end_object(j);
}

/* So many of the places where names are drawn. */
#define DRAWN_MAX 256

static void report_json_put_drawn(struct json_out *j,
				  const struct comparison *c)
{
	json_begin_array(j, "drawn");
	for (size_t i = 0; i < c->n_drawn && i < DRAWN_MAX; i++) {
		json_begin_object_inline(j, NULL);
		json_put_str(j, "line", c->drawn[i].line);
		json_put_str(j, "old", c->drawn[i].old);
		json_put_str(j, "new", c->drawn[i].new);
		json_end_object(j);
	}
	json_end_array(j);
}

static void report_json_put_categories(struct json_out *j, const char *key,
				       const size_t counts[CATEGORY_COUNT])
{
	json_begin_object_inline(j, key);
	for (int i = 0; i < CATEGORY_COUNT; i++)
		if (counts[i])
			json_put_uint(j, category_name((enum category)i),
				      counts[i]);
	json_end_object(j);
}

static void report_json_put_summary(struct json_out *j, const struct report *r)
{
	const struct comparison *c = r->cmp;
	size_t counts[CATEGORY_COUNT];

	json_begin_object(j, "summary");
	summary_gating_counts(c, counts);
	report_json_put_categories(j, "gating", counts);
	summary_beside_counts(c, counts);
	report_json_put_categories(j, "other", counts);
	fixtures_counts(r->old, r->new, counts);
	report_json_put_categories(j, "fixtures", counts);
	json_end_object(j);
}

/* Those of several findings, which name their leader themselves. */
static void report_json_put_causes(struct json_out *j,
				   const struct comparison *c, size_t max)
{
	json_begin_array(j, "causes");
	for (size_t i = 0; i < c->n_causes && j->buf->len < max; i++) {
		const struct cause *cause = &c->causes[i];

		if (!cause->n)
			continue;
		json_begin_object_inline(j, NULL);
		json_put_str(j, "leader",
			     str_c(c->findings[cause->leader].id));
		json_put_str(j, "kind", str_c(cause_name(cause->kind)));
		json_put_str(j, "what", cause->what);
		json_put_str(j, "level", str_c(level_name(cause->level)));
		json_put_str(j, "category",
			     str_c(category_name(cause->category)));
		json_put_uint(j, "findings", cause->n + 1);
		json_put_uint(j, "gating", cause->gating);
		json_end_object(j);
	}
	json_end_array(j);
}

/* What would grade many at once. */
static void report_json_put_advice(struct json_out *j,
				   const struct comparison *c)
{
	json_begin_array(j, "advice");
	for (size_t i = 0; i < c->n_advice; i++) {
		const struct advice *a = &c->advice[i];

		json_begin_object_inline(j, NULL);
		json_put_str(j, "step", a->step);
		json_put_str(j, "folder", a->folder);
		json_put_str(j, "level", a->level);
		json_put_uint(j, "findings", a->n);
		json_end_object(j);
	}
	json_end_array(j);
}

/* Findings while there is room; the heaviest come first. */
static void put_findings(struct json_out *j, const struct report *r,
			 size_t max)
{
	const struct comparison *c = r->cmp;
	size_t i = 0;

	json_begin_array(j, "findings");
	for (; i < c->n; i++) {
		const struct json_out before = *j;
		size_t len = j->buf->len;

		report_json_put_finding(j, r, &c->findings[i]);
		if (j->buf->len <= max)
			continue;
		buf_cut(j->buf, len);
		*j = before;
		break;
	}
	json_end_array(j);
	if (i < c->n)
		json_put_uint(j, "left_out", c->n - i);
}

/* The paths are git's, of any bytes: escaped, as everywhere. */
static void put_exercised(struct json_out *j, const struct exercised *e)
{
	json_begin_object(j, "exercised");
	json_put_uint(j, "files", e->files);
	json_put_uint(j, "files_run", e->files_run);
	json_put_uint(j, "lines", e->lines);
	json_put_uint(j, "lines_run", e->lines_run);
	json_put_uint(j, "inert", e->inert);
	if (e->cut)
		json_put_bool(j, "cut", true);
	json_begin_array(j, "missed");
	for (size_t i = 0; i < e->n_missed && i < MISSED_MAX; i++) {
		autobuf struct buf path = BUF_INIT;

		text_escape(&path, e->missed[i]);
		json_put_str(j, NULL, buf_view(&path));
	}
	json_end_array(j);
	if (e->n_missed > MISSED_MAX)
		json_put_uint(j, "left_out", e->n_missed - MISSED_MAX);
	json_end_object(j);
}

void report_result(struct buf *out, const struct report *r, size_t max)
{
	const struct comparison *c = r->cmp;
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR("behavdiff.result/1"));
	json_put_str(&j, "verdict", str_c(verdict_name(c->verdict)));
	json_begin_array(&j, "reasons");
	for (size_t i = 0; i < c->n_reasons; i++)
		json_put_str(&j, NULL, c->reasons[i]);
	json_end_array(&j);
	report_json_put_side(&j, "old", r->old, r->old_from);
	report_json_put_side(&j, "new", r->new, r->new_from);
	report_json_put_plan(&j, r->new);
	json_begin_array(&j, "notes");
	for (size_t i = 0; i < r->n_notes; i++)
		json_put_str(&j, NULL, r->notes[i]);
	json_end_array(&j);
	if (r->exercised)
		put_exercised(&j, r->exercised);
	json_put_str(&j, "configuration", r->config_from);
	json_put_str(&j, "fail_on", str_c(level_name(r->fail_on)));
	json_put_str(&j, "mode", str_c(report_mode(r)));
	json_put_int(&j, "exit", report_exit(r));
	json_put_int(&j, "would_exit", verdict_exit(c->verdict));
	json_put_uint(&j, "lost", c->lost);
	report_json_put_blind_spots(&j, r);
	put_counts(&j, c);
	report_json_put_drawn(&j, c);
	report_json_put_summary(&j, r);
	report_json_put_advice(&j, c);
	report_json_put_causes(&j, c, max / 2);
	put_findings(&j, r, max);
	json_end_object(&j);
	json_out_end(&j);
}

void report_json(struct buf *out, const struct report *r)
{
	report_result(out, r, SIZE_MAX);
}
