/* SPDX-License-Identifier: Apache-2.0 */
/* Merge sort of indices. */
#include "core/base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct sorting {
	const char *array;
	size_t size;
	int (*compare)(const void *a, const void *b);
	uint32_t *left;		/* scratch: half of all */
};

static bool in_order(const struct sorting *s, uint32_t a, uint32_t b)
{
	return s->compare(s->array + a * s->size, s->array + b * s->size) <= 0;
}

/* v[0..mid) and v[mid..n) are in order; of equals the first comes first. */
static void merge(const struct sorting *s, uint32_t *v, size_t mid, size_t n)
{
	const uint32_t *left = s->left;
	size_t at = 0, from = 0, to = mid;

	memcpy(s->left, v, mid * sizeof(*v));
	while (from < mid && to < n)
		v[at++] = in_order(s, left[from], v[to]) ? left[from++] :
							   v[to++];
	memcpy(v + at, left + from, (mid - from) * sizeof(*v));
}

/* The recursion is as deep as n has bits. */
static void sort(const struct sorting *s, uint32_t *v, size_t n)
{
	size_t mid = n / 2;

	if (n < 2)
		return;
	sort(s, v, mid);
	sort(s, v + mid, n - mid);
	if (!in_order(s, v[mid - 1], v[mid]))
		merge(s, v, mid, n);
}

uint32_t *sort_order(const void *array, size_t n, size_t size,
		     int (*compare)(const void *a, const void *b))
{
	struct sorting s = { array, size, compare, NULL };
	uint32_t *order;

	if (n > UINT32_MAX)
		mem_die();
	order = mem_array(n, sizeof(*order));
	s.left = mem_array(n / 2, sizeof(*order));
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	sort(&s, order, n);
	free(s.left);
	return order;
}

/* Element i belongs where order[i] stands: cycle by cycle, each moved once. */
static void move_cycle(char *array, size_t size, uint32_t *order,
		       size_t start, void *held)
{
	size_t at = start;

	memcpy(held, array + at * size, size);
	while (order[at] != start) {
		size_t from = order[at];

		memcpy(array + at * size, array + from * size, size);
		order[at] = (uint32_t)at;
		at = from;
	}
	memcpy(array + at * size, held, size);
	order[at] = (uint32_t)at;
}

void sort_array(void *array, size_t n, size_t size,
		int (*compare)(const void *a, const void *b))
{
	uint32_t *order = sort_order(array, n, size, compare);
	void *held = mem_alloc(size);

	for (size_t i = 0; i < n; i++)
		if (order[i] != i)
			move_cycle(array, size, order, i, held);
	free(held);
	free(order);
}
