/* SPDX-License-Identifier: Apache-2.0 */
/* From a finished call to an event with its evidence. */
#ifndef TRACE_EMIT_H
#define TRACE_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/str.h"
#include "core/event/event.h"

struct process;
struct task;
struct tracer;

/* The step's name, "" for none. */
struct str emit_step_name(const struct tracer *t, size_t step);
/* With the task's call as evidence. */
void emit_event(struct tracer *t, struct task *k, enum event_kind kind,
		struct str a, struct str b, int err);
/* A program was executed; content: see struct event. */
void emit_program(struct tracer *t, struct task *k, enum event_kind kind,
		  struct str path, uint64_t content);
/* With this text as evidence; by: the task that made the call, 0: none. */
void emit_process(struct tracer *t, struct process *p, pid_t by,
		  enum event_kind kind, struct str a, struct str b, int err,
		  struct str call);
/* With the words "NAME" or "NAME(detail)" and no path. */
void emit_words(struct tracer *t, struct task *k, enum event_kind kind,
		int err, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A file event on a path argument; a successful change is noted. */
void emit_path(struct tracer *t, struct task *k, enum event_kind kind,
	       int dirfd, const char *path, bool follow, struct str b);

#endif
