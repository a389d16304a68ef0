/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writable layers after a run: the ground truth for every file written,
 * whatever the trace says.
 */
#ifndef RUN_LAYERS_H
#define RUN_LAYERS_H

#include <time.h>

#include "core/run/heartbeat.h"
#include "core/trace/trace.h"

/*
 * Walk what changed since start (change times are the kernel's; no program
 * can set them).  A change no traced call accounts for is emitted through the
 * tracer with a note that says so; a regular file that gained an execute bit,
 * or the content of a program, is emitted as file.executable.
 */
void layers_scan(int scratch, int tree, const struct timespec *start,
		 struct tracer *tracer, struct heartbeat *heartbeat);

/*
 * Open a path of the tree as the program sees it, upper layer first.  openat2
 * with RESOLVE_IN_ROOT: a link leads nowhere but into the layer.  -1 with
 * errno; O_CLOEXEC is added.
 */
int layers_open(int scratch, int tree, const char *path, int flags);

#endif
