/* SPDX-License-Identifier: Apache-2.0 */
/* What the cache gives back, and what it does not. */
#include "tests/unit/traced.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/run/cache.h"

/* A folder of its own for each test; XDG_CACHE_HOME is in it. */
struct home {
	char dir[64];
	char *xdg;
	struct cache *cache;
};

static int set_up(void **state)
{
	struct home *h = mem_alloc(sizeof(*h));

	strcpy(h->dir, "/tmp/behavdiff-cache-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	h->xdg = mem_printf("%s/not/there/yet", h->dir);
	setenv("XDG_CACHE_HOME", h->xdg, 1);
	h->cache = cache_open();
	assert_non_null(h->cache);
	*state = h;
	return 0;
}

static int tear_down(void **state)
{
	struct home *h = *state;
	char *command = mem_printf("rm -rf %s", h->dir);

	cache_close(h->cache);
	assert_int_equal(system(command), 0);
	free(command);
	free(h->xdg);
	free(h);
	return 0;
}
#define home_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static struct cache_key key_for(const struct fingerprint *fp)
{
	return (struct cache_key){
		.tree = STR("tree"), .plan = fp->plan_digest,
		.environment = STR("environment"), .bound = STR(""),
		.runs = 3, .max_runs = 6,
	};
}

static bool finds(struct cache *c, const struct cache_key *key)
{
	autofingerprint struct fingerprint *fp = cache_get(c, key);

	return fp != NULL;
}

static void what_was_put_comes_back_as_it_was(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	autofingerprint struct fingerprint *back = NULL;
	const struct cache_key key = key_for(fp);

	assert_false(finds(h->cache, &key));
	cache_put(h->cache, &key, fp);
	back = cache_get(h->cache, &key);
	assert_non_null(back);
	assert_string_equal(back->digest, fp->digest);
	assert_int_equal(back->n, fp->n);
	assert_int_equal(back->runs, 3);
}

static void every_part_of_the_key_counts(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	const struct cache_key key = key_for(fp);
	struct cache_key other[6];

	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		other[i] = key;
	other[0].tree = STR("another");
	other[1].plan = STR("00112233445566778899aabbccddeeff");
	other[2].environment = STR("another");
	other[3].bound = STR("another");
	other[4].runs = 2;
	other[5].max_runs = 7;
	cache_put(h->cache, &key, fp);
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		if (finds(h->cache, &other[i]))
			fail_msg("part %zu of the key does not count", i);
}

/* "ab" "c" and "a" "bc" are two keys. */
static void parts_of_the_key_do_not_run_together(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	struct cache_key key = key_for(fp);

	key.environment = STR("ab");
	key.bound = STR("c");
	cache_put(h->cache, &key, fp);
	key.environment = STR("a");
	key.bound = STR("bc");
	assert_false(finds(h->cache, &key));
}

/* The file may have been made for fewer or more runs than the key says. */
static void a_number_of_runs_that_was_not_asked_for_is_not_taken(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *few = traced("/bin/x", "exit", 2);
	autofingerprint struct fingerprint *many = traced("/bin/x", "exit", 7);
	autofingerprint struct fingerprint *more = traced("/bin/x", "exit", 6);
	const struct cache_key key = key_for(few);

	cache_put(h->cache, &key, few);
	assert_false(finds(h->cache, &key));
	cache_put(h->cache, &key, many);
	assert_false(finds(h->cache, &key));
	cache_put(h->cache, &key, more);
	assert_true(finds(h->cache, &key));
}

static void another_plan_inside_is_not_taken(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	autofingerprint struct fingerprint *other = traced("/bin/x", "exit", 3);
	struct cache_key key = key_for(fp);

	set_plan(other, "sinkhole");
	cache_put(h->cache, &key, other);
	assert_false(finds(h->cache, &key));
}

static void what_was_cut_short_is_not_kept(void **state)
{
	static const struct {
		const char *how;
		uint64_t lost, dropped;
		bool kept;
	} rows[] = {
		{ "exit", 0, 0, true }, { "deadline", 0, 0, true },
		{ "quiescent", 0, 0, true },
		{ "limit: memory", 0, 0, false }, { "trouble", 0, 0, false },
		{ "exit", 1, 0, false }, { "exit", 0, 1, false },
	};
	struct home *h = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autofingerprint struct fingerprint *fp =
			traced("/bin/x", rows[i].how, 3);
		const struct cache_key key = key_for(fp);

		fp->ledger.lost = rows[i].lost;
		fp->ledger.dropped = rows[i].dropped;
		cache_clear(h->cache);
		cache_put(h->cache, &key, fp);
		if (finds(h->cache, &key) != rows[i].kept)
			fail_msg("row %zu", i);
	}
}

/* The path of the only file there is; the caller frees. */
static char *only_file(struct home *h)
{
	struct cache_entry *all;
	char *path;

	assert_int_equal(cache_list(h->cache, &all), 1);
	path = mem_printf("%s/%s", cache_path(h->cache), all->name);
	free(all);
	return path;
}

/* Change one byte, from the end when at is negative. */
static void damage(const char *path, long at)
{
	FILE *f = fopen(path, "r+");
	int c;

	assert_non_null(f);
	assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	c = fgetc(f);
	assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
	fputc(c ^ 1, f);
	assert_int_equal(fclose(f), 0);
}

static void a_damaged_file_is_as_if_it_were_not_there(void **state)
{
	static const long places[] = { 0, 20, 60, -2 };
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	const struct cache_key key = key_for(fp);
	autofree char *path = NULL;

	cache_put(h->cache, &key, fp);
	path = only_file(h);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		cache_put(h->cache, &key, fp);
		assert_true(finds(h->cache, &key));
		damage(path, places[i]);
		if (finds(h->cache, &key))
			fail_msg("a change at %ld is not seen", places[i]);
	}
	assert_int_equal(truncate(path, 10), 0);
	assert_false(finds(h->cache, &key));
	assert_int_equal(truncate(path, 0), 0);
	assert_false(finds(h->cache, &key));
}

/* Nothing is read through a link, and no fifo is waited for. */
static void a_file_of_another_kind_is_not_read(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	const struct cache_key key = key_for(fp);
	autofree char *path = NULL, *moved = mem_printf("%s/moved", h->dir);

	cache_put(h->cache, &key, fp);
	path = only_file(h);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(symlink(moved, path), 0);
	assert_false(finds(h->cache, &key));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(finds(h->cache, &key));
}

/* --- the folder --- */

static bool opens(void)
{
	struct cache *c = cache_open();

	cache_close(c);
	return c != NULL;
}

static void a_folder_that_others_may_write_is_not_used(void **state)
{
	struct home *h = *state;
	const char *path = cache_path(h->cache);

	assert_true(opens());
	assert_int_equal(chmod(path, 0770), 0);
	assert_false(opens());
	assert_int_equal(chmod(path, 0702), 0);
	assert_false(opens());
	assert_int_equal(chmod(path, 0755), 0);
	assert_true(opens());
}

static void a_link_or_a_file_in_its_place_is_not_used(void **state)
{
	struct home *h = *state;
	autofree char *moved = mem_printf("%s/moved", h->dir);
	const char *path = cache_path(h->cache);

	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(symlink(moved, path), 0);
	assert_false(opens());
	assert_int_equal(unlink(path), 0);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	assert_false(opens());
}

static void it_is_where_the_base_directory_specification_says(void **state)
{
	static const struct {
		const char *xdg, *home, *path;	/* path NULL: none */
	} rows[] = {
		{ "D/x", "D/h", "D/x/behavdiff" },
		{ "", "D/h", "D/h/.cache/behavdiff" },
		{ NULL, "D/h", "D/h/.cache/behavdiff" },
		{ "relative", "D/h", "D/h/.cache/behavdiff" },
		{ "relative", "also", NULL }, { NULL, NULL, NULL },
	};
	struct home *h = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const set[] = { rows[i].xdg, rows[i].home };
		const char *const names[] = { "XDG_CACHE_HOME", "HOME" };
		struct cache *c;

		for (size_t k = 0; k < ARRAY_LEN(set); k++) {
			autofree char *full = NULL;

			if (!set[k]) {
				unsetenv(names[k]);
				continue;
			}
			full = set[k][0] == 'D' ?
				mem_printf("%s%s", h->dir, set[k] + 1) :
				mem_strdup(set[k]);
			setenv(names[k], full, 1);
		}
		c = cache_open();
		if (!c != !rows[i].path ||
		    (c && strcmp(cache_path(c) + strlen(h->dir),
				 rows[i].path + 1) != 0))
			fail_msg("row %zu: %s", i, c ? cache_path(c) : "none");
		cache_close(c);
	}
}

/* --- pins and texts --- */

#define PIN "00112233445566778899aabbccddeeff"

static void a_pin_is_beside_the_fingerprint_whatever_is_bound(void **state)
{
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	struct cache_key key = key_for(fp);
	char pin[HASH_HEX_LEN + 1] = "";

	assert_false(cache_get_pin(h->cache, &key, pin));
	cache_set_pin(h->cache, &key, PIN);
	key.bound = STR("something else");
	assert_true(cache_get_pin(h->cache, &key, pin));
	assert_string_equal(pin, PIN);
	assert_false(finds(h->cache, &key));
	key.tree = STR("another");
	assert_false(cache_get_pin(h->cache, &key, pin));
}

static void a_pin_that_is_no_digest_is_none(void **state)
{
	static const char *const bad[] = {
		"", "0011", PIN "0", "0011223344556677889 aabbccddeeff",
		"00112233445566778899AABBCCDDEEFF",
	};
	struct home *h = *state;
	autofingerprint struct fingerprint *fp = traced("/bin/x", "exit", 3);
	const struct cache_key key = key_for(fp);
	char pin[HASH_HEX_LEN + 1];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cache_set_pin(h->cache, &key, bad[i]);
		if (cache_get_pin(h->cache, &key, pin))
			fail_msg("'%s' is taken", bad[i]);
	}
}

static void texts_are_kept_by_name(void **state)
{
	struct home *h = *state;
	autobuf struct buf out = BUF_INIT;

	assert_false(cache_read_text(h->cache, "a.json", &out));
	cache_write_text(h->cache, "a.json", STR("one"));
	cache_write_text(h->cache, "a.json", STR(""));
	cache_write_text(h->cache, "b.json", STR("two\n"));
	assert_true(cache_read_text(h->cache, "a.json", &out));
	assert_int_equal(out.len, 0);
	assert_true(cache_read_text(h->cache, "b.json", &out));
	assert_string_equal(out.p, "two\n");
}

static void the_list_is_newest_first_and_clear_takes_all_of_it(void **state)
{
	static const char *const names[] = { "b", "a", "c" };
	static const time_t used[] = { 300, 200, 200 };
	struct home *h = *state;
	autofree struct cache_entry *all = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		autofree char *path = mem_printf("%s/%s", cache_path(h->cache),
						 names[i]);
		const struct timespec times[2] = { { used[i], 0 },
						   { used[i], 0 } };

		cache_write_text(h->cache, names[i], STR("x"));
		assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	}
	assert_int_equal(cache_list(h->cache, &all), 3);
	assert_string_equal(all[0].name, "b");
	assert_int_equal(all[0].used, 300);
	assert_true(all[0].bytes > 1);
	assert_string_equal(all[1].name, "a");
	assert_string_equal(all[2].name, "c");
	assert_int_equal(cache_clear(h->cache), 3);
	assert_int_equal(cache_clear(h->cache), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(what_was_put_comes_back_as_it_was),
		home_test(every_part_of_the_key_counts),
		home_test(parts_of_the_key_do_not_run_together),
		home_test(a_number_of_runs_that_was_not_asked_for_is_not_taken),
		home_test(another_plan_inside_is_not_taken),
		home_test(what_was_cut_short_is_not_kept),
		home_test(a_damaged_file_is_as_if_it_were_not_there),
		home_test(a_file_of_another_kind_is_not_read),
		home_test(a_folder_that_others_may_write_is_not_used),
		home_test(a_link_or_a_file_in_its_place_is_not_used),
		home_test(it_is_where_the_base_directory_specification_says),
		home_test(a_pin_is_beside_the_fingerprint_whatever_is_bound),
		home_test(a_pin_that_is_no_digest_is_none),
		home_test(texts_are_kept_by_name),
		home_test(the_list_is_newest_first_and_clear_takes_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
