/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from byte strings to a pointer-sized value.  Iterating is in
 * insertion order, so that nothing a user sees depends on a hash.
 */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/slots.h"
#include "core/base/str.h"

struct strmap_entry {
	struct str key;		/* in the map's arena */
	union {
		void *ptr;
		uint64_t num;
	} val;
};

struct strmap {
	struct arena arena;
	struct strmap_entry *entries;	/* n of them, insertion order */
	size_t n, cap;
	struct slots slots;
};

#define STRMAP_INIT { ARENA_INIT, NULL, 0, 0, { NULL, 0 } }

/* NULL when absent; valid until the next strmap_put(). */
struct strmap_entry *strmap_get(const struct strmap *m, struct str key);

/* The entry for key, made with val.num = 0 when it was absent. */
struct strmap_entry *strmap_put(struct strmap *m, struct str key);

void strmap_free(struct strmap *m);

#endif
