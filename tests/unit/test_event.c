/* SPDX-License-Identifier: Apache-2.0 */
/* Names, sections and errnos of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/vec.h"
#include "core/event/event.h"

static void every_kind_is_found_by_its_own_name(void **state)
{
	(void)state;
	for (enum event_kind k = 0; k < EV_COUNT; k++) {
		assert_int_equal(event_by_name(str_c(event_name(k))), k);
		assert_true(strlen(event_help(k)) > 10);
	}
}

static void an_unknown_name_is_no_kind(void **state)
{
	(void)state;
	assert_int_equal(event_by_name(STR("")), EV_COUNT);
	assert_int_equal(event_by_name(STR("exe")), EV_COUNT);
	assert_int_equal(event_by_name(STR("exec.")), EV_COUNT);
	assert_int_equal(event_by_name(STR("EXEC")), EV_COUNT);
	assert_int_equal(event_by_name(STR("exec\0")), EV_COUNT);
}

/* The contract: sections come in this order, with no gap between kinds. */
static void kinds_belong_to_their_sections(void **state)
{
	(void)state;
	static const struct {
		const char *name, *section;
	} want[] = {
		{ "exec", "process" }, { "exec.anonymous", "process" },
		{ "process.exit", "process" }, { "process.inspect", "process" },
		{ "process.signal", "process" },
		{ "file.probe", "file" }, { "file.executable", "file" },
		{ "net.socket", "network" }, { "net.dns", "network" },
		{ "priv", "privilege" }, { "memory.exec", "privilege" },
		{ "evasion", "privilege" },
		{ "syscall", "syscall" }, { "limit", "syscall" },
	};

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		enum event_kind k = event_by_name(str_c(want[i].name));

		assert_string_equal(event_section_name(event_section(k)),
				    want[i].section);
	}
	for (enum event_kind k = 1; k < EV_COUNT; k++)
		assert_true(event_section(k - 1) <= event_section(k));
}

static void shapes_come_from_the_table(void **state)
{
	(void)state;
	assert_int_equal(event_shape(EV_FILE_RENAME), SHAPE_PATH_PATH);
	assert_int_equal(event_shape(EV_NET_DNS), SHAPE_WORDS);
	assert_int_equal(event_shape(EV_EXEC_ARGS), SHAPE_PATH_WORDS);
}

static void errnos_have_names_and_names_errnos(void **state)
{
	(void)state;
	assert_string_equal(event_errno_name(ENOENT), "ENOENT");
	assert_string_equal(event_errno_name(ENETUNREACH), "ENETUNREACH");
	assert_string_equal(event_errno_name(EAGAIN), "EAGAIN");
	assert_int_equal(event_errno_by_name(STR("EACCES")), EACCES);
	assert_int_equal(event_errno_by_name(STR("EHWPOISON")), EHWPOISON);
	for (int e = 1; e < 200; e++)
		if (event_errno_name(e))
			assert_int_equal(event_errno_by_name(str_c(event_errno_name(e))),
					 e);
}

static void unknown_errnos_have_none(void **state)
{
	(void)state;
	assert_null(event_errno_name(0));
	assert_null(event_errno_name(-ENOENT));
	assert_null(event_errno_name(512)); /* ERESTARTSYS: the kernel's own */
	assert_null(event_errno_name(1 << 30));
	assert_int_equal(event_errno_by_name(STR("")), 0);
	assert_int_equal(event_errno_by_name(STR("0")), 0);
	assert_int_equal(event_errno_by_name(STR("ENOENTX")), 0);
}

static void add(struct buf *chain, const char *program, size_t max)
{
	autobuf struct buf out = BUF_INIT;

	chain_add(&out, buf_view(chain), str_c(program));
	chain_shorten(&out, 0, max);
	buf_clear(chain);
	buf_str(chain, buf_view(&out));
}

static void is_link(struct str *chain, const char *want)
{
	struct str program;

	assert_true(chain_next(chain, &program));
	if (!str_eq(program, str_c(want)))
		fail_msg("'%.*s', not '%s'", STR_ARG(program), want);
}

/* Between the scenario's program and the one that did it. */
static void a_long_chain_loses_whole_programs_and_says_so(void **state)
{
	autobuf struct buf chain = BUF_INIT;
	struct str rest;

	(void)state;
	for (int i = 0; i < 50; i++) {
		char name[32];

		snprintf(name, sizeof(name), "program-%d --word", i);
		add(&chain, name, 100);
		assert_true(chain.len <= 100);
	}
	rest = buf_view(&chain);
	is_link(&rest, "program-0 --word");
	is_link(&rest, CHAIN_CUT);
	is_link(&rest, "program-47 --word");
	is_link(&rest, "program-48 --word");
	is_link(&rest, "program-49 --word");
	assert_int_equal(rest.len, 0);
	assert_true(str_eq(chain_last(buf_view(&chain)),
			   STR("program-49 --word")));
}

static void two_programs_are_both_shown_however_long(void **state)
{
	autobuf struct buf chain = BUF_INIT;

	(void)state;
	add(&chain, "aaaaaaaaaaaaaaaaaaaa", 10);
	add(&chain, "bbbbbbbbbbbbbbbbbbbb", 10);
	assert_string_equal(chain.p,
			    "aaaaaaaaaaaaaaaaaaaa > bbbbbbbbbbbbbbbbbbbb");
}

/* `sh -c 'make > log'` started nothing called log. */
static void words_of_a_command_are_no_programs(void **state)
{
	static const char *const commands[] = {
		"sh -c make > log", "x >", "x  > y >", "> x", " > x", "a>b",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		autobuf struct buf chain = BUF_INIT;
		struct str rest, program;
		unsigned n = 0;

		add(&chain, "first", 1000);
		add(&chain, commands[i], 1000);
		add(&chain, "last", 1000);
		rest = buf_view(&chain);
		while (chain_next(&rest, &program))
			n++;
		if (n != 3 || !str_eq(program, STR("last")))
			fail_msg("%u programs: %s", n, chain.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_found_by_its_own_name),
		cmocka_unit_test(an_unknown_name_is_no_kind),
		cmocka_unit_test(kinds_belong_to_their_sections),
		cmocka_unit_test(shapes_come_from_the_table),
		cmocka_unit_test(errnos_have_names_and_names_errnos),
		cmocka_unit_test(unknown_errnos_have_none),
		cmocka_unit_test(a_long_chain_loses_whole_programs_and_says_so),
		cmocka_unit_test(two_programs_are_both_shown_however_long),
		cmocka_unit_test(words_of_a_command_are_no_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
