/* SPDX-License-Identifier: Apache-2.0 */
/* From a path argument to the path the kernel meant. */
#ifndef TRACE_RESOLVE_H
#define TRACE_RESOLVE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/strmap.h"

struct task;
struct tracer;

/* Of the path that was resolved last: whose directory in /proc it names. */
struct resolve_through {
	pid_t tid;		/* of another process; 0: of none */
	bool link;		/* by a link there: cwd, root, fd/N */
	char name[20];		/* what is named there: "fd", "environ", "" */
};

struct resolve {
	int root;		/* O_PATH on the sandbox's root, -1 at first */
	struct strmap dirs;	/* directory -> resolved */
	struct resolve_through through;
	bool links_to_proc;	/* a symbolic link into /proc was made */
};

void resolve_begin(struct resolve *r);
void resolve_free(struct resolve *r);

/*
 * Absolute path of a path argument, links in its directory resolved, and the
 * last one too with follow.  Never fails: what cannot be resolved is joined
 * as text.
 */
void resolve_path(struct tracer *t, struct task *k, int dirfd,
		  const char *path, bool follow, struct buf *out);
/*
 * Where such a path begins: made absolute, a link of /proc in front of it
 * followed; no other link is.
 */
void resolve_start(struct tracer *t, struct task *k, int dirfd,
		   const char *path, struct buf *out);
/* What a descriptor refers to, " (deleted)" removed and *deleted set. */
bool resolve_fd(pid_t tid, int fd, struct buf *out, bool *deleted);
/* The program of a task, "?" when it is gone. */
void resolve_exe(pid_t tid, struct buf *out, bool *deleted);
/* The working directory of a task; false with errno. */
bool resolve_cwd(pid_t tid, struct buf *out);
/* Names have changed: resolved directories are out of date. */
void resolve_forget_dirs(struct tracer *t);

/* O_PATH descriptor of an absolute path in the sandbox, no /proc links. */
int resolve_walk(struct tracer *t, struct task *k, const char *path,
		 int flags);
/* What it leads to now; 0, or an errno. */
int resolve_stat(struct tracer *t, struct task *k, int dirfd, const char *path,
		 struct stat *st);

bool resolve_is_system(struct str path);
/* Is a "." or ".." among its names? */
bool resolve_has_dots(const char *path);
/*
 * Does this argument name something in the system's own directories, with no
 * ".." to leave them?  Looking there is no fact, so it need not be resolved.
 * NULL, what could not be read, names nothing.
 */
bool resolve_names_system(const char *path);

#endif
