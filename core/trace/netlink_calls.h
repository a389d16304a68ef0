/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which processes have netlink sockets, and what they send by calls that the
 * filter lets pass.
 *
 * A request may be sent without an address, and by write(2).  So a process with
 * such a socket stops on every call (PTRACE_SYSCALL) until it is closed.
 */
#ifndef TRACE_NETLINK_CALLS_H
#define TRACE_NETLINK_CALLS_H

#include <stdbool.h>
#include <stdint.h>

struct process;
struct task;
struct tracer;

/* Of one process. */
struct netlink_fds {
	uint64_t fds;		/* bit i: descriptor i is such a socket */
	bool others;		/* there may be more */
};

/* Of one task: a call that sends by such a socket, between entry and end. */
struct netlink_call {
	bool pending;
	int row;		/* of the table of such calls */
	int nr;
	uint64_t args[6];
};

/* The task made a socket, or another descriptor of one. */
void netlink_calls_opened(struct tracer *t, struct task *k, int fd);
/* Another process may have one by now. */
void netlink_calls_passed_on(struct tracer *t);
/* The process executes a program: descriptors may be closed. */
void netlink_calls_executed(struct task *k);
/* Is every call of the process to stop? */
bool netlink_calls_wanted(const struct process *p);
/*
 * A task stops at the beginning of a call, before the filter, or at its end.
 * True: a call that sends begins.
 */
bool netlink_calls_stopped(struct tracer *t, struct task *k);
/* The task was killed, perhaps in such a call. */
void netlink_calls_died(struct tracer *t, struct task *k);

#endif
