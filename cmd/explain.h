/* SPDX-License-Identifier: Apache-2.0 */
/* explain.def as a table. */
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

#include <stddef.h>

struct example {
	const char *rule, *fact;
};

const struct example *examples_table(size_t *n);

#endif
