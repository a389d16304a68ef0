/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For fuzz targets (libFuzzer): one function, called with hostile bytes again
 * and again.  A promise that does not hold is a trap; ASan and UBSan watch the
 * rest.  LLVM, "libFuzzer - a library for coverage-guided fuzz testing".
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(promise)							\
	do {								\
		if (!(promise)) {					\
			fprintf(stderr, "%s:%d: broken: %s\n",		\
				__FILE__, __LINE__, #promise);		\
			__builtin_trap();				\
		}							\
	} while (0)

/*
 * Of AddressSanitizer: memory that was freed comes again after 1 MiB and not
 * 256, which would all have to be mapped first; an allocation keeps two of its
 * callers and not thirty, which are a tenth of the time.  A crash shows more
 * with ASAN_OPTIONS=malloc_context_size=30.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1:malloc_context_size=2";
}

static inline struct str bytes(const uint8_t *data, size_t size)
{
	return (struct str){ (const char *)data, size };
}

/* Up to the next byte of this value, which is dropped. */
static inline struct str take_until(struct str *rest, char end)
{
	size_t n = 0;

	while (n < rest->len && rest->p[n] != end)
		n++;

	struct str got = { rest->p, n };

	*rest = str_sub(*rest, n < rest->len ? n + 1 : n);
	return got;
}

static inline unsigned take_byte(struct str *rest)
{
	unsigned c;

	if (!rest->len)
		return 0;
	c = (unsigned char)*rest->p;
	*rest = str_sub(*rest, 1);
	return c;
}

#endif
