/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plants: known behaviours, one function each, and the fact that behavdiff has
 * to make of it.  A plant runs inside the sandbox, as the traced program; what
 * it does there is real.
 */
#ifndef SELFTEST_PLANT_H
#define SELFTEST_PLANT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/str.h"

struct plant {
	const char *name;
	void (*run)(void);
	const char *fact;	/* the line, exactly */
	const char *proves;
};

const struct plant *plants_table(size_t *n);
/* The plant of this name, or NULL. */
const struct plant *plant_by_name(const char *name);
/* Why it cannot be seen (blind.def), NULL when it can. */
const char *plant_blind_spot(const struct plant *p);

/*
 * What the tree of every plant holds beside the program itself, which is
 * PLANT_SELF: a file, a folder with a file, and a link to the folder.
 */
#define PLANT_SELF "plant"
#define PLANT_DATA "data"
#define PLANT_DIR "dir"
#define PLANT_INNER PLANT_DIR "/inner"
#define PLANT_WAY "way"		/* -> PLANT_DIR */

/*
 * How a plant ends: 0 when it did what it is for, PLANT_SKIPPED when it cannot
 * be done here, with the reason as the last line on standard error.  Any other
 * end that was not meant says that the program cannot run in the sandbox: the
 * dynamic linker's are 1 and 127.
 */
#define PLANT_SKIPPED 77

/* Do it and end. */
_Noreturn void plant_run(const struct plant *p);

/*
 * Sanitizers reserve terabytes of address space: no limit of memory can be
 * reached by a program that is built with them.
 */
#if defined(__SANITIZE_ADDRESS__)
#define PLANT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PLANT_SANITIZED 1
#endif
#endif
#ifndef PLANT_SANITIZED
#define PLANT_SANITIZED 0
#endif

/* --- for the plants (plant.c) --- */

_Noreturn void plant_skip(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
/* What has to work before the deed itself: r, unless that is below 0. */
int plant_need(long r, const char *doing);
/* The deed: whether it works is the kernel's business. */
static inline void plant_try(long r)
{
	(void)r;
}

/* As fork(2), and wait for the child's end. */
pid_t plant_fork(void);
void plant_wait(pid_t pid);
void plant_sleep_ms(unsigned ms);

/* Make a copy of a file, such as the program itself. */
void plant_copy(const char *from, const char *to, mode_t mode);
void plant_write(int fd, const char *text);
/* A DNS question for NAME.example, type A (RFC 1035, section 4.1). */
void plant_question(struct buf *out, const char *name);
/* Arguments that have the program print its version; the next exec frees. */
char **plant_self_argv(const char *tag);

#define PLANT(name, function, fact, proves) void function(void);
#include "core/selftest/plants.def"
#undef PLANT

#endif
