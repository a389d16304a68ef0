/* SPDX-License-Identifier: Apache-2.0 */
/* Ends of processes, and their standard error. */
#ifndef TRACE_DECODE_PROCESS_H
#define TRACE_DECODE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/trace/syscalls.h"

struct process;
struct task;
struct tracer;

/* No namespace of its own, no task that is not traced: with an event. */
enum entry_action process_refuse_flags(struct tracer *t, struct task *k,
				       uint64_t flags);

/* With this wait status. */
void process_ended(struct tracer *t, struct process *p, int status);
/* At its end or the run's: is it a daemon? */
void process_check_daemon(struct tracer *t, struct process *p);
/*
 * Before its step is stopped, or at the run's end: has it outlived its parent?
 * cut: the step's first process would have gone on, if it is there.
 */
void process_check_left(struct tracer *t, struct process *p, bool cut);

#endif
