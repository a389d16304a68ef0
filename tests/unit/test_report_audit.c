/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's document: what it says, and what it must not say. */
#include <stdio.h>

#include "core/base/vec.h"
#include "core/report/audit.h"
#include "core/report/process.h"
#include "tests/unit/facts.h"
#include "tests/unit/texts.h"

static struct audit audit_of(const struct fingerprint *fp)
{
	return (struct audit){
		.fp = fp, .from = "traced", .version = "1.2.3",
		.config_from = STR("defaults"),
	};
}

static char *text_of_audit(struct fingerprint *fp, int verbosity)
{
	struct audit a = audit_of(fp);
	struct buf out = BUF_INIT;

	a.verbosity = verbosity;
	format_by_name(STR("text"))->write_audit(&out, &a);
	return buf_steal(&out);
}

static const struct step_end alive = {
	.name = STR("main"), .command = STR("./main"), .started = true,
	.was_ready = true,
};

static void what_was_not_seen_is_said_with_its_bounds(void **state)
{
	struct fingerprint *fp = FACTS("a", "3 exec /usr/bin/id");
	char *text;

	(void)state;
	facts_end(fp, "deadline", &alive);
	text = text_of_audit(fp, 0);
	has(text, "No connection beyond this host was attempted in 3 runs of "
	    "at most 1.500 s under this scenario.");
	has(text, "A run was ended at its deadline");
	has(text, "Network: nothing of the kind; not observed; In 3 runs");
	lacks(text, "backdoor");
	lacks(text, "safe");
	free(text);
	fingerprint_free(fp);
}

static void a_sentence_shows_the_facts_it_rests_on(void **state)
{
	struct fingerprint *fp = FACTS("a",
		"3 net.connect tcp 203.0.113.7:4444 = ENETUNREACH",
		"2 file.write $HOME/.bashrc");
	char *text;

	(void)state;
	facts_end(fp, "exit", &alive);
	text = text_of_audit(fp, 0);
	has(text, "Connections beyond this host attempted: 1.\n"
	    "    | net.connect tcp 203.0.113.7:4444 = ENETUNREACH  in 3 of 3 runs\n");
	has(text, "Changes to what runs later by itself: 1.\n    | file.write "
	    "$HOME/.bashrc  in 2 of 3 runs\n");
	has(text, "Network: 1 fact; review;");
	has(text, "Persistence: 1 fact; review;");
	has(text, "2 of 2 facts call for a review.");
	lacks(text, "No connection beyond");
	free(text);
	fingerprint_free(fp);
}

static void a_failure_is_told_with_its_reason(void **state)
{
	struct fingerprint *fp = FACTS("a",
		"3 process.exit /usr/bin/python3 status=1");
	char *text;

	(void)state;
	facts_end(fp, "exit", &alive);
	fp->facts[0].ev.note =
		STR("ImportError: libtk8.6.so: cannot open shared object file");
	text = text_of_audit(fp, 0);
	has(text, "A process failed: python3 client.py\n");
	has(text, "ImportError: libtk8.6.so");
	has(text, "says that a library is missing: ImportError");
	has(text, "    > python3 client.py: first seen after 1.204 s, "
	    "end status=1, facts 1\n");
	has(text, "Repair or provide what the failed processes lacked");
	free(text);
	fingerprint_free(fp);
}

/* What a program starts is no step's doing. */
static void a_program_that_starts_others_is_told(void **state)
{
	struct fingerprint *fp = FACTS("a", "3 exec /usr/bin/dash",
				       "3 exec /usr/bin/python3");
	char *text;

	(void)state;
	facts_end(fp, "quiescent", &alive);
	fp->facts[0].ev.process = STR("./main > sh -c id");
	fp->facts[1].ev.process = STR("./main");
	text = text_of_audit(fp, 0);
	has(text, "Of these, programs that another program started: 1.\n"
	    "    | exec /usr/bin/dash  in 3 of 3 runs\n");
	has(text, "Process spawning: 1 fact; review;");
	has(text, "    ./main: first seen after 1.204 s, end main alive,");
	has(text, "A run was ended when every process waited");
	free(text);
	fingerprint_free(fp);
}

static void a_run_that_proves_nothing_is_said_to(void **state)
{
	struct fingerprint *fp = NO_FACTS("a");
	struct step_end never = { .name = STR("main") };
	struct audit a = audit_of(fp);
	char *text;

	(void)state;
	facts_end(fp, "exit", &never);
	text = text_of_audit(fp, 0);
	assert_true(audit_has_doubts(&a));
	has(text, "Doubt: a: step main never started");
	has(text, "Network: nothing of the kind; incomplete;");
	has(text, "this proves nothing about the program.");
	free(text);
	fingerprint_free(fp);
}

static void quiet_is_the_conclusion(void **state)
{
	struct fingerprint *fp = FACTS("a", "3 exec /usr/bin/id");
	char *text;

	(void)state;
	facts_end(fp, "exit", &alive);
	fp->facts[0].ev.process = STR("./main");
	text = text_of_audit(fp, -1);
	assert_string_equal(text, "In 3 runs of at most 1.500 s under this "
			    "scenario, none of 1 fact calls for a review.\n");
	free(text);
	fingerprint_free(fp);
}

/* --- processes --- */

static void chains_become_a_tree_in_order_of_time(void **state)
{
	static const char *const programs[] = { "a", "late", "early", "deep" };
	struct fingerprint *fp = FACTS("a", "3 exec /1", "3 exec /2",
				       "3 exec /3");
	struct process_tree t;

	(void)state;
	fp->facts[0].ev.process = STR("a > early > deep");
	fp->facts[0].ev.ns = 20;
	fp->facts[1].ev.process = STR("a > late");
	fp->facts[1].ev.ns = 10;
	fp->facts[2].ev.process = STR("");
	process_tree_make(&t, fp, NULL);
	assert_int_equal(t.n, 4);
	assert_int_equal(t.no_process, 1);
	for (size_t i = 0; i < t.n; i++)
		assert_true(str_eq(t.v[i].program, str_c(programs[i])));
	assert_int_equal(t.v[3].depth, 2);
	assert_int_equal(t.v[3].parent, 2);
	assert_int_equal(t.v[0].first_ns, 10);
	assert_ptr_equal(process_of(&t, &fp->facts[0]), &t.v[3]);
	process_tree_free(&t);
	fingerprint_free(fp);
}

/* An edited file may hold a chain of any length. */
static void chains_are_bounded(void **state)
{
	struct fingerprint *fp = FACTS("a", "3 exec /1");
	autobuf struct buf chain = BUF_INIT;
	struct process_tree t;

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		buf_c(&chain, i ? " > a" : "a");
	fp->facts[0].ev.process = buf_view(&chain);
	process_tree_make(&t, fp, NULL);
	assert_int_equal(t.n, PROCESS_DEPTH_MAX);
	assert_int_equal(t.left_out, 1);
	process_tree_free(&t);
	fingerprint_free(fp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_seen_is_said_with_its_bounds),
		cmocka_unit_test(a_sentence_shows_the_facts_it_rests_on),
		cmocka_unit_test(a_failure_is_told_with_its_reason),
		cmocka_unit_test(a_program_that_starts_others_is_told),
		cmocka_unit_test(a_run_that_proves_nothing_is_said_to),
		cmocka_unit_test(quiet_is_the_conclusion),
		cmocka_unit_test(chains_become_a_tree_in_order_of_time),
		cmocka_unit_test(chains_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
