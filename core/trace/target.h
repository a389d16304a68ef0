/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process a call hits, in words: "RELATION" or "RELATION\0PROGRAM", where
 * the relation to the caller is "itself", "child", "descendant", "parent",
 * "other", "step NAME", "pid 1", "own group", "group of ...", "every process"
 * or "no process".  Pids are those of the sandbox.
 */
#ifndef TRACE_TARGET_H
#define TRACE_TARGET_H

#include <stdbool.h>

#include "core/base/buf.h"

struct process;
struct task;
struct tracer;

/* Is it this process, or one below it? */
bool target_is_above(const struct process *above, const struct process *p);
/* The task of this pid; NULL: there is none. */
struct task *target_task(struct tracer *t, struct task *k, long pid);

/* Append the words for a process. */
void target_put(struct tracer *t, const struct task *k,
		const struct process *p, struct buf *words);
/* For a pid or tid; pid 1 is not known as such here. */
void target_put_pid(struct tracer *t, struct task *k, int pid,
		    struct buf *words);
/* As kill(2) takes it: 0, -1 and -GROUP too. */
void target_put_signalled(struct tracer *t, struct task *k, int pid,
			  struct buf *words);

/* The caller, or its group; no words at all are the caller too. */
bool target_is_own(struct str words);
/* The same, its children and what is below them. */
bool target_is_family(struct str words);
void target_split(struct str words, struct str *relation, struct str *program);

/* process.inspect "DEED of RELATION" PROGRAM; of itself: "DEED". */
void target_emit(struct tracer *t, struct task *k, const char *deed,
		 struct str words, int err);

#endif
