/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of a hostile tree: its names, and the beginnings of its files. */
#ifndef SCENARIO_LISTING_H
#define SCENARIO_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"

#define LISTING_FILE_MAX (256 * 1024)	/* of each file, the rest is not read */

struct listing {
	int fd;			/* owned */
	struct arena arena;
	struct str *names;	/* bytewise order, NUL-terminated */
	size_t n;
	unsigned opened;	/* files so far */
	bool exhausted;		/* more files asked for than are opened */
};

#define LISTING_INIT { .fd = -1, .arena = ARENA_INIT }

/*
 * The folder path below dirfd, no link.  At most 10,000 names: more is
 * ERR_INCONCLUSIVE, a part of them would be a matter of chance.
 */
int listing_open(struct listing *out, int dirfd, const char *path,
		 struct err *err);
void listing_close(struct listing *l);

enum listing_want { LISTING_FILE, LISTING_PROGRAM };

/*
 * Is name a regular file (with an execute bit, for PROGRAM), no link?  Then
 * its first bytes are put into out.  At most 512 files are opened.
 */
bool listing_read(struct listing *l, struct str name, enum listing_want want,
		  struct buf *out);

#endif
