/* SPDX-License-Identifier: Apache-2.0 */
/* When a comparison proves nothing, and which sentence says so. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "core/base/vec.h"
#include "core/compare/steps.h"
#include "tests/unit/facts.h"

#define SIX "3 exec /bin/1", "3 exec /bin/2", "3 exec /bin/3", \
	"3 exec /bin/4", "3 exec /bin/5", "3 exec /bin/6"

static const struct step_end alive = {
	.name = STR("server"), .started = true, .was_ready = true
};

/* The sentence, and behind a colon what to do. */
static bool says(struct str got, const char *reason)
{
	if (!str_starts(got, str_c(reason)))
		return false;
	got = str_sub(got, strlen(reason));
	for (size_t i = 0; i + 10 < got.len; i++)
		if (str_starts(str_sub(got, i), STR(": ")))
			return true;
	/* The reason itself ends in what to do. */
	return str_starts(got, STR(", "));
}

/* Takes both; the verdict, and the only reason there shall be (or NULL). */
static void expect(struct fingerprint *old, struct fingerprint *new,
		   enum verdict verdict, const char *reason)
{
	struct policy policy = { .fail_on = LEVEL_ERROR };
	struct comparison c;

	compare(&c, old, new, &policy);
	if (reason && (!c.n_reasons || !says(c.reasons[0], reason)))
		fail_msg("'%.*s', not '%s'",
			 STR_ARG(c.n_reasons ? c.reasons[0] : STR("")), reason);
	assert_int_equal(c.n_reasons, reason ? 1 : 0);
	assert_string_equal(verdict_name(c.verdict), verdict_name(verdict));
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
}

static struct fingerprint *ended(struct fingerprint *fp, const char *how,
				 struct step_end step)
{
	facts_end(fp, how, &step);
	return fp;
}

/* Found in the layers after the run: no process, no step. */
static struct fingerprint *by_nobody(struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++)
		fp->facts[i].ev.step = STR("");
	return fp;
}

/* What was seen, the step did. */
static struct fingerprint *by_server(struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++)
		fp->facts[i].ev.step = STR("server");
	return fp;
}

static void two_healthy_sides_pass(void **state)
{
	(void)state;
	expect(ended(FACTS("a", SIX), "deadline", alive),
	       ended(FACTS("b", SIX), "deadline", alive), VERDICT_PASS, NULL);
}

static void a_step_of_old_that_never_started_is_inconclusive(void **state)
{
	struct step_end step = alive, after = alive;

	(void)state;
	step.started = step.was_ready = false;
	expect(ended(FACTS("a", SIX), "exit", step),
	       ended(FACTS("b", SIX), "exit", alive), VERDICT_INCONCLUSIVE,
	       "a: step server never started");
	after = step;
	after.after = STR("db");
	expect(ended(FACTS("a", SIX), "exit", after),
	       ended(FACTS("b", SIX), "exit", alive), VERDICT_INCONCLUSIVE,
	       "a: step server never started: see that step db gets ready");
}

static void a_step_that_started_in_one_run_did_start(void **state)
{
	struct fingerprint *new = FACTS("b", SIX);

	(void)state;
	facts_end(new, "exit", &alive);
	new->ends[0].steps[0].started = false;
	new->ends[0].steps[0].was_ready = false;
	expect(ended(FACTS("a", SIX), "exit", alive), new, VERDICT_PASS, NULL);
}

static void a_step_that_fails_as_before_and_worked_is_no_doubt(void **state)
{
	struct step_end failed = alive, told = alive;

	(void)state;
	failed.ended = true;
	failed.status = 1 << 8;
	told.ended = true;
	told.status = SIGTERM;
	/* It did something, and the same on both sides. */
	expect(ended(by_server(FACTS("a", SIX, "3 file.create $TREE/out")),
		     "exit", failed),
	       ended(by_server(FACTS("b", SIX, "3 file.create $TREE/out")),
		     "exit", failed), VERDICT_PASS, NULL);
	failed.printed = true;
	expect(ended(FACTS("a", SIX), "exit", failed),
	       ended(FACTS("b", SIX), "exit", failed), VERDICT_PASS, NULL);
	/* Another step asked it to end. */
	expect(ended(FACTS("a", SIX), "exit", alive),
	       ended(FACTS("b", SIX), "exit", told), VERDICT_PASS, NULL);
}

static void a_step_that_fails_alike_before_it_did_anything_is(void **state)
{
	struct step_end failed = alive, other, exec;

	(void)state;
	failed.ended = true;
	failed.status = 3 << 8;
	failed.error = STR("Error: no such module");
	failed.error_file = STR("main.js");
	failed.error_line = 4;
	expect(ended(FACTS("a", SIX), "exit", failed),
	       ended(FACTS("b", SIX), "exit", failed), VERDICT_INCONCLUSIVE,
	       "step server ended with status 3 in every run of both sides "
	       "before it printed a result or wrote a file: Error: no such "
	       "module, main.js:4");
	/* What an interpreter leaves behind is not what it is there for. */
	expect(ended(by_server(FACTS("a", SIX,
			"3 file.create $TREE/x/__pycache__/m.pyc")),
		     "exit", failed),
	       ended(by_server(FACTS("b", SIX,
			"3 file.create $TREE/x/__pycache__/m.pyc")),
		     "exit", failed), VERDICT_INCONCLUSIVE,
	       "step server ended with status 3 in every run of both sides");
	/* Nor is what no process is known of. */
	expect(ended(by_nobody(FACTS("a", SIX, "3 file.create $TREE/x.o")),
		     "exit", failed),
	       ended(by_nobody(FACTS("b", SIX, "3 file.create $TREE/x.o")),
		     "exit", failed), VERDICT_INCONCLUSIVE,
	       "step server ended with status 3 in every run of both sides");
	other = failed;
	other.status = 4 << 8;
	expect(ended(FACTS("a", SIX), "exit", failed),
	       ended(FACTS("b", SIX), "exit", other), VERDICT_INCONCLUSIVE,
	       "b: step server ended with status 4 in every run, and in 3 of "
	       "3 runs of a it ended with status 3: Error: no such module, "
	       "main.js:4");
	failed.expects = true;
	failed.expected = 3;
	expect(ended(FACTS("a", SIX), "exit", failed),
	       ended(FACTS("b", SIX), "exit", failed), VERDICT_PASS, NULL);
	exec = alive;
	exec.started = exec.was_ready = false;
	exec.ended = true;
	exec.err = ENOENT;
	exec.status = 127 << 8;
	exec.command = STR("python9 x.py");
	exec.unmet = STR("");
	expect(ended(FACTS("a", SIX), "exit", exec),
	       ended(FACTS("b", SIX), "exit", exec), VERDICT_INCONCLUSIVE,
	       "step server cannot be started on either side: python9: ENOENT "
	       "(no such program)");
}

/* Where a program stands says what can be done about it. */
static void what_cannot_be_executed_comes_with_a_remedy(void **state)
{
	static const struct {
		const char *command;
		int err;
		const char *says;
	} cases[] = {
		{ "/root/.pyenv/shims/python3 x.py", EACCES,
		  "/root/.pyenv/shims/python3: EACCES (it may not be "
		  "executed): the sandbox has /usr, /etc and /opt of this "
		  "host and none of its home directories" },
		{ "/home/me/.nvm/bin/node x.js", ENOENT,
		  "/home/me/.nvm/bin/node: ENOENT (no such program): the "
		  "sandbox has /usr, /etc and /opt of this host" },
		{ "cargo run", ENOENT,
		  "cargo: ENOENT (no such program): install the package that "
		  "has it; one in a home directory" },
		{ "./build/app -v", ENOENT,
		  "./build/app: ENOENT (no such program): it, or the "
		  "interpreter that its first line names, is not there" },
		{ "./app", EACCES,
		  "./app: EACCES (it may not be executed): commit it with "
		  "its execute bit (" },
		{ "./app", ENOEXEC,
		  "./app: ENOEXEC (Exec format error): begin it with a #! "
		  "line" },
		{ "/usr/bin/x", ELOOP,
		  "/usr/bin/x: ELOOP (Too many levels of symbolic links): "
		  "check its `command`" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct step_end exec = {
			.command = str_c(cases[i].command),
			.err = cases[i].err,
		};
		autobuf struct buf got = BUF_INIT;

		steps_put_exec_error(&got, &exec);
		buf_c(&got, ": ");
		remedy_put_exec(&got, &exec);
		if (!str_starts(buf_view(&got), str_c(cases[i].says)))
			fail_msg("'%s', not '%s'", got.p, cases[i].says);
	}
}

static void a_step_that_failed_at_times_is_a_doubt(void **state)
{
	struct step_end failed = alive;
	struct fingerprint *flaky = ended(FACTS("a", SIX), "exit", alive);

	(void)state;
	failed.ended = true;
	failed.status = 1 << 8;
	flaky->ends[1].steps[0] = failed;
	expect(flaky, ended(FACTS("b", SIX), "exit", failed),
	       VERDICT_INCONCLUSIVE, "b: step server ended with status 1 in "
	       "every run, and in 1 of 3 runs of a it ended with status 1");
	flaky = ended(FACTS("b", SIX), "exit", alive);
	flaky->ends[1].steps[0] = failed;
	expect(ended(FACTS("a", SIX), "exit", alive), flaky, VERDICT_PASS,
	       NULL);
}

static void a_step_that_was_not_run_is_a_doubt(void **state)
{
	struct step_end steps[2] = { alive, alive }, other = alive;
	struct fingerprint *old = FACTS("a", SIX), *new = FACTS("b", SIX);

	(void)state;
	steps[1].name = STR("client");
	other.name = STR("main");
	for (size_t i = 0; i < 2; i++)
		facts_end(old, "exit", &steps[i]);
	expect(old, ended(new, "exit", alive), VERDICT_INCONCLUSIVE,
	       "b: step client of a was not run");
	/* Two programs, each with what was detected in it. */
	new = ended(FACTS("b", SIX), "exit", other);
	new->entry = STR("main entry: main.py, detected automatically");
	expect(ended(FACTS("a", SIX), "exit", alive), new, VERDICT_PASS, NULL);
}

static void showing_less_than_half_is_inconclusive(void **state)
{
	(void)state;
	expect(FACTS("a", SIX), FACTS("b", "3 exec /bin/1", "3 exec /bin/2"),
	       VERDICT_INCONCLUSIVE, "b: showed less than half of what a did: "
	       "2 of 6 behaviours were seen again");
	expect(FACTS("a", SIX),
	       FACTS("b", "3 exec /bin/1", "3 exec /bin/2", "3 exec /bin/3"),
	       VERDICT_PASS, NULL);
}

static void lost_and_dropped_events_are_inconclusive_on_both_sides(void **state)
{
	struct fingerprint *lossy;

	(void)state;
	lossy = FACTS("b", SIX);
	lossy->ledger.lost = 7;
	expect(FACTS("a", SIX), lossy, VERDICT_INCONCLUSIVE,
	       "b: events were lost (7)");
	lossy = FACTS("a", SIX);
	lossy->ledger.dropped = 9;
	expect(lossy, FACTS("b", SIX), VERDICT_INCONCLUSIVE, "a: the "
	       "fingerprint was full, events were dropped (9)");
}

static void a_run_cut_short_by_a_limit_is_inconclusive(void **state)
{
	(void)state;
	expect(ended(FACTS("a", SIX), "exit", alive),
	       ended(FACTS("b", SIX), "limit: memory", alive),
	       VERDICT_INCONCLUSIVE, "b: a run was cut short (limit: memory)");
}

static void a_limit_that_kept_it_from_something_is_a_doubt(void **state)
{
	(void)state;
	expect(FACTS("a", SIX), FACTS("b", SIX, "1 limit processes 256"),
	       VERDICT_REGRESSION, "b: a limit was met in 1 of 3 runs ("
	       "processes 256)");
	expect(FACTS("a", SIX), FACTS("b", SIX, "3 limit memory mmap = ENOMEM"),
	       VERDICT_REGRESSION, "b: a limit was met in 3 of 3 runs ("
	       "memory mmap)");
	expect(FACTS("a", SIX, "3 limit queues msgget = ENOSPC"),
	       FACTS("b", SIX),
	       VERDICT_INCONCLUSIVE, "a: a limit was met in 3 of 3 runs ("
	       "queues msgget)");
	expect(FACTS("a", SIX, "3 limit files"), FACTS("b", SIX),
	       VERDICT_INCONCLUSIVE, "a: a limit was met in 3 of 3 runs ("
	       "files)");
	expect(FACTS("a", SIX), FACTS("b", SIX, "3 limit output"),
	       VERDICT_PASS, NULL);
	/* A server raises what it may have, and goes on with less. */
	expect(FACTS("a", SIX, "3 limit descriptors prlimit64 = EPERM"),
	       FACTS("b", SIX, "3 limit descriptors prlimit64 = EPERM"),
	       VERDICT_PASS, NULL);
}

static void what_the_scenario_expects_must_come_true(void **state)
{
	struct step_end step = alive;

	(void)state;
	step.unmet = STR("it was expected to print \"ok\" and did not");

	struct fingerprint *old = ended(FACTS("a", SIX), "exit", step);
	struct fingerprint *new = ended(FACTS("b", SIX), "exit", step);
	struct policy policy = { .fail_on = LEVEL_ERROR };
	struct comparison c;

	compare(&c, old, new, &policy);
	assert_int_equal(c.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(c.n_reasons, 2);
	assert_true(says(c.reasons[0], "a: step server in 3 of 3 runs: it was "
			 "expected to print \"ok\" and did not"));
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
	/* NEW puts it right, and does nothing that OLD did not. */
	expect(ended(FACTS("a", SIX), "exit", step),
	       ended(FACTS("b", SIX), "exit", alive), VERDICT_PASS, NULL);
}

static void a_blind_spot_that_only_new_has_is_a_doubt(void **state)
{
	static struct str spots[] = { STR("a spot"), STR("b spot") };
	struct fingerprint *old = FACTS("a", SIX), *new = FACTS("b", SIX);

	(void)state;
	new->blind_spots = spots;
	new->n_blind = 2;
	old->blind_spots = spots;
	old->n_blind = 1;
	expect(old, new, VERDICT_INCONCLUSIVE, "b: what it does there cannot "
	       "be seen, and a had no such blind spot (b spot)");
	old = FACTS("a", SIX);
	new = FACTS("b", SIX);
	old->blind_spots = new->blind_spots = spots;
	old->n_blind = new->n_blind = 2;
	expect(old, new, VERDICT_PASS, NULL);
	/* A baseline of before they were kept. */
	old = FACTS("a", SIX);
	new = FACTS("b", SIX);
	new->blind_spots = spots;
	new->n_blind = 2;
	old->blind_unknown = true;
	expect(old, new, VERDICT_PASS, NULL);
}

static void unsteady(const char *folder, const char *reason)
{
	char text[20][96];
	const char *lines[21] = { NULL };
	struct fingerprint *wild;

	for (size_t i = 0; i < 20; i++) {
		snprintf(text[i], sizeof(text[i]), "%d file.create %s/%zu",
			 i < 18 ? 1 : 3, folder, i);
		lines[i] = text[i];
	}
	wild = facts_v("w", 3, lines);
	expect(facts_v("w", 3, lines), wild, VERDICT_INCONCLUSIVE, reason);
}

static void runs_that_hardly_agree_are_inconclusive(void **state)
{
	(void)state;
	unsteady("$TREE", "w: 18 of 20 facts differ from run to run: let the "
		 "steps wait for each other (`after`, `ready`)");
	unsteady("$TREE/target/debug/incremental", "w: 18 of 20 facts differ "
		 "from run to run, 18 of these below $TREE/target/debug/"
		 "incremental: cargo compiles in parts there");
	unsteady("$HOME/data", "w: 18 of 20 facts differ from run to run, 18 "
		 "of these below $HOME/data: have them named alike in each "
		 "run, or leave them out");
}

static void different_plans_are_never_compared_silently(void **state)
{
	struct fingerprint *new = FACTS("b", SIX, "3 exec /bin/new");

	(void)state;
	new->plan_digest = STR("ffffffffffffffffffffffffffffffff");
	expect(FACTS("a", SIX), new, VERDICT_INCONCLUSIVE,
	       "a and b were observed under different plans: "
	       "00112233 and ffffffff");
	new = FACTS("b", SIX);
	new->plan_digest = STR("");
	expect(FACTS("a", SIX), new, VERDICT_INCONCLUSIVE,
	       "a and b were observed under different plans: "
	       "00112233 and none");
	new = FACTS("b", SIX, "3 exec /bin/new");
	new->plan_digest = STR("ffffffffffffffffffffffffffffffff");
	new->plan = STR("{\"network\": \"none\", \"uid\": 1000, "
			"\"timeout_ms\": 1500}");
	expect(FACTS("a", SIX), new, VERDICT_INCONCLUSIVE,
	       "a and b were observed under different plans: "
	       "sandbox.timeout 60s and 1500ms");
}

/* A key of a later version is at its default in a plan of before. */
static void a_plan_may_be_older_than_a_key(void **state)
{
	struct fingerprint *new = FACTS("b", SIX);

	(void)state;
	new->plan_digest = STR("ffffffffffffffffffffffffffffffff");
	new->plan = STR("{\"network\": \"none\", \"uid\": 1000, "
			"\"timeout_ms\": 60000, \"processes\": 256, "
			"\"binds\": []}");
	expect(FACTS("a", SIX), new, VERDICT_PASS, NULL);
}

static void a_regression_stays_one_beside_a_doubt(void **state)
{
	struct fingerprint *new = FACTS("b", SIX, "3 exec /bin/new");

	(void)state;
	new->ledger.lost = 1;
	expect(FACTS("a", SIX), new, VERDICT_REGRESSION,
	       "b: events were lost (1)");
}

static void a_side_without_runs_is_inconclusive(void **state)
{
	(void)state;
	expect(FACTS("a", SIX),
	       facts_v("b", 0, (const char *const[]){ "0 exec /bin/1",
			"0 exec /bin/2", "0 exec /bin/3", NULL }),
	       VERDICT_INCONCLUSIVE, "b: was never run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_healthy_sides_pass),
		cmocka_unit_test(a_step_of_old_that_never_started_is_inconclusive),
		cmocka_unit_test(a_step_that_started_in_one_run_did_start),
		cmocka_unit_test(a_step_that_fails_as_before_and_worked_is_no_doubt),
		cmocka_unit_test(a_step_that_fails_alike_before_it_did_anything_is),
		cmocka_unit_test(
			what_cannot_be_executed_comes_with_a_remedy),
		cmocka_unit_test(a_step_that_failed_at_times_is_a_doubt),
		cmocka_unit_test(a_step_that_was_not_run_is_a_doubt),
		cmocka_unit_test(showing_less_than_half_is_inconclusive),
		cmocka_unit_test(lost_and_dropped_events_are_inconclusive_on_both_sides),
		cmocka_unit_test(a_run_cut_short_by_a_limit_is_inconclusive),
		cmocka_unit_test(a_limit_that_kept_it_from_something_is_a_doubt),
		cmocka_unit_test(what_the_scenario_expects_must_come_true),
		cmocka_unit_test(a_blind_spot_that_only_new_has_is_a_doubt),
		cmocka_unit_test(runs_that_hardly_agree_are_inconclusive),
		cmocka_unit_test(different_plans_are_never_compared_silently),
		cmocka_unit_test(a_plan_may_be_older_than_a_key),
		cmocka_unit_test(a_regression_stays_one_beside_a_doubt),
		cmocka_unit_test(a_side_without_runs_is_inconclusive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
