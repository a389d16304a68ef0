/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks: the threads that are traced, by their id. */
#ifndef TRACE_TASK_H
#define TRACE_TASK_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/trace/call.h"
#include "core/trace/clone3.h"
#include "core/trace/netlink_calls.h"

struct process;
struct tracer;

#define TASK_BUCKETS 1024

struct task {
	struct task *next;	/* in its bucket */
	struct process *process;	/* NULL until its parent's event came */
	pid_t tid;
	long sandbox_tid;	/* its id in the sandbox; 0: not asked yet */
	uint64_t usage_round;	/* the last that it was looked at in: usage.c */
	bool in_call;		/* between entry and exit stop */
	bool unannounced;	/* stopped before its parent's event */
	unsigned ticks_waited;	/* for that event */
	bool frozen;		/* has not run since it was asked to stop */
	bool freeze_asked;	/* and that stop is still to come */
	bool may_stay_frozen;	/* it slept then: it may stay stopped */
	bool kept_frozen;	/* and does */
	bool size_reported;	/* that a file was to be too large: limits.c */
	bool job_stopped;	/* in a stop of job control */
	const struct syscall_desc *desc;	/* NULL: no modelled call */
	struct call call;
	struct clone3 clone3;
	struct netlink_call netlink;
};

struct tasks {
	struct task *buckets[TASK_BUCKETS];
	size_t n;
	size_t turn;		/* the bucket that was served last */
};

void task_free_all(struct tracer *t);

struct task *task_find(struct tracer *t, pid_t tid);
struct task *task_add(struct tracer *t, pid_t tid);
void task_remove(struct tracer *t, struct task *k);
void task_set_process(struct task *k, struct process *p);

/* The first one for NULL, the next one, NULL at the end; in no order. */
struct task *task_next(const struct tracer *t, const struct task *k);
#define for_each_task(t, k) \
	for (struct task *k = task_next(t, NULL); k; k = task_next(t, k))

/*
 * With this request of ptrace(2); PTRACE_CONT stops at calls where the process
 * has netlink sockets.  A task that was killed is left alone.
 */
void task_resume(struct task *k, int request, int sig);

/* The task's id in the sandbox, asked once; -1 when it is gone. */
long task_sandbox_tid(struct task *k);
/* The id here of a task's id in the sandbox, not pid 1's; 0: there is none. */
pid_t task_host_tid(struct tracer *t, struct task *k, long sandbox_tid);

#endif
