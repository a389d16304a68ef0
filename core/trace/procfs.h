/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one reader of /proc: what the kernel says of a process, bounded and
 * checked.  Pids are those of the tracer's own namespace.  A process that is
 * gone has no files there: each function says what it returns then.
 */
#ifndef TRACE_PROCFS_H
#define TRACE_PROCFS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/buf.h"

/* --- files and links of a process; the name below /proc/PID is a format --- */

/* What a symbolic link says; false with errno. */
bool procfs_read_link(const char *link, struct buf *out);
/* The same of a link of the process: "cwd", "fd/%d". */
bool procfs_link(pid_t pid, struct buf *out, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/* What descriptor `fd` of our own refers to; false with errno. */
bool procfs_own_fd(int fd, struct buf *out);

/* Follow the link and open what it leads to; -1 with errno. */
int procfs_open(pid_t pid, int flags, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/* Follow the link and ask about what it leads to; 0, or -1 with errno. */
int procfs_stat(pid_t pid, struct stat *st, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * A whole file of at most max bytes, appended and terminated; false, and out
 * as it was, when it cannot be read or is longer.
 */
bool procfs_read(pid_t pid, const char *name, struct buf *out, size_t max);

/*
 * A file by whole lines, however long; gone: none.  It has PROCFS_WALK_NS from
 * its opening: a program may make a file as long as it likes.
 *
 *	procfs_lines_open(&l, pid, "maps");
 *	while ((line = procfs_lines_next(&l))) ...
 *	procfs_lines_close(&l);
 */
struct procfs_lines {
	FILE *file;		/* NULL: it could not be opened */
	char *line;
	size_t room;
	uint64_t until;		/* by clock_ns() */
	unsigned n;		/* lines so far */
	bool cut;		/* the time was over before the end */
};
#define PROCFS_WALK_NS 500000000U
bool procfs_lines_open(struct procfs_lines *l, pid_t pid, const char *name,
		       ...) __attribute__((format(printf, 3, 4)));
/* Valid until the next call; NULL at the end. */
const char *procfs_lines_next(struct procfs_lines *l);
void procfs_lines_close(struct procfs_lines *l);

/* --- what a task does --- */

/* State, and context switches of both kinds; false: gone. */
bool procfs_state(pid_t tid, char *state, unsigned long long *switches);
/* Does it sleep?  False also when it is gone. */
bool procfs_sleeps(pid_t tid);
/* The call it sleeps in, and its arguments; false: it sleeps in none. */
bool procfs_call(pid_t tid, int *nr, unsigned long long a[6]);
#define PROCFS_NAME_MAX 16	/* TASK_COMM_LEN of the kernel */
/* What ps(1) calls the task, with its NUL; false: gone. */
bool procfs_name(pid_t tid, char out[PROCFS_NAME_MAX]);
/* State letter and parent of a process, a zombie too; false: gone. */
bool procfs_parent(pid_t pid, char *state, pid_t *parent);

/* --- ids --- */

/* The number of a field of status, such as "PPid"; 0: gone. */
pid_t procfs_status_number(pid_t tid, const char *field);
/* What the sandbox calls the task of this id; -1 when it is gone. */
long procfs_sandbox_pid(pid_t tid);
/* The same of its process group. */
long procfs_sandbox_pgid(pid_t tid);
/* The pid of a pidfd of the task; -1: the process is gone, 0: no pidfd. */
pid_t procfs_pidfd_target(pid_t tid, int fd);

/* --- memory --- */

/* A line of maps or smaps that describes a mapping (proc(5)). */
struct procfs_mapping {
	unsigned long long from, to, offset;	/* bytes */
	char mode[5];		/* "rwxp" */
	uint64_t device;	/* major in the upper half, minor */
	unsigned long long inode;
	/*
	 * Up to the line's end; it may be longer than any buffer, and its rest
	 * look like such a line.
	 */
	const char *path;
};
bool procfs_parse_mapping(const char *line, struct procfs_mapping *out);
/* Bytes resident, and private writable ones; false: gone. */
bool procfs_memory(pid_t pid, uint64_t *resident, uint64_t *data);
/* Bytes of its page tables of all levels (VmPTE); 0: gone. */
uint64_t procfs_page_tables(pid_t pid);
/* Its share of all that is resident (Pss), without a line each; 0: gone. */
uint64_t procfs_share(pid_t pid);

/*
 * A limit of a process by its name in its file `limits`, "Max data size", soft
 * and hard; RLIM_INFINITY for none; false: gone.
 */
bool procfs_limit(pid_t pid, const char *name, uint64_t *soft, uint64_t *hard);

/* --- TCP sockets of the process's network namespace --- */

struct procfs_socket {
	unsigned state;		/* TCP_LISTEN, ... of netinet/tcp.h */
	unsigned long sending, unread;	/* bytes in its queues */
	unsigned timer;		/* the kernel's, 0: none is armed */
};
/* A line of net/tcp or net/tcp6 (proc_net_tcp.rst); false: the head line. */
bool procfs_parse_socket(const char *line, struct procfs_socket *out);

#endif
