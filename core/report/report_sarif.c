/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0 (OASIS standard, 27 March 2020), and the properties that GitHub
 * code scanning reads: security-severity, primaryLocationLineHash.  `sarif`
 * holds everything with its baselineState; `sarif-new` only what is new and
 * not accepted, for readers that know neither states nor suppressions.
 */
#include <string.h>

#include "core/base/json.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/* Code scanning shows so many of a run and refuses five times as many. */
#define RESULTS_MAX 5000
/* Others of one cause. */
#define RELATED_MAX 50

#define TREE_BASE "%SRCROOT%"

/* From CVSS' bands: 7 and above is high, 4 and above medium. */
static const char *const severities[] = {
	[LEVEL_NOTE] = "2.0",
	[LEVEL_WARNING] = "5.5",
	[LEVEL_ERROR] = "8.0",
	[LEVEL_NEVER] = "0.0",
};

static const char *const states[] = {
	[CHANGE_NEW] = "new",
	[CHANGE_OUTCOME] = "updated",
	[CHANGE_MORE] = "updated",
	[CHANGE_GONE] = "absent",
	[CHANGE_UNSTABLE] = "unchanged",
};

/*
 * A message may hold links, `[text](target)` (3.11.6): "](" from outside is
 * taken apart the way facts write what may not be shown.
 */
static void report_sarif_put_text(struct json_out *j, const char *key,
				  struct str s)
{
	autobuf struct buf text = BUF_INIT;
	const char *link;

	while (s.len && (link = memmem(s.p, s.len, "](", 2))) {
		size_t before = (size_t)(link - s.p) + 1;

		buf_add(&text, s.p, before);
		buf_c(&text, "\\x28");
		s = str_sub(s, before + 1);
	}
	buf_str(&text, s);
	json_begin_object_inline(j, key);
	json_put_str(j, "text", buf_view(&text));
	json_end_object(j);
}

/* --- the rules --- */

static void report_sarif_put_rule(struct json_out *j, const struct rule *rule)
{
	autobuf struct buf text = BUF_INIT;

	rule_text(&text, rule);
	json_begin_object(j, NULL);
	json_put_str(j, "id", str_c(rule->id));
	report_sarif_put_text(j, "shortDescription", buf_view(&text));
	report_sarif_put_text(j, "fullDescription", str_c(rule->help));
	report_sarif_put_text(j, "help", str_c(rule->help));
	json_begin_object_inline(j, "defaultConfiguration");
	json_put_str(j, "level", str_c(level_name(rule->level)));
	json_end_object(j);
	json_begin_object(j, "properties");
	json_put_str(j, "security-severity", str_c(severities[rule->level]));
	json_put_str(j, "precision", STR("very-high"));
	json_begin_array_inline(j, "tags");
	json_put_str(j, NULL, STR("security"));
	json_put_str(j, NULL, STR("behaviour"));
	json_end_array(j);
	json_end_object(j);
	json_end_object(j);
}

/* All of them, always: the list does not depend on what was found. */
static void put_tool(struct json_out *j, const struct report *r)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	json_begin_object(j, "tool");
	json_begin_object(j, "driver");
	json_put_str(j, "name", STR("behavdiff"));
	json_put_str(j, "version", str_c(r->version));
	json_begin_array(j, "rules");
	for (size_t i = 0; i < n; i++)
		report_sarif_put_rule(j, &rules[i]);
	json_end_array(j);
	json_end_object(j);
	json_end_object(j);
}

static uint64_t rule_index(const struct rule *rule)
{
	size_t n;

	return (uint64_t)(rule - rules_table(&n));
}

/* --- the invocation --- */

static void put_note(struct json_out *j, struct str text, const char *level)
{
	json_begin_object(j, NULL);
	report_sarif_put_text(j, "message", text);
	json_put_str(j, "level", str_c(level));
	json_end_object(j);
}

static void put_omitted(struct json_out *j, size_t n)
{
	autobuf struct buf text = BUF_INIT;

	buf_printf(&text, "%zu more result%s left out for want of room", n,
		   n == 1 ? " was" : "s were");
	put_note(j, buf_view(&text), "warning");
}

static void put_invocation(struct json_out *j, const struct report *r,
			   size_t omitted)
{
	const struct comparison *c = r->cmp;
	autobuf struct buf mode = BUF_INIT;
	size_t io = 0, in = 0;
	struct str spot;

	json_begin_array(j, "invocations");
	json_begin_object(j, NULL);
	json_put_bool(j, "executionSuccessful",
		      c->verdict != VERDICT_INCONCLUSIVE);
	json_put_int(j, "exitCode", report_exit(r));
	json_begin_array(j, "toolExecutionNotifications");
	for (size_t i = 0; i < c->n_reasons; i++)
		put_note(j, c->reasons[i], "warning");
	if (report_only_text(&mode, r))
		put_note(j, buf_view(&mode), "warning");
	for (size_t i = 0; i < r->n_notes; i++)
		put_note(j, r->notes[i], "note");
	while (report_next_blind_spot(r, &io, &in, &spot))
		put_note(j, spot, "note");
	if (omitted)
		put_omitted(j, omitted);
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
}

/* --- the results --- */

static void put_message(struct json_out *j, const struct comparison *c,
			const struct cause *cause)
{
	const struct finding *f = &c->findings[cause->leader];
	autobuf struct buf text = BUF_INIT;

	finding_sentence(&text, f);
	/* A sentence about a step begins with its name, which stays. */
	if (f->fact->kind != EV_STEP && f->fact->kind != EV_STEP_END)
		text.p[0] = (char)(text.p[0] - 'a' + 'A');
	buf_c(&text, ": ");
	buf_str(&text, f->fact->line);
	buf_ch(&text, ' ');
	finding_seen_text(&text, f);
	if (f->fact->ev.process.len) {
		buf_c(&text, ", by ");
		buf_str(&text, f->fact->ev.process);
	}
	cause_and_text(&text, c, cause);
	report_sarif_put_text(j, "message", buf_view(&text));
}

static void put_physical(struct json_out *j, const struct report *r,
			 const struct finding *f)
{
	autobuf struct buf store = BUF_INIT, uri = BUF_INIT;
	struct place at = place_of(&store, r, f);

	markup_uri_path(&uri, at.path);
	json_begin_object(j, "physicalLocation");
	json_begin_object_inline(j, "artifactLocation");
	json_put_str(j, "uri", buf_view(&uri));
	json_put_str(j, "uriBaseId", STR(TREE_BASE));
	json_end_object(j);
	json_begin_object_inline(j, "region");
	json_put_uint(j, "startLine", at.line);
	json_end_object(j);
	json_end_object(j);
}

/* The others of the cause, each with its fact. */
static void put_related(struct json_out *j, const struct report *r,
			const struct cause *cause)
{
	size_t shown = cause->n < RELATED_MAX ? cause->n : RELATED_MAX;

	if (!cause->n)
		return;
	json_begin_array(j, "relatedLocations");
	for (size_t i = 0; i < shown; i++) {
		const struct finding *f =
			&r->cmp->findings[cause->members[i]];

		json_begin_object(j, NULL);
		json_put_uint(j, "id", i + 1);
		put_physical(j, r, f);
		report_sarif_put_text(j, "message", f->fact->line);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_location(struct json_out *j, const struct report *r,
			 const struct finding *f)
{
	json_begin_array(j, "locations");
	json_begin_object(j, NULL);
	put_physical(j, r, f);
	if (f->fact->ev.process.len) {
		json_begin_array_inline(j, "logicalLocations");
		json_begin_object(j, NULL);
		json_put_str(j, "fullyQualifiedName", f->fact->ev.process);
		json_put_str(j, "kind", STR("process"));
		json_end_object(j);
		json_end_array(j);
	}
	json_end_object(j);
	json_end_array(j);
}

/*
 * GitHub distinguishes alerts by the hash of a line and how often it has come;
 * a fact comes once and is its own line.
 */
static void put_fingerprints(struct json_out *j, const struct finding *f)
{
	autobuf struct buf hash = BUF_INIT;

	buf_printf(&hash, "%s:1", f->id);
	json_begin_object_inline(j, "partialFingerprints");
	json_put_str(j, "primaryLocationLineHash", buf_view(&hash));
	json_put_str(j, "behavdiffFact/v1", str_c(f->id));
	json_end_object(j);
}

static void put_properties(struct json_out *j, const struct finding *f,
			   const struct cause *cause)
{
	json_begin_object(j, "properties");
	json_put_str(j, "fact", f->fact->line);
	json_put_str(j, "change", str_c(change_name(f->change)));
	json_put_bool(j, "gates", cause->gating > 0);
	json_put_str(j, "category", str_c(category_name(cause->category)));
	json_put_uint(j, "findings", cause->n + 1);
	json_begin_array_inline(j, "seenOld");
	json_put_uint(j, NULL, f->seen_old);
	json_put_uint(j, NULL, f->runs_old);
	json_end_array(j);
	json_begin_array_inline(j, "seenNew");
	json_put_uint(j, NULL, f->seen_new);
	json_put_uint(j, NULL, f->runs_new);
	json_end_array(j);
	json_put_str(j, "call", f->fact->ev.call);
	json_put_uint(j, "firstNs", f->fact->ev.ns);
	json_put_str(j, "note", f->fact->ev.note);
	json_end_object(j);
}

/* Once one result has suppressions, every one must say (3.27.23). */
static void put_state(struct json_out *j, const struct finding *f)
{
	json_put_str(j, "baselineState", str_c(states[f->change]));
	json_begin_array(j, "suppressions");
	if (f->accepted) {
		json_begin_object_inline(j, NULL);
		json_put_str(j, "kind", STR("external"));
		json_put_str(j, "status", STR("accepted"));
		if (f->accept)
			json_put_str(j, "justification", f->accept->reason);
		json_end_object(j);
	}
	json_end_array(j);
}

static void report_sarif_put_result(struct json_out *j, const struct report *r,
				    const struct cause *cause, bool full)
{
	const struct finding *f = &r->cmp->findings[cause->leader];
	bool news = finding_is_news(f);

	json_begin_object(j, NULL);
	json_put_str(j, "ruleId", str_c(f->rule->id));
	json_put_uint(j, "ruleIndex", rule_index(f->rule));
	/* A level is for what fails (3.27.10). */
	json_put_str(j, "kind", str_c(news ? "fail" : "informational"));
	json_put_str(j, "level", str_c(news ? level_name(cause->level) :
				       "none"));
	put_message(j, r->cmp, cause);
	put_location(j, r, f);
	put_related(j, r, cause);
	put_fingerprints(j, f);
	if (full)
		put_state(j, f);
	put_properties(j, f, cause);
	json_end_object(j);
}

static bool report_sarif_is_wanted(const struct finding *f, bool full)
{
	return full || (finding_is_news(f) && !f->accepted);
}

static size_t put_results(struct json_out *j, const struct report *r,
			  bool full)
{
	size_t shown = 0, wanted = 0;

	json_begin_array(j, "results");
	for (size_t i = 0; i < r->cmp->n_causes; i++) {
		const struct cause *cause = &r->cmp->causes[i];

		if (!report_sarif_is_wanted(&r->cmp->findings[cause->leader],
					    full) ||
		    ++wanted > RESULTS_MAX)
			continue;
		report_sarif_put_result(j, r, cause, full);
		shown++;
	}
	json_end_array(j);
	return wanted - shown;
}

static void report_sarif_put_side(struct json_out *j, const char *key,
				  const struct fingerprint *fp)
{
	json_begin_object_inline(j, key);
	json_put_str(j, "spec", fp->spec);
	json_put_str(j, "commit", fp->commit);
	json_put_str(j, "fingerprint", str_c(fp->digest));
	json_put_uint(j, "runs", fp->runs);
	json_end_object(j);
}

/* All of a run that depends on what was found. */
static void report_sarif_put_findings(struct json_out *j,
				      const struct report *r, bool full)
{
	autobuf struct buf id = BUF_INIT;

	buf_c(&id, "behavdiff/");
	buf_str(&id, r->new->scenario.len ? r->new->scenario : STR("default"));
	buf_ch(&id, '/');
	json_begin_object_inline(j, "automationDetails");
	json_put_str(j, "id", buf_view(&id));
	json_end_object(j);
	json_begin_object(j, "originalUriBaseIds");
	json_begin_object(j, TREE_BASE);
	report_sarif_put_text(j, "description",
			      STR("the root of the repository"));
	json_end_object(j);
	json_end_object(j);
	put_invocation(j, r, put_results(j, r, full));
	json_begin_object(j, "properties");
	json_put_str(j, "verdict", str_c(verdict_name(r->cmp->verdict)));
	json_put_str(j, "mode", str_c(report_mode(r)));
	report_sarif_put_side(j, "old", r->old);
	report_sarif_put_side(j, "new", r->new);
	json_end_object(j);
}

static void put_log(struct buf *out, const struct report *r, bool full)
{
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "$schema", STR("https://docs.oasis-open.org/sarif/"
		     "sarif/v2.1.0/errata01/os/schemas/"
		     "sarif-schema-2.1.0.json"));
	json_put_str(&j, "version", STR("2.1.0"));
	json_begin_array(&j, "runs");
	json_begin_object(&j, NULL);
	put_tool(&j, r);
	report_sarif_put_findings(&j, r, full);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	json_out_end(&j);
}

void report_sarif(struct buf *out, const struct report *r)
{
	put_log(out, r, true);
}

void report_sarif_new(struct buf *out, const struct report *r)
{
	put_log(out, r, false);
}
