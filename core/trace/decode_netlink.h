/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to the kernel: netlink(7), and what they ask (netlink.def). */
#ifndef TRACE_DECODE_NETLINK_H
#define TRACE_DECODE_NETLINK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/event/event.h"

struct task;
struct tracer;

struct netlink_type {
	int protocol, number;
	const char *name;
	enum event_kind kind;	/* EV_COUNT: it leaves no fact */
	const char *why;	/* NULL, or in a few words */
};

/* The row of a type of message, and a protocol's name; NULL: there is none. */
const struct netlink_type *netlink_type(int protocol, int number);
const char *netlink_protocol_name(int protocol);

/* The protocol of a task's descriptor; -1: it is no netlink socket. */
int netlink_protocol(const struct task *k, int fd);

/*
 * At the end of the call at hand: the requests in memory of its task, which it
 * has sent by the descriptor of its first argument.
 */
void netlink_bytes(struct tracer *t, struct task *k, uint64_t at, uint64_t len);
void netlink_iovs(struct tracer *t, struct task *k, uint64_t at, uint64_t n);
/* The same of a sendmsg, if its process has netlink sockets. */
void netlink_message(struct tracer *t, struct task *k,
		     const struct msghdr *msg);
/* It sent these descriptors to another process (SCM_RIGHTS of unix(7)). */
void netlink_rights(struct tracer *t, struct task *k, const char *fds,
		    size_t len);
/* "netlink(PROTOCOL, DETAIL)" */
void netlink_note(struct tracer *t, struct task *k, int protocol,
		  const char *detail);

#endif
