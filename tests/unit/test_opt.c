/* SPDX-License-Identifier: Apache-2.0 */
/* Options as tables: what is taken, what is refused, and with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cmd/opt.h"
#include "cmd/suggest.h"
#include "core/base/vec.h"

struct settings {
	int flag, other;
	const char *text, *choice;
	struct opt_list list;
	unsigned count;
	uint64_t ms;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct opt rows[] = {
	{ 1, 'f', "flag", OPT_FLAG, FIELD(flag), NULL, 7, "raise it" },
	{ 1, 0, "text", OPT_TEXT, FIELD(text), "FILE", 0, "read it" },
	{ 3, 'l', "list", OPT_LIST, FIELD(list), "X", 0, "add it" },
	{ 1, 0, "count", OPT_COUNT, FIELD(count), "N", 100, "how many" },
	{ 1, 0, "timeout", OPT_DURATION, FIELD(ms), "SEC", 0, "how long" },
	{ 1, 0, "color", OPT_CHOICE, FIELD(choice), "auto|always|never", 0,
	  "which" },
	{ 2, 'o', NULL, OPT_FLAG, FIELD(other), NULL, 1, "of another set" },
};

static const struct opt_table table = { rows, ARRAY_LEN(rows) };

struct parse {
	struct settings set;
	struct opt_list operands;
	struct err err;
	int rc;
};

static struct parse parse_v(char **argv)
{
	struct parse p = { .err = ERR_INIT };

	p.rc = opt_parse(&p.set, &p.operands, &table, 1, argv, &p.err);
	return p;
}

#define PARSE(...) parse_v((char *[]){ __VA_ARGS__ __VA_OPT__(,) NULL })

static void done(struct parse *p)
{
	vec_free(&p->operands);
	vec_free(&p->set.list);
}

static void refused(struct parse p, const char *msg, const char *hint)
{
	assert_int_equal(p.rc, -1);
	assert_int_equal(p.err.code, ERR_TROUBLE);
	assert_string_equal(p.err.msg, msg);
	assert_string_equal(p.err.hint, hint);
	done(&p);
}

static void what_is_not_given_keeps_its_value(void **state)
{
	char *none[] = { NULL };
	struct parse p = { .set.count = 42, .set.text = "before" };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(opt_parse(&p.set, &p.operands, &table, 1, none,
				   &err), 0);
	assert_int_equal(p.set.count, 42);
	assert_string_equal(p.set.text, "before");
	assert_int_equal(p.operands.n, 0);
}

static void values_stand_behind_an_equals_sign_or_alone(void **state)
{
	struct parse a = PARSE("--text=x", "--count=3", "-lone", "-l", "two");
	struct parse b = PARSE("--text", "x", "--count", "3", "--list=one",
			       "--list", "two");

	(void)state;
	assert_int_equal(a.rc | b.rc, 0);
	assert_string_equal(a.set.text, b.set.text);
	assert_int_equal(a.set.count, 3);
	assert_int_equal(b.set.count, 3);
	assert_int_equal(a.set.list.n, 2);
	assert_string_equal(a.set.list.v[0], "one");
	assert_string_equal(a.set.list.v[1], "two");
	assert_int_equal(b.set.list.n, 2);
	done(&a);
	done(&b);
}

static void a_value_may_be_empty_or_look_like_an_option(void **state)
{
	struct parse p = PARSE("--text=", "--list", "--text", "-l=");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_string_equal(p.set.text, "");
	assert_string_equal(p.set.list.v[0], "--text");
	assert_string_equal(p.set.list.v[1], "=");
	done(&p);
}

static void options_may_follow_operands_until_two_dashes(void **state)
{
	struct parse p = PARSE("a", "-f", "-", "--", "-f", "--no", "--");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.set.flag, 7);
	assert_int_equal(p.operands.n, 5);
	assert_string_equal(p.operands.v[1], "-");
	assert_string_equal(p.operands.v[2], "-f");
	assert_string_equal(p.operands.v[4], "--");
	done(&p);
}

static void the_last_of_several_values_wins(void **state)
{
	struct parse p = PARSE("--count", "1", "--count=100", "--timeout=2m",
			       "--timeout", "30", "--color=never",
			       "--color=always");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.set.count, 100);
	assert_int_equal(p.set.ms, 30000);
	assert_string_equal(p.set.choice, "always");
	done(&p);
}

static void an_unknown_option_is_refused_with_a_near_name(void **state)
{
	(void)state;
	refused(PARSE("--cuont=3"), "unknown option '--cuont'",
		"did you mean '--count'?");
	refused(PARSE("--time", "3"), "unknown option '--time'",
		"did you mean '--timeout'?");
	refused(PARSE("--zebra"), "unknown option '--zebra'", "");
	refused(PARSE("-x"), "unknown option '-x'", "");
	refused(PARSE("--=x"), "unknown option '--'", "");
	refused(PARSE("-fl"), "option '-f' takes no value", "");
}

static void an_option_of_another_set_is_not_called_unknown(void **state)
{
	(void)state;
	refused(PARSE("-o"), "option '-o' does not go with this command", "");
}

static void a_missing_or_superfluous_value_is_refused(void **state)
{
	(void)state;
	refused(PARSE("--text"), "option '--text' needs a value: FILE", "");
	refused(PARSE("-l"), "option '-l' needs a value: X", "");
	refused(PARSE("--flag=1"), "option '--flag' takes no value", "");
}

static void a_count_is_a_whole_number_in_its_range(void **state)
{
	static char *bad[] = {
		"0", "101", "-1", "+1", " 1", "1 ", "0x10", "1.5", "", "three",
		"18446744073709551617", "4294967297",
		"99999999999999999999999999999999999999999",
	};
	char msg[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(msg, sizeof(msg),
			 "--count: '%s' is no whole number from 1 to 100",
			 bad[i]);
		refused(PARSE("--count", bad[i]), msg, "");
	}
}

static void a_duration_is_positive_and_well_formed(void **state)
{
	(void)state;
	refused(PARSE("--timeout=0"), "--timeout: '0' is no duration",
		"for example 30, 1500ms or 2m");
	refused(PARSE("--timeout=soon"), "--timeout: 'soon' is no duration",
		"for example 30, 1500ms or 2m");
}

static void a_choice_is_one_of_its_words(void **state)
{
	(void)state;
	refused(PARSE("--color=alwyas"),
		"--color: 'alwyas' is none of auto|always|never",
		"did you mean 'always'?");
	refused(PARSE("--color=auto|always"),
		"--color: 'auto|always' is none of auto|always|never", "");
	refused(PARSE("--color="),
		"--color: '' is none of auto|always|never", "");
}

static void bytes_that_would_forge_a_line_are_escaped_in_messages(void **state)
{
	struct parse p = PARSE("--x\n\033[31m");

	(void)state;
	assert_int_equal(p.rc, -1);
	assert_null(strpbrk(p.err.msg, "\n\033"));
	done(&p);
}

static void the_first_operand_is_found_behind_options(void **state)
{
	char *argv[] = { "-l", "value", "--text=x", "--count", "3", "-f",
			 "diff", "x", NULL };
	char *ended[] = { "-f", "--", "diff", NULL };
	char *none[] = { "--text", NULL };

	(void)state;
	assert_ptr_equal(opt_first_operand(&table, argv), &argv[6]);
	assert_null(opt_first_operand(&table, ended));
	assert_null(opt_first_operand(&table, none));
}

static void help_has_a_line_for_each_row_of_the_set(void **state)
{
	autobuf struct buf out = BUF_INIT;

	(void)state;
	opt_help(&out, &table, 2);
	assert_string_equal(out.p,
		"  -l, --list X            add it\n"
		"  -o                      of another set\n");
	buf_clear(&out);
	opt_help(&out, &table, 1);
	assert_non_null(strstr(out.p, "  --color auto|always|never\n"
			       "                          which\n"));
}

static void near_names_are_near_and_far_ones_are_not(void **state)
{
	struct suggest one =
		SUGGEST_INIT("tarce"), none = SUGGEST_INIT("feature");
	struct suggest begun = SUGGEST_INIT("li"), tiny = SUGGEST_INIT("d");

	(void)state;
	suggest_try(&one, "diff");
	suggest_try(&one, "trace");
	assert_string_equal(one.best, "trace");
	suggest_try(&none, "trace");
	suggest_try(&none, "diff");
	assert_null(none.best);
	suggest_try(&begun, "list");
	assert_string_equal(begun.best, "list");
	suggest_try(&tiny, "diff");
	assert_null(tiny.best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_keeps_its_value),
		cmocka_unit_test(values_stand_behind_an_equals_sign_or_alone),
		cmocka_unit_test(a_value_may_be_empty_or_look_like_an_option),
		cmocka_unit_test(options_may_follow_operands_until_two_dashes),
		cmocka_unit_test(the_last_of_several_values_wins),
		cmocka_unit_test(an_unknown_option_is_refused_with_a_near_name),
		cmocka_unit_test(an_option_of_another_set_is_not_called_unknown),
		cmocka_unit_test(a_missing_or_superfluous_value_is_refused),
		cmocka_unit_test(a_count_is_a_whole_number_in_its_range),
		cmocka_unit_test(a_duration_is_positive_and_well_formed),
		cmocka_unit_test(a_choice_is_one_of_its_words),
		cmocka_unit_test(bytes_that_would_forge_a_line_are_escaped_in_messages),
		cmocka_unit_test(the_first_operand_is_found_behind_options),
		cmocka_unit_test(help_has_a_line_for_each_row_of_the_set),
		cmocka_unit_test(near_names_are_near_and_far_ones_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
