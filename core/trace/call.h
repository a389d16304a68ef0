/* SPDX-License-Identifier: Apache-2.0 */
/* The system call a task is in. */
#ifndef TRACE_CALL_H
#define TRACE_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/base/buf.h"
#include "core/event/event.h"
#include "core/trace/syscalls.h"

struct task;
struct tracer;

struct call {
	int nr;
	uint32_t arch;
	bool foreign;		/* the number is another ABI's */
	uint64_t args[6];
	uint64_t started_at;	/* by netcap_clock() */
	int64_t ret;		/* at its end; negative errno */
	char *path1, *path2;	/* strings read on entry; NULL unreadable */
	struct sockaddr_storage addr;
	socklen_t addr_len;	/* 0: not read */
	uint64_t aux;		/* the decoder's own, from entry to end */
	uint8_t guard;		/* enum path_guard */
	bool in_root;		/* path1 begins at its directory: openat2(2) */
	struct buf starts;	/* where its paths begin, each with a NUL */
	struct buf words;	/* likewise; of an exec: argv joined by NUL */
	bool cached;		/* the result is not the kernel's:
				 * result_cache.c */
};

void call_clear(struct call *c);
/* errno of a finished call, 0 for success. */
static inline int call_err(const struct call *c)
{
	return c->ret < 0 && c->ret >= -4095 ? (int)-c->ret : 0;
}

/*
 * On entry of a call with a descriptor: int arguments become ints, strings and
 * the socket address are read.
 */
void call_read_arguments(struct task *k);
/* The call came to its end with this result. */
void call_finish(struct tracer *t, struct task *k, int64_t ret);

/* What an absolute path is with RESOLVE_IN_ROOT; takes and gives a string. */
char *call_path_in_root(char *path);
/* The descriptors that path1 and path2 are looked up from, or AT_FDCWD. */
int call_dir1(const struct task *k);
int call_dir2(const struct task *k);

/* Make the call at hand fail with this errno instead of being made. */
enum entry_action call_refuse(struct task *k, int err);
/* The same, with an event: "NAME DETAIL" and the errno. */
enum entry_action call_refuse_with_event(struct tracer *t, struct task *k,
					 enum event_kind kind,
					 const char *words, int err);

/*
 * At the end of a call: are its arguments still those read on entry?  If not,
 * that is an event.
 */
void call_check_arguments(struct tracer *t, struct task *k);

#endif
