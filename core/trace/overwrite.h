/* SPDX-License-Identifier: Apache-2.0 */
/* What a file held, and what is written over it. */
#ifndef TRACE_OVERWRITE_H
#define TRACE_OVERWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/str.h"
#include "core/base/strmap.h"

struct process;
struct task;
struct tracer;

#define OVERWRITE_FILES 64	/* that are watched; the oldest gives way */

struct overwrite_file {
	dev_t device;
	ino_t inode;
	int fd;			/* O_PATH */
	char *path;
	struct process *opener;	/* a reference */
	size_t held;		/* bytes that it held, from its beginning */
	uint64_t hash;		/* of them */
	bool reported;
};

struct overwrite {
	struct overwrite_file files[OVERWRITE_FILES];	/* the oldest first */
	size_t n;
	uint64_t bytes;		/* that were compared at further opens */
	struct strmap made;	/* by the run -> 1, 0: appended to since */
	bool more_made;		/* than that has room for */
};

/* It was opened: a new file, or one to append to, or both. */
void overwrite_began(struct tracer *t, struct task *k, int fd, bool made,
		     bool appends);
/* It was opened for writing, not for appending only, and was there before. */
void overwrite_opened(struct tracer *t, struct task *k, int fd,
		      struct str path);
/* What it held is gone, and that was reported. */
void overwrite_forget(struct tracer *t, struct str path);
/* Names have gone: files without any are compared, and let go. */
void overwrite_names_removed(struct tracer *t);
/* What this process has opened, is it written over?  NULL: all files. */
void overwrite_check(struct tracer *t, const struct process *p);
void overwrite_free(struct overwrite *o);

#endif
