/* SPDX-License-Identifier: Apache-2.0 */
/* What explain and completion rely on in the tables. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "core/base/vec.h"
#include "tests/unit/facts.h"

/* Some rules also look at what else both sides did. */
static const char *scene_of(const char *rule)
{
	static const struct {
		const char *rule, *line;
	} scenes[] = {
		{ "exec-made", "3 file.create $TREE/.cache/helper" },
		{ "exec-overwritten", "3 exec $TREE/tools/build.sh" },
		{ "file-own-temporary", "3 file.create /tmp/<rand>" },
	};

	for (size_t i = 0; i < ARRAY_LEN(scenes); i++)
		if (!strcmp(rule, scenes[i].rule))
			return scenes[i].line;
	return "3 exec /usr/bin/true";
}

/* The rule that a comparison finds for a line that is new. */
static void falls_under(const char *line, const char *rule)
{
	autobuf struct buf text = BUF_INIT;
	struct policy policy = { .fail_on = LEVEL_NEVER };
	struct comparison cmp;

	buf_printf(&text, "3 %s", line);

	struct fingerprint *old = FACTS("a", scene_of(rule));
	struct fingerprint *new = FACTS("b", text.p, scene_of(rule));

	compare(&cmp, old, new, &policy);
	if (cmp.n != 1)
		fail_msg("'%s': %zu findings", line, cmp.n);
	if (strcmp(cmp.findings[0].rule->id, rule))
		fail_msg("'%s' falls under %s, not %s", line,
			 cmp.findings[0].rule->id, rule);
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
}

static void every_example_falls_under_its_rule(void **state)
{
	size_t n;
	const struct example *examples = examples_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		falls_under(examples[i].fact, examples[i].rule);
}

static void every_rule_and_kind_has_an_example(void **state)
{
	size_t n, n_rules;
	const struct example *examples = examples_table(&n);
	const struct rule *rules = rules_table(&n_rules);
	bool kinds[EV_COUNT] = { false };

	(void)state;
	for (size_t r = 0; r < n_rules; r++) {
		size_t i = 0;

		while (i < n && strcmp(examples[i].rule, rules[r].id))
			i++;
		if (i == n)
			fail_msg("rule %s has no example", rules[r].id);
	}
	for (size_t i = 0; i < n; i++) {
		const char *fact = examples[i].fact;

		kinds[event_by_name((struct str){
			fact, strcspn(fact, " ") })] = true;
	}
	for (int k = 0; k < EV_COUNT; k++)
		if (!kinds[k])
			fail_msg("kind %s has no example",
				 event_name((enum event_kind)k));
}

/* Completion scripts quote them with ' and ". */
static void is_plain(const char *text, const char *forbidden)
{
	if (text && strpbrk(text, forbidden))
		fail_msg("'%s' would need quoting in a shell", text);
}

static void words_of_tables_need_no_quoting(void **state)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		is_plain(commands[i].name, "\"'$`\\ ");
		is_plain(commands[i].operands, "\"'$`\\");
		is_plain(commands[i].summary, "\"$`\\");
	}
	for (size_t i = 0; i < option_table.n; i++) {
		is_plain(option_table.v[i].name, "\"'$`\\ ");
		is_plain(option_table.v[i].arg, "\"'$`\\ ");
		is_plain(option_table.v[i].help, "\"$`\\");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_falls_under_its_rule),
		cmocka_unit_test(every_rule_and_kind_has_an_example),
		cmocka_unit_test(words_of_tables_need_no_quoting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
