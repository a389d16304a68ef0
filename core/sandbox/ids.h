/* SPDX-License-Identifier: Apache-2.0 */
/* User namespaces: making one, and what to tell when the host refuses. */
#ifndef SANDBOX_IDS_H
#define SANDBOX_IDS_H

#include <sys/types.h>

#include "core/base/err.h"

/*
 * unshare(CLONE_NEWUSER) and map exactly one uid and gid.  user_namespaces(7):
 * an unprivileged writer may map its own ids and must deny setgroups first.
 * NULL, or what failed, with errno set.
 */
const char *ids_new_user_ns(uid_t inner_uid, gid_t inner_gid,
			    uid_t outer_uid, gid_t outer_gid);

/*
 * Hint for the errno of a refused namespace or mount: the knob to turn, the
 * container's where we are in one (probe.c).  Returns -1.
 */
int ids_hint(int error, struct err *err);

#endif
