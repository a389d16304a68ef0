/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are executed. */
#ifndef TRACE_DECODE_EXEC_H
#define TRACE_DECODE_EXEC_H

struct process;
struct task;
struct tracer;

/* The stop after an exec that worked. */
void exec_succeeded(struct tracer *t, struct task *k);
/* Attempts that were kept back are reported: no exec comes after them. */
void exec_report_pending(struct tracer *t, struct process *p);
/* The run ends while a task is in an exec, or a process may be between two. */
void exec_interrupted(struct tracer *t, struct task *k);
void exec_search_interrupted(struct tracer *t, struct process *p);

#endif
