/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of many requests (setsockopt, ioctl, fcntl, prctl, ...): which requests
 * are harmless, and what the others are (requests.def).
 */
#ifndef TRACE_REQUESTS_H
#define TRACE_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

struct task;
struct tracer;

#define NO_LEVEL (-1)

struct request {
	const char *call;
	int level;		/* NO_LEVEL, or of a socket option */
	uint32_t number;
	const char *name;
	enum { REQUEST_PASSES, REQUEST_QUIET, REQUEST_STOPS } how;
	bool whole_level;	/* number and name are not looked at */
	uint32_t unless;	/* bits of the next argument: it stops */
	/* of a request that stops: the call has ended */
	void (*leave)(struct tracer *t, struct task *k,
		      const struct request *r);
	const char *why;	/* in a few words */
};

/* The row of a request, NULL when there is none. */
const struct request *request_find(const char *call, int level,
				   uint32_t number);
/* Is it a call of many requests, of which the filter takes some? */
bool request_has_call(const char *name);
/* All rows. */
const struct request *request_table(size_t *n);

/* Instructions that stand in front of the filter's: see filter.c. */
void requests_filter(struct buf *out, uint32_t stop);

#endif
