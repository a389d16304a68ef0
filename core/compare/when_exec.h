/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of rules.def about exec.args. */
#ifndef COMPARE_WHEN_EXEC_H
#define COMPARE_WHEN_EXEC_H

#include <stdbool.h>

struct fact;

/* Its own name is one that ps(1) gives to kernel threads: "[kworker/0:1]". */
bool when_exec_disguised(const struct fact *f);

#endif
