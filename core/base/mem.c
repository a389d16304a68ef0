/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that returns memory or ends the process. */
#include "core/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void mem_die(void)
{
	static const char msg[] = "behavdiff: out of memory\n";
	/* No stdio: it may want to allocate a buffer first. */
	ssize_t ignored = write(STDERR_FILENO, msg, sizeof(msg) - 1);

	(void)ignored;
	abort();
}

/* At least one byte, so that "never NULL" is true of nothing too. */
static size_t bytes(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total) || total > PTRDIFF_MAX)
		mem_die();
	return total ? total : 1;
}

void *mem_array(size_t n, size_t size)
{
	void *p = calloc(1, bytes(n, size));

	if (!p)
		mem_die();
	return p;
}

void *mem_alloc(size_t size)
{
	return mem_array(1, size);
}

void *mem_grow(void *p, size_t n, size_t size)
{
	void *q = realloc(p, bytes(n, size));

	if (!q)
		mem_die();
	return q;
}

char *mem_strndup(const char *s, size_t len)
{
	if (len == SIZE_MAX)
		mem_die();

	char *p = mem_alloc(len + 1);

	if (len)
		memcpy(p, s, len);
	return p;
}

char *mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *mem_printf(const char *fmt, ...)
{
	char *p;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&p, fmt, ap);

	va_end(ap);
	if (n < 0)
		mem_die();
	return p;
}
