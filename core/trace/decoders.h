/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that syscalls.def names: decoders.def. */
#ifndef TRACE_DECODERS_H
#define TRACE_DECODERS_H

#include "core/trace/syscalls.h"

struct task;
struct tracer;

#define ENTER(name) \
	enum entry_action enter_##name(struct tracer *t, struct task *k);
#define LEAVE(name) void leave_##name(struct tracer *t, struct task *k);
#include "core/trace/decoders.def"
#undef ENTER
#undef LEAVE

#endif
