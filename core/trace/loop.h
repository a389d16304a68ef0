/* SPDX-License-Identifier: Apache-2.0 */
/* The stops of ptrace(2), one at a time. */
#ifndef TRACE_LOOP_H
#define TRACE_LOOP_H

#include <sys/types.h>

struct tracer;

#define TICK_US 50000

/* What waitpid(2) reported.  The task may be gone afterwards. */
void loop_dispatch(struct tracer *t, pid_t tid, int status);
/* Do what is due besides stops, when it is time to. */
void loop_tick(struct tracer *t);
/* SIGALRM every so many microseconds: TICK_US, or less for a while. */
int loop_timer(long us);

#endif
