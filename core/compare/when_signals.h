/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of rules.def about process.signal. */
#ifndef COMPARE_WHEN_SIGNALS_H
#define COMPARE_WHEN_SIGNALS_H

#include <stdbool.h>

struct fact;

/* It hits a whole step, pid 1, or every process. */
bool when_signals_all(const struct fact *f);
bool when_signals_itself(const struct fact *f);
/* It is meant to end a process that is not the sender's child. */
bool when_signals_to_end(const struct fact *f);

#endif
