/* SPDX-License-Identifier: Apache-2.0 */
/* What to do where the host refuses a namespace or a mount. */
#ifndef SANDBOX_REMEDY_H
#define SANDBOX_REMEDY_H

#include "core/base/err.h"

/*
 * Hint for the errno of a refused namespace or mount: the setting of the host,
 * or the option of the container engine behavdiff runs in.  Returns -1.
 */
int remedy_hint(int error, struct err *err);

/* "docker", "podman", "kubernetes", "lxc" ..., or NULL: no container. */
const char *remedy_container(void);

/* The number in a file of /proc/sys; -1: there is none. */
long remedy_read_number(const char *path);

#endif
