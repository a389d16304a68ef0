/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that a limit of the sandbox refuses. */
#ifndef TRACE_LIMITS_H
#define TRACE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/trace/syscalls.h"

struct process;
struct task;
struct tracer;

struct limits {
	bool tasks_full;	/* as many tasks as may be were alive */
	/* Private writable bytes of the largest process that has ended. */
	uint64_t largest_ended;
};

/* A modelled or recorded call has ended: was it one of our limits? */
void limits_check(struct tracer *t, struct task *k);
/* SIGXFSZ is about to be delivered: a write went beyond our limit. */
void limits_write_refused(struct tracer *t, struct task *k);
/* A task was added. */
void limits_count_tasks(struct tracer *t, struct task *k);

/* Would so many more bytes be beyond the private memory of the process? */
bool limits_lack_memory(const struct tracer *t, const struct task *k,
			uint64_t bytes);
/* Is a file of this size beyond our limit? */
bool limits_file_size(const struct tracer *t, int64_t size);

#endif
