/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of a command, its baseline's file, and what is accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/baseline_edit.h"
#include "cmd/pipeline.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"

static void parse(struct config *cfg, const char *text)
{
	struct err err = ERR_INIT;

	if (config_parse(cfg, "f", str_c(text), &err))
		fail_msg("%s", err.msg);
}

/* --- levels --- */

static void the_command_line_is_stronger(void **state)
{
	const struct settings plain = { .runs = 0 };
	const struct settings with = { .fail_on = "note" };
	const struct settings *const sets[] = { &plain, &with };
	static const enum level wanted[] = { LEVEL_WARNING, LEVEL_NOTE };
	struct config cfg;

	(void)state;
	parse(&cfg, "[policy]\n\tfail-on = warning\n"
	      "[step \"a\"]\n\tcommand = x\n"
	      "[step \"b\"]\n\tcommand = x\n"
	      "[policy \"a\"]\n\tfail-on = never\n");
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		autopipeline struct pipeline o = PIPELINE_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(pipeline_policy(&o, sets[i], &cfg, NULL, &err),
				 0);
		assert_int_equal(o.policy.fail_on, wanted[i]);
		/* --fail-on is meant for every step. */
		assert_int_equal(o.policy.n_steps, !i);
		if (!i) {
			assert_string_equal(o.policy.steps[0].step.p, "a");
			assert_int_equal(o.policy.steps[0].fail_on,
					 LEVEL_NEVER);
		}
	}
	config_free(&cfg);
}

static void without_a_word_errors_fail(void **state)
{
	const struct settings set = { .runs = 0 };
	autopipeline struct pipeline o = PIPELINE_INIT;
	struct err err = ERR_INIT;
	struct config cfg;

	(void)state;
	config_init(&cfg);
	assert_int_equal(pipeline_policy(&o, &set, &cfg, NULL, &err), 0);
	assert_int_equal(o.policy.fail_on, LEVEL_ERROR);
	assert_int_equal(o.policy.n, 0);
	config_free(&cfg);
}

/* The last that fits wins: the common rows come first. */
static void a_steps_levels_stand_behind_the_common_ones(void **state)
{
	const struct settings set = { .runs = 0 };
	autopipeline struct pipeline o = PIPELINE_INIT;
	struct err err = ERR_INIT;
	struct config cfg;

	(void)state;
	parse(&cfg, "[step \"a\"]\n\tcommand = x\n"
	      "[policy \"a\"]\n\tlevel = net.*:/x error\n"
	      "[policy]\n\tlevel = file.create:/tmp/** note\n");
	if (pipeline_policy(&o, &set, &cfg, NULL, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(o.policy.n, 2);
	assert_int_equal(o.policy.regrades[0].step.len, 0);
	assert_string_equal(o.policy.regrades[1].step.p, "a");
	config_free(&cfg);
}

static void a_level_that_is_none_names_its_line(void **state)
{
	const struct settings set = { .runs = 0 };
	autopipeline struct pipeline o = PIPELINE_INIT;
	struct err err = ERR_INIT;
	struct config cfg;

	(void)state;
	parse(&cfg, "[policy]\n\tlevel = file.creat:/tmp/** note\n");
	assert_int_equal(pipeline_policy(&o, &set, &cfg, NULL, &err), -1);
	assert_non_null(strstr(err.msg, "f:2: policy.level"));
	config_free(&cfg);
}

static void options_of_running_are_passed_on(void **state)
{
	const char *env[] = { "A=1" };
	const struct settings set = {
		.env = { .v = env, .n = 1 }, .config = "c", .scenario = "s",
		.old_step = "a", .new_step = "b", .runs = 4, .max_runs = 9,
		.timeout_ms = 7, .syscalls = "all", .jobs = 2, .no_cache = 1,
		.quiet = 1,
	};
	const struct run_options opt = run_options_of(&set);

	(void)state;
	assert_string_equal(opt.dir, ".");
	assert_string_equal(opt.config_file, "c");
	assert_string_equal(opt.scenario, "s");
	assert_ptr_equal(opt.env, env);
	assert_int_equal(opt.n_env, 1);
	assert_string_equal(opt.old_step, "a");
	assert_string_equal(opt.new_step, "b");
	assert_int_equal(opt.runs, 4);
	assert_int_equal(opt.max_runs, 9);
	assert_int_equal(opt.timeout_ms, 7);
	assert_string_equal(opt.syscalls, "all");
	assert_int_equal(opt.jobs, 2);
	assert_true(opt.no_cache);
	assert_false(opt.progress);
}

/* --- what is accepted --- */

static void an_acceptance_counts_to_its_last_day(void **state)
{
	struct acceptance list[] = {
		{ .fact = STR("exec /a"), .expires = STR("") },
		{ .fact = STR("exec /b"), .expires = baseline_file_today() },
		{ .fact = STR("exec /c"), .expires = STR("2020-02-29") },
		{ .fact = STR("exec /d"), .expires = STR("9999-12-31") },
		{ .fact = STR("exec /*"), .glob = true, .step = STR("login") },
	};
	static const bool expired[] = { false, false, true, false, false };
	const struct baseline b = {
		.accepted = list, .n_accepted = ARRAY_LEN(list),
	};
	struct accepts accepts = { NULL, 0, 0 };
	struct policy policy = { .n = 0 };

	(void)state;
	accepts_take(&accepts, &policy, NULL);
	assert_int_equal(policy.n_accepts, 0);
	accepts_take(&accepts, &policy, &b);
	assert_int_equal(policy.n_accepts, ARRAY_LEN(list));
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		assert_int_equal(policy.accepts[i].expired, expired[i]);
	assert_true(policy.accepts[4].glob);
	assert_string_equal(policy.accepts[4].step.p, "login");
	accepts_free(&accepts);
}

static void a_day_to_come_is_asked_for(void **state)
{
	static const struct {
		const char *day, *msg;
	} rows[] = {
		{ "", NULL }, { "9999-12-31", NULL }, { NULL, NULL },
		{ "2023-02-29", "is no day" }, { "tomorrow", "is no day" },
		{ "2020-02-29", "is past" }, { "9999-1-1", "is no day" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(baseline_edit_date(rows[i].day, &err),
				 rows[i].msg ? -1 : 0);
		if (rows[i].msg && !strstr(err.msg, rows[i].msg))
			fail_msg("%s: %s", rows[i].day, err.msg);
	}
	assert_true(baseline_date(baseline_file_today()));
}

/* --- the file --- */

static void its_path_is_made_of_folder_and_scenario(void **state)
{
	static const struct {
		const char *config, *subdir, *scenario, *path;
	} rows[] = {
		{ "", "", "default", "baselines/default.json" },
		{ "", "app", "login", "app/baselines/login.json" },
		{ "[behavdiff]\n\tbaselines = .\n", "", "default",
		  "default.json" },
		{ "[behavdiff]\n\tbaselines = .\n", "a/b", "x", "a/b/x.json" },
		{ "[behavdiff]\n\tbaselines = c/d\n", "", "x", "c/d/x.json" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autofree char *path = NULL;
		struct config cfg;

		parse(&cfg, rows[i].config);
		path = baseline_file_path(&cfg, rows[i].subdir,
					  str_c(rows[i].scenario));
		assert_string_equal(path, rows[i].path);
		config_free(&cfg);
	}
}

static void a_folder_stays_below_the_root(void **state)
{
	static const struct {
		const char *folder;
		bool taken;
	} rows[] = {
		{ "", true }, { "a", true }, { "a/b", true }, { "..", false },
		{ "a/../..", false }, { "/etc", false }, { "a/../b", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		if (baseline_edit_folder(rows[i].folder, &err) !=
		    (rows[i].taken ? 0 : -1))
			fail_msg("%s", rows[i].folder);
	}
}

/* --- writing below a root that others filled --- */

static int set_up(void **state)
{
	char *dir = mem_strdup("/tmp/behavdiff-policy-XXXXXX");

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	*state = dir;
	return 0;
}

static int tear_down(void **state)
{
	autofree char *dir = *state;
	autofree char *command = mem_printf("cd /; rm -rf %s", dir);

	return system(command);
}

static void folders_are_made_and_the_file_replaced(void **state)
{
	autobuf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	const char *root = *state;
	struct stat st;

	assert_int_equal(baseline_file_write(root, "a/b/c.json", STR("one"),
					     false,
					     &err), 0);
	assert_int_equal(baseline_file_write(root, "a/b/c.json", STR("two"),
					     false,
					     &err), 0);
	assert_int_equal(fd_read_file(AT_FDCWD, "a/b/c.json", &text, 100,
				      &err), 0);
	assert_string_equal(text.p, "two");
	assert_int_equal(stat("a/b/c.json", &st), 0);
	assert_int_equal(st.st_mode & 0111, 0);
	assert_int_equal(baseline_file_write(root, "hook", STR("#!"), true,
					     &err), 0);
	assert_int_equal(stat("hook", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
}

static void nothing_is_written_through_a_link(void **state)
{
	static const char *const links[] = { "a", "a/b", "a/b/c.json" };
	const char *root = *state;
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(system("rm -rf a out; mkdir -p out a/b"), 0);
		assert_int_equal(system(i ? i == 1 ? "rmdir a/b" : ":" :
					"rm -r a"), 0);
		/* To a file that is not there yet, it would be made. */
		assert_int_equal(symlink(i == 2 ? "../../out/x" :
					 i == 1 ? "../out" : "out", links[i]),
				 0);
		assert_int_equal(baseline_file_write(root, "a/b/c.json",
						     STR("x"),
						     false, &err), -1);
		assert_non_null(strstr(err.msg, "is a symbolic link"));
		assert_non_null(strstr(err.msg, links[i]));
		assert_int_equal(stat("out/x", &st), -1);
		assert_int_equal(system("test -z \"$(ls out)\""), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_line_is_stronger),
		cmocka_unit_test(without_a_word_errors_fail),
		cmocka_unit_test(a_steps_levels_stand_behind_the_common_ones),
		cmocka_unit_test(a_level_that_is_none_names_its_line),
		cmocka_unit_test(options_of_running_are_passed_on),
		cmocka_unit_test(an_acceptance_counts_to_its_last_day),
		cmocka_unit_test(a_day_to_come_is_asked_for),
		cmocka_unit_test(its_path_is_made_of_folder_and_scenario),
		cmocka_unit_test(a_folder_stays_below_the_root),
		cmocka_unit_test_setup_teardown(
			folders_are_made_and_the_file_replaced, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_is_written_through_a_link, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
