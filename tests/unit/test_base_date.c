/* SPDX-License-Identifier: Apache-2.0 */
/* Texts cut in two, digits and days of the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/date.h"
#include "core/base/vec.h"

static void days_are_counted_from_1970(void **state)
{
	static const struct {
		const char *text;
		int64_t days;
	} rows[] = {
		{ "1970-01-01", 0 }, { "1969-12-31", -1 },
		{ "2000-02-29", 11016 }, { "2023-11-14", 19675 },
		{ "2024-03-01", 19783 }, { "9999-12-31", 2932896 },
		{ "0001-01-01", -719162 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t days;

		assert_true(date_days(&days, str_c(rows[i].text), 0, 1));
		assert_int_equal(days, rows[i].days);
	}
}

static void what_is_no_day_is_none(void **state)
{
	static const char *const texts[] = {
		"2023-02-29", "1900-02-29", "2023-04-31", "2023-13-01",
		"2023-00-10", "2023-01-00", "0000-01-01", "2023-01-0",
		"2023-1-01x", "x023-01-01", "",
	};
	int64_t days = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(date_days(&days, str_c(texts[i]), 0, 1));
	assert_int_equal(days, 7);
}

static void separators_and_places_are_the_callers(void **state)
{
	int64_t dashed, plain;

	(void)state;
	assert_true(date_days(&dashed, STR("log.2024_02_29.gz"), 4, 1));
	assert_true(date_days(&plain, STR("20240229"), 0, 0));
	assert_int_equal(dashed, plain);
	assert_int_equal(date_digits(STR("a007b"), 1, 3), 7);
	assert_int_equal(date_digits(STR("a007b"), 2, 3), -1);
	assert_int_equal(date_digits(STR("12"), 1, 2), -1);
	assert_int_equal(date_digits(STR("12"), 3, 1), -1);
}

static void a_text_is_cut_at_the_first(void **state)
{
	struct str s = STR("a -> b -> c"), before, behind;

	(void)state;
	assert_true(str_cut(s, STR(" -> "), &before, &behind));
	assert_true(str_eq(before, STR("a")));
	assert_true(str_eq(behind, STR("b -> c")));
	/* All of it is before what is not there; either may be the input. */
	assert_false(str_cut(s, STR("; "), &s, &behind));
	assert_true(str_eq(s, STR("a -> b -> c")));
	assert_int_equal(behind.len, 0);
	assert_false(str_cut(STR_NULL, STR(" "), &before, &behind));
	assert_int_equal(before.len, 0);
	assert_true(str_has(s, STR("> c")));
	assert_false(str_has(s, STR("c ")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_counted_from_1970),
		cmocka_unit_test(what_is_no_day_is_none),
		cmocka_unit_test(separators_and_places_are_the_callers),
		cmocka_unit_test(a_text_is_cut_at_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
