/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that the traced processes take: tracer_memory() of trace.h. */
#ifndef TRACE_USAGE_H
#define TRACE_USAGE_H

#include <stdint.h>

#include "core/base/strmap.h"

struct usage {
	struct strmap files;	/* shared memory -> bytes */
	struct strmap mapped;	/* the same where no descriptor is left */
	uint64_t shared_bytes;	/* in both */
	uint64_t next_shared;	/* not looked at again before, by clock_ns() */
};

void usage_free(struct usage *u);

#endif
