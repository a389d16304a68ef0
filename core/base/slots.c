/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing over an array that the caller owns. */
#include "core/base/slots.h"

#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/mem.h"

#define FIRST_SLOTS 16		/* a power of two, like every later size */

/* The slot that holds key, or the empty one where it belongs. */
static size_t find(const struct slots *s, struct slots_keys of, struct str key)
{
	size_t mask = s->n - 1;
	size_t i = (size_t)hash_64(key) & mask;

	while (s->v[i] && !str_eq(of.key(of.array, s->v[i] - 1), key))
		i = (i + 1) & mask;
	return i;
}

/* Keep at least a quarter of the slots empty: probes stay short and end. */
static void grow(struct slots *s, struct slots_keys of, size_t n)
{
	if (n + 1 <= s->n / 4 * 3)
		return;
	if (n >= UINT32_MAX - 1)
		mem_die();
	free(s->v);
	s->n = s->n ? s->n * 2 : FIRST_SLOTS;
	s->v = mem_array(s->n, sizeof(*s->v));
	for (size_t i = 0; i < n; i++) {
		size_t mask = s->n - 1;
		size_t at = (size_t)hash_64(of.key(of.array, i)) & mask;

		while (s->v[at])
			at = (at + 1) & mask;
		s->v[at] = (uint32_t)i + 1;
	}
}

size_t slots_find(const struct slots *s, struct slots_keys of, struct str key)
{
	return s->n ? s->v[find(s, of, key)] : 0;
}

uint32_t *slots_put(struct slots *s, struct slots_keys of, size_t n,
		    struct str key)
{
	grow(s, of, n);
	return &s->v[find(s, of, key)];
}

void slots_free(struct slots *s)
{
	free(s->v);
	*s = (struct slots){ NULL, 0 };
}
