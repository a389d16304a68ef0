/* SPDX-License-Identifier: Apache-2.0 */
/* What the host must have before any sandbox can be thought of. */
#ifndef SANDBOX_HOST_H
#define SANDBOX_HOST_H

#include <stdbool.h>

#include "core/base/err.h"

/* Is there a proc file system at /proc?  0, or -1 with a hint. */
int host_check_proc(struct err *err);

/*
 * Is every system call of host.def let pass that behavdiff itself makes?  0, or
 * -1 and the first that is not, with a hint.
 */
int host_check_calls(struct err *err);

/*
 * -1 with a hint where this is certainly a chroot, in which the kernel creates
 * no user namespace (user_namespaces(7)); 0: it is none, or cannot be known.
 */
int host_check_root(struct err *err);

/* -1 with a hint where a mount is in a folder that the sandbox shows. */
int host_check_mounts(struct err *err);

/* Is Linux older than this release?  true when that cannot be known. */
bool host_is_older(int major, int minor);

/* The oldest release that has all that is used. */
#define HOST_KERNEL_MAJOR 5
#define HOST_KERNEL_MINOR 11

/* All four checks; the message begins with "no sandbox here". */
int host_check(struct err *err);

#endif
