/* SPDX-License-Identifier: Apache-2.0 */
/* What a program is given in its environment to load or to run. */
#ifndef TRACE_EXEC_ENV_H
#define TRACE_EXEC_ENV_H

#include <stdbool.h>

#include "core/base/str.h"

struct task;
struct tracer;

/*
 * At the stop after an exec, the process's program known: an event for each
 * such variable that was not the same in the environment of what ran before.
 */
void exec_env_succeeded(struct tracer *t, struct task *k, bool first);
/*
 * Of an exec that found nothing at this path, as it was given: can it be one of
 * a search along PATH?
 */
bool exec_env_is_search(const struct task *k, const char *path);

#endif
