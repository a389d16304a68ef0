/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML in the form that CI servers read (tests/golden/junit.xsd): a suite
 * for each kind of fact, a failed case for each cause that gates, a passed
 * one where there is none.  Doubts are errors of a suite of their own.
 */
#include "core/report/internal.h"

/* Of one cause; the JSON has all of them. */
#define MEMBERS_SHOWN 100

struct tally {
	size_t tests, failures, errors, skipped;
};

/* Of the kind of the finding that leads. */
static bool is_case(const struct comparison *c, const struct cause *cause,
		    enum event_kind kind)
{
	const struct finding *f = &c->findings[cause->leader];

	return f->fact->kind == kind && finding_is_news(f) &&
	       (cause->gating || f->accepted);
}

static struct tally tally_kind(const struct report *r, enum event_kind kind)
{
	struct tally t = { 0, 0, 0, 0 };

	for (size_t i = 0; i < r->cmp->n_causes; i++) {
		const struct cause *cause = &r->cmp->causes[i];

		if (!is_case(r->cmp, cause, kind))
			continue;
		t.tests++;
		t.failures += cause->gating > 0;
		t.skipped += !cause->gating;
	}
	t.tests += !t.tests;
	return t;
}

static void put_attribute(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, " %s=\"", name);
	markup_html(out, value);
	buf_ch(out, '"');
}

static void report_junit_put_tally(struct buf *out, const struct tally *t)
{
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		   "skipped=\"%zu\"", t->tests, t->failures, t->errors,
		   t->skipped);
}

static void open_case(struct buf *out, const char *class, struct str name)
{
	buf_c(out, "    <testcase");
	put_attribute(out, "classname", str_c(class));
	put_attribute(out, "name", name);
}

static void report_junit_put_evidence(struct buf *out, const struct finding *f)
{
	autobuf struct buf text = BUF_INIT;

	markup_html(out, f->fact->line);
	buf_ch(out, ' ');
	finding_seen_text(out, f);
	if (f->fact->ev.process.len) {
		buf_c(out, "\nby ");
		markup_html(out, f->fact->ev.process);
	}
	if (finding_evidence(&text, f)) {
		buf_c(out, "\nat ");
		markup_html(out, buf_view(&text));
	}
	buf_ch(out, '\n');
}

static void report_junit_put_members(struct buf *out,
				     const struct comparison *c,
				     const struct cause *cause)
{
	size_t shown = cause->n < MEMBERS_SHOWN ? cause->n : MEMBERS_SHOWN;
	autobuf struct buf text = BUF_INIT;

	if (!cause->n)
		return;
	cause_more_text(&text, c, cause);
	buf_c(out, "and ");
	markup_html(out, buf_view(&text));
	buf_ch(out, '\n');
	for (size_t i = 0; i < shown; i++) {
		markup_html(out, c->findings[cause->members[i]].fact->line);
		buf_ch(out, '\n');
	}
	if (shown < cause->n)
		buf_printf(out, "%zu more\n", cause->n - shown);
}

static void put_case(struct buf *out, const char *class,
		     const struct comparison *c, const struct cause *cause)
{
	const struct finding *f = &c->findings[cause->leader];
	autobuf struct buf why = BUF_INIT;

	open_case(out, class, f->fact->line);
	if (!cause->gating) {
		buf_c(out, ">\n      <skipped");
		if (f->accept)
			accept_text(&why, f->accept);
		else
			buf_c(&why, "accepted");
		put_attribute(out, "message", buf_view(&why));
		buf_c(out, "/>\n    </testcase>\n");
		return;
	}
	buf_c(out, ">\n      <failure");
	put_attribute(out, "type", str_c(f->rule->id));
	finding_sentence(&why, f);
	put_attribute(out, "message", buf_view(&why));
	buf_ch(out, '>');
	report_junit_put_evidence(out, f);
	report_junit_put_members(out, c, cause);
	buf_c(out, "</failure>\n    </testcase>\n");
}

static void put_suite(struct buf *out, const struct report *r,
		      enum event_kind kind)
{
	autobuf struct buf class = BUF_INIT;
	struct tally t = tally_kind(r, kind);

	buf_printf(&class, "behavdiff.%s", event_name(kind));
	buf_c(out, "  <testsuite");
	put_attribute(out, "name", str_c(event_name(kind)));
	report_junit_put_tally(out, &t);
	buf_c(out, ">\n");
	for (size_t i = 0; i < r->cmp->n_causes; i++)
		if (is_case(r->cmp, &r->cmp->causes[i], kind))
			put_case(out, class.p, r->cmp, &r->cmp->causes[i]);
	if (!t.failures && !t.skipped) {
		open_case(out, class.p, STR("nothing new that fails"));
		buf_c(out, "/>\n");
	}
	buf_c(out, "  </testsuite>\n");
}

/* --- did the runs prove anything? --- */

static struct tally tally_doubts(const struct report *r)
{
	size_t n = r->cmp->n_reasons;

	return (struct tally){ .tests = n + !n, .errors = n };
}

/* What else the reader of a verdict should know. */
static void report_junit_put_notes(struct buf *out, const struct report *r)
{
	autobuf struct buf mode = BUF_INIT;

	if (!report_only_text(&mode, r) && !r->n_notes)
		return;
	buf_c(out, "    <system-out>");
	if (mode.len)
		buf_printf(out, "%s\n", mode.p);
	for (size_t i = 0; i < r->n_notes; i++) {
		markup_html(out, r->notes[i]);
		buf_ch(out, '\n');
	}
	buf_c(out, "</system-out>\n");
}

static void report_junit_put_doubts(struct buf *out, const struct report *r)
{
	struct tally t = tally_doubts(r);

	buf_c(out, "  <testsuite name=\"observation\"");
	report_junit_put_tally(out, &t);
	buf_c(out, ">\n    <properties><property name=\"mode\"");
	put_attribute(out, "value", str_c(report_mode(r)));
	buf_c(out, "/></properties>\n");
	for (size_t i = 0; i < r->cmp->n_reasons; i++) {
		open_case(out, "behavdiff.observation", r->cmp->reasons[i]);
		buf_c(out, ">\n      <error type=\"doubt\"");
		put_attribute(out, "message", r->cmp->reasons[i]);
		buf_c(out, "/>\n    </testcase>\n");
	}
	if (!r->cmp->n_reasons) {
		open_case(out, "behavdiff.observation", STR("no doubt"));
		buf_c(out, "/>\n");
	}
	report_junit_put_notes(out, r);
	buf_c(out, "  </testsuite>\n");
}

static struct tally tally_all(const struct report *r)
{
	struct tally all = tally_doubts(r);

	for (int kind = 0; kind < EV_COUNT; kind++) {
		struct tally t = tally_kind(r, (enum event_kind)kind);

		all.tests += t.tests;
		all.failures += t.failures;
		all.skipped += t.skipped;
	}
	return all;
}

void report_junit(struct buf *out, const struct report *r)
{
	struct tally all = tally_all(r);
	autobuf struct buf name = BUF_INIT;

	buf_c(&name, "behavdiff ");
	buf_str(&name, r->old->spec);
	buf_ch(&name, ' ');
	buf_str(&name, r->new->spec);
	buf_c(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_attribute(out, "name", buf_view(&name));
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		   all.tests, all.failures, all.errors);
	report_junit_put_doubts(out, r);
	for (int kind = 0; kind < EV_COUNT; kind++)
		put_suite(out, r, (enum event_kind)kind);
	buf_c(out, "</testsuites>\n");
}
