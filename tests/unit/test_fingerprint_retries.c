/* SPDX-License-Identifier: Apache-2.0 */
/* Which failing exits are a matter of who came first, and which are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

/* A line of a run: pid started args, or ended with what. */
struct line {
	pid_t pid, parent;
	const char *args, *ended;
};

#define PROGRAM "/usr/bin/mkdir"
#define FACT "process.exit " PROGRAM " status=1"

static struct fingerprint *run(const struct line *l)
{
	const struct builder_limits limits = { 1000, 1 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);
	uint64_t ns = 0;

	for (; l->pid; l++) {
		struct event ev = {
			.kind = l->args ? EV_EXEC_ARGS : EV_PROCESS_EXIT,
			.a = STR(PROGRAM),
			.b = str_c(l->args ? l->args : l->ended),
			.pid = l->pid, .parent = l->parent, .ns = ++ns,
		};

		sink.take(sink.ctx, &ev);
	}
	return builder_seal(b, NULL, 1, 0);
}

static bool has(const struct fingerprint *fp, const char *line)
{
	return fingerprint_find(fp, str_c(line));
}

#define START(pid, parent) { pid, parent, "mkdir lock", NULL }
#define FAIL(pid, parent) { pid, parent, NULL, "status=1" }
#define GOOD(pid, parent) { pid, parent, NULL, "status=0" }
#define DONE { 0, 0, NULL, NULL }

static void a_lock_that_is_tried_until_it_is_got(void **state)
{
	(void)state;
	/* Two of them, 5 and 6, one behind the other. */
	static const struct line lines[] = {
		START(10, 5), START(11, 6), GOOD(10, 5), FAIL(11, 6),
		START(12, 6), FAIL(12, 6), START(13, 6), GOOD(13, 6), DONE
	};
	static const struct line alone[] = { START(10, 5), GOOD(10, 5), DONE };
	autofingerprint struct fingerprint *fp = run(lines);
	autofingerprint struct fingerprint *lucky = run(alone);

	assert_int_equal(fp->n, 1);
	assert_string_equal(fp->digest, lucky->digest);
}

static void what_no_success_makes_good_stays(void **state)
{
	(void)state;
	static const struct line cases[][5] = {
		/* It never succeeds, or has done so before. */
		{ START(10, 5), FAIL(10, 5), START(11, 5), FAIL(11, 5), DONE },
		{ START(10, 5), GOOD(10, 5), START(11, 5), FAIL(11, 5), DONE },
		/* Another parent, and one that nobody knows. */
		{ START(10, 5), FAIL(10, 5), START(11, 6), GOOD(11, 6), DONE },
		{ START(10, 0), FAIL(10, 0), START(11, 0), GOOD(11, 0), DONE },
		/* Started beside it. */
		{ START(10, 5), START(11, 5), FAIL(10, 5), GOOD(11, 5), DONE },
		/* Another command. */
		{ START(10, 5), FAIL(10, 5),
		  { 11, 5, "mkdir other", NULL }, GOOD(11, 5), DONE },
		/* Forks that execute nothing have no command. */
		{ FAIL(10, 5), GOOD(11, 5), FAIL(12, 5), GOOD(13, 5), DONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofingerprint struct fingerprint *fp = run(cases[i]);

		if (!has(fp, FACT))
			fail_msg("case %zu", i);
	}
}

static void one_failure_too_many_keeps_the_line(void **state)
{
	(void)state;
	static const struct line lines[] = {
		START(10, 5), FAIL(10, 5), START(11, 5), GOOD(11, 5),
		START(12, 5), FAIL(12, 5), DONE
	};
	autofingerprint struct fingerprint *fp = run(lines);

	assert_true(has(fp, FACT));
}

static void a_death_by_a_signal_stays(void **state)
{
	(void)state;
	static const struct line lines[] = {
		START(10, 5), { 10, 5, NULL, "signal=SIGSEGV" },
		START(11, 5), GOOD(11, 5), DONE
	};
	autofingerprint struct fingerprint *fp = run(lines);

	assert_true(has(fp, "process.exit " PROGRAM " signal=SIGSEGV"));
}

static void what_fails_below_an_attempt_belongs_to_it(void **state)
{
	(void)state;
	/* 5 runs the script 10, then 20; each of them runs mkdir. */
	static const struct line lines[] = {
		{ 10, 5, "sh try.sh", NULL }, START(11, 10), FAIL(11, 10),
		FAIL(10, 5),
		{ 20, 5, "sh try.sh", NULL }, START(21, 20), GOOD(21, 20),
		GOOD(20, 5), DONE
	};
	/* The same failure below a script that did not fail. */
	static const struct line kept[] = {
		{ 10, 5, "sh try.sh", NULL }, START(11, 10), FAIL(11, 10),
		GOOD(10, 5),
		{ 20, 5, "sh try.sh", NULL }, START(21, 20), GOOD(21, 20),
		GOOD(20, 5), DONE
	};
	autofingerprint struct fingerprint *fp = run(lines);
	autofingerprint struct fingerprint *stays = run(kept);

	assert_false(has(fp, FACT));
	assert_true(has(stays, FACT));
}

static void a_flood_of_failures_is_told(void **state)
{
	(void)state;
	const struct builder_limits limits = { 1000, 64 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);

	for (pid_t pid = 100; pid < 70100; pid++) {
		struct event ev = {
			.kind = EV_EXEC_ARGS, .a = STR(PROGRAM), .pid = pid,
			.parent = 5, .b = STR("mkdir lock"), .ns = 2,
		};

		sink.take(sink.ctx, &ev);
		ev.kind = EV_PROCESS_EXIT;
		ev.b = pid < 70099 ? STR("status=1") : STR("status=0");
		sink.take(sink.ctx, &ev);
	}

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 1, 0);

	assert_true(has(fp, FACT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lock_that_is_tried_until_it_is_got),
		cmocka_unit_test(what_no_success_makes_good_stays),
		cmocka_unit_test(one_failure_too_many_keeps_the_line),
		cmocka_unit_test(a_death_by_a_signal_stays),
		cmocka_unit_test(what_fails_below_an_attempt_belongs_to_it),
		cmocka_unit_test(a_flood_of_failures_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
