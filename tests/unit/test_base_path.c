/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and patterns, as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/path.h"
#include "core/base/vec.h"

static void assert_joins(const char *base, const char *rel, const char *want)
{
	autobuf struct buf out = BUF_INIT;

	buf_c(&out, "before/");
	path_join(&out, str_c(base), str_c(rel));
	assert_string_equal(out.p + strlen("before/"), want);
	assert_memory_equal(out.p, "before/", strlen("before/"));
}

static void joining_makes_a_path_absolute_and_normal(void **state)
{
	(void)state;
	assert_joins("/a", "b", "/a/b");
	assert_joins("/a/", "./b//c/", "/a/b/c");
	assert_joins("/a", "/b", "/b");
	assert_joins("/a", "", "/a");
	assert_joins("/a/b", "..", "/a");
	assert_joins("/a/b", "../../c", "/c");
	assert_joins("a", "b", "/a/b");
	assert_joins("", "", "/");
	assert_joins("/", ".", "/");
	assert_joins("/a", "...", "/a/...");
	assert_joins("/a", "..b/.c", "/a/..b/.c");
}

static void joining_never_climbs_above_the_root(void **state)
{
	(void)state;
	assert_joins("/a", "../../../..", "/");
	assert_joins("/", "../etc", "/etc");
	assert_joins("/a", "/../../b/../..", "/");
}

static void assert_splits(const char *path, const char *dir, const char *base)
{
	assert_true(str_eq(path_dir(str_c(path)), str_c(dir)));
	assert_true(str_eq(path_base(str_c(path)), str_c(base)));
}

static void a_path_splits_into_directory_and_name(void **state)
{
	(void)state;
	assert_splits("/a/b", "/a", "b");
	assert_splits("/x", "/", "x");
	assert_splits("x", "", "x");
	assert_splits("a/b/c", "a/b", "c");
	assert_splits("/a/b//", "/a", "b");
	assert_splits("/", "/", "/");
	assert_splits("", "", "");
}

static bool below(const char *path, const char *dir)
{
	return path_below(str_c(path), str_c(dir));
}

static void below_means_whole_segments(void **state)
{
	(void)state;
	assert_true(below("/a/b", "/a"));
	assert_true(below("/a", "/a"));
	assert_true(below("/a", "/"));
	assert_true(below("/", "/"));
	assert_false(below("/ab", "/a"));
	assert_false(below("/", "/a"));
	assert_false(below("/a", "/a/b"));
	assert_false(below("a", "/"));
	assert_false(below("/a", ""));
}

static bool glob(const char *pattern, const char *path)
{
	return path_glob(str_c(pattern), str_c(path));
}

static void a_star_stays_within_its_segment(void **state)
{
	(void)state;
	assert_true(glob("/usr/lib/python3*/x", "/usr/lib/python3.11/x"));
	assert_true(glob("*.py", "a.py"));
	assert_true(glob("*", ""));
	assert_true(glob("a*b*c", "aXbYbZc"));
	assert_false(glob("a*b*c", "aXbYbZ"));
	assert_false(glob("/tmp/*", "/tmp/a/b"));
	assert_false(glob("/tmp*x", "/tmp/x"));
	assert_false(glob("*", "/a"));
	assert_true(glob("/a**b", "/axxb"));
	assert_false(glob("/a**b", "/ax/xb"));
}

static void a_question_mark_is_one_byte(void **state)
{
	(void)state;
	assert_true(glob("/a?c", "/abc"));
	assert_false(glob("/a?c", "/a/c"));
	assert_false(glob("/a?c", "/ac"));
	assert_false(glob("?", ""));
}

static void two_stars_are_any_number_of_segments(void **state)
{
	(void)state;
	assert_true(glob("/tmp/**", "/tmp/a/b/c"));
	assert_true(glob("/tmp/**", "/tmp"));
	assert_false(glob("/tmp/**", "/tmpx"));
	assert_false(glob("/tmp/**", "/var/tmp"));
	assert_true(glob("/a/**/z", "/a/z"));
	assert_true(glob("/a/**/z", "/a/b/c/z"));
	assert_false(glob("/a/**/z", "/a/b/cz"));
	assert_true(glob("**/__pycache__/**", "$TREE/x/__pycache__/y.pyc"));
	assert_true(glob("**/.ssh/**", "/home/x/.ssh/id"));
	assert_true(glob("/a/**/b/**/c", "/a/b/x/b/y/c"));
	assert_false(glob("/a/**/b/**/c", "/a/x/c"));
	assert_true(glob("/**/b/c", "/b/b/b/c"));
	assert_false(glob("/**/b/c", "/b/b/b/c/d"));
	assert_true(glob("/**/a/*/b/**", "/a/a/x/b"));
	assert_true(glob("**/**", "/x"));
	assert_true(glob("**", ""));
}

static void a_backslash_quotes(void **state)
{
	(void)state;
	assert_true(glob("/a\\*", "/a*"));
	assert_false(glob("/a\\*", "/ab"));
	assert_true(glob("/\\**", "/*b"));
	assert_true(glob("/\\?", "/?"));
	assert_false(glob("/\\?", "/x"));
	assert_true(glob("/\\\\", "/\\"));
	assert_true(glob("/x\\", "/x\\"));
	assert_true(glob("*\\*", "ab*"));
}

static void repeat(struct buf *b, const char *what, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_c(b, what);
}

/* These take longer than the age of the universe for a matcher that retries. */
static void no_pattern_takes_exponential_time(void **state)
{
	(void)state;
	static const char *const hard[][3] = {
		{ "a*", "a", "b" },
		{ "**/a/", "a/", "b" },
		{ "*a/**/", "aa/", "b" },
	};

	for (size_t i = 0; i < ARRAY_LEN(hard); i++) {
		autobuf struct buf pattern = BUF_INIT, path = BUF_INIT;

		repeat(&pattern, hard[i][0], 500);
		buf_c(&pattern, hard[i][2]);
		repeat(&path, hard[i][1], 1500);
		assert_false(path_glob(buf_view(&pattern), buf_view(&path)));
	}
}

static bool contained(struct str rel)
{
	return path_is_contained(rel);
}

static void only_plain_relative_paths_are_contained(void **state)
{
	(void)state;
	assert_true(contained(STR("a")));
	assert_true(contained(STR("a/b.c/..d/...")));
	assert_false(contained(STR("")));
	assert_false(contained(STR_NULL));
	assert_false(contained(STR("/a")));
	assert_false(contained(STR("a/")));
	assert_false(contained(STR("a//b")));
	assert_false(contained(STR("..")));
	assert_false(contained(STR("a/../b")));
	assert_false(contained(STR("a/.")));
	assert_false(contained(STR("a/..")));
	assert_false(contained(STR("a\0/b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joining_makes_a_path_absolute_and_normal),
		cmocka_unit_test(joining_never_climbs_above_the_root),
		cmocka_unit_test(a_path_splits_into_directory_and_name),
		cmocka_unit_test(below_means_whole_segments),
		cmocka_unit_test(a_star_stays_within_its_segment),
		cmocka_unit_test(a_question_mark_is_one_byte),
		cmocka_unit_test(two_stars_are_any_number_of_segments),
		cmocka_unit_test(a_backslash_quotes),
		cmocka_unit_test(no_pattern_takes_exponential_time),
		cmocka_unit_test(only_plain_relative_paths_are_contained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
