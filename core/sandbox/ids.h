/* SPDX-License-Identifier: Apache-2.0 */
/* User namespaces with one id in them. */
#ifndef SANDBOX_IDS_H
#define SANDBOX_IDS_H

#include <sys/types.h>

/*
 * unshare(CLONE_NEWUSER) and map exactly one uid and gid.  user_namespaces(7):
 * an unprivileged writer may map its own ids and must deny setgroups first.
 * NULL, or what failed, with errno set.
 */
const char *ids_new_user_ns(uid_t inner_uid, gid_t inner_gid,
			    uid_t outer_uid, gid_t outer_gid);

#endif
