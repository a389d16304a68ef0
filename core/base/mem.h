/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation.  What hostile input can make large is bounded by the modules
 * that read it, so an allocation that fails is a broken machine: it is
 * reported on standard error and the process aborts (never exit status 0).
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);			/* zeroed, never NULL */
void *mem_array(size_t n, size_t size);		/* zeroed, overflow-checked */
void *mem_grow(void *p, size_t n, size_t size);	/* realloc, not zeroed */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t len);	/* adds the NUL */

/* asprintf that cannot fail; the caller frees. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What the functions above do when they fail; also for sizes that overflow. */
_Noreturn void mem_die(void);

#endif
