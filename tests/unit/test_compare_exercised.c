/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a change count as exercised, and how that is said. */
#include "core/base/buf.h"
#include "core/compare/exercised.h"
#include "tests/unit/facts.h"

#define FILE_OF(p, n) { .path = STR(p), .lines = (n) }

static struct exercised find(struct arena *a, const struct changed_file *files,
			     size_t n)
{
	static const char *const was[] = {
		"1 file.read $TREE/old.py", NULL,
	};
	static const char *const is[] = {
		"1 exec $TREE/run.sh", "1 exec $TREE/no.sh = EACCES",
		"1 file.read $TREE/main.py", "1 file.read $TREE/a\\x20b.py",
		"1 file.read $TREE/docs/index.md",
		"1 file.read $TREE/day-<time>.txt",
		"1 file.read $TREE/tried.py = ENOENT",
		"1 file.probe $TREE/probed.py", "1 file.read /etc/setup.py",
		NULL,
	};
	struct fingerprint *old = facts_v("old", 1, was);
	struct fingerprint *new = facts_v("new", 1, is);
	struct exercised e = { .files = 0 };

	exercised_find(&e, a, files, n, old, new);
	fingerprint_free(old);
	fingerprint_free(new);
	return e;
}

static void what_was_read_or_executed_counts(void **state)
{
	static const struct changed_file files[] = {
		FILE_OF("main.py", 3), FILE_OF("run.sh", 2),
		FILE_OF("setup.py", 4), FILE_OF("probed.py", 0),
		FILE_OF("no.sh", 0), FILE_OF("day-2024-02-03.txt", 1),
		{ .path = STR("in.txt"), .fed = true },
		{ .path = STR("ci.yml"), .lines = 9, .judged = true },
	};
	struct arena a = ARENA_INIT;
	struct exercised e = find(&a, files, 8);

	(void)state;
	assert_int_equal(e.files, 7);
	assert_int_equal(e.files_run, 4);
	assert_int_equal(e.lines, 10);
	assert_int_equal(e.lines_run, 6);
	assert_int_equal(e.n_missed, 3);
	assert_true(str_eq(e.missed[0], STR("no.sh")));
	assert_true(str_eq(e.missed[1], STR("probed.py")));
	assert_true(str_eq(e.missed[2], STR("setup.py")));
	arena_free(&a);
}

static void what_is_gone_was_read_or_is_missed_by_a_run(void **state)
{
	static const struct changed_file files[] = {
		{ .path = STR("old.py"), .gone = true },
		{ .path = STR("tried.py"), .gone = true },
		{ .path = STR("other.py"), .gone = true },
		{ .path = STR("old.py") },
	};
	struct arena a = ARENA_INIT;
	struct exercised e = find(&a, files, 4);

	(void)state;
	assert_int_equal(e.files_run, 2);
	assert_int_equal(e.n_missed, 2);
	arena_free(&a);
}

static void documentation_counts_only_when_read(void **state)
{
	static const struct changed_file files[] = {
		FILE_OF("README.md", 5), FILE_OF("docs/index.md", 1),
		FILE_OF("License.txt", 5), FILE_OF("src/.gitignore", 5),
		FILE_OF("docs/conf.py", 1),
	};
	struct arena a = ARENA_INIT;
	struct exercised e = find(&a, files, 5);

	(void)state;
	assert_int_equal(e.inert, 3);
	assert_int_equal(e.files, 2);
	assert_int_equal(e.files_run, 1);
	assert_int_equal(e.lines, 2);
	arena_free(&a);
}

static void says(const struct exercised *e, const char *wanted)
{
	struct buf text = BUF_INIT;

	buf_c(&text, "");
	exercised_sentence(&text, e);
	assert_string_equal(text.p, wanted);
	buf_free(&text);
}

static void the_sentence_is_bounded_and_safe(void **state)
{
	struct str paths[] = {
		STR("a"), STR("b\n\033[31m"), STR("c"), STR("d"), STR("e"),
		STR("f"), STR("g"),
	};
	struct exercised e = {
		.files = 8, .files_run = 1, .lines = 3, .lines_run = 2,
		.missed = paths, .n_missed = 7,
	};

	(void)state;
	says(&e, "not exercised: a, b\\n\\x1b[31m, c, d, e and 2 more "
	     "(7 of 8 changed files; 66 % of the changed lines are in files "
	     "that a run read)");
	e.cut = true;
	e.n_missed = 1;
	says(&e, "not exercised: a (1 of 8 changed files)");
	e.n_missed = 0;
	says(&e, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_or_executed_counts),
		cmocka_unit_test(what_is_gone_was_read_or_is_missed_by_a_run),
		cmocka_unit_test(documentation_counts_only_when_read),
		cmocka_unit_test(the_sentence_is_bounded_and_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
