/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anything can still happen: tracer_is_quiescent() of trace.h. */
#ifndef TRACE_QUIESCENCE_H
#define TRACE_QUIESCENCE_H

#include <stdbool.h>
#include <stdint.h>

struct quiescence {
	bool timers;		/* one was armed: see timers.c */
	uint64_t last_look;	/* what the last look saw, 0: not quiescent */
};

#endif
