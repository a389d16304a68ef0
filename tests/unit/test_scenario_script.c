/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed at a program: a script's lines, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/vec.h"
#include "core/scenario/scenario.h"

static void lines_are_read_in_their_order(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct script_line *l;
	size_t n;

	(void)state;
	assert_int_equal(script_parse(&l, &n, &arena, "s", STR(
		"# who\n\n  wait for  Name: \nsend al ice \r\nsend\n"
		"pause 200ms\nhold"), &err), 0);
	assert_int_equal(n, 5);
	assert_int_equal(l[0].kind, SCRIPT_WAIT);
	assert_true(str_eq(l[0].text, STR("Name:")));
	assert_int_equal(l[0].line, 3);
	assert_int_equal(l[1].kind, SCRIPT_SEND);
	assert_true(str_eq(l[1].text, STR("al ice ")));
	assert_int_equal(l[2].text.len, 0);
	assert_int_equal(l[3].kind, SCRIPT_PAUSE);
	assert_int_equal(l[3].ms, 200);
	assert_int_equal(l[4].kind, SCRIPT_HOLD);
	arena_free(&arena);
}

static void what_is_no_line_is_named(void **state)
{
	static const char *const bad[] = {
		"sendx", "wait for", "wait", "pause", "pause soon",
		"pause 25h",
	};
	struct arena arena = ARENA_INIT;
	struct script_line *l = NULL;
	size_t n = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;

		if (!script_parse(&l, &n, &arena, "s", str_c(bad[i]), &err))
			fail_msg("taken: %s", bad[i]);
		assert_memory_equal(err.msg, "s:", 2);
		assert_non_null(strstr(err.hint, "send TEXT types it"));
		assert_int_equal(n, 77);
	}
	arena_free(&arena);
}

/* Who writes down what is typed, and no more, is shown how it is meant. */
static void bare_text_is_shown_as_a_line(void **state)
{
	static const struct { const char *text, *hint; } cases[] = {
		{ "say x", "send say x types it, in .behavdiff type = send "
			   "say x, and a prompt for a password needs tty = "
			   "yes; other lines: wait for" },
		{ "\"send x\"", "type = send \\\"send x\\\"" },
		{ "send a\nSELECT 1;", "type = \"send SELECT 1;\"" },
	};
	struct arena arena = ARENA_INIT;
	struct script_line *l;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(script_parse(&l, &n, &arena, "s",
					      str_c(cases[i].text), &err), -1);
		if (!strstr(err.hint, cases[i].hint))
			fail_msg("%s: %s", cases[i].text, err.hint);
	}
	arena_free(&arena);
}

static void an_empty_script_types_nothing(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct script_line *l = NULL;
	size_t n;

	(void)state;
	assert_int_equal(script_parse(&l, &n, &arena, "s", STR(""), &err), 0);
	assert_int_equal(n, 0);
	assert_non_null(l);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_in_their_order),
		cmocka_unit_test(what_is_no_line_is_named),
		cmocka_unit_test(bare_text_is_shown_as_a_line),
		cmocka_unit_test(an_empty_script_types_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
