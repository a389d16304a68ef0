/* SPDX-License-Identifier: Apache-2.0 */
/* A step's environment, and where its program is looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "core/sandbox/command.h"

#define LIST(...) ((char *[]){ __VA_ARGS__ __VA_OPT__(,) NULL })

static void merges(char *const *plan, char *const *step, const char *want)
{
	autobuf struct buf got = BUF_INIT;
	char **env = command_environment(plan, step);

	for (char **e = env; *e; e++)
		buf_printf(&got, "%s%s", got.len ? " " : "", *e);
	free(env);
	assert_string_equal(got.p ? got.p : "", want);
}

static void a_steps_own_variable_replaces_the_plans(void **state)
{
	(void)state;
	merges(LIST("A=1", "B=2"), NULL, "A=1 B=2");
	merges(LIST("A=1", "B=2"), LIST(), "A=1 B=2");
	merges(LIST("A=1", "B=2"), LIST("A=3"), "A=3 B=2");
	merges(LIST("A=1"), LIST("C=4", "B=2"), "A=1 C=4 B=2");
	merges(LIST(), LIST("A=1"), "A=1");
}

/* As --env does, which stands behind the step's. */
static void the_last_of_several_wins(void **state)
{
	(void)state;
	merges(LIST("A=1"), LIST("A=2", "A=3", "B=1", "B="), "A=3 B=");
}

static void a_name_that_begins_alike_is_another(void **state)
{
	(void)state;
	merges(LIST("PATH=1"), LIST("PATH_X=2", "PAT=3"),
	       "PATH=1 PATH_X=2 PAT=3");
	merges(LIST("A=B=1"), LIST("A=B=2", "B=3"), "A=B=2 B=3");
}

static void a_variable_is_found_by_its_whole_name(void **state)
{
	char *const *env = LIST("PATHS=no", "PATH=/bin", "X=PATH=no", "E=");

	(void)state;
	assert_string_equal(command_variable(env, "PATH"), "/bin");
	assert_string_equal(command_variable(env, "E"), "");
	assert_null(command_variable(env, "PAT"));
	assert_null(command_variable(env, "H"));
}

/* Every path for "x", the ones that do not fit left out. */
static void looks_at(const char *dirs, const char *want)
{
	autobuf struct buf got = BUF_INIT;
	unsigned turns = 0;
	char path[16];

	while (dirs && turns++ < 100)
		if (command_next_path(path, sizeof(path), "x", &dirs))
			buf_printf(&got, "%s%s", got.len ? " " : "", path);
	assert_string_equal(got.p ? got.p : "", want);
}

static void a_program_is_looked_for_along_the_path(void **state)
{
	(void)state;
	looks_at("/usr/bin:/bin", "/usr/bin/x /bin/x");
	looks_at("/bin", "/bin/x");
	looks_at("rel:/bin", "rel/x /bin/x");
}

/* execvp(3): "a zero-length prefix is the current directory". */
static void an_empty_element_is_the_current_directory(void **state)
{
	(void)state;
	looks_at("", "x");
	looks_at(":/bin", "x /bin/x");
	looks_at("/bin:", "/bin/x x");
	looks_at("/a::/b", "/a/x x /b/x");
}

/* Cut short it would be another file. */
static void a_path_that_does_not_fit_is_passed_over(void **state)
{
	(void)state;
	looks_at("/aaaaaaaaaaaa:/bin", "/aaaaaaaaaaaa/x /bin/x");
	looks_at("/aaaaaaaaaaaaa:/bin", "/bin/x");
	looks_at("/bin:/aaaaaaaaaaaaaaaaaaaaaaaaa", "/bin/x");
}

static void behind_the_last_there_is_none(void **state)
{
	const char *dirs = NULL;
	char path[16];

	(void)state;
	assert_false(command_next_path(path, sizeof(path), "x", &dirs));
	assert_null(dirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steps_own_variable_replaces_the_plans),
		cmocka_unit_test(the_last_of_several_wins),
		cmocka_unit_test(a_name_that_begins_alike_is_another),
		cmocka_unit_test(a_variable_is_found_by_its_whole_name),
		cmocka_unit_test(a_program_is_looked_for_along_the_path),
		cmocka_unit_test(an_empty_element_is_the_current_directory),
		cmocka_unit_test(a_path_that_does_not_fit_is_passed_over),
		cmocka_unit_test(behind_the_last_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
