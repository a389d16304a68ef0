/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage: a mount namespace that holds one tmpfs for the exported trees.
 *
 * No process and no path keeps it: behavdiff owns three descriptors (user
 * namespace, mount namespace, root directory of the tmpfs), and when behavdiff
 * ends, by whatever signal, the kernel gives all of it back.  Nothing is ever
 * written below $TMPDIR and there is nothing to clean up.
 */
#ifndef SANDBOX_STAGE_H
#define SANDBOX_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/err.h"

struct stage {
	int user_ns;	/* -1 when started by root: none is needed */
	int mnt_ns;
	int root;	/* directory, mode 0700; everything below is private */
	uid_t uid;	/* host ids the runs use: the caller's own, */
	gid_t gid;	/* or STAGE_ROOT_UID when started by root */
	bool as_root;
};

/*
 * Host uid and gid of the runs when root starts behavdiff: a number in the
 * range that systemd's uid table (UIDS-GIDS.md) lists as unused, so that it
 * owns no file and no process of the host.
 */
#define STAGE_ROOT_UID 2000000000U

/*
 * Where the stage's tmpfs is mounted in its mount namespace: a directory that
 * every host has and where nobody keeps a repository.
 */
#define STAGE_MOUNT "/sys"

#define STAGE_INIT { -1, -1, -1, 0, 0, false }

/* The error names what the host refused, the hint the knob to turn. */
int stage_open(struct stage *out, struct err *err);
void stage_close(struct stage *s);

/*
 * In a forked, single-threaded child: enter the stage and become its uid, with
 * no supplementary groups where the kernel allows that (root).  0, or -1 with
 * errno set and *what saying which call failed.
 */
int stage_enter(const struct stage *s, const char **what);

#endif
