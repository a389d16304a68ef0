/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that ended and were not collected. */
#ifndef TRACE_ZOMBIES_H
#define TRACE_ZOMBIES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/vec.h"

struct process;
struct tracer;

/* A process that ended, kept until its parent may have collected it. */
struct zombie {
	pid_t pid;
	uint64_t ns;		/* when, by clock_ns() */
	char *exe, *chain;
	size_t step;
};

struct zombies {
	VEC(struct zombie) list;
};

void zombies_free(struct zombies *z);
void zombies_add(struct tracer *t, const struct process *p);
/* The run ends: report those that are left. */
void zombies_report(struct tracer *t);

#endif
