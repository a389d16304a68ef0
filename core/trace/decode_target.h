/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors that have the kernel signal a process. */
#ifndef TRACE_DECODE_TARGET_H
#define TRACE_DECODE_TARGET_H

#include <stdbool.h>

struct task;
struct tracer;

/*
 * On entry of fcntl(2), or ioctl(2): does it set an owner?  The words of the
 * call are then those of target.h for it, or empty.
 */
bool target_sets_owner(struct tracer *t, struct task *k, bool ioctl);
/* At its end: an event, unless the owner is the caller. */
void target_owner_set(struct tracer *t, struct task *k);

#endif
