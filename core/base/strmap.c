/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from byte strings: open addressing over an ordered array. */
#include "core/base/strmap.h"

#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/mem.h"

#define FIRST_SLOTS 16		/* a power of two, like every later size */

/* The slot that holds key, or the empty one where it belongs. */
static size_t find_slot(const struct strmap *m, struct str key, uint64_t hash)
{
	size_t mask = m->nslots - 1;
	size_t i = (size_t)hash & mask;

	for (; m->slots[i]; i = (i + 1) & mask) {
		const struct strmap_entry *e = &m->entries[m->slots[i] - 1];

		if (e->hash == hash && str_eq(e->key, key))
			break;
	}
	return i;
}

/* Keep at least a quarter of the slots empty: probes stay short and end. */
static void grow_slots(struct strmap *m)
{
	if (m->n + 1 <= m->nslots / 4 * 3)
		return;
	if (m->n >= UINT32_MAX - 1)
		mem_die();
	free(m->slots);
	m->nslots = m->nslots ? m->nslots * 2 : FIRST_SLOTS;
	m->slots = mem_array(m->nslots, sizeof(*m->slots));
	for (size_t i = 0; i < m->n; i++) {
		size_t mask = m->nslots - 1;
		size_t at = (size_t)m->entries[i].hash & mask;

		while (m->slots[at])
			at = (at + 1) & mask;
		m->slots[at] = (uint32_t)i + 1;
	}
}

struct strmap_entry *strmap_get(const struct strmap *m, struct str key)
{
	if (!m->nslots)
		return NULL;

	uint32_t at = m->slots[find_slot(m, key, hash_64(key))];

	return at ? &m->entries[at - 1] : NULL;
}

struct strmap_entry *strmap_put(struct strmap *m, struct str key)
{
	uint64_t hash = hash_64(key);

	grow_slots(m);

	size_t slot = find_slot(m, key, hash);

	if (m->slots[slot])
		return &m->entries[m->slots[slot] - 1];
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 8;
		m->entries = mem_grow(m->entries, m->cap,
				      sizeof(*m->entries));
	}

	struct strmap_entry *e = &m->entries[m->n++];

	*e = (struct strmap_entry){
		.key = arena_str(&m->arena, key), .hash = hash,
	};
	m->slots[slot] = (uint32_t)m->n;
	return e;
}

void strmap_free(struct strmap *m)
{
	arena_free(&m->arena);
	free(m->entries);
	free(m->slots);
	*m = (struct strmap)STRMAP_INIT;
}
