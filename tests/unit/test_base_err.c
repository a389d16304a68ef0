/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: one safe line that gains context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/text.h"

static void setting_forgets_the_old_error(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	err_set(&err, ERR_TROUBLE, "old");
	err_hint(&err, "old hint");
	assert_int_equal(err_set(&err, ERR_INCONCLUSIVE, "new %d", 1), -1);
	assert_int_equal(err.code, ERR_INCONCLUSIVE);
	assert_string_equal(err.msg, "new 1");
	assert_string_equal(err.hint, "");
	assert_int_equal(err.sys, 0);
}

static void a_system_error_says_why_and_keeps_errno(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	errno = ENOENT;
	assert_int_equal(err_sys(&err, "cannot open %s", "f"), -1);
	assert_string_equal(err.msg,
			    "cannot open f: No such file or directory");
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_int_equal(errno, ENOENT);
}

static void wrapping_puts_the_outer_before_the_inner(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	errno = EACCES;
	err_sys(&err, "inner");
	assert_int_equal(err_wrap(&err, "outer %s", "x"), -1);
	assert_string_equal(err.msg, "outer x: inner: Permission denied");
	assert_int_equal(err.sys, EACCES);
}

static void wrapping_may_quote_the_message_itself(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	err_set(&err, ERR_TROUBLE, "a");
	err_wrap(&err, "%s", err.msg);
	err_set(&err, ERR_TROUBLE, "<%s>", err.msg);
	assert_string_equal(err.msg, "<a: a>");
}

static void the_innermost_hint_wins(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	err_set(&err, ERR_TROUBLE, "m");
	assert_int_equal(err_hint(&err, "try %d", 1), -1);
	assert_int_equal(err_hint(&err, "try %d", 2), -1);
	assert_string_equal(err.hint, "try 1");
}

static void hostile_bytes_never_get_out(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	err_set(&err, ERR_TROUBLE, "name %s", "a\n\033[31mred\xff\u202e");
	assert_string_equal(err.msg,
			    "name a\\n\\x1b[31mred\\xff\\xe2\\x80\\xae");
	err_wrap(&err, "%s", "\r");
	assert_true(strncmp(err.msg, "\\r: name a\\n", 11) == 0);
	err_hint(&err, "\a%s", "\b");
	assert_string_equal(err.hint, "\\x07\\x08");
}

static void what_is_too_long_is_cut_between_characters(void **state)
{
	(void)state;
	/* Each offset once: one of them falls inside the 3-byte character. */
	for (int pad = 0; pad < 3; pad++) {
		struct err err = ERR_INIT;
		char text[2048] = "ab";
		size_t at = (size_t)pad;

		while (at + 3 < sizeof(text)) {
			memcpy(text + at, "\u20ac", 3);
			at += 3;
		}
		text[at] = '\0';
		err_set(&err, ERR_TROUBLE, "%s", text);
		assert_in_range(strlen(err.msg), sizeof(err.msg) - 4,
				sizeof(err.msg) - 1);
		assert_string_equal(err.msg + strlen(err.msg) - 3, "...");
		assert_true(text_is_safe(str_c(err.msg)));
		err_wrap(&err, "%s", text);
		assert_true(text_is_safe(str_c(err.msg)));
	}
}

static void a_message_that_just_fits_is_not_cut(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	err_set(&err, ERR_TROUBLE, "%1023d", 7);
	assert_int_equal(strlen(err.msg), 1023);
	assert_int_equal(err.msg[1022], '7');
	err_set(&err, ERR_TROUBLE, "%1024d", 7);
	assert_int_equal(strlen(err.msg), 1023);
	assert_int_equal(err.msg[1022], '.');
}

static void nobody_needs_to_ask_why(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_TROUBLE, "m"), -1);
	assert_int_equal(err_sys(NULL, "m"), -1);
	assert_int_equal(err_wrap(NULL, "m"), -1);
	assert_int_equal(err_hint(NULL, "m"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_forgets_the_old_error),
		cmocka_unit_test(a_system_error_says_why_and_keeps_errno),
		cmocka_unit_test(wrapping_puts_the_outer_before_the_inner),
		cmocka_unit_test(wrapping_may_quote_the_message_itself),
		cmocka_unit_test(the_innermost_hint_wins),
		cmocka_unit_test(hostile_bytes_never_get_out),
		cmocka_unit_test(what_is_too_long_is_cut_between_characters),
		cmocka_unit_test(a_message_that_just_fits_is_not_cut),
		cmocka_unit_test(nobody_needs_to_ask_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
