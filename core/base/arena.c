/* SPDX-License-Identifier: Apache-2.0 */
/* Many small allocations with one owner. */
#include "core/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"

#define ALIGN ((size_t)16)
#define FIRST_BLOCK ((size_t)1024)
#define LARGEST_BLOCK ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t len, cap;
	_Alignas(16) unsigned char data[];
};

static struct arena_block *block_new(size_t cap)
{
	struct arena_block *b = mem_alloc(sizeof(*b) + cap);

	b->cap = cap;
	return b;
}

static size_t next_cap(const struct arena_block *head)
{
	if (!head)
		return FIRST_BLOCK;
	return head->cap < LARGEST_BLOCK ? head->cap * 2 : LARGEST_BLOCK;
}

/*
 * The block that has room for size.  What would fill most of a block gets one
 * of its own behind the head, so that the head's free rest stays in use.
 */
static struct arena_block *block_for(struct arena *a, size_t size)
{
	struct arena_block *head = a->head;

	if (head && head->cap - head->len >= size)
		return head;

	size_t cap = next_cap(head);
	bool own = size > cap / 2;
	struct arena_block *b = block_new(own ? size : cap);

	if (own && head) {
		b->next = head->next;
		head->next = b;
	} else {
		b->next = head;
		a->head = b;
	}
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	if (size > PTRDIFF_MAX / 2)
		mem_die();
	size = size ? (size + ALIGN - 1) & ~(ALIGN - 1) : ALIGN;

	struct arena_block *b = block_for(a, size);
	void *p = b->data + b->len;

	b->len += size;
	a->used += size;
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.len + 1);

	if (s.len)
		memcpy(p, s.p, s.len);
	return (struct str){ p, s.len };
}

char *arena_c(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(arena_alloc(a, size), s, size);
}

void arena_free(struct arena *a)
{
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena)ARENA_INIT;
}
