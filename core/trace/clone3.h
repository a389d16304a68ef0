/* SPDX-License-Identifier: Apache-2.0 */
/* clone3(2), whose arguments are in memory. */
#ifndef TRACE_CLONE3_H
#define TRACE_CLONE3_H

#include <linux/sched.h>
#include <stdint.h>

struct task;
struct tracer;

#define CLONE3_REGISTERS 5	/* arguments of clone(2) */
#define CLONE3_UNCLAIMED 64

/* Registers that clone(2) was given in place of the program's. */
struct clone3_registers {
	uint64_t theirs[CLONE3_REGISTERS];
	uint64_t given[CLONE3_REGISTERS];
};

/* Of a task. */
struct clone3 {
	enum {
		CLONE3_NONE,
		CLONE3_IN_REGISTERS,	/* it is in clone(2) for us */
		CLONE3_IN_MEMORY,	/* it is in clone3(2) */
		CLONE3_NEW		/* its first stop is still to come */
	} how;
	struct clone3_registers registers;
	struct clone_args args;	/* as they were read, of those in memory */
};

/* Of callers that died in the call: a child of theirs may come yet. */
struct clone3_unclaimed {
	struct clone3_registers v[CLONE3_UNCLAIMED];
	unsigned n;		/* ever; the oldest gives way */
};

/* The task stopped and named the one that it has made. */
void clone3_announced(struct task *k, struct task *child);
/* A new task that no other one has named is about to run. */
void clone3_unannounced(struct tracer *t, struct task *child);
/* A new task stops for the first time. */
void clone3_first_stop(struct task *k);
/* The task has ended. */
void clone3_ended(struct tracer *t, const struct task *k);

#endif
