/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The staging mount: a mount namespace that holds a tmpfs for each exported
 * tree.
 *
 * Each has its own because a tmpfs numbers its files as they come: in one that
 * is shared a program would see other inode numbers for the second tree than
 * for the same tree alone, and when both are written at once, other ones each
 * time.
 *
 * No process and no path keeps it: behavdiff owns three descriptors (user
 * namespace, mount namespace, root directory of the tmpfs), and when behavdiff
 * ends, by whatever signal, the kernel gives all of it back.  Nothing is ever
 * written below $TMPDIR and there is nothing to clean up.
 */
#ifndef SANDBOX_STAGING_H
#define SANDBOX_STAGING_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/err.h"

struct staging {
	int user_ns;	/* -1 when started by root: none is needed */
	int mnt_ns;
	int root;	/* directory, mode 0700; everything below is private */
	unsigned trees;	/* there are, and so many of them are in use */
	unsigned used;
	uid_t uid;	/* host ids the runs use: the caller's own, */
	gid_t gid;	/* or STAGING_ROOT_UID when started by root */
	bool as_root;
};

/*
 * Host uid and gid of the runs when root starts behavdiff: a number in the
 * range that systemd's uid table (UIDS-GIDS.md) lists as unused, so that it
 * owns no file and no process of the host.
 */
#define STAGING_ROOT_UID 2000000000U

/*
 * Where its tmpfs is mounted in its mount namespace: a directory that every
 * host has and that never holds a repository.
 */
#define STAGING_MOUNT "/sys"

#define STAGING_INIT { -1, -1, -1, 0, 0, 0, 0, false }
#define STAGING_NAME_MAX 16
#define STAGING_TREES_MAX 8

/*
 * With room for so many trees, at most STAGING_TREES_MAX.  The error names what
 * the host refused, the hint what to do.
 */
int staging_open(struct staging *out, unsigned trees, struct err *err);
/* The caller has closed what staging_tree() gave it. */
void staging_close(struct staging *s);

/*
 * The next of its trees, at most as many as it has room for: an empty
 * directory of the runs' uid, mode 0755, as a descriptor that the caller
 * closes, and its name in the staging mount's root.  -1: see err.
 */
int staging_tree(struct staging *s, char name[STAGING_NAME_MAX],
		 struct err *err);

/*
 * In a forked, single-threaded child: enter the staging mount and become its
 * uid, with no supplementary groups where the kernel allows that (root).  0, or
 * -1 with errno set and *what saying which call failed.
 */
int staging_enter(const struct staging *s, const char **what);

#endif
