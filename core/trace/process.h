/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: thread groups, by their id. */
#ifndef TRACE_PROCESS_H
#define TRACE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/trace/netlink_calls.h"
#include "core/trace/usage.h"

struct tracer;

#define STEP_NONE ((size_t)-1)
#define PROCESS_BUCKETS 1024
#define PENDING_EXECS 32
#define STDERR_TAIL 2048

struct process {
	struct process *next;	/* in its bucket */
	struct process *parent;	/* counted reference or NULL */
	unsigned refs;		/* tasks, children, the table */
	pid_t tgid;
	unsigned tasks;		/* threads alive */
	bool is_init;		/* pid 1: ours, not the program's */
	bool is_step_leader;	/* a step's first process */
	bool after_first_exec;	/* it, or a parent, executed the program */
	bool executed;		/* a program of its own, not its parent's */
	bool setsid;		/* left its session, or its parent had */
	bool left_checked;	/* asked whether it is left; or its parent */
	bool ended;		/* children may still refer to it */
	/*
	 * Processes with one memory (CLONE_VM), one descriptor table
	 * (CLONE_FILES) or one working directory (CLONE_FS) have one number;
	 * sharing: there are others with it.
	 */
	uint64_t sharing_set;
	bool sharing;
	bool shares_directory;	/* the working one, by CLONE_FS */
	bool maps_shared;	/* memory that other processes may map */
	int ending_signal;	/* that was sent to end it: an end by it is no
				 * fact; 0: none */
	int exit_signal;	/* its end sends it to its parent (clone(2)) */
	int last_signal;	/* the last that another process sent it */
	char *last_sender;	/* and that process's label, or NULL */
	struct netlink_fds netlink;	/* as far as it is known */
	bool shell;		/* its program is a shell: shell.c */
	char *looked_up;	/* the name it looked for last, or NULL */
	char *looked_at;	/* the path it looked at last: decode_ipc.c */
	size_t step;
	char *exe;		/* resolved program, raw bytes */
	char *label;		/* "python3 client.py", escaped later */
	char *chain;		/* labels from the step down, " > " between */
	struct buf loads;	/* variables of its environment: exec_env.c */
	/* execs of names that are not there: a search along PATH, or not. */
	struct {
		char *path;
		struct buf words;	/* of a delegate: event/delegate.h */
		int err;
		bool search;
	} pending[PENDING_EXECS];
	unsigned n_pending;
	char stderr_tail[STDERR_TAIL];	/* the end of what it wrote there */
	unsigned stderr_len;
	uint64_t heap_end;	/* of brk(2); 0: not known yet */
	struct process_usage usage;
};

struct processes {
	struct process *buckets[PROCESS_BUCKETS];
	uint64_t sharing_sets;	/* how many there were */
};

void process_free_all(struct tracer *t);

struct process *process_find(struct tracer *t, pid_t tgid);
/* With what a fork inherits. */
struct process *process_add(struct tracer *t, pid_t tgid,
			    struct process *parent);
/* Give a reference back; NULL is none. */
void process_put(struct process *p);
/* Out of the table. */
void process_drop(struct tracer *t, struct process *p);

/* The first one for NULL, the next one, NULL at the end; in no order. */
struct process *process_next(const struct tracer *t, const struct process *p);
#define for_each_process(t, p) \
	for (struct process *p = process_next(t, NULL); p; \
	     p = process_next(t, p))

/* Its program, "?" when it is not known. */
struct str process_exe(const struct process *p);

/*
 * From now on no other process has its memory or descriptors: it executed a
 * program, or ended.
 */
void process_leave_sharing_set(struct tracer *t, struct process *p);

#endif
