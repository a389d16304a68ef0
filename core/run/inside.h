/* SPDX-License-Identifier: Apache-2.0 */
/* Places of the sandbox, as a scenario writes them. */
#ifndef RUN_INSIDE_H
#define RUN_INSIDE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/str.h"

/* Append the absolute path in the sandbox of a place (config_place()). */
void inside_path(struct buf *out, struct str place);

/*
 * Is there anything at this place now, as pid 1 of a sandbox sees it?  init is
 * its number outside.  Links lead nowhere but into the sandbox.
 */
bool inside_exists(pid_t init, struct str place);

/*
 * Does a socket that listens there (struct tracer_hooks, `listening`) serve an
 * endpoint of the configuration (config_endpoint(), "" for any)?  One that is
 * bound to any address serves each.
 */
bool inside_serves(struct str endpoint, struct str where);

#endif
