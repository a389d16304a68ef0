/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sides' trees, written side by side: one process for each beyond the
 * first, which is ours.
 *
 * Nearly all of an export is the kernel making files one by one, and the trees
 * share none: what two names of one file, or a layer below both, would have in
 * common (times, link counts, inode numbers, the order of names) a program
 * could see, and a revision would look otherwise beside another one than alone
 * (tests/bench/README.md).  A process and not a thread, because libgit2's
 * switches and the umask are the process's (source.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/run/session.h"

#define TREE_BYTES_MAX (4ULL << 30)
#define TREE_ENTRIES_MAX 1000000

struct answer {
	int failed;
	struct err err;
	struct tree_info info;
};

/* So that a write of it never blocks (pipe(7)). */
_Static_assert(sizeof(struct answer) <= PIPE_BUF, "a pipe holds an answer");

struct writer {
	pid_t pid;		/* 0: none */
	int answer;		/* the pipe's end */
	struct side *side;
};

static int write_tree(struct session *s, struct side *side, struct err *err)
{
	const struct export_options opt = {
		.chown = s->staging.as_root, .uid = s->staging.uid,
		.gid = s->staging.gid, .max_bytes = TREE_BYTES_MAX,
		.max_entries = TREE_ENTRIES_MAX,
	};

	return rev_export(s->repo, &side->rev, side->tree, &opt, &side->info,
			  err) ? err_wrap(err, "%s", side->rev.spec) : 0;
}

static void trees_work(struct session *s, struct side *side, int to,
		       pid_t parent)
	__attribute__((noreturn));

static void trees_work(struct session *s, struct side *side, int to,
		       pid_t parent)
{
	struct answer a;

	/* Its padding too is written. */
	memset(&a, 0, sizeof(a));
	/* Ctrl-C is the parent's to take; its death is ours. */
	signal(SIGINT, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	a.failed = write_tree(s, side, &a.err);
	a.info = side->info;
	_exit(fd_write_all(to, &a, sizeof(a)) ? 1 : 0);
}

static int trees_start(struct writer *w, struct session *s, struct side *side,
		       struct err *err)
{
	pid_t parent = getpid(), pid;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	fflush(NULL);
	pid = fork();
	if (!pid)
		trees_work(s, side, ends[1], parent);
	close(ends[1]);
	if (pid < 0) {
		err_sys(err, "cannot fork");
		close(ends[0]);
		return -1;
	}
	*w = (struct writer){ pid, ends[0], side };
	return 0;
}

static void reap(struct writer *w)
{
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(w->answer);
	w->pid = 0;
}

static int trees_collect(struct writer *w, struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	struct answer a;
	int failed = fd_read_all(w->answer, &text, sizeof(a));

	reap(w);
	if (failed || text.len != sizeof(a))
		return err_set(err, ERR_TROUBLE, "%s: its export ended "
			       "without a result", w->side->rev.spec);
	memcpy(&a, text.p, sizeof(a));
	w->side->info = a.info;
	if (!a.failed)
		return 0;
	if (err)
		*err = a.err;
	return -1;
}

static int write_all(struct writer *w, struct session *s, struct side **sides,
		     size_t n, struct err *err)
{
	for (size_t i = 1; i < n; i++)
		if (trees_start(&w[i], s, sides[i], err))
			return -1;
	/* Of several that fail, the first one's reason. */
	if (write_tree(s, sides[0], err))
		return -1;
	for (size_t i = 1; i < n; i++)
		if (trees_collect(&w[i], err))
			return -1;
	return 0;
}

int trees_export(struct session *s, struct side **sides, size_t n,
		 struct err *err)
{
	struct writer *w;
	int failed;

	for (size_t i = 0; i < n; i++) {
		sides[i]->tree = staging_tree(&s->staging, sides[i]->tree_name,
					      err);
		if (sides[i]->tree < 0)
			return err_wrap(err, "%s", sides[i]->rev.spec);
	}
	if (!n)
		return 0;
	w = mem_array(n, sizeof(*w));
	failed = write_all(w, s, sides, n, err);
	for (size_t i = 1; i < n; i++)
		if (w[i].pid) {
			kill(w[i].pid, SIGKILL);
			reap(&w[i]);
		}
	free(w);
	return failed;
}
