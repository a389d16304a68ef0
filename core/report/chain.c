/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of programs that led to an event. */
#include "core/report/internal.h"

bool chain_next(struct str *chain, struct str *program)
{
	size_t n = 0;

	if (!chain->len)
		return false;
	while (n < chain->len && !str_starts(str_sub(*chain, n), STR(" > ")))
		n++;
	*program = (struct str){ chain->p, n };
	*chain = str_sub(*chain, n < chain->len ? n + 3 : n);
	return true;
}

struct str chain_last(struct str chain)
{
	struct str program = STR("");

	while (chain_next(&chain, &program))
		;
	return program;
}
