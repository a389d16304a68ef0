/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specimens: known behaviours, one function each, and the fact that behavdiff
 * has to make of it.  A specimen runs inside the sandbox, as the traced
 * program; what it does there is real.
 */
#ifndef SELFTEST_SPECIMEN_H
#define SELFTEST_SPECIMEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/str.h"

struct specimen {
	const char *name;
	void (*run)(void);
	const char *fact;	/* the line, exactly */
	const char *proves;
};

const struct specimen *specimen_table(size_t *n);
/* The specimen of this name, or NULL. */
const struct specimen *specimen_by_name(const char *name);
/* Why it cannot be seen (blind.def), NULL when it can. */
const char *specimen_blind_spot(const struct specimen *p);

/*
 * What the tree of every specimen holds beside the program itself, which is
 * SPECIMEN_SELF: a file, a folder with a file, and a link to the folder.
 */
#define SPECIMEN_SELF "specimen"
#define SPECIMEN_DATA "data"
#define SPECIMEN_DIR "dir"
#define SPECIMEN_INNER SPECIMEN_DIR "/inner"
#define SPECIMEN_WAY "way"		/* -> SPECIMEN_DIR */

/*
 * How a specimen ends: 0 when it did what it is for, SPECIMEN_SKIPPED when it
 * cannot be done here, with the reason as the last line on standard error.  Any
 * other end that was not meant says that the program cannot run in the sandbox:
 * the dynamic linker's are 1 and 127.
 */
#define SPECIMEN_SKIPPED 77

/* Do it and end. */
_Noreturn void specimen_run(const struct specimen *p);

/*
 * Sanitizers reserve terabytes of address space: no limit of memory can be
 * reached by a program that is built with them.
 */
#if defined(__SANITIZE_ADDRESS__)
#define SPECIMEN_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPECIMEN_SANITIZED 1
#endif
#endif
#ifndef SPECIMEN_SANITIZED
#define SPECIMEN_SANITIZED 0
#endif

/* --- for the specimens (specimen.c) --- */

_Noreturn void specimen_skip(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
/* What has to work before the deed itself: r, unless that is below 0. */
int specimen_need(long r, const char *doing);
/* The deed: whether it works is the kernel's business. */
static inline void specimen_try(long r)
{
	(void)r;
}

/* As fork(2), and wait for the child's end. */
pid_t specimen_fork(void);
void specimen_wait(pid_t pid);
void specimen_sleep_ms(unsigned ms);

/* Make a copy of a file, such as the program itself. */
void specimen_copy(const char *from, const char *to, mode_t mode);
void specimen_write(int fd, const char *text);
/* A DNS question for NAME.example, type A (RFC 1035, section 4.1). */
void specimen_question(struct buf *out, const char *name);
/* Arguments that have the program print its version; the next exec frees. */
char **specimen_self_argv(const char *tag);

#define SPECIMEN(name, function, fact, proves) void function(void);
#include "core/selftest/specimens.def"
#undef SPECIMEN

#endif
