/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of rules.def about shared memory, semaphores and queues. */
#ifndef COMPARE_WHEN_IPC_H
#define COMPARE_WHEN_IPC_H

#include <stdbool.h>

struct fact;

/* Any program finds it by its key. */
bool when_ipc_key(const struct fact *f);
/* It has no key, and its mode lets others use it. */
bool when_ipc_others(const struct fact *f);

#endif
