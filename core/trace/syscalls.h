/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System-call descriptors: what is read on entry of each modelled call, and
 * which decoder finishes it (syscalls.def).
 */
#ifndef TRACE_SYSCALLS_H
#define TRACE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

struct task;
struct tracer;

#define CALLS_MAX 1024		/* system-call numbers are far below */

/* Which arguments of a call are read on entry; -1: there is none. */
struct syscall_args {
	/* path1 and path2 are looked up from dir1 and dir2; CWD: the cwd */
	int8_t dir1, path1, dir2, path2;
	int8_t addr, addr_len;	/* a socket address and its length */
};
#define CWD -2

/* How a call goes on after its stop on entry. */
enum entry_action {
	ENTRY_STOP_AT_EXIT,	/* it is made, and stops again at its end */
	ENTRY_CONTINUE,		/* it is made, with no further stop */
	ENTRY_REFUSED		/* its number is -1 now: it is not made */
};

struct syscall_desc {
	const char *name;
	struct syscall_args args;
	uint8_t ints;		/* bit i: argument i is an int */
	/* NULL: nothing to do on entry */
	enum entry_action (*enter)(struct tracer *t, struct task *k);
	/* NULL: no stop at its end */
	void (*leave)(struct tracer *t, struct task *k);
};

struct syscalls {
	const struct syscall_desc *descs[CALLS_MAX];	/* by number */
	uint64_t counts[CALLS_MAX];	/* stops of each number */
};

void syscalls_begin(struct syscalls *s);

/* Of this architecture by its name; negative: it has no such call. */
int syscall_number(const char *name);
/* "openat", or "syscall_1234" for a number without a name; returns buf. */
const char *syscall_name(int nr, char *buf, size_t size);

#endif
