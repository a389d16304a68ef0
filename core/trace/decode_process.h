/* SPDX-License-Identifier: Apache-2.0 */
/* Ends of processes, and their standard error. */
#ifndef TRACE_DECODE_PROCESS_H
#define TRACE_DECODE_PROCESS_H

struct process;
struct tracer;

/* With this wait status. */
void process_ended(struct tracer *t, struct process *p, int status);
/* At its end or the run's: is it a daemon? */
void process_check_daemon(struct tracer *t, struct process *p);

#endif
