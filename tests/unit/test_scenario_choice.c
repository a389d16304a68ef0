/* SPDX-License-Identifier: Apache-2.0 */
/* Which steps a scenario runs, keys that contradict each other, hints. */
#include "tests/unit/source_repo.h"

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/scenario/scenario.h"

#define STEPS								\
	"[step \"db\"]\n\tcommand = db\n"				\
	"[step \"server\"]\n\tcommand = s\n\tafter = db\n"		\
	"[step \"client\"]\n\tcommand = c\n\tafter = server\n"		\
	"[step \"batch\"]\n\tcommand = b\n"

static void parse(struct config *cfg, const char *text, const char *scenario)
{
	struct err err = ERR_INIT;

	if (config_parse(cfg, "f", str_c(text), &err))
		fail_msg("%s", err.msg);
	cfg->scenario = str_c(scenario);
}

/* The names of the steps that are run, in order. */
static void runs(const char *text, const char *scenario, const char *want)
{
	autobuf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct scenario s;
	struct config cfg;

	parse(&cfg, text, scenario);
	if (scenario_check(&cfg, &err) || scenario_make(&s, &cfg, -1, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < s.n; i++)
		buf_printf(&got, "%s%.*s", i ? " " : "",
			   STR_ARG(s.steps[i].name));
	assert_string_equal(got.p ? got.p : "", want);
	scenario_free(&s);
	config_free(&cfg);
}

static void a_scenario_takes_along_what_its_steps_wait_for(void **state)
{
	(void)state;
	runs(STEPS, NULL, "db server client batch");
	runs(STEPS "[scenario \"one\"]\n\tstep = client\n", "one",
	     "db server client");
	runs(STEPS "[scenario \"one\"]\n\tstep = batch\n\tstep = db\n", "one",
	     "db batch");
	/* The default may be configured as well. */
	runs(STEPS "[scenario \"default\"]\n\tstep = batch\n", NULL, "batch");
}

/* A step is not said to stop behind one that is not run. */
static void a_stop_behind_a_step_that_is_not_run_is_none(void **state)
{
	struct err err = ERR_INIT;
	struct scenario s;
	struct config cfg;

	(void)state;
	parse(&cfg, STEPS "[step \"server\"]\n\tstop = TERM after batch\n"
	      "[scenario \"one\"]\n\tstep = server\n", "one");
	assert_int_equal(scenario_make(&s, &cfg, -1, &err), 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.steps[1].stop, 0);
	scenario_free(&s);
	config_free(&cfg);
}

static void a_scenario_that_is_none_names_those_there_are(void **state)
{
	struct err err = ERR_INIT;
	struct config cfg;

	(void)state;
	parse(&cfg, STEPS "[scenario \"login\"]\n\tstep = batch\n"
	      "[scenario \"default\"]\n\tstep = db\n"
	      "[scenario \"search\"]\n\tstep = db\n", "lgoin");
	assert_int_equal(scenario_check(&cfg, &err), -1);
	assert_string_equal(err.msg, "f: there is no scenario 'lgoin'");
	assert_says(err.hint, "scenarios: default, login, search;");
	config_free(&cfg);
}

/* --- keys of one step --- */

static void refuses(const char *keys, const char *msg, const char *hint)
{
	autofree char *text = mem_printf("[step \"a\"]\n\tcommand = x\n%s",
					 keys);
	struct err err = ERR_INIT;
	struct scenario s;
	struct config cfg;

	parse(&cfg, text, NULL);
	if (!scenario_make(&s, &cfg, -1, &err))
		fail_msg("'%s' is taken", keys);
	assert_int_equal(err.code, ERR_TROUBLE);
	if (!strstr(err.msg, msg) || !strstr(err.hint, hint) ||
	    !strstr(err.msg, "f:"))
		fail_msg("'%s': '%s' '%s'", keys, err.msg, err.hint);
	config_free(&cfg);
}

static void keys_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	refuses("\tinput = a\n\tstdin = b\n",
		"input and stdin contradict", "line by line");
	refuses("\ttype = send a\n\tinput = b\n",
		"type and input contradict", "in the file");
	refuses("\ttype = send a\n\tstdin = b\n",
		"type and stdin contradict", "line by line");
	refuses("\ttty = yes\n\tstdin = b\n",
		"tty and stdin contradict", "input = FILE");
	refuses("\tready = exit\n\tstop = TERM after 3s\n",
		"stop and ready contradict", "after STEP");
	refuses("\texpect = status 1\n\texpect = status 2\n",
		"a second status", "");
	refuses("\ttype = hold\n\ttype = send a\n", "nothing follows hold",
		"");
	refuses("\tafter = b\n", "after = \"b\" names no step", "steps: a");
}

static void what_is_expected_and_passed_adds_up(void **state)
{
	struct err err = ERR_INIT;
	struct scenario s;
	struct config cfg;

	(void)state;
	parse(&cfg, "[step \"a\"]\n\tcommand = x one\n\targs = two 'three 3'\n"
	      "\targs = four\n\texpect = output ready now\n"
	      "\texpect = status 7\n\texpect = output done\n", NULL);
	if (scenario_make(&s, &cfg, -1, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(s.steps[0].argv[1], "one");
	assert_string_equal(s.steps[0].argv[3], "three 3");
	assert_string_equal(s.steps[0].argv[4], "four");
	assert_null(s.steps[0].argv[5]);
	assert_int_equal(s.steps[0].n_expect_output, 2);
	assert_string_equal(s.steps[0].expect_output[0].p, "ready now");
	assert_string_equal(s.steps[0].expect_output[1].p, "done");
	assert_true(s.steps[0].expects_status);
	assert_int_equal(s.steps[0].expect_status, 7);
	scenario_free(&s);
	config_free(&cfg);
}

/* --- scripts --- */

static void a_script_of_the_tree_is_read_beneath_it(void **state)
{
	static const struct {
		const char *make;
		bool taken;
	} rows[] = {
		{ "echo 'send hello' >in", true }, { ":", false },
		{ "mkdir in", false }, { "ln -s /etc/hostname in", false },
		{ "ln -s ../outside in; echo 'send x' >../outside", false },
		{ "echo 'send x' >other; ln -s other in", true },
		{ "mkfifo in", true },
		{ "head -c 1100000 /dev/zero | tr '\\0' '\\n' >in", false },
	};
	struct place *p = *state;
	struct config cfg;

	parse(&cfg, "[step \"a\"]\n\tcommand = x\n\tinput = in\n", NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autofree char *path = mem_printf("%s/tree", p->dir);
		struct err err = ERR_INIT;
		struct scenario s;
		bool taken;
		autofd int tree = -1;

		sh(p, "rm -rf tree; mkdir tree; cd tree; %s", rows[i].make);
		tree = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		taken = !scenario_make(&s, &cfg, tree, &err);
		if (taken != rows[i].taken)
			fail_msg("'%s': %s", rows[i].make, err.msg);
		if (taken)
			scenario_free(&s);
		else
			assert_says(err.msg, "input");
	}
	config_free(&cfg);
}

static void a_script_has_an_end(void **state)
{
	autobuf struct buf text = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct script_line *lines;
	struct err err = ERR_INIT;
	size_t n;

	(void)state;
	for (int i = 0; i < 200000; i++)
		buf_c(&text, "send\n");
	assert_int_equal(script_parse(&lines, &n, &arena, "in",
				      buf_view(&text), &err), -1);
	assert_says(err.msg, "too many lines");
	arena_free(&arena);
}

static void a_command_with_a_nul_byte_is_none(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char **argv;

	(void)state;
	assert_int_equal(scenario_split(&argv, &arena, STR("a\0b"), &err), -1);
	assert_says(err.msg, "NUL byte");
	arena_free(&arena);
}

/* --- hints --- */

static void what_is_there_is_proposed(void **state)
{
	static const struct {
		const char *make, *file, *command;
	} rows[] = {
		{ ":", "", "PROGRAM ARGUMENTS" },
		{ "echo x >notes.txt", "", "PROGRAM ARGUMENTS" },
		{ "echo 'import os' >tool.py", "tool.py", "python3" },
		{ "echo 'module x' >go.mod", "go.mod", "go run" },
		{ "mkdir app; echo 'all:' >app/Makefile",
		  "Makefile", "make" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autofree char *path = mem_printf("%s/tree", p->dir);
		struct arena arena = ARENA_INIT;
		struct scenario_hint hint;
		autofd int tree = -1;

		sh(p, "rm -rf tree; mkdir tree; cd tree; %s", rows[i].make);
		tree = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		hint = scenario_hint(tree, &arena);
		if (!str_eq(hint.file, str_c(rows[i].file)) ||
		    !strstr(hint.command, rows[i].command))
			fail_msg("'%s': '%.*s' '%s'", rows[i].make,
				 STR_ARG(hint.file), hint.command);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scenario_takes_along_what_its_steps_wait_for),
		cmocka_unit_test(a_stop_behind_a_step_that_is_not_run_is_none),
		cmocka_unit_test(a_scenario_that_is_none_names_those_there_are),
		cmocka_unit_test(keys_that_contradict_each_other_are_refused),
		cmocka_unit_test(what_is_expected_and_passed_adds_up),
		cmocka_unit_test(a_script_has_an_end),
		cmocka_unit_test(a_command_with_a_nul_byte_is_none),
		story(a_script_of_the_tree_is_read_beneath_it),
		story(what_is_there_is_proposed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
