/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that rows of syscalls.def name: a row declares its own. */
#ifndef TRACE_DECODERS_H
#define TRACE_DECODERS_H

#include <stddef.h>

#include "core/trace/syscalls.h"

struct task;
struct tracer;

#define CALL(name, shape, ints, enter, leave)				\
	enum entry_action enter(struct tracer *t, struct task *k);	\
	void leave(struct tracer *t, struct task *k);
#include "core/trace/syscalls.def"

/* No function has these names: a row has nothing to do there. */
#define ENTER_NONE NULL
#define LEAVE_NONE NULL

#endif
