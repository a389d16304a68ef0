/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash table behind maps: where in an array is the element with this key?
 * The caller owns the array and gives a function that returns an element's
 * key; the table holds four bytes for each slot and nothing else.  Keys are
 * compared by their bytes, the hash only finds the slot.
 */
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct slots {
	uint32_t *v;		/* index + 1, 0 = empty */
	size_t n;
};

/* The array that a table is about. */
struct slots_keys {
	struct str (*key)(const void *array, size_t i);
	const void *array;
};

/* The index of key's element, plus 1; 0 when there is none. */
size_t slots_find(const struct slots *s, struct slots_keys of, struct str key);

/*
 * The slot of key, for its owner to fill when it is 0; n is the number of the
 * array's elements.  Valid until the next slots_put().
 */
uint32_t *slots_put(struct slots *s, struct slots_keys of, size_t n,
		    struct str key);

void slots_free(struct slots *s);

#endif
