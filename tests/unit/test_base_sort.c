/* SPDX-License-Identifier: Apache-2.0 */
/* Merge sort of indices and of arrays: right, stable, and cheap in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/sort.h"

struct item {
	unsigned key, nth;
	char rest[24];		/* larger than what is swapped at once */
};

static size_t asked;

static int by_key(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;

	asked++;
	return (a->key > b->key) - (a->key < b->key);
}

/* Lists of `length` ascending keys each, one behind the other. */
static struct item *lists(size_t n, size_t length)
{
	struct item *v = mem_array(n, sizeof(*v));
	unsigned seed = 7;

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		v[i] = (struct item){
			.key = i % length ? v[i - 1].key + seed / 65536 % 3 :
					    seed / 65536 % 50,
			.nth = (unsigned)i,
		};
	}
	return v;
}

static void everything_is_sorted_and_equals_stay_in_order(void **state)
{
	(void)state;
	static const size_t lengths[] = { 1, 2, 3, 10, 77, 1000 };

	for (size_t k = 0; k < sizeof(lengths) / sizeof(*lengths); k++)
		for (size_t n = 0; n < 300; n += n < 20 ? 1 : 37) {
			struct item *v = lists(n, lengths[k]);
			bool *seen = mem_array(n, sizeof(*seen));

			sort_array(v, n, sizeof(*v), by_key);
			for (size_t i = 0; i < n; i++) {
				assert_false(seen[v[i].nth]);
				seen[v[i].nth] = true;
			}
			for (size_t i = 1; i < n; i++) {
				assert_true(v[i - 1].key <= v[i].key);
				if (v[i - 1].key == v[i].key)
					assert_true(v[i - 1].nth < v[i].nth);
			}
			free(seen);
			free(v);
		}
}

static void an_order_leaves_the_array_alone(void **state)
{
	(void)state;
	struct item *v = lists(100, 9);
	uint32_t *order = sort_order(v, 100, sizeof(*v), by_key);

	for (size_t i = 0; i < 100; i++)
		assert_int_equal(v[i].nth, i);
	for (size_t i = 1; i < 100; i++)
		assert_true(v[order[i - 1]].key <= v[order[i]].key);
	free(order);
	free(v);
}

static void what_is_nearly_in_order_is_cheap(void **state)
{
	(void)state;
	enum { N = 100000 };
	struct item *v = lists(N, N);

	asked = 0;
	sort_array(v, N, sizeof(*v), by_key);
	assert_int_equal(asked, N - 1);
	free(v);
	/* Two lists: each half once, and the merge. */
	v = lists(N, N / 3 + 1);
	asked = 0;
	sort_array(v, N, sizeof(*v), by_key);
	assert_true(asked < 5 * N);
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_sorted_and_equals_stay_in_order),
		cmocka_unit_test(an_order_leaves_the_array_alone),
		cmocka_unit_test(what_is_nearly_in_order_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
