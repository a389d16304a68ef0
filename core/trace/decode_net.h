/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of the traced processes. */
#ifndef TRACE_DECODE_NET_H
#define TRACE_DECODE_NET_H

#include "core/base/strmap.h"

struct task;
struct tracer;

struct net {
	struct strmap bound; /* a socket's inode -> the path it is bound to */
};

void net_free(struct net *n);

/*
 * The task's own socket as a descriptor of ours, which the caller closes; -1
 * with errno.
 */
int net_borrow_socket(const struct task *k, int fd);
/* Are the messages of a finished call still those read on entry? */
void net_check_sent(struct tracer *t, struct task *k);

#endif
