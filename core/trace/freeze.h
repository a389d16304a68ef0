/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard against changed arguments: while a call is made, no task runs that
 * could change what it was given.
 */
#ifndef TRACE_FREEZE_H
#define TRACE_FREEZE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct task;
struct tracer;

struct freeze {
	uint64_t until;		/* by clock_ns(); 0: nothing is frozen */
	uint64_t sharing_set;	/* that is frozen */
	pid_t caller;		/* whose call was the last */
	bool kept;		/* tasks may be kept frozen */
	bool cross_access;	/* a process accessed another one's memory */
};

/*
 * On entry of a call: freeze the tasks that could change its memory, and wait a
 * moment until none of them runs.  What is read afterwards is what the kernel
 * will read, when freeze_call() goes on with it.
 */
void freeze_hold(struct tracer *t, struct task *k);
/* Is the task at the beginning of a call whose arguments may be changed? */
bool freeze_wanted(const struct tracer *t, const struct task *k);
/* May other tasks change the arguments of the task's calls at all? */
bool freeze_is_shared(const struct tracer *t, const struct task *k);
/*
 * The task stops once, and runs on as its process is to (task_resume()).  One
 * that a stop would end a call of, on arm64, is left to its next stop.
 */
void freeze_stop_once(struct task *o);
/*
 * Run this call to its end, or until it sleeps, while no task runs that can
 * change its arguments or shares descriptors.  The task may be gone afterwards.
 */
void freeze_call(struct tracer *t, struct task *k);
/* Is it at the beginning of a call that makes paths lead elsewhere? */
bool freeze_moves_names(const struct tracer *t, const struct task *k);
/*
 * Run this call to its end while no other task is on its way along a path, so
 * that a path is what it was when the call that had it is recorded.
 */
void freeze_call_alone(struct tracer *t, struct task *k);
/*
 * At each stop; asked: the one that PTRACE_INTERRUPT makes.  True: the task is
 * to stay there, and freeze_look() runs it on.
 */
bool freeze_stopped(struct tracer *t, struct task *k, bool asked);
/* Before each wait; idle: nothing has stopped for a while. */
void freeze_look(struct tracer *t, bool idle);

#endif
