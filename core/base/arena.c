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
	void *taken;		/* by arena_adopt(), or NULL */
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
	if (!head || head->cap < FIRST_BLOCK)
		return FIRST_BLOCK;
	return head->cap < LARGEST_BLOCK ? head->cap * 2 : LARGEST_BLOCK;
}

/* Behind the head, whose free rest stays in use. */
static void put_behind(struct arena *a, struct arena_block *b)
{
	struct arena_block **at = a->head ? &a->head->next : &a->head;

	b->next = *at;
	*at = b;
}

static size_t padding(const struct arena_block *b, size_t align)
{
	return -b->len & (align - 1);
}

static bool has_room(const struct arena_block *b, size_t size, size_t align)
{
	return b->cap - b->len >= padding(b, align) &&
	       b->cap - b->len - padding(b, align) >= size;
}

/*
 * The block that has room for size.  What would fill most of a block gets one
 * of its own.
 */
static struct arena_block *block_for(struct arena *a, size_t size,
				     size_t align)
{
	struct arena_block *head = a->head;

	if (head && has_room(head, size, align))
		return head;

	size_t cap = next_cap(head);
	bool own = size > cap / 2;
	struct arena_block *b = block_new(own ? size : cap);

	if (own) {
		put_behind(a, b);
	} else {
		b->next = head;
		a->head = b;
	}
	return b;
}

static void *take(struct arena *a, size_t size, size_t align)
{
	if (size > PTRDIFF_MAX / 2)
		mem_die();
	size = size ? size : 1;

	struct arena_block *b = block_for(a, size, align);
	void *p = b->data + b->len + padding(b, align);

	b->len += padding(b, align) + size;
	a->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return take(a, size, ALIGN);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = take(a, s.len + 1, 1);

	if (s.len)
		memcpy(p, s.p, s.len);
	return (struct str){ p, s.len };
}

char *arena_c(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(take(a, size, 1), s, size);
}

void arena_take(struct arena *a, struct arena *from)
{
	for (struct arena_block *b = from->head, *next; b; b = next) {
		next = b->next;
		put_behind(a, b);
	}
	a->used += from->used;
	*from = (struct arena)ARENA_INIT;
}

void arena_adopt(struct arena *a, void *p, size_t size)
{
	struct arena_block *b = block_new(0);

	b->taken = p;
	put_behind(a, b);
	a->used += size;
}

void arena_free(struct arena *a)
{
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b->taken);
		free(b);
	}
	*a = (struct arena)ARENA_INIT;
}
