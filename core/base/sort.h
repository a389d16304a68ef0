/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorting what is nearly sorted, and large: a stable merge sort of indices, so
 * that elements need not move.  What is in order costs one comparison for each
 * element, lists one behind the other that are each in order a few more.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/*
 * The indices 0 to n-1 of an array in the order of its elements; compare() as
 * for qsort.  The caller frees.
 */
uint32_t *sort_order(const void *array, size_t n, size_t size,
		     int (*compare)(const void *a, const void *b));

/* Put the array itself in order. */
void sort_array(void *array, size_t n, size_t size,
		int (*compare)(const void *a, const void *b));

#endif
