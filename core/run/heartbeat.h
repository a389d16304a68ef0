/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's signs of life, in memory that its parent shares. */
#ifndef RUN_HEARTBEAT_H
#define RUN_HEARTBEAT_H

#include <stdatomic.h>
#include <stddef.h>

struct heartbeat {
	_Atomic size_t facts;	/* so far, for the progress line */
	atomic_uint beats;	/* changes while the worker works */
};

/* To be called wherever a run may spend its time; NULL: not watched. */
static inline void heartbeat_beat(struct heartbeat *p)
{
	if (p)
		atomic_fetch_add_explicit(&p->beats, 1, memory_order_relaxed);
}

#endif
