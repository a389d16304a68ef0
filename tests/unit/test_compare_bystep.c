/* SPDX-License-Identifier: Apache-2.0 */
/* A line that both sides have, done by another step than before. */
#include "core/base/vec.h"
#include "tests/unit/facts.h"

#define LINE "net.connect tcp 127.0.0.1:9001"

struct pair {
	struct fingerprint *old, *new;
	struct comparison cmp;
};

static void done(struct pair *p)
{
	comparison_free(&p->cmp);
	fingerprint_free(p->old);
	fingerprint_free(p->new);
}
#define autopair __attribute__((cleanup(done)))

static struct fingerprint *side(const char *line, const char *steps)
{
	struct fingerprint *fp = FACTS("x", "3 exec /usr/bin/python3", line);

	FACTS_RAN(fp, "server", "signup", "login", "audit", "report");
	facts_by(fp, line + 2, steps);
	return fp;
}

static struct pair compared(struct fingerprint *old, struct fingerprint *new,
			    const struct policy *policy)
{
	const struct policy plain = { .fail_on = LEVEL_ERROR };
	struct pair p = { .old = old, .new = new };

	compare(&p.cmp, old, new, policy ? policy : &plain);
	return p;
}

static const struct finding *find(const struct pair *p, const char *step,
				  enum change change)
{
	for (size_t i = 0; i < p->cmp.n; i++)
		if (str_eq(p->cmp.findings[i].step, str_c(step)) &&
		    p->cmp.findings[i].change == change)
			return &p->cmp.findings[i];
	fail_msg("nothing %s of step %s", change_name(change), step);
	return NULL;
}

/* How its sentence begins. */
static void expect_says(const struct finding *f, const char *begin)
{
	autobuf struct buf text = BUF_INIT;

	finding_sentence(&text, f);
	if (!str_starts(buf_view(&text), str_c(begin)))
		assert_string_equal(text.p, begin);
}

static void what_a_step_did_not_do_is_one_level_lower(void **state)
{
	static const struct {
		const char *line;
		enum level level;
	} cases[] = {
		{ "3 " LINE, LEVEL_WARNING },
		{ "3 exec /usr/bin/id", LEVEL_WARNING },
		{ "3 file.read $HOME/.ssh/id_rsa", LEVEL_WARNING },
		{ "3 memory.exec mmap anonymous", LEVEL_NOTE },
		{ "3 file.read $TREE/a", LEVEL_NOTE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *line = cases[i].line;
		autopair struct pair p = compared(
			side(line, "3 signup"),
			side(line, "3 signup 3 login"), NULL);
		const struct finding *f = find(&p, "login", CHANGE_NEW);

		assert_int_equal(p.cmp.n, 1);
		assert_string_equal(level_name(f->level),
				    level_name(cases[i].level));
		assert_false(f->gates);
		assert_int_equal(f->seen_old, 0);
		assert_int_equal(f->seen_new, 3);
		/* The evidence is this step's. */
		assert_true(str_eq(f->fact->ev.step, STR("login")));
		assert_true(str_eq(f->fact->ev.call, STR("call(step)")));
		assert_int_equal(f->fact->ev.ns, 2000);
		expect_says(f, "new: step login does this now; before, only "
			    "step signup did: ");
	}
}

static void work_that_moved_is_new_and_gone(void **state)
{
	autopair struct pair p = compared(side("3 " LINE, "3 signup"),
					  side("3 " LINE, "3 login"), NULL);
	const struct finding *f;

	(void)state;
	assert_int_equal(p.cmp.n, 2);
	find(&p, "login", CHANGE_NEW);
	f = find(&p, "signup", CHANGE_GONE);
	expect_says(f, "gone: step signup does this no more; now only step "
		    "login does: client.py connects to 127.0.0.1:9001");
	assert_int_equal(f->level, LEVEL_NOTE);
	assert_int_equal(f->seen_old, 3);
	assert_int_equal(f->seen_new, 0);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	assert_int_equal(p.cmp.seen_again, p.cmp.old_always);
	assert_string_not_equal(p.cmp.findings[0].id, p.cmp.findings[1].id);
}

/* One revision twice: what comes and goes with the scheduler is no finding. */
static void steps_that_race_are_silent(void **state)
{
	static const char *const sides[] = {
		"1 signup 2 login", "2 signup 2 login", "3 signup 1 login",
		"3 signup 3 login", "1 signup 3 login",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		for (size_t k = 0; k < ARRAY_LEN(sides); k++) {
			autopair struct pair p = compared(
				side("3 " LINE, sides[i]),
				side("3 " LINE, sides[k]), NULL);

			assert_int_equal(p.cmp.n, 0);
		}
}

static void a_step_that_does_it_in_some_runs_is_unstable(void **state)
{
	autopair struct pair p = compared(side("3 " LINE, "3 signup"),
				side("3 " LINE, "3 signup 2 login"), NULL);
	const struct finding *f = find(&p, "login", CHANGE_UNSTABLE);

	(void)state;
	assert_int_equal(p.cmp.n, 1);
	assert_int_equal(f->seen_new, 2);
	assert_false(f->gates);
}

/* In OLD the same step happened to be the first each time. */
static void a_step_that_takes_turns_with_another_is_silent(void **state)
{
	const struct regrade strict = {
		.step = STR("login"), .kind = EV_NET_CONNECT, .glob = STR("**"),
		.level = LEVEL_ERROR,
	};
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .regrades = &strict, .n = 1,
	};
	autopair struct pair p = compared(side("3 " LINE, "3 signup"),
				side("3 " LINE, "2 signup 1 login"), NULL);
	autopair struct pair q = compared(side("3 " LINE, "3 signup"),
				side("3 " LINE, "2 signup 1 login"), &policy);

	(void)state;
	assert_int_equal(p.cmp.n, 0);
	/* Unless the policy says that it must not. */
	assert_true(find(&q, "login", CHANGE_NEW)->gates);
}

/* A step that OLD did not run, or whose doings nobody wrote down. */
static void what_old_cannot_know_is_not_compared(void **state)
{
	struct fingerprint *old = side("3 " LINE, "3 signup");
	struct fingerprint *unknown = side("3 " LINE, "3 signup");

	(void)state;
	FACTS_RAN(old, "server", "signup");
	autopair struct pair p = compared(old,
			side("3 " LINE, "3 signup 3 login"), NULL);

	assert_int_equal(p.cmp.n, 0);
	unknown->facts[1].ev.step = STR("");
	autopair struct pair q = compared(unknown,
			side("3 " LINE, "3 signup 3 login"), NULL);

	assert_int_equal(q.cmp.n, 0);
	/* A step that NEW does not run at all is the doubts' matter. */
	struct fingerprint *new = side("3 " LINE, "3 signup");

	FACTS_RAN(new, "server", "signup");
	autopair struct pair r = compared(side("3 " LINE, "3 signup 3 login"),
					  new, NULL);

	assert_int_equal(r.cmp.n, 0);
}

/* The process limit and its kin are the run's: any step may meet it first. */
static void limits_are_of_the_run(void **state)
{
	autopair struct pair p = compared(
		side("3 limit processes", "3 signup"),
		side("3 limit processes", "3 login"), NULL);

	(void)state;
	assert_int_equal(p.cmp.n, 0);
}

static struct fingerprint *tried(const char *steps, const char *refused)
{
	struct fingerprint *fp = FACTS("x", "3 " LINE, "3 " LINE " = EACCES");

	FACTS_RAN(fp, "signup", "login");
	facts_by(fp, LINE, steps);
	facts_by(fp, LINE " = EACCES", refused);
	return fp;
}

static void what_a_step_was_refused_before_is_an_outcome(void **state)
{
	const struct regrade strict = {
		.step = STR("login"), .kind = EV_NET_CONNECT, .glob = STR("**"),
		.level = LEVEL_ERROR,
	};
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .regrades = &strict, .n = 1,
	};
	autopair struct pair p = compared(
		tried("3 signup", "3 login"),
		tried("3 signup 3 login", "3 login"), NULL);
	autopair struct pair back = compared(
		tried("3 signup 3 login", "3 signup"),
		tried("3 signup 3 login", "3 signup 3 login"), NULL);
	autopair struct pair graded = compared(
		tried("3 signup", "3 login"),
		tried("3 signup 3 login", "3 login"), &policy);
	const struct finding *f = find(&p, "login", CHANGE_OUTCOME);

	(void)state;
	assert_int_equal(p.cmp.n, 1);
	assert_int_equal(f->level, LEVEL_WARNING);
	expect_says(f, "another result: step login succeeds in this now; "
		    "before, only step signup did: client.py connects");
	f = find(&back, "login", CHANGE_OUTCOME);
	assert_int_equal(f->level, LEVEL_NOTE);
	expect_says(f, "another result: step login gets this result now; "
		    "before, only step signup did: client.py connects");
	/* The policy grades what is new; an outcome it can only soothe. */
	f = find(&graded, "login", CHANGE_OUTCOME);
	assert_int_equal(f->level, LEVEL_WARNING);
}

static void the_policy_of_the_step_is_the_last_word(void **state)
{
	static const struct {
		const char *step;
		enum level graded, level;
		bool gates;
	} cases[] = {
		{ "login", LEVEL_ERROR, LEVEL_ERROR, true },
		{ "login", LEVEL_NOTE, LEVEL_NOTE, false },
		{ "login", LEVEL_NEVER, LEVEL_NOTE, false },
		/* Of every step: what is new by it is one lower. */
		{ "", LEVEL_ERROR, LEVEL_WARNING, false },
		{ "", LEVEL_WARNING, LEVEL_NOTE, false },
		/* Of another step: not asked. */
		{ "signup", LEVEL_ERROR, LEVEL_WARNING, false },
		{ "signup", LEVEL_NEVER, LEVEL_WARNING, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct regrade r = {
			.step = str_c(cases[i].step), .kind = EV_NET_CONNECT,
			.glob = STR("**"), .level = cases[i].graded,
		};
		const struct policy policy = {
			.fail_on = LEVEL_ERROR, .regrades = &r, .n = 1,
		};
		autopair struct pair p = compared(
			side("3 " LINE, "3 signup"),
			side("3 " LINE, "3 signup 3 login"), &policy);
		const struct finding *f = find(&p, "login", CHANGE_NEW);

		assert_int_equal(f->level, cases[i].level);
		assert_int_equal(f->gates, cases[i].gates);
	}
}

static void fail_on_is_that_of_the_step(void **state)
{
	const struct step_policy strict = { STR("login"), LEVEL_WARNING };
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .steps = &strict, .n_steps = 1,
	};
	autopair struct pair p = compared(side("3 " LINE, "3 signup"),
			side("3 " LINE, "3 signup 3 login"), &policy);
	autopair struct pair q = compared(side("3 " LINE, "3 login"),
			side("3 " LINE, "3 login 3 audit"), &policy);

	(void)state;
	assert_true(find(&p, "login", CHANGE_NEW)->gates);
	assert_false(find(&q, "audit", CHANGE_NEW)->gates);
}

static bool gates_when_accepted(struct str step, bool glob, bool expired)
{
	const struct accept accept = {
		.fact = glob ? STR("net.connect tcp *") : STR(LINE),
		.glob = glob, .expired = expired, .step = step,
		.reason = STR("r"),
	};
	const struct policy policy = {
		.fail_on = LEVEL_WARNING, .accepts = &accept, .n_accepts = 1,
	};
	autopair struct pair p = compared(side("3 " LINE, "3 signup"),
			side("3 " LINE, "3 signup 3 login"), &policy);

	return find(&p, "login", CHANGE_NEW)->gates;
}

static void a_step_is_accepted_alone_or_with_the_fact(void **state)
{
	const struct accept step = {
		.fact = STR(LINE), .step = STR("login"), .reason = STR("r"),
	};
	const struct policy policy = {
		.fail_on = LEVEL_WARNING, .accepts = &step, .n_accepts = 1,
	};
	struct fingerprint *old = FACTS("x", "3 exec /usr/bin/python3");
	autopair struct pair p = compared(old, side("3 " LINE, "3 login"),
					  &policy);

	(void)state;
	assert_false(gates_when_accepted(STR("login"), false, false));
	assert_false(gates_when_accepted(STR(""), false, false));
	assert_false(gates_when_accepted(STR(""), true, false));
	assert_true(gates_when_accepted(STR("audit"), false, false));
	assert_true(gates_when_accepted(STR("login"), false, true));
	/* That a step does it too is no yes to its being done at all. */
	assert_true(find(&p, "", CHANGE_NEW)->gates);
}

static void what_only_a_fixture_did_is_not_known(void **state)
{
	struct fingerprint *old = side("3 " LINE, "3 audit");
	struct fingerprint *new = side("3 " LINE, "3 audit 3 login");
	struct fingerprint *both[] = { old, new };

	(void)state;
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < both[s]->n_ends; i++)
			both[s]->ends[i].steps[3].fixture = true;
	autopair struct pair p = compared(old, new, NULL);
	const struct finding *f = find(&p, "", CHANGE_NEW);

	/* Not a level lower: no subject did it. */
	assert_int_equal(p.cmp.n, 1);
	assert_int_equal(f->level, LEVEL_ERROR);
	assert_true(f->gates);
	assert_int_equal(p.cmp.old_always, 1);
}

static void many_steps_are_not_all_named(void **state)
{
	autopair struct pair p = compared(
		side("3 " LINE, "3 audit 3 login 3 report 3 server"),
		side("3 " LINE, "3 audit 3 login 3 report 3 server 3 signup"),
		NULL);
	autopair struct pair q = compared(
		side("3 " LINE, "3 audit 3 login"),
		side("3 " LINE, "3 signup 3 server"), NULL);

	(void)state;
	expect_says(find(&p, "signup", CHANGE_NEW), "new: step signup does "
		    "this now; before, only steps audit, login, report and "
		    "1 more did: ");
	expect_says(find(&q, "audit", CHANGE_GONE), "gone: step audit does "
		    "this no more; now only steps server and signup do: ");
	assert_int_equal(q.cmp.n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_step_did_not_do_is_one_level_lower),
		cmocka_unit_test(work_that_moved_is_new_and_gone),
		cmocka_unit_test(steps_that_race_are_silent),
		cmocka_unit_test(a_step_that_does_it_in_some_runs_is_unstable),
		cmocka_unit_test(
			a_step_that_takes_turns_with_another_is_silent),
		cmocka_unit_test(what_old_cannot_know_is_not_compared),
		cmocka_unit_test(limits_are_of_the_run),
		cmocka_unit_test(what_a_step_was_refused_before_is_an_outcome),
		cmocka_unit_test(the_policy_of_the_step_is_the_last_word),
		cmocka_unit_test(fail_on_is_that_of_the_step),
		cmocka_unit_test(a_step_is_accepted_alone_or_with_the_fact),
		cmocka_unit_test(what_only_a_fixture_did_is_not_known),
		cmocka_unit_test(many_steps_are_not_all_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
