/* SPDX-License-Identifier: Apache-2.0 */
/* What a baseline says of steps: written, read, updated, merged, accepted. */
#include "core/baseline/baseline.h"
#include "tests/unit/facts.h"

#define LINE "net.connect tcp 127.0.0.1:9001"
#define READ "file.read /etc/x"

static const struct environment here = {
	STR("6.1"), STR("x86_64"), STR("glibc 2.36"), STR("Debian"), STR(""),
};

static struct fingerprint *side(const char *line, const char *read)
{
	struct fingerprint *fp = FACTS("HEAD", "3 " LINE, "3 " READ);

	FACTS_RAN(fp, "server", "signup", "login");
	facts_by(fp, LINE, line);
	facts_by(fp, READ, read);
	return fp;
}

/* fp is freed. */
static struct baseline *make(struct fingerprint *fp,
			     const struct baseline *old)
{
	struct baseline *b = baseline_make(fp, &here, old);

	fingerprint_free(fp);
	return b;
}

static struct baseline *reads(const char *text)
{
	struct err err = ERR_INIT;
	struct baseline *b = NULL;

	if (baseline_read(&b, "b.json", str_c(text), false, &err))
		fail_msg("%s", err.msg);
	return b;
}

static struct baseline *again(const struct baseline *b)
{
	autobuf struct buf text = BUF_INIT;

	baseline_write(&text, b);
	return reads(text.p);
}

/* "server always, signup sometimes" */
static void expect(const struct baseline *b, const char *line,
		   const char *steps)
{
	const struct fact *f = fingerprint_find(b->fp, str_c(line));
	autobuf struct buf out = BUF_INIT;

	if (!f)
		fail_msg("no fact: %s", line);
	for (size_t i = 0; i < evidence_steps(&f->ev); i++) {
		struct step_evidence s = evidence_step(&f->ev, f->seen, i);

		buf_printf(&out, "%s%.*s %s", i ? ", " : "", STR_ARG(s.step),
			   s.seen == b->fp->runs ? "always" : "sometimes");
	}
	assert_string_equal(out.p, steps);
}

/* A blank in a step's name, and one that reads like its escape. */
static struct fingerprint *odd_names(void)
{
	struct fingerprint *fp = side("3 server 1 signup", "3 signup");
	struct step_evidence steps[2] = {
		{ .step = STR("log in"), .seen = 3 },
		{ .step = STR("a\\x20b"), .seen = 1 },
	};
	const struct fact *f = fingerprint_find(fp, STR(READ));

	fp->facts[f - fp->facts].ev.step = steps[0].step;
	fact_set_steps(&fp->arena, &fp->facts[f - fp->facts], steps, 2);
	return fp;
}

static void steps_are_lines_and_read_back(void **state)
{
	autobaseline struct baseline *b = make(odd_names(), NULL);
	autobaseline struct baseline *back = again(b);
	autobuf struct buf text = BUF_INIT, twice = BUF_INIT;

	(void)state;
	baseline_write(&text, b);
	baseline_write(&twice, back);
	assert_string_equal(twice.p, text.p);
	assert_non_null(strstr(text.p, "\n    \"server " LINE
			       "\": \"always\",\n    \"signup " LINE
			       "\": \"sometimes\"\n  }"));
	expect(back, LINE, "server always, signup sometimes");
	expect(back, READ, "a\\x20b sometimes, log in always");
}

/* Where there is one step, there is nothing to say. */
static void one_step_needs_no_lines(void **state)
{
	struct fingerprint *fp = side("3 server", "3 server");

	(void)state;
	FACTS_RAN(fp, "server");
	autobaseline struct baseline *b = make(fp, NULL);
	autobaseline struct baseline *back = again(b);
	autobuf struct buf text = BUF_INIT;

	baseline_write(&text, b);
	assert_null(strstr(text.p, "by_step"));
	assert_false(fact_knows_steps(&back->fp->facts[0]));
}

static void an_update_of_the_same_steps_changes_nothing(void **state)
{
	static const char *const runs[] = {
		"3 server 1 signup", "3 server", "3 server 3 signup",
	};
	autobaseline struct baseline *b = make(side(runs[0], "3 signup"), NULL);
	autobuf struct buf text = BUF_INIT;

	(void)state;
	baseline_write(&text, b);
	for (size_t i = 0; i < 3; i++) {
		autobaseline struct baseline *old = reads(text.p);
		autobaseline struct baseline *new =
			make(side(runs[i], "3 signup"), old);
		autobuf struct buf next = BUF_INIT;

		baseline_write(&next, new);
		assert_string_equal(next.p, text.p);
	}
}

static void work_that_moved_is_another_behaviour(void **state)
{
	autobaseline struct baseline *old = make(
		side("3 server 1 signup", "3 signup"), NULL);
	autobaseline struct baseline *new = make(
		side("3 login", "3 signup"), old);

	(void)state;
	expect(new, LINE, "login always");
}

/* A baseline of before knows no steps, until it is updated. */
static void a_baseline_without_steps_compares_none(void **state)
{
	autobaseline struct baseline *b = make(side("3 server", "3 signup"),
					       NULL);
	autobuf struct buf text = BUF_INIT;
	const struct policy policy = { .fail_on = LEVEL_NOTE };
	struct fingerprint *is = side("3 server 3 signup", "3 signup");
	struct comparison c;
	char *from;

	(void)state;
	baseline_write(&text, b);
	for (int i = 0; i < 2; i++) {
		autobaseline struct baseline *old = reads(text.p);

		compare(&c, old->fp, is, &policy);
		assert_int_equal(c.n, i ? 0 : 1);
		comparison_free(&c);
		from = strstr(text.p, "\"by_step\"");
		if (!i)
			from[1] = 'B';
	}
	autobaseline struct baseline *old = reads(text.p);
	autobaseline struct baseline *new = make(is, old);

	expect(new, LINE, "server always, signup always");
}

static void edits_and_merges_of_steps_are_read(void **state)
{
	autobaseline struct baseline *b = make(side("3 server", "3 signup"),
					       NULL);
	autobuf struct buf text = BUF_INIT, merged = BUF_INIT;
	const char *at;

	(void)state;
	baseline_write(&text, b);
	/* As merge=union leaves it: a line of either side, no commas set. */
	at = strstr(text.p, "    \"server " LINE);
	buf_add(&merged, text.p, (size_t)(at - text.p));
	buf_c(&merged, "    \"log\\\\x20in " LINE "\": \"always\"\n"
		       "    \"server " LINE "\": \"sometimes\"\n"
		       "    \"signup file.read /etc/gone\": \"always\"\n");
	buf_c(&merged, at);

	autobaseline struct baseline *back = reads(merged.p);

	assert_true(back->merged);
	expect(back, LINE, "log in always, server sometimes");
	expect(back, READ, "signup always");
}

static void refuses(struct baseline *b, const char *what, const char *with,
		    const char *message)
{
	autobuf struct buf text = BUF_INIT, bad = BUF_INIT;
	struct err err = ERR_INIT;
	struct baseline *back = NULL;
	const char *at;

	baseline_write(&text, b);
	at = strstr(text.p, what);
	if (!at)
		fail_msg("no %s", what);
	buf_add(&bad, text.p, (size_t)(at - text.p));
	buf_c(&bad, with);
	buf_c(&bad, at + strlen(what));
	assert_int_equal(baseline_read(&back, "b.json", buf_view(&bad), false,
				       &err), -1);
	if (!strstr(err.msg, message))
		fail_msg("\"%s\" does not say \"%s\"", err.msg, message);
}

static void what_is_no_line_of_a_step_is_refused(void **state)
{
	const struct acceptance a = {
		.fact = STR(LINE), .step = STR("signup"), .reason = STR("r"),
	};
	autobaseline struct baseline *b = make(side("3 server", "3 signup"),
					       NULL);

	(void)state;
	baseline_accept(b, &a);
	refuses(b, "\"server net.connect", "\"net.connect\": 1, \"server net.c",
		"STEP FACT");
	refuses(b, "\"server " LINE "\": \"always\"",
		"\"server " LINE "\": \"often\"", "sometimes");
	refuses(b, "\"by_step\": {", "\"by_step\": 7, \"x\": {", "no object");
	refuses(b, "\"signup " LINE "\": {", "\"" LINE "\": {",
		"is not a fact");
	refuses(b, "\"accepted_steps\": {", "\"accepted_steps\": 1, \"x\": {",
		"no object");
}

static void dropped(void *ctx, const struct acceptance *a, const char *why)
{
	(void)why;
	buf_printf(ctx, "%.*s;", STR_ARG(a->step));
}

static void a_step_is_accepted_apart(void **state)
{
	autobaseline struct baseline *b = make(side("3 server", "3 signup"),
					       NULL);
	struct acceptance a = {
		.fact = STR(LINE), .step = STR("login"), .reason = STR("r"),
	};
	autobuf struct buf out = BUF_INIT;

	(void)state;
	baseline_accept(b, &a);
	a.step = STR("signup");
	a.expires = STR("2025-01-01");
	baseline_accept(b, &a);
	a.step = STR("server");
	a.expires = STR("");
	baseline_accept(b, &a);

	autobaseline struct baseline *back = again(b);

	assert_int_equal(back->n_accepted, 3);
	assert_non_null(baseline_accepted(back, STR(LINE), STR("login")));
	assert_null(baseline_accepted(back, STR(LINE), STR("")));
	/* It is no fact of the step by an update, nor does the fact go. */
	autobaseline struct baseline *new = make(
		side("3 server 3 login", "3 signup"), back);

	expect(new, LINE, "server always");
	assert_int_equal(new->n_accepted, 3);
	/* What expired, and what the baseline knows anyway. */
	assert_int_equal(baseline_prune(new, STR("2025-06-01"), dropped, &out),
			 2);
	assert_string_equal(out.p, "server;signup;");
	assert_true(baseline_knows(new, STR(LINE), STR("server")));
	assert_true(baseline_knows(new, STR(LINE), STR("")));
	assert_false(baseline_knows(new, STR(LINE), STR("login")));
}

/* Only accepted steps do it any more: they are what is known. */
static void a_fact_is_never_without_steps(void **state)
{
	const struct acceptance a = {
		.fact = STR(LINE), .step = STR("signup"), .reason = STR("r"),
	};
	autobaseline struct baseline *b = make(side("3 server", "3 signup"),
					       NULL);

	(void)state;
	baseline_accept(b, &a);
	autobaseline struct baseline *new = make(side("3 signup", "3 signup"),
						 b);

	expect(new, LINE, "signup always");
}

static void fixtures_are_in_no_baseline(void **state)
{
	struct fingerprint *fp = side("3 server", "3 signup 3 server");

	(void)state;
	for (size_t i = 0; i < fp->n_ends; i++)
		fp->ends[i].steps[0].fixture = true;
	autobaseline struct baseline *b = make(fp, NULL);
	autobaseline struct baseline *back = again(b);

	assert_int_equal(back->fp->n, 1);
	expect(back, READ, "signup always");
	assert_true(back->fp->ends[0].steps[0].fixture);
	assert_false(back->fp->ends[0].steps[1].fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_lines_and_read_back),
		cmocka_unit_test(one_step_needs_no_lines),
		cmocka_unit_test(an_update_of_the_same_steps_changes_nothing),
		cmocka_unit_test(work_that_moved_is_another_behaviour),
		cmocka_unit_test(a_baseline_without_steps_compares_none),
		cmocka_unit_test(edits_and_merges_of_steps_are_read),
		cmocka_unit_test(what_is_no_line_of_a_step_is_refused),
		cmocka_unit_test(a_step_is_accepted_apart),
		cmocka_unit_test(a_fact_is_never_without_steps),
		cmocka_unit_test(fixtures_are_in_no_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
