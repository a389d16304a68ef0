/* SPDX-License-Identifier: Apache-2.0 */
/* What of this host a traced program can notice. */
#ifndef RUN_ENVIRONMENT_H
#define RUN_ENVIRONMENT_H

#include "core/base/arena.h"
#include "core/baseline/baseline.h"

/*
 * Kernel, machine and libc are asked of the system.  `root` is a digest that
 * changes when what is installed does: the package managers' lists, the
 * linker's cache, and names and sizes of what stands in the directories for
 * programs.  Nothing in it has a time or a host's name, so that two containers
 * of one image agree.  A few milliseconds.
 */
void environment_read(struct environment *out, struct arena *a);

#endif
