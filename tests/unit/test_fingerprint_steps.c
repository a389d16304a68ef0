/* SPDX-License-Identifier: Apache-2.0 */
/* What each step did, through a run, several runs, two sides and fixtures. */
#include <errno.h>
#include <stdio.h>

#include "tests/unit/facts.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

struct did {
	const char *step;
	enum event_kind kind;
	const char *path;
	int err;
};

/* Events one after the other, a task for each step; path NULL ends them. */
static struct fingerprint *run(const struct did *what)
{
	const struct builder_limits limits = { 1000, 1 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);

	for (uint64_t ns = 1; what->path; what++, ns++) {
		struct event ev = {
			.kind = what->kind, .a = str_c(what->path),
			.err = what->err, .ns = 1000 * ns,
			.step = str_c(what->step),
			.pid = 10 + what->step[0], .process = str_c(what->step),
			.call = STR("call()"),
		};

		sink.take(sink.ctx, &ev);
	}
	return builder_seal(b, NULL, 1, 0);
}

static struct fingerprint *merged(const struct did *const *runs, size_t n)
{
	struct fingerprint *all[4] = { NULL }, *fp;

	for (size_t i = 0; i < n; i++)
		all[i] = run(runs[i]);
	fp = fingerprint_merge(all, n);
	for (size_t i = 0; i < n; i++)
		fingerprint_free(all[i]);
	return fp;
}

/* "a 2/5, b 1/1": each step, the runs that saw it and how often it did it. */
static void expect(const struct fingerprint *fp, const char *line,
		   const char *steps)
{
	const struct fact *f = fingerprint_find(fp, str_c(line));
	autobuf struct buf out = BUF_INIT;

	if (!f)
		fail_msg("no fact: %s", line);
	for (size_t i = 0; i < evidence_steps(&f->ev); i++) {
		struct step_evidence s = evidence_step(&f->ev, f->seen, i);

		buf_printf(&out, "%s%.*s %u/%llu", i ? ", " : "",
			   STR_ARG(s.step), s.seen,
			   (unsigned long long)s.count);
	}
	assert_string_equal(out.p, steps);
}

#define MADE EV_FILE_CREATE, "/srv/x"

static void a_run_knows_what_each_step_did(void **state)
{
	static const struct did did[] = {
		{ "b", MADE, 0 }, { "c", MADE, 0 }, { "a", MADE, 0 },
		{ "b", MADE, 0 }, { "a", MADE, 0 }, { "a", MADE, 0 },
		{ "b", EV_FILE_DELETE, "/srv/x", 0 },
		{ NULL, EV_EXEC, NULL, 0 },
	};
	autofingerprint struct fingerprint *fp = run(did);
	autobuf struct buf also = BUF_INIT;
	struct step_evidence s;

	(void)state;
	expect(fp, "file.create /srv/x", "a 1/3, b 1/2, c 1/1");
	expect(fp, "file.delete /srv/x", "b 1/1");
	assert_true(str_eq(fp->facts[0].ev.step, STR("b")));
	assert_int_equal(fp->facts[0].ev.count, 6);
	assert_true(evidence_also(&also, &fp->facts[0].ev));
	assert_string_equal(also.p, "a, c");
	assert_true(fact_step(&fp->facts[0], STR("a"), &s));
	assert_int_equal(s.ns, 3000);
	assert_true(str_eq(s.process, STR("a")));
	assert_false(fact_step(&fp->facts[0], STR("d"), &s));
	assert_true(fact_knows_steps(&fp->facts[0]));
	/* What one step did has its record in the fact itself. */
	assert_null(fp->facts[1].ev.more);
}

/* Threads hand their events in late; the first is the one that was. */
static void an_earlier_event_is_the_first_of_its_step(void **state)
{
	const struct builder_limits limits = { 1000, 1 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);
	static const struct { const char *step; uint64_t ns; } order[] = {
		{ "a", 50 }, { "b", 90 }, { "b", 20 }, { "a", 40 }, { "b", 30 },
	};
	struct step_evidence s;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct event ev = {
			.kind = EV_FILE_CREATE, .a = STR("/srv/x"),
			.step = str_c(order[i].step), .ns = order[i].ns,
		};

		sink.take(sink.ctx, &ev);
	}

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);

	expect(fp, "file.create /srv/x", "a 1/2, b 1/3");
	assert_true(str_eq(fp->facts[0].ev.step, STR("b")));
	assert_int_equal(fp->facts[0].ev.ns, 20);
	fact_step(&fp->facts[0], STR("a"), &s);
	assert_int_equal(s.ns, 40);
}

static void more_steps_than_there_can_be_are_not_kept(void **state)
{
	static char names[FACT_STEPS_MAX + 40][8];
	static struct did did[FACT_STEPS_MAX + 41];

	(void)state;
	for (size_t i = 0; i < FACT_STEPS_MAX + 40; i++) {
		snprintf(names[i], sizeof(names[i]), "s%03zu", i * 37 % 104);
		did[i] = (struct did){ names[i], MADE, 0 };
	}

	autofingerprint struct fingerprint *fp = run(did);
	const struct evidence *ev = &fp->facts[0].ev;

	assert_int_equal(evidence_steps(ev), FACT_STEPS_MAX);
	for (size_t i = 1; i < FACT_STEPS_MAX; i++)
		assert_true(str_cmp(evidence_step(ev, 1, i - 1).step,
				    evidence_step(ev, 1, i).step) < 0);
}

static const struct did by_a[] = {
	{ "a", MADE, 0 }, { NULL, EV_EXEC, NULL, 0 },
};
static const struct did by_b[] = {
	{ "b", MADE, 0 }, { NULL, EV_EXEC, NULL, 0 },
};
static const struct did by_both[] = {
	{ "a", MADE, 0 }, { "b", MADE, 0 }, { "b", MADE, 0 },
	{ NULL, EV_EXEC, NULL, 0 },
};

static void several_runs_count_for_each_step(void **state)
{
	autofingerprint struct fingerprint *fp = merged(
		(const struct did *const[]){ by_both, by_a, by_both }, 3);
	autofingerprint struct fingerprint *same = merged(
		(const struct did *const[]){ by_both, by_both }, 2);
	autofingerprint struct fingerprint *one = merged(
		(const struct did *const[]){ by_a, by_a }, 2);
	char was[HASH_HEX_LEN + 1], is[HASH_HEX_LEN + 1];

	(void)state;
	expect(fp, "file.create /srv/x", "a 3/3, b 2/4");
	assert_int_equal(fp->facts[0].seen, 3);
	assert_null(one->facts[0].ev.more);
	/* A step that does it in some runs only asks for further ones. */
	assert_true(fingerprint_is_unstable(fp, true));
	assert_false(fingerprint_is_unstable(same, true));
	assert_false(fingerprint_is_unstable(one, true));
	/* That is no difference of the facts, but one of the runs. */
	assert_string_equal(fp->digest, same->digest);
	fingerprint_steps_digest(fp, was);
	fingerprint_steps_digest(same, is);
	assert_string_not_equal(was, is);
}

/* Random names of one run that are one line count as one run. */
/* Two steps make one directory: which is the first is the scheduler's. */
static void the_step_that_came_second_did_it_too(void **state)
{
	static const struct did first[] = {
		{ "a", EV_FILE_CREATE, "/srv/d", 0 },
		{ "b", EV_FILE_CREATE, "/srv/d", EEXIST },
		{ "b", EV_FILE_READ, "/srv/f", 0 },
		{ "a", EV_FILE_PROBE, "/srv/f", ENOENT },
		{ NULL, EV_EXEC, NULL, 0 },
	};
	static const struct did second[] = {
		{ "b", EV_FILE_CREATE, "/srv/d", 0 },
		{ "b", EV_FILE_READ, "/srv/f", 0 },
		{ "a", EV_FILE_CREATE, "/srv/d", EEXIST },
		{ NULL, EV_EXEC, NULL, 0 },
	};
	static const struct did denied[] = {
		{ "a", EV_FILE_CREATE, "/srv/d", 0 },
		{ "b", EV_FILE_CREATE, "/srv/d", EACCES },
		{ NULL, EV_EXEC, NULL, 0 },
	};
	autofingerprint struct fingerprint *fp = merged(
		(const struct did *const[]){ first, second }, 2);
	autofingerprint struct fingerprint *other = run(denied);

	(void)state;
	expect(fp, "file.create /srv/d", "a 2/2, b 2/2");
	/* To look for a file counts as an event, and not as reading it. */
	expect(fp, "file.read /srv/f", "b 2/3");
	assert_false(fingerprint_is_unstable(fp, true));
	expect(other, "file.create /srv/d", "a 1/1");
	expect(other, "file.create /srv/d = EACCES", "b 1/1");
}

static void two_steps_that_change_places_may_race(void **state)
{
	static const struct {
		const struct did *old, *new;
		bool swap;
	} cases[] = {
		{ by_a, by_b, true }, { by_b, by_a, true },
		{ by_a, by_a, false }, { by_a, by_both, false },
		{ by_both, by_b, false },
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		autofingerprint struct fingerprint *old = run(cases[i].old);
		autofingerprint struct fingerprint *new = run(cases[i].new);

		/* Of steps that ran on one side only, nothing is known. */
		FACTS_RAN(old, "c");
		FACTS_RAN(new, "c");
		assert_false(fingerprint_steps_swap(old, new));
		FACTS_RAN(old, "a", "b");
		FACTS_RAN(new, "a", "b");
		assert_int_equal(fingerprint_steps_swap(old, new),
				 cases[i].swap);
	}
}

static void what_fixtures_did_is_left_out(void **state)
{
	autofingerprint struct fingerprint *fp = FACTS("x",
		"3 exec /usr/bin/Xvfb", "3 exec /usr/bin/id",
		"3 net.connect tcp 127.0.0.1:1", "3 file.read /etc/x");
	autofingerprint struct fingerprint *left = NULL;

	(void)state;
	facts_by(fp, "exec /usr/bin/Xvfb", "3 display");
	facts_by(fp, "exec /usr/bin/id", "3 display 1 a 2 b");
	facts_by(fp, "net.connect tcp 127.0.0.1:1", "3 a");
	facts_by(fp, "file.read /etc/x", "3 db 3 display");
	FACTS_RAN(fp, "db", "display", "a", "b");
	for (size_t i = 0; i < fp->n_ends; i++) {
		fp->ends[i].steps[0].fixture = true;
		fp->ends[i].steps[1].fixture = true;
	}
	left = fingerprint_subjects(fp);
	assert_int_equal(left->n, 2);
	expect(left, "exec /usr/bin/id", "a 1/1, b 2/2");
	expect(left, "net.connect tcp 127.0.0.1:1", "a 3/3");
	assert_int_equal(left->facts[0].seen, 2);
	assert_true(str_eq(left->facts[0].ev.step, STR("a")));
	assert_int_equal(fp->n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_knows_what_each_step_did),
		cmocka_unit_test(an_earlier_event_is_the_first_of_its_step),
		cmocka_unit_test(more_steps_than_there_can_be_are_not_kept),
		cmocka_unit_test(several_runs_count_for_each_step),
		cmocka_unit_test(the_step_that_came_second_did_it_too),
		cmocka_unit_test(two_steps_that_change_places_may_race),
		cmocka_unit_test(what_fixtures_did_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
