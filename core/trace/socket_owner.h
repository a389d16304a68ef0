/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent over the sandbox's loopback, and by which process. */
#ifndef TRACE_SOCKET_OWNER_H
#define TRACE_SOCKET_OWNER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "core/base/err.h"

struct netcap;
struct task;
struct tracer;
struct socket_owners;

struct traffic {
	struct netcap *netcap;	/* NULL: no program can send yet */
	struct socket_owners *owners;	/* made with it */
	struct err failed;	/* the run cannot go on */
};

void socket_owner_free(struct traffic *f);

/* From the first socket on whose packets can be captured. */
void socket_owner_listen(struct tracer *t);
/* On entry of a call that may send; on a connected socket it need not be. */
void socket_owner_ready(struct tracer *t);
/* From its present call on, the task's process sends from this address. */
void socket_owner_note(struct tracer *t, struct task *k, bool udp,
		       const struct sockaddr_storage *local, socklen_t len);

#endif
