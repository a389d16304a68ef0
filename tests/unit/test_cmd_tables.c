/* SPDX-License-Identifier: Apache-2.0 */
/* What completion relies on in the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cmd/cmd.h"
#include "cmd/complete.h"
#include "core/base/vec.h"

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
		cmocka_unit_test(completion_knows_every_placeholder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
