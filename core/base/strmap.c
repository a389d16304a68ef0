/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from byte strings: slots over an ordered array. */
#include "core/base/strmap.h"

#include <stdlib.h>

#include "core/base/mem.h"

static struct str key_at(const void *entries, size_t i)
{
	return ((const struct strmap_entry *)entries)[i].key;
}

static struct slots_keys keys_of(const struct strmap *m)
{
	return (struct slots_keys){ key_at, m->entries };
}

struct strmap_entry *strmap_get(const struct strmap *m, struct str key)
{
	size_t at = slots_find(&m->slots, keys_of(m), key);

	return at ? &m->entries[at - 1] : NULL;
}

struct strmap_entry *strmap_put(struct strmap *m, struct str key)
{
	uint32_t *slot = slots_put(&m->slots, keys_of(m), m->n, key);

	if (*slot)
		return &m->entries[*slot - 1];
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 8;
		m->entries = mem_grow(m->entries, m->cap,
				      sizeof(*m->entries));
	}

	struct strmap_entry *e = &m->entries[m->n++];

	*e = (struct strmap_entry){ .key = arena_str(&m->arena, key) };
	*slot = (uint32_t)m->n;
	return e;
}

void strmap_free(struct strmap *m)
{
	arena_free(&m->arena);
	free(m->entries);
	slots_free(&m->slots);
	*m = (struct strmap)STRMAP_INIT;
}
