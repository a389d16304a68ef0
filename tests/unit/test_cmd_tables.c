/* SPDX-License-Identifier: Apache-2.0 */
/* What explain and completion rely on in the tables. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/complete.h"
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

/* Words that begin with a capital letter stand for something. */
static void placeholders_are_known(const char *text)
{
	while (*text) {
		size_t len;

		text += strspn(text, "[]|. ");
		len = strcspn(text, "[]|. ");
		if (*text >= 'A' && *text <= 'Z' &&
		    !complete_knows((struct str){ text, len }))
			fail_msg("'%.*s' is no row of places in complete.c",
				 (int)len, text);
		text += len;
	}
}

static void completion_knows_every_placeholder(void **state)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		placeholders_are_known(commands[i].operands);
	for (size_t i = 0; i < option_table.n; i++)
		if (option_table.v[i].arg)
			placeholders_are_known(option_table.v[i].arg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_falls_under_its_rule),
		cmocka_unit_test(every_rule_and_kind_has_an_example),
		cmocka_unit_test(completion_knows_every_placeholder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
