/* SPDX-License-Identifier: Apache-2.0 */
/* New tasks, and whose they are. */
#ifndef TRACE_FORK_H
#define TRACE_FORK_H

#include <stdbool.h>
#include <stddef.h>

struct process;
struct task;
struct tracer;

#define ENDED_MAX 64

struct fork {
	size_t step;		/* of pid 1's next child, or STEP_NONE */
	bool shares_files;	/* processes with one descriptor table */
	struct process *ended[ENDED_MAX];	/* the last; counted, or NULL */
	unsigned n_ended;
};

void fork_begin(struct fork *f);
void fork_free(struct fork *f);

/* The task stopped and names the one that it has made. */
void fork_announced(struct tracer *t, struct task *k);
/* At every tick: a task without such a stop finds its parent and runs. */
void fork_find_parents(struct tracer *t);
/* How many wait that long without having found one? */
unsigned fork_count_unannounced(const struct tracer *t);
/* Has a process not stopped yet, with no parent left to name it? */
bool fork_has_unannounced(struct tracer *t);
/* The process ends; its children may not be announced yet. */
void fork_keep_ended(struct tracer *t, struct process *p);

#endif
