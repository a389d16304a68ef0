/* SPDX-License-Identifier: Apache-2.0 */
/* What one command runs differently on its two sides. */
#include "tests/unit/session.h"

#include "core/base/cleanup.h"
#include "core/base/vec.h"

enum { OLD, NEW };

#define STEPS								\
	"[step \"db\"]\n\tcommand = ./db\n"				\
	"[step \"plain\"]\n\tcommand = ./plain\n\tafter = db\n"		\
	"[step \"tls\"]\n\tcommand = ./tls\n\tafter = plain\n"		\
	"\tafter = db\n"						\
	"[step \"client\"]\n\tcommand = ./client\n\tafter = plain\n"	\
	"\tstop = INT after plain\n"					\
	"[scenario \"alone\"]\n\tstep = db\n"

/* A session over two commits that differ in nothing but their time. */
static struct session *two_sides(struct place *p, const struct run_options *opt)
{
	sh(p, "cd r; cat >.behavdiff <<'E'\n" STEPS "E\n"
	   "git add .; git commit -qm one; git tag one; "
	   "git commit -q --allow-empty -m two; git tag two");
	return session_of(p, opt, "one", "two");
}

static void refuses(struct place *p, const struct run_options *opt,
		    const char *msg, const char *hint)
{
	struct session *s = session_of(p, opt, "one", "two");
	struct err err = ERR_INIT;

	assert_int_equal(variant_prepare(s, &err), -1);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_string_equal(err.msg, msg);
	assert_says(err.hint, hint);
	session_free(s);
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const char *const env[] = { "A=1", "no name", "=x" };
	static const struct {
		struct run_options opt;
		const char *msg, *hint;
	} rows[] = {
		{ { .env = env, .n_env = 2 },
		  "--env: 'no name' is no NAME=VALUE", "CI=true" },
		{ { .env = env + 2, .n_env = 1 },
		  "--env: '=x' is no NAME=VALUE", "CI=true" },
		{ { .old_step = "plain" },
		  "--old-step and --new-step go together", "other side" },
		{ { .new_step = "plain" },
		  "--old-step and --new-step go together", "other side" },
		{ { .old_step = "plain", .new_step = "plain" },
		  "--old-step and --new-step are the same step", "" },
		{ { .old_step = "plian", .new_step = "tls" },
		  "--old-step: no step 'plian' is configured",
		  "steps: db, plain, tls, client" },
		{ { .old_step = "plain", .new_step = "ssl" },
		  "--new-step: no step 'ssl' is configured", "tls" },
	};
	struct place *p = *state;

	session_free(two_sides(p, &(struct run_options){ .runs = 0 }));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		refuses(p, &rows[i].opt, rows[i].msg, rows[i].hint);
}

/* "db plain client", each behind what it waits for. */
static char *steps_of(const struct scenario *sc)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < sc->n; i++) {
		const struct step *step = &sc->steps[i];

		buf_printf(&out, "%s%.*s=%s", i ? " " : "",
			   STR_ARG(step->name), step->argv[0]);
		for (size_t k = 0; k < step->n_after; k++)
			buf_printf(&out, ",%.*s",
				   STR_ARG(sc->steps[step->after[k]].name));
		if (step->stop_follows)
			buf_printf(&out, ";%.*s", STR_ARG(
				   sc->steps[step->stop_after].name));
	}
	return buf_steal(&out);
}

static void runs(struct session *s, size_t i, const char *want)
{
	struct side *side = &s->sides[i];
	struct err err = ERR_INIT;
	autofree char *got = NULL;

	if (scenario_make(&side->scenario,
			  side->config ? side->config : &s->config, -1, &err) ||
	    variant_apply(s, side, &err))
		fail_msg("%s", err.msg);
	got = steps_of(&side->scenario);
	assert_string_equal(got, want);
}

/* Whoever waits for one of the two waits for the one that is run. */
static void one_step_stands_for_two(void **state)
{
	const struct run_options opt = {
		.old_step = "plain", .new_step = "tls",
	};
	struct place *p = *state;
	struct session *s = two_sides(p, &opt);
	struct err err = ERR_INIT;

	assert_int_equal(variant_prepare(s, &err), 0);
	runs(s, OLD, "db=./db plain=./plain,db client=./client,plain;plain");
	runs(s, NEW, "db=./db plain=./tls,db client=./client,plain;plain");
	assert_string_equal(s->sides[OLD].variant.p, "step plain");
	assert_string_equal(s->sides[NEW].variant.p, "step tls as plain");
	assert_string_not_equal(s->sides[OLD].variant_digest,
				s->sides[NEW].variant_digest);
	session_free(s);
}

static void a_scenario_without_either_is_refused(void **state)
{
	const struct run_options opt = {
		.old_step = "plain", .new_step = "tls", .scenario = "alone",
	};
	struct place *p = *state;
	struct session *s = two_sides(p, &opt);
	struct side *side = &s->sides[OLD];
	struct err err = ERR_INIT;

	assert_int_equal(variant_prepare(s, &err), 0);
	assert_int_equal(scenario_make(&side->scenario, side->config, -1,
				       &err), 0);
	assert_int_equal(variant_apply(s, side, &err), -1);
	assert_string_equal(err.msg, "--old-step: scenario 'alone' runs "
			    "neither 'plain' nor 'tls'");
	session_free(s);
}

static void variables_are_new_s_alone_and_win(void **state)
{
	const char *const env[] = { "CI=true", "MODE=a=b" };
	const struct run_options opt = { .env = env, .n_env = 2 };
	struct place *p = *state;
	struct session *s = two_sides(p, &opt);
	struct err err = ERR_INIT;
	char **of_old, **of_new;

	assert_int_equal(variant_prepare(s, &err), 0);
	assert_string_equal(s->sides[NEW].variant.p, "CI=true, MODE=a=b");
	assert_int_equal(s->sides[OLD].variant.len, 0);
	for (size_t i = 0; i < 2; i++)
		if (scenario_make(&s->sides[i].scenario, &s->config, -1,
				  &err) ||
		    variant_apply(s, &s->sides[i], &err))
			fail_msg("%s", err.msg);
	of_old = s->sides[OLD].scenario.steps[0].env;
	of_new = s->sides[NEW].scenario.steps[0].env;
	assert_null(of_old[0]);
	assert_string_equal(of_new[0], "CI=true");
	assert_string_equal(of_new[1], "MODE=a=b");
	assert_null(of_new[2]);
	session_free(s);
}

/* Cut for the eye; the digest has all of it. */
static void long_values_differ_behind_what_is_shown(void **state)
{
	struct place *p = *state;
	char value[2][200], digests[2][HASH_HEX_LEN + 1];

	session_free(two_sides(p, &(struct run_options){ .runs = 0 }));
	for (size_t i = 0; i < 2; i++) {
		const char *const env[] = { value[i] };
		const struct run_options opt = { .env = env, .n_env = 1 };
		struct session *s = session_of(p, &opt, "one", "two");
		struct err err = ERR_INIT;

		memset(value[i], 'x', sizeof(value[i]));
		memcpy(value[i], "A=", 2);
		value[i][198] = i ? 'y' : 'z';
		value[i][199] = '\0';
		assert_int_equal(variant_prepare(s, &err), 0);
		assert_int_equal(s->sides[NEW].variant.len, 83);
		strcpy(digests[i], s->sides[NEW].variant_digest);
		session_free(s);
	}
	assert_string_not_equal(digests[0], digests[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(what_makes_no_sense_is_refused),
		story(one_step_stands_for_two),
		story(a_scenario_without_either_is_refused),
		story(variables_are_new_s_alone_and_win),
		story(long_values_differ_behind_what_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
