/* SPDX-License-Identifier: Apache-2.0 */
/* A shell's search along PATH that finds nothing. */
#ifndef TRACE_SHELL_H
#define TRACE_SHELL_H

struct process;
struct tracer;

/* The process executes another program, that of p->exe. */
void shell_started(struct process *p);
/* On entry of a call that looks for this path. */
void shell_looked_up(struct process *p, const char *path);
/* It has written to standard error: the end of it is in p->stderr_tail. */
void shell_wrote(struct tracer *t, struct process *p);

#endif
