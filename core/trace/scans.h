/* SPDX-License-Identifier: Apache-2.0 */
/* Many ports of one host that were tried and refused: a scan. */
#ifndef TRACE_SCANS_H
#define TRACE_SCANS_H

#include <sys/socket.h>

#include "core/base/strmap.h"

struct tracer;
struct task;

/* Different ports of a host: retries are of one. */
#define SCANS_PORTS 8

struct scans {
	struct strmap hosts;	/* -> how many of their ports */
	struct strmap ports;	/* "HOST:PORT", up to the bound */
};

/*
 * The outcome of a connect.  A port that the kernel may have chosen is <port>
 * in facts, so of any number of them one line is left; the last of SCANS_PORTS
 * makes a net.scan event, once of a host and run.
 */
void scans_note(struct tracer *t, struct task *k,
		const struct sockaddr_storage *sa, socklen_t len, int err);
void scans_free(struct scans *s);

#endif
