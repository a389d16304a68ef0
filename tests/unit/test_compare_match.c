/* SPDX-License-Identifier: Apache-2.0 */
/* Which difference becomes which finding, and which of them gate. */
#include <stdio.h>

#include "core/base/vec.h"
#include "tests/unit/facts.h"

struct pair {
	struct fingerprint *old, *new;
	struct comparison cmp;
};

static struct pair compared(struct fingerprint *old, struct fingerprint *new,
			    enum level fail_on)
{
	struct pair p = { .old = old, .new = new };
	struct policy policy = { .fail_on = fail_on };

	compare(&p.cmp, old, new, &policy);
	return p;
}

static void done(struct pair *p)
{
	comparison_free(&p->cmp);
	if (p->old != p->new)
		fingerprint_free(p->old);
	fingerprint_free(p->new);
}

static const struct finding *find(const struct pair *p, const char *line)
{
	for (size_t i = 0; i < p->cmp.n; i++)
		if (str_eq(p->cmp.findings[i].fact->line, str_c(line)))
			return &p->cmp.findings[i];
	fail_msg("no finding for: %s", line);
	return NULL;
}

static void expect(const struct pair *p, const char *line, enum change change,
		   enum level level, bool gates)
{
	const struct finding *f = find(p, line);

	assert_string_equal(change_name(f->change), change_name(change));
	assert_string_equal(level_name(f->level), level_name(level));
	assert_int_equal(f->gates, gates);
}

static void a_fingerprint_does_not_differ_from_itself(void **state)
{
	struct fingerprint *x = FACTS("x",
		"3 exec /usr/bin/python3", "1 net.connect tcp 10.0.0.1:1",
		"2 net.connect tcp 10.0.0.1:1 = ECONNREFUSED",
		"3 file.read $TREE/a", "3 file.read $TREE/a (1)",
		"1 file.read $TREE/a = ENOENT", "3 priv setuid(0) = EPERM");
	struct pair p = compared(x, x, LEVEL_NOTE);

	(void)state;
	assert_int_equal(p.cmp.n, 0);
	assert_int_equal(p.cmp.n_reasons, 0);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	assert_int_equal(p.cmp.old_always, 4);
	assert_int_equal(p.cmp.seen_again, 4);
	done(&p);
}

static void an_operation_never_tried_before_is_new_and_gates(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 exec /usr/bin/python3"),
		FACTS("b", "3 exec /usr/bin/python3",
		      "3 net.connect tcp 203.0.113.7:4444 = ENETUNREACH"),
		LEVEL_ERROR);
	const struct finding *f;
	autobuf struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(p.cmp.n, 1);
	expect(&p, "net.connect tcp 203.0.113.7:4444 = ENETUNREACH",
	       CHANGE_NEW, LEVEL_ERROR, true);
	f = &p.cmp.findings[0];
	assert_int_equal(f->seen_old, 0);
	assert_int_equal(f->runs_old, 3);
	assert_int_equal(f->seen_new, 3);
	finding_sentence(&text, f);
	assert_string_equal(text.p, "new: client.py connects to "
			    "203.0.113.7:4444 (ENETUNREACH)");
	assert_int_equal(p.cmp.verdict, VERDICT_REGRESSION);
	done(&p);
}

static void an_error_gates_even_when_one_run_saw_it(void **state)
{
	struct pair p = compared(NO_FACTS("a"),
				 FACTS("b", "1 exec /usr/bin/nc"),
				 LEVEL_ERROR);

	(void)state;
	expect(&p, "exec /usr/bin/nc", CHANGE_NEW, LEVEL_ERROR, true);
	done(&p);
}

static void a_rare_note_or_warning_is_unstable_and_never_gates(void **state)
{
	struct pair p = compared(
		NO_FACTS("a"),
		FACTS("b", "2 file.create $TREE/x", "2 limit memory",
		      "3 limit output"), LEVEL_NOTE);

	(void)state;
	expect(&p, "file.create $TREE/x", CHANGE_UNSTABLE, LEVEL_NOTE, false);
	expect(&p, "limit memory", CHANGE_UNSTABLE, LEVEL_NOTE, false);
	expect(&p, "limit output", CHANGE_NEW, LEVEL_WARNING, true);
	assert_int_equal(p.cmp.count[CHANGE_UNSTABLE], 2);
	done(&p);
}

static void fail_on_decides_what_gates(void **state)
{
	static const struct {
		enum level fail_on;
		enum verdict verdict;
	} rows[] = {
		{ LEVEL_NOTE, VERDICT_REGRESSION },
		{ LEVEL_WARNING, VERDICT_REGRESSION },
		{ LEVEL_ERROR, VERDICT_PASS },
		{ LEVEL_NEVER, VERDICT_PASS },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pair p = compared(NO_FACTS("a"),
					 FACTS("b", "3 memory.exec /bin/x"),
					 rows[i].fail_on);

		assert_int_equal(p.cmp.verdict, rows[i].verdict);
		done(&p);
	}
}

static void an_error_does_not_gate_when_nothing_shall_fail(void **state)
{
	struct pair p = compared(NO_FACTS("a"), FACTS("b", "3 exec /bin/x"),
				 LEVEL_NEVER);

	(void)state;
	expect(&p, "exec /bin/x", CHANGE_NEW, LEVEL_ERROR, false);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	done(&p);
}

static void another_result_of_a_known_operation_is_a_note(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 net.connect tcp 10.0.0.1:80",
		      "3 file.create /tmp/x"),
		FACTS("b", "3 net.connect tcp 10.0.0.1:80 = ECONNREFUSED",
		      "3 file.create /tmp/x", "3 file.create /tmp/x = EEXIST"),
		LEVEL_ERROR);

	(void)state;
	expect(&p, "net.connect tcp 10.0.0.1:80 = ECONNREFUSED",
	       CHANGE_OUTCOME, LEVEL_NOTE, false);
	expect(&p, "file.create /tmp/x = EEXIST", CHANGE_OUTCOME, LEVEL_NOTE,
	       false);
	assert_int_equal(p.cmp.n, 2);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	done(&p);
}

static void a_refusal_that_became_a_success_is_a_warning(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 net.connect tcp 127.0.0.1:80 = ECONNREFUSED",
		      "3 file.write $TREE/x = EACCES"),
		FACTS("b", "3 net.connect tcp 127.0.0.1:80",
		      "3 file.write $TREE/x"), LEVEL_ERROR);

	(void)state;
	expect(&p, "net.connect tcp 127.0.0.1:80", CHANGE_OUTCOME,
	       LEVEL_WARNING, false);
	/* Neither is it heavier than doing it for the first time. */
	expect(&p, "file.write $TREE/x", CHANGE_OUTCOME, LEVEL_NOTE, false);
	done(&p);
}

static void a_grave_success_after_refusals_is_an_error(void **state)
{
	static const char *const operations[] = {
		"exec /usr/bin/nc", "priv setuid(0)", "file.write /etc/hosts",
		"file.rename $TREE/a -> /usr/bin/a", "file.read /etc/shadow",
		"net.connect tcp 203.0.113.7:80", "net.send udp 8.8.8.8:53",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		char refused[80], done_now[80];

		snprintf(refused, sizeof(refused), "3 %s = EACCES",
			 operations[i]);
		snprintf(done_now, sizeof(done_now), "3 %s", operations[i]);

		struct pair p = compared(FACTS("a", refused),
					 FACTS("b", done_now), LEVEL_ERROR);

		expect(&p, operations[i], CHANGE_OUTCOME, LEVEL_ERROR, true);
		assert_int_equal(p.cmp.n, 1);
		assert_int_equal(p.cmp.verdict, VERDICT_REGRESSION);
		done(&p);
	}
}

static void a_connection_under_way_was_not_refused(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 net.connect tcp 203.0.113.7:80 = EINPROGRESS"),
		FACTS("b", "3 net.connect tcp 203.0.113.7:80"), LEVEL_ERROR);

	(void)state;
	expect(&p, "net.connect tcp 203.0.113.7:80", CHANGE_OUTCOME,
	       LEVEL_NOTE, false);
	done(&p);
}

static void a_race_is_unstable_and_never_a_regression(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 net.connect tcp 10.1.1.1:80 = ECONNREFUSED",
		      "2 file.create /tmp/d", "2 file.create /tmp/d = EEXIST"),
		FACTS("b", "3 net.connect tcp 10.1.1.1:80 = ECONNREFUSED",
		      "1 net.connect tcp 10.1.1.1:80",
		      "3 file.create /tmp/d"), LEVEL_NOTE);

	(void)state;
	expect(&p, "net.connect tcp 10.1.1.1:80", CHANGE_UNSTABLE, LEVEL_NOTE,
	       false);
	expect(&p, "file.create /tmp/d", CHANGE_UNSTABLE, LEVEL_NOTE, false);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	done(&p);
}

/* Whether a child has ended before it is ended is a matter of time. */
static void a_child_that_is_ended_now_and_then_is_none(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 exec /usr/bin/sleep",
		      "2 process.signal SIGTERM to child"),
		FACTS("b", "3 exec /usr/bin/sleep",
		      "2 process.signal SIGTERM to child /usr/bin/sleep"),
		LEVEL_NOTE);

	(void)state;
	assert_int_equal(p.cmp.n, 0);
	done(&p);
	p = compared(FACTS("a", "3 exec /usr/bin/sleep"),
		     FACTS("b", "3 exec /usr/bin/sleep",
			   "3 process.signal SIGTERM to child"), LEVEL_NOTE);
	find(&p, "process.signal SIGTERM to child");
	done(&p);
}

static void a_permission_gained_gates_even_when_rare(void **state)
{
	struct pair p = compared(FACTS("a", "3 exec /usr/bin/su = EPERM"),
				 FACTS("b", "2 exec /usr/bin/su = EPERM",
				       "1 exec /usr/bin/su"), LEVEL_ERROR);

	(void)state;
	expect(&p, "exec /usr/bin/su", CHANGE_OUTCOME, LEVEL_ERROR, true);
	done(&p);
}

static void what_is_always_missing_now_is_gone(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 exec /bin/a", "3 exec /bin/b", "3 exec /bin/c",
		      "2 exec /bin/d", "3 exec /bin/e"),
		FACTS("b", "3 exec /bin/a", "3 exec /bin/b", "1 exec /bin/e"),
		LEVEL_NOTE);

	(void)state;
	expect(&p, "exec /bin/c", CHANGE_GONE, LEVEL_NOTE, false);
	expect(&p, "exec /bin/d", CHANGE_UNSTABLE, LEVEL_NOTE, false);
	expect(&p, "exec /bin/e", CHANGE_UNSTABLE, LEVEL_NOTE, false);
	assert_int_equal(p.cmp.seen_again, 3);
	assert_int_equal(p.cmp.old_always, 4);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	done(&p);
}

/*
 * "X (1)" sorts between "X" and "X = ENOENT": the results of X must still be
 * found together.
 */
static void names_between_two_results_do_not_part_them(void **state)
{
	struct pair p = compared(
		FACTS("a", "3 file.read /etc/shadow",
		      "3 file.read /etc/shadow (1)"),
		FACTS("b", "3 file.read /etc/shadow (1)",
		      "3 file.read /etc/shadow = ENOENT"), LEVEL_ERROR);

	(void)state;
	assert_int_equal(p.cmp.n, 1);
	expect(&p, "file.read /etc/shadow = ENOENT", CHANGE_OUTCOME,
	       LEVEL_NOTE, false);
	done(&p);
}

static void findings_stand_by_level_then_danger_then_change(void **state)
{
	static const char *const order[] = {
		"net.bind tcp 0.0.0.0:1", "exec /bin/n",
		"file.create $TREE/x", "process.daemon /bin/n",
		"exec.args /bin/n a", "file.read $TREE/gone",
	};
	struct pair p = compared(
		FACTS("a", "3 file.read $TREE/gone"),
		FACTS("b", "3 net.bind tcp 0.0.0.0:1", "3 exec.args /bin/n a",
		      "3 file.create $TREE/x", "3 exec /bin/n",
		      "3 process.daemon /bin/n"), LEVEL_ERROR);

	(void)state;
	assert_int_equal(p.cmp.n, ARRAY_LEN(order));
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_true(str_eq(p.cmp.findings[i].fact->line,
				   str_c(order[i])));
	done(&p);
}

static void the_order_of_the_sides_matters(void **state)
{
	struct pair p = compared(FACTS("b", "3 exec /bin/a", "3 exec /bin/b"),
				 FACTS("a", "3 exec /bin/a"), LEVEL_ERROR);

	(void)state;
	expect(&p, "exec /bin/b", CHANGE_GONE, LEVEL_NOTE, false);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fingerprint_does_not_differ_from_itself),
		cmocka_unit_test(an_operation_never_tried_before_is_new_and_gates),
		cmocka_unit_test(an_error_gates_even_when_one_run_saw_it),
		cmocka_unit_test(a_rare_note_or_warning_is_unstable_and_never_gates),
		cmocka_unit_test(fail_on_decides_what_gates),
		cmocka_unit_test(an_error_does_not_gate_when_nothing_shall_fail),
		cmocka_unit_test(another_result_of_a_known_operation_is_a_note),
		cmocka_unit_test(a_refusal_that_became_a_success_is_a_warning),
		cmocka_unit_test(a_grave_success_after_refusals_is_an_error),
		cmocka_unit_test(a_connection_under_way_was_not_refused),
		cmocka_unit_test(a_race_is_unstable_and_never_a_regression),
		cmocka_unit_test(a_child_that_is_ended_now_and_then_is_none),
		cmocka_unit_test(a_permission_gained_gates_even_when_rare),
		cmocka_unit_test(what_is_always_missing_now_is_gone),
		cmocka_unit_test(names_between_two_results_do_not_part_them),
		cmocka_unit_test(findings_stand_by_level_then_danger_then_change),
		cmocka_unit_test(the_order_of_the_sides_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
