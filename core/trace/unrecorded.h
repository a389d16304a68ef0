/* SPDX-License-Identifier: Apache-2.0 */
/* Unrecorded calls that are recorded all the same, by name: --syscalls=all. */
#ifndef TRACE_UNRECORDED_H
#define TRACE_UNRECORDED_H

#include <stdbool.h>

#include "core/base/err.h"

struct task;
struct tracer;
struct unrecorded;

/* To be called when the filter stops unrecorded calls too. */
int unrecorded_begin(struct unrecorded **out, struct err *err);
void unrecorded_free(struct unrecorded *u);

/*
 * On entry: would this call have passed?  Then it is recorded by name, and its
 * result is not asked.  False where unrecorded calls do not stop.
 */
bool unrecorded_call(struct tracer *t, struct task *k);
/* The call goes on: record it by name when no fact does. */
void unrecorded_no_fact(struct tracer *t, struct task *k);

#endif
