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

/* A value that is no key's default, by type; NULL: this table lacks a row. */
static const char *sample(const struct config_key *key)
{
	static const struct {
		enum config_type type;
		const char *value;
	} samples[] = {
		{ CONFIG_WORD, "other" }, { CONFIG_TEXT, "send x" },
		{ CONFIG_COMMAND, "x" }, { CONFIG_COUNT, "17" },
		{ CONFIG_SIZE, "17M" }, { CONFIG_DURATION, "17s" },
		{ CONFIG_PATH, "vendor" }, { CONFIG_BOOL, "yes" },
		{ CONFIG_LEVEL, "note" }, { CONFIG_READY, "listen" },
		{ CONFIG_STOP, "SIGINT after 17s" },
		{ CONFIG_EXPECT, "status 17" },
		{ CONFIG_REGRADE, "file.read:/x note" },
		{ CONFIG_ENV, "A=1" }, { CONFIG_ADDRESS, "10.13.89.250" },
		{ CONFIG_MODE, "report-only" }, { CONFIG_SYSCALLS, "all" },
		{ CONFIG_ROLE, "fixture" },
	};

	/* A count that may not be 17 is the most that it may be. */
	static const char *const few[] = {
		"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11",
		"12", "13", "14", "15", "16",
	};

	if (key->type == CONFIG_COUNT && key->max < sizeof(few) / sizeof(*few))
		return few[key->max];
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		if (samples[i].type == key->type)
			return samples[i].value;
	return NULL;
}

#define STEPS "[step \"a\"]\n\tcommand = y\n" \
	      "[step \"other\"]\n\tcommand = z\n"

/* Two files that differ in one key, in a section of a name it may have. */
static void one_key_apart(const struct config_key *key, bool wanted)
{
	const char *value = sample(key);
	char is[512];

	if (!value)
		fail_msg("%s.%s: no sample of its type", key->section,
			 key->name);
	if (!strcmp(key->section, "step"))
		snprintf(is, sizeof(is), "[step \"a\"]\n%s\t%s = %s\n"
			 "[step \"other\"]\n\tcommand = z\n",
			 strcmp(key->name, "command") ? "\tcommand = y\n" : "",
			 key->name, value);
	else if (!strcmp(key->section, "scenario"))
		snprintf(is, sizeof(is), "%s[scenario \"default\"]\n"
			 "\t%s = %s\n", STEPS, key->name, value);
	else
		snprintf(is, sizeof(is), "%s[%s]\n\t%s = %s\n", STEPS,
			 key->section, key->name, value);
	same_settings(STEPS, is, wanted);
}

/* Whatever key there is: no row can be left out, of the digest or of this. */
static void a_key_is_in_the_digest_as_its_row_says(void **state)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(keys[i].plan.part == CONFIG_SCENARIO ||
			    *keys[i].plan.text);
		one_key_apart(&keys[i], keys[i].plan.part == CONFIG_APART);
	}
}

static void a_setting_has_a_member_and_a_name_of_its_own(void **state)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			if (keys[i].plan.part != CONFIG_SETTING ||
			    keys[k].plan.part != CONFIG_SETTING)
				continue;
			assert_string_not_equal(keys[i].name, keys[k].name);
			assert_string_not_equal(keys[i].plan.text,
						keys[k].plan.text);
		}
}

/* --- in words --- */

static void differ(const char *a, const char *b, const char *words)
{
	autobuf struct buf how = BUF_INIT;
	struct plan p, q;
	bool found;

	make(&p, a, 0, "1");
	make(&q, b, 0, "1");
	found = config_settings_differ(&how, p.json, q.json);
	assert_int_equal(found, *words != '\0');
	assert_string_equal(how.len ? how.p : "", words);
	plan_free(&p);
	plan_free(&q);
}

static void a_difference_is_said_in_the_words_of_the_file(void **state)
{
	(void)state;
	differ("", "", "");
	differ("[sandbox]\n\tmemory = 512M\n", "",
	       "sandbox.memory 512M and 1G");
	differ("[sandbox]\n\ttimeout = 90s\n\tfiles = 65537\n",
	       "[sandbox]\n\ttimeout = 1500ms\n",
	       "sandbox.timeout 90s and 1500ms, sandbox.files 65537 and 512M");
	differ("", "[behavdiff]\n\tsyscalls = all\n",
	       "behavdiff.syscalls notable and all");
	differ("[sandbox]\n\tenv = A=1\n\tenv = B=2\n",
	       "[sandbox]\n\tenv = B=2\n", "sandbox.env A=1 and nothing");
	differ("[sandbox]\n\tbind = a\n\tbind = b\n",
	       "[sandbox]\n\tbind = b\n\tbind = a\n",
	       "sandbox.bind in another order");
	differ("", "[step \"a\"]\n\tcommand = x\n",
	       "the steps of the scenario");
}

/* No setting is passed over when it is put into words. */
static void every_setting_has_words(void **state)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf how = BUF_INIT;
		char text[128], name[64];
		struct plan p, q;

		if (keys[i].plan.part != CONFIG_SETTING)
			continue;
		snprintf(text, sizeof(text), "[%s]\n\t%s = %s\n",
			 keys[i].section, keys[i].name, sample(&keys[i]));
		snprintf(name, sizeof(name), "%s.%s ", keys[i].section,
			 keys[i].name);
		make(&p, "", 0, "1");
		make(&q, text, 0, "1");
		assert_true(config_settings_differ(&how, p.json, q.json));
		assert_ptr_equal(strstr(how.p, name), how.p);
		assert_non_null(strstr(how.p, sample(&keys[i])));
		plan_free(&p);
		plan_free(&q);
	}
}

/* It is somebody's file: bounded, and safe to show. */
static void foreign_plans_do_no_harm(void **state)
{
	autobuf struct buf how = BUF_INIT, long_one = BUF_INIT;
	struct str plan = STR("{\"x\\u001b\": \"a\\u001b[2J\"}");

	(void)state;
	assert_true(config_settings_differ(&how, plan, STR("{}")));
	assert_null(strchr(how.p, '\033'));
	assert_false(config_settings_differ(&how, STR("no JSON"), plan));
	buf_c(&long_one, "{\"env\": [\"");
	for (size_t i = 0; i < 5000; i++)
		buf_ch(&long_one, 'x');
	buf_c(&long_one, "\"]}");
	buf_clear(&how);
	assert_true(config_settings_differ(&how, buf_view(&long_one),
					   STR("{}")));
	assert_true(how.len < 400);
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
	assert_int_equal(plan_num(&p, "timeout"), 1500);
	plan_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_settings_are_the_same_plan),
		cmocka_unit_test(a_key_is_in_the_digest_as_its_row_says),
		cmocka_unit_test(a_setting_has_a_member_and_a_name_of_its_own),
		cmocka_unit_test(a_difference_is_said_in_the_words_of_the_file),
		cmocka_unit_test(every_setting_has_words),
		cmocka_unit_test(foreign_plans_do_no_harm),
		cmocka_unit_test(another_observer_is_another_plan),
		cmocka_unit_test(nothing_of_the_environment_is_inherited),
		cmocka_unit_test(the_command_line_beats_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
