/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as sentences: subject, verb, value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/vec.h"
#include "core/compare/internal.h"

static void says(const char *line, const char *process, enum change change,
		 const char *want)
{
	struct fact fact = {
		.line = str_c(line), .ev.process = str_c(process)
	};
	struct finding f = {
		.fact = &fact, .change = change, .seen_old = 3,
		.names_old = 3, .names_new = 4,
	};
	autobuf struct buf text = BUF_INIT;

	assert_true(fact_parse(&fact));
	f.rule = rule_for(&fact, NULL, NULL);
	finding_sentence(&text, &f);
	if (!str_eq(buf_view(&text), str_c(want)))
		fail_msg("'%s', not '%s'", text.p, want);
}

static void the_subject_is_the_program_that_did_it(void **state)
{
	static const struct {
		const char *process, *subject;
	} rows[] = {
		{ "python3 client.py", "client.py" },
		{ "sh -c x > python3.11 -u ./src/client.py --a", "client.py" },
		{ "python3 -m http.server 80", "http.server" },
		{ "python3 -c import os", "python3" },
		{ "sh -c true", "sh" },
		{ "sh -c 'python3 x.py'", "sh" },
		{ "python3 -u 'my client.py' --to 'a b'", "my client.py" },
		{ "python3 \"it's.py\" x", "it's.py" },
		{ "'./my tool' x", "my tool" },
		{ "python3 -m 'a", "'a" },
		{ "node", "node" },
		{ "/usr/bin/git status", "git" },
		{ "main.sh > ... > b", "b" },
		{ "", "the program" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autobuf struct buf want = BUF_INIT;

		buf_printf(&want, "new: %s reads $TREE/x", rows[i].subject);
		says("file.read $TREE/x", rows[i].process, CHANGE_NEW, want.p);
	}
}

/* The chain of an exec ends with the program that was executed. */
static void a_program_is_executed_by_the_one_before_it(void **state)
{
	(void)state;
	says("exec /usr/bin/id", "sh main.sh > id -u", CHANGE_NEW,
	     "new: main.sh executes /usr/bin/id");
	says("exec.args /usr/bin/id id -u", "sh main.sh > id -u", CHANGE_NEW,
	     "new: main.sh executes /usr/bin/id id -u");
	says("exec /usr/bin/id", "id -u", CHANGE_NEW,
	     "new: the scenario executes /usr/bin/id");
	/* One that failed is still the old program. */
	says("exec /usr/bin/no = ENOENT", "sh main.sh", CHANGE_NEW,
	     "new: main.sh tries to execute /usr/bin/no (ENOENT)");
}

static void the_value_stands_where_the_verb_wants_it(void **state)
{
	const char *by = "python3 a.py";

	(void)state;
	says("net.connect tcp 203.0.113.7:443 = ENETUNREACH", by, CHANGE_NEW,
	     "new: a.py connects to 203.0.113.7:443 (ENETUNREACH)");
	says("net.send udp 203.0.113.7:53", by, CHANGE_NEW,
	     "new: a.py sends to udp 203.0.113.7:53");
	says("file.create /tmp/x", by, CHANGE_NEW,
	     "new: a.py makes /tmp/x outside its own tree");
	says("file.read /etc/shadow = EACCES", by, CHANGE_NEW,
	     "new: a.py reads a file that holds secrets: /etc/shadow (EACCES)");
	says("process.exit /usr/bin/x status=1", "x", CHANGE_NEW,
	     "new: x ends with status=1");
	says("file.create $TREE/.git/hooks/pre-push", by, CHANGE_NEW,
	     "new: a.py changes $TREE/.git/hooks/pre-push that others run: "
	     "git");
	says("policy.edit .behavdiff", "", CHANGE_NEW,
	     "new: the change edits what it is judged by: .behavdiff");
}

static void the_change_stands_in_front(void **state)
{
	const char *line = "file.read $TREE/x", *by = "x";

	(void)state;
	says(line, by, CHANGE_OUTCOME,
	     "another result: x reads $TREE/x, which failed before");
	says("file.read $TREE/x = ENOENT", by, CHANGE_OUTCOME,
	     "another result: x reads $TREE/x (ENOENT)");
	says("file.create /srv/<rand>", by, CHANGE_MORE,
	     "more: x makes /srv/<rand> outside its own tree, "
	     "4 names instead of 3");
	says(line, by, CHANGE_GONE, "gone: x reads $TREE/x");
	says(line, by, CHANGE_UNSTABLE, "unstable: x reads $TREE/x");
}

static void a_rule_without_a_finding_says_what_it_is_about(void **state)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf text = BUF_INIT;

		rule_text(&text, &rules[i]);
		assert_null(strpbrk(text.p, "{}"));
		assert_true(rules[i].category < CATEGORY_COUNT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_subject_is_the_program_that_did_it),
		cmocka_unit_test(a_program_is_executed_by_the_one_before_it),
		cmocka_unit_test(the_value_stands_where_the_verb_wants_it),
		cmocka_unit_test(the_change_stands_in_front),
		cmocka_unit_test(a_rule_without_a_finding_says_what_it_is_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
