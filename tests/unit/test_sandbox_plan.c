/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: one value for every run, and a digest that tells two apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/plan.h"

static void make(struct plan *p, const char *text, uint64_t timeout_ms,
		 const char *version)
{
	const struct plan_overrides over = { .timeout_ms = timeout_ms };
	struct err err = ERR_INIT;
	struct config cfg;

	config_init(&cfg);
	assert_int_equal(config_parse(&cfg, "test", str_c(text), &err), 0);
	plan_make(p, &cfg, &over, version);
	config_free(&cfg);
}

static void same_settings(const char *a, const char *b, bool wanted)
{
	struct plan p, q;

	make(&p, a, 0, "1");
	make(&q, b, 0, "1");
	assert_int_equal(!strcmp(p.digest, q.digest), wanted);
	plan_free(&p);
	plan_free(&q);
}

static void the_same_settings_are_the_same_plan(void **state)
{
	(void)state;
	same_settings("", "", true);
	same_settings("", "[sandbox]\n\ttimeout = 60s\n", true);
	same_settings("", "[behavdiff]\n\tsyscalls = notable\n", true);
	same_settings("[sandbox]\n\ttimeout = 1m\n",
		      "[sandbox]\n\ttimeout = 60000ms\n", true);
	/* What is done with findings is no part of what is run. */
	same_settings("", "[policy]\n\tfail-on = warning\n", true);
}

static void every_setting_is_in_the_digest(void **state)
{
	static const char *const changes[] = {
		"timeout = 5s", "memory = 2G", "files = 1M", "processes = 8",
		"descriptors = 64", "env = A=1", "bind = vendor",
		"address = 10.13.89.250",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		char text[128];

		snprintf(text, sizeof(text), "[sandbox]\n\t%s\n", changes[i]);
		same_settings("", text, false);
	}
	same_settings("", "[step \"a\"]\n\tcommand = x\n", false);
	same_settings("", "[behavdiff]\n\tsyscalls = all\n", false);
}

static void another_observer_is_another_plan(void **state)
{
	struct plan p, q;

	(void)state;
	make(&p, "", 0, "1");
	make(&q, "", 0, "2");
	assert_string_not_equal(p.digest, q.digest);
	plan_free(&p);
	plan_free(&q);
}

static bool has_env(const struct plan *p, const char *entry)
{
	for (char **e = p->env; *e; e++)
		if (!strcmp(*e, entry))
			return true;
	return false;
}

static void nothing_of_the_environment_is_inherited(void **state)
{
	struct plan p;

	(void)state;
	setenv("BEHAVDIFF_TEST_SECRET", "x", 1);
	make(&p, "[sandbox]\n\tenv = LANG=en_US.UTF-8\n\tenv = MODE=t\n", 0,
	     "1");
	assert_true(has_env(&p, "HOME=/home/auditor"));
	assert_true(has_env(&p, "MODE=t"));
	/* The scenario's replaces the fixed one. */
	assert_true(has_env(&p, "LANG=en_US.UTF-8"));
	assert_false(has_env(&p, "LANG=C.UTF-8"));
	for (char **e = p.env; *e; e++)
		assert_null(strstr(*e, "SECRET"));
	plan_free(&p);
}

static void the_command_line_beats_the_file(void **state)
{
	struct plan p;

	(void)state;
	make(&p, "[sandbox]\n\ttimeout = 9s\n", 1500, "1");
	assert_int_equal(p.timeout_ms, 1500);
	plan_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_settings_are_the_same_plan),
		cmocka_unit_test(every_setting_is_in_the_digest),
		cmocka_unit_test(another_observer_is_another_plan),
		cmocka_unit_test(nothing_of_the_environment_is_inherited),
		cmocka_unit_test(the_command_line_beats_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
