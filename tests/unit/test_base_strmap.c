/* SPDX-License-Identifier: Apache-2.0 */
/* String tables and digests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/strmap.h"

static void an_empty_map_has_nothing(void **state)
{
	(void)state;
	struct strmap m = STRMAP_INIT;

	assert_null(strmap_get(&m, STR("x")));
	assert_null(strmap_get(&m, STR_NULL));
	strmap_free(&m);
}

static void a_new_entry_is_zero_and_an_old_one_kept(void **state)
{
	(void)state;
	struct strmap m = STRMAP_INIT;

	assert_int_equal(strmap_put(&m, STR("a"))->val.num, 0);
	strmap_put(&m, STR("a"))->val.num = 7;
	assert_int_equal(strmap_put(&m, STR("a"))->val.num, 7);
	assert_int_equal(strmap_get(&m, STR("a"))->val.num, 7);
	assert_int_equal(m.n, 1);
	strmap_free(&m);
}

static void keys_are_compared_by_all_their_bytes(void **state)
{
	(void)state;
	struct strmap m = STRMAP_INIT;

	strmap_put(&m, STR("a\0b"))->val.num = 1;
	strmap_put(&m, STR("a\0c"))->val.num = 2;
	strmap_put(&m, STR("a"))->val.num = 3;
	strmap_put(&m, STR(""))->val.num = 4;
	assert_int_equal(m.n, 4);
	assert_int_equal(strmap_get(&m, STR("a\0b"))->val.num, 1);
	assert_int_equal(strmap_get(&m, STR("a"))->val.num, 3);
	assert_int_equal(strmap_get(&m, STR_NULL)->val.num, 4);
	strmap_free(&m);
}

static void the_map_owns_its_keys(void **state)
{
	(void)state;
	struct strmap m = STRMAP_INIT;
	char key[] = "key";

	strmap_put(&m, str_c(key));
	memset(key, 'x', 3);
	assert_non_null(strmap_get(&m, STR("key")));
	assert_null(strmap_get(&m, STR("xxx")));
	strmap_free(&m);
}

static struct str number_key(char *text, size_t size, size_t i)
{
	return (struct str){ text, (size_t)snprintf(text, size, "k%zu", i) };
}

static void many_keys_are_found_and_stay_in_order(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct strmap m = STRMAP_INIT;
	char text[32];

	for (size_t i = 0; i < MANY; i++)
		strmap_put(&m, number_key(text, sizeof(text), i))->val.num = i;
	assert_int_equal(m.n, MANY);
	for (size_t i = 0; i < MANY; i++) {
		struct str key = number_key(text, sizeof(text), i);

		assert_true(str_eq(m.entries[i].key, key));
		assert_ptr_equal(strmap_get(&m, key), &m.entries[i]);
		assert_int_equal(m.entries[i].val.num, i);
	}
	assert_null(strmap_get(&m, number_key(text, sizeof(text), MANY)));
	strmap_free(&m);
	assert_int_equal(m.n, 0);
}

/* What `xxhsum -H2 /dev/null` prints. */
static void a_digest_is_xxh3_128_in_canonical_form(void **state)
{
	(void)state;
	char hex[HASH_HEX_LEN + 1];

	hash_hex(hex, STR(""));
	assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
	hash_hex(hex, STR_NULL);
	assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
}

static void an_id_is_the_first_half_of_the_digest(void **state)
{
	(void)state;
	char hex[HASH_HEX_LEN + 1], id[HASH_ID_LEN + 1];

	hash_hex(hex, STR("net.bind tcp 127.0.0.1:8765"));
	hash_id(id, STR("net.bind tcp 127.0.0.1:8765"));
	assert_int_equal(strlen(id), HASH_ID_LEN);
	assert_memory_equal(hex, id, HASH_ID_LEN);
	assert_int_equal(strspn(hex, "0123456789abcdef"), HASH_HEX_LEN);
}

static void streaming_gives_the_digest_of_the_whole(void **state)
{
	(void)state;
	char whole[HASH_HEX_LEN + 1], parts[HASH_HEX_LEN + 1], text[1000];

	memset(text, 'z', sizeof(text));
	hash_hex(whole, (struct str){ text, sizeof(text) });

	struct hash_state *h = hash_begin();

	for (size_t i = 0; i < sizeof(text); i += 8)
		hash_add(h, (struct str){ text + i, 8 });
	hash_add(h, STR_NULL);
	hash_end(h, parts);
	assert_string_equal(whole, parts);
}

static void hash_fields(char *out, struct str a, struct str b)
{
	struct hash_state *h = hash_begin();

	hash_field(h, a);
	hash_field(h, b);
	hash_end(h, out);
}

static void fields_cannot_be_shifted_into_each_other(void **state)
{
	(void)state;
	char one[HASH_HEX_LEN + 1], two[HASH_HEX_LEN + 1];

	hash_fields(one, STR("ab"), STR("c"));
	hash_fields(two, STR("a"), STR("bc"));
	assert_string_not_equal(one, two);
	hash_fields(two, STR("abc"), STR(""));
	assert_string_not_equal(one, two);
	hash_fields(two, STR("ab"), STR("c"));
	assert_string_equal(one, two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(a_new_entry_is_zero_and_an_old_one_kept),
		cmocka_unit_test(keys_are_compared_by_all_their_bytes),
		cmocka_unit_test(the_map_owns_its_keys),
		cmocka_unit_test(many_keys_are_found_and_stay_in_order),
		cmocka_unit_test(a_digest_is_xxh3_128_in_canonical_form),
		cmocka_unit_test(an_id_is_the_first_half_of_the_digest),
		cmocka_unit_test(streaming_gives_the_digest_of_the_whole),
		cmocka_unit_test(fields_cannot_be_shifted_into_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
