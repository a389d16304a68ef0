/* SPDX-License-Identifier: Apache-2.0 */
/* The real tables of commands and options, and what is made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/changes.h"
#include "cmd/cmd.h"
#include "cmd/formats.h"
#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "tests/unit/facts.h"

static void free_settings(struct settings *set, struct opt_list *operands)
{
	vec_free(&set->dirs);
	vec_free(&set->outputs);
	vec_free(&set->env);
	vec_free(operands);
}

/* A value that the row takes. */
static char *value_for(const struct opt *row)
{
	switch (row->type) {
	case OPT_COUNT:
		return mem_printf("%u", row->number);
	case OPT_DURATION:
		return mem_strdup("2m");
	case OPT_CHOICE:
		return mem_strndup(row->arg, strcspn(row->arg, "|"));
	default:
		return mem_strdup("x");
	}
}

/* "--name value" or "--name", and an operand behind it. */
static int parse_row(const struct command *command, const struct opt *row,
		     struct err *err)
{
	autofree char *value = value_for(row);
	autofree char *word = row->name ? mem_printf("--%s", row->name) :
					  mem_printf("-%c", row->letter);
	char *argv[] = { word, row->arg ? value : "operand",
			 row->arg ? "operand" : NULL, NULL };
	struct settings set = { .runs = 0 };
	struct opt_list operands = { NULL, 0, 0 };
	int failed = opt_parse(&set, &operands, &option_table, command->bit,
			       argv, err);

	if (!failed && operands.n != 1)
		fail_msg("%s takes %zu words", word, 2 - operands.n);
	free_settings(&set, &operands);
	return failed;
}

/* Has the command an option of this name, be it by another row? */
static bool is_option_of(const struct command *command, const struct opt *row)
{
	for (size_t i = 0; i < option_table.n; i++) {
		const struct opt *own = &option_table.v[i];

		if (own->sets & command->bit &&
		    (row->name ? own->name && !strcmp(own->name, row->name) :
				 own->letter == row->letter))
			return true;
	}
	return false;
}

/* Each command takes its own options and refuses those of others. */
static void every_option_belongs_to_its_commands(void **state)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	(void)state;
	for (size_t c = 0; c < n; c++)
		for (size_t i = 0; i < option_table.n; i++) {
			const struct opt *row = &option_table.v[i];
			bool own = row->sets & commands[c].bit;
			struct err err = ERR_INIT;

			if (!own && is_option_of(&commands[c], row))
				continue;
			if (parse_row(&commands[c], row, &err) != -!own)
				fail_msg("%s --%s: %s", commands[c].name,
					 row->name, own ? err.msg : "taken");
		}
}

static void a_name_or_letter_is_one_option_for_each_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_table.n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct opt *a = &option_table.v[i];
			const struct opt *b = &option_table.v[k];
			bool same = a->name && b->name &&
				!strcmp(a->name, b->name);

			if (a->sets & b->sets &&
			    (same || (a->letter && a->letter == b->letter)))
				fail_msg("two options --%s, -%c", a->name,
					 a->letter);
			/* What follows is found before the command is known. */
			if (same && !a->arg != !b->arg)
				fail_msg("--%s with a value and without",
					 a->name);
		}
}

static void commands_are_found_by_name_only(void **state)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(command_by_name(commands[i].name),
				 &commands[i]);
	assert_null(command_by_name("dif"));
	assert_null(command_by_name(""));
	assert_null(command_by_name("diffs"));
}

/* Anything may stand before the command's name, but not as its name. */
static void the_command_is_found_behind_options(void **state)
{
	static const struct {
		const char *words[8];
		const char *found;	/* NULL: none */
	} rows[] = {
		{ { "check" }, "check" }, { { "-C", "check", "diff" }, "diff" },
		{ { "--runs", "3", "a", "b" }, "a" },
		{ { "--runs=3", "check" }, "check" },
		{ { "-q", "check" }, "check" }, { { "--", "check" }, NULL },
		{ { "--base", "main", "check" }, "check" }, { { NULL }, NULL },
		{ { "--unknown", "check" }, "check" },
		{ { "-o", "json:x", "a" }, "a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char **at = opt_first_operand(&option_table,
					      (char **)rows[i].words);

		if (!at != !rows[i].found ||
		    (at && strcmp(*at, rows[i].found) != 0))
			fail_msg("row %zu: %s", i, at ? *at : "none");
	}
}

static void help_tells_every_option_of_a_command(void **state)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	(void)state;
	for (size_t c = 0; c < n; c++) {
		autobuf struct buf out = BUF_INIT;

		help_text(&out, &commands[c]);
		assert_non_null(strstr(out.p, commands[c].name));
		for (size_t i = 0; i < option_table.n; i++)
			if (option_table.v[i].sets & commands[c].bit &&
			    !strstr(out.p, option_table.v[i].help))
				fail_msg("%s does not tell --%s",
					 commands[c].name,
					 option_table.v[i].name);
	}
}

/* --- formats --- */

static void chooses(enum subject subject, const char *format,
		    const char *first, const char *second, const char *want)
{
	const char *outputs[] = { first, second };
	const struct settings set = {
		.format = format,
		.outputs = { .v = outputs, .n = (size_t)!!first + !!second },
	};
	autodestinations struct destinations to = DESTINATIONS_INIT;
	struct err err = ERR_INIT;

	if (destinations_choose(&to, &set, subject, &err)) {
		autofree char *got = mem_printf("%s | %s", err.msg, err.hint);

		assert_string_equal(got, want);
		return;
	}
	assert_string_equal(to.standard->name, want);
}

static void standard_output_has_one_format(void **state)
{
	(void)state;
	chooses(OF_COMPARISON, NULL, NULL, NULL, "text");
	chooses(OF_COMPARISON, "json", NULL, NULL, "json");
	chooses(OF_COMPARISON, NULL, "sarif:-", NULL, "sarif");
	chooses(OF_COMPARISON, "json", "json:-", NULL, "json");
	chooses(OF_COMPARISON, "json", "text:-", NULL, "-o text:-: standard "
		"output is to be json already | ");
	chooses(OF_COMPARISON, NULL, "json:-", "html:-", "-o html:-: standard "
		"output is to be json already | ");
}

static void what_is_no_format_is_refused_with_a_hint(void **state)
{
	(void)state;
	chooses(OF_COMPARISON, "jsno", NULL, NULL,
		"--format: 'jsno' is no format | did you mean 'json'?");
	chooses(OF_COMPARISON, "x", NULL, NULL, "--format: 'x' is no format | "
		"behavdiff list formats names them");
	chooses(OF_REVISION, "sarif", NULL, NULL,
		"--format: 'sarif' is a format for comparisons | behavdiff "
		"list formats marks those for one revision");
	/* And none of those is proposed. */
	chooses(OF_REVISION, "junot", NULL, NULL, "--format: 'junot' is no "
		"format | behavdiff list formats names them");
	chooses(OF_COMPARISON, NULL, "json", NULL, "-o: 'json' is not "
		"FORMAT:FILE | for example -o json:result.json");
	chooses(OF_COMPARISON, NULL, "json:", NULL, "-o: 'json:' is not "
		"FORMAT:FILE | for example -o json:result.json");
	chooses(OF_COMPARISON, NULL, "htlm:x", NULL,
		"-o: 'htlm' is no format | did you mean 'html'?");
}

/* --- what changed from one baseline to another --- */

static void a_reviewer_sees_facts_that_come_go_and_waver(void **state)
{
	struct fingerprint *was = FACTS("a", "3 exec /bin/a", "3 exec /bin/b",
					"2 exec /bin/c", "3 exec /bin/d");
	struct fingerprint *is = FACTS("b", "3 exec /bin/a", "3 exec /bin/c",
				       "1 exec /bin/d", "3 exec /bin/e",
				       "2 exec /bin/f");
	autobuf struct buf out = BUF_INIT;

	(void)state;
	changes_put(&out, was, is);
	assert_string_equal(out.p,
		"~ exec /bin/c (sometimes -> always)\n"
		"~ exec /bin/d (always -> sometimes)\n"
		"+ exec /bin/e (always)\n"
		"+ exec /bin/f (sometimes)\n"
		"- exec /bin/b\n");
	buf_clear(&out);
	changes_put(&out, is, is);
	assert_int_equal(out.len, 0);
	fingerprint_free(was);
	fingerprint_free(is);
}

static void a_reviewer_sees_who_does_it_and_how_many_names(void **state)
{
	struct fingerprint *was = FACTS("a", "3 exec /bin/a",
					"3 exec /tmp/<rand>");
	struct fingerprint *is = FACTS("b", "3 exec /bin/a",
				       "3 exec /tmp/<rand>");
	autobuf struct buf out = BUF_INIT;

	(void)state;
	facts_by(was, "exec /bin/a", "3 login 3 signup");
	facts_by(is, "exec /bin/a", "3 logout 3 signup");
	was->facts[1].names_max = 1;
	is->facts[1].names_max = 3;
	changes_put(&out, was, is);
	assert_string_equal(out.p,
		"- exec /bin/a (by step login)\n"
		"+ exec /bin/a (by step logout)\n"
		"~ exec /tmp/<rand> (1 -> 3 names)\n");
	fingerprint_free(was);
	fingerprint_free(is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_belongs_to_its_commands),
		cmocka_unit_test(a_name_or_letter_is_one_option_for_each_command),
		cmocka_unit_test(commands_are_found_by_name_only),
		cmocka_unit_test(the_command_is_found_behind_options),
		cmocka_unit_test(help_tells_every_option_of_a_command),
		cmocka_unit_test(standard_output_has_one_format),
		cmocka_unit_test(what_is_no_format_is_refused_with_a_hint),
		cmocka_unit_test(a_reviewer_sees_facts_that_come_go_and_waver),
		cmocka_unit_test(a_reviewer_sees_who_does_it_and_how_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
