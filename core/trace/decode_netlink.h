/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to the kernel: netlink(7). */
#ifndef TRACE_DECODE_NETLINK_H
#define TRACE_DECODE_NETLINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct process;
struct ptrace_syscall_info;
struct task;
struct tracer;

/* Of one process. */
struct netlink_fds {
	uint64_t fds;		/* bit i: descriptor i is such a socket */
	bool others;		/* there may be more */
};

/* The requests in memory of a task, which it sends by the call at hand. */
void netlink_bytes(struct tracer *t, struct task *k, uint64_t at, uint64_t len);
/* The same of a sendmsg, if its socket is one of netlink. */
void netlink_message(struct tracer *t, struct task *k,
		     const struct msghdr *msg);

/*
 * A request may be sent without an address, and by write(2), which the filter
 * lets pass.  So a process with such a socket stops on every call
 * (PTRACE_SYSCALL) until it is closed.
 */
void netlink_opened(struct process *p, int fd);
bool netlink_wanted(const struct process *p);
/* A task of such a process stops at a call, before the filter. */
void netlink_stopped(struct tracer *t, struct task *k);
/* The process executes a program: descriptors may be closed. */
void netlink_executed(struct task *k);

#endif
