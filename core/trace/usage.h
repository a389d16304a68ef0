/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that the traced processes take: tracer_memory() of trace.h. */
#ifndef TRACE_USAGE_H
#define TRACE_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/strmap.h"

struct tracer;

/* Of a process. */
struct process_usage {
	uint64_t share;		/* its proportional one of what is resident */
	uint64_t mappings;	/* how many, at the last look */
	bool known;		/* there was one */
	bool apart;		/* maps memory that is counted apart */
};

/* Shared memory, as far as a round has got. */
struct usage_round {
	uint64_t number;	/* from 1; 0: none has begun */
	uint64_t start;		/* by clock_ns() */
	struct strmap files;	/* shared memory -> bytes */
	struct strmap mapped;	/* the same where no descriptor is left */
};

struct usage {
	struct usage_round now;
	struct usage_round last;	/* the one that was finished last */
	uint64_t shared_bytes;	/* in all of them */
	uint64_t kernel_bytes;	/* page tables and mappings */
	uint64_t next_shared;	/* not looked at again before, by clock_ns() */
	uint64_t next_share;	/* the same of proportional shares */
	uint64_t share_bytes;	/* the sum of these, at the last look */
};

void usage_free(struct usage *u);

#endif
