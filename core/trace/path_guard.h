/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that mean what another task makes of them: relative ones where the
 * working directory is shared (CLONE_FS, threads), and those through another
 * process's links in /proc.
 */
#ifndef TRACE_PATH_GUARD_H
#define TRACE_PATH_GUARD_H

#include <stdbool.h>

struct task;
struct tracer;

enum path_guard {
	PATH_GUARD_NONE,
	PATH_GUARD_LOOK,	/* names something in /proc */
	PATH_GUARD_SHARED,	/* relative to a directory that is shared */
	PATH_GUARD_ALL,		/* any process may change where it leads */
};

/*
 * On entry, arguments and messages read: k->call.guard, and where its paths
 * begin.
 */
void path_guard_begin(struct tracer *t, struct task *k);
/*
 * At its end, the result known: events, where a path begins elsewhere now, and
 * where it led into another process's directory in /proc.
 */
void path_guard_end(struct tracer *t, struct task *k);
/* The same of an open by a name that did not show it. */
void path_guard_opened(struct tracer *t, struct task *k);

#endif
