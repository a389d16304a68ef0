/* SPDX-License-Identifier: Apache-2.0 */
/* Many small allocations with one owner, released together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "core/base/str.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used;		/* bytes handed out, for budgets */
};

#define ARENA_INIT { NULL, 0 }

void *arena_alloc(struct arena *a, size_t size);	/* zeroed, aligned 16 */
struct str arena_str(struct arena *a, struct str s);	/* copy, NUL added */
char *arena_c(struct arena *a, const char *s);
/* What from holds belongs to a now; pointers into it stay, from is empty. */
void arena_take(struct arena *a, struct arena *from);
/* The same of size bytes from mem.h. */
void arena_adopt(struct arena *a, void *p, size_t size);
void arena_free(struct arena *a);

#endif
