/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines: the same bytes, every edit told by its line, merges mended. */
#include <stdio.h>

#include "tests/unit/facts.h"

#include "core/base/vec.h"
#include "core/baseline/baseline.h"

static const struct environment here = {
	STR("6.1.0"), STR("x86_64"), STR("glibc 2.36"), STR("Debian 12"),
	STR("00112233445566778899aabbccddeeff"),
};

static struct baseline *make(struct fingerprint *fp, const struct baseline *old)
{
	struct baseline *b;

	fp->scenario = STR("default");
	b = baseline_make(fp, &here, old);
	fingerprint_free(fp);
	return b;
}

static const struct acceptance beacon = {
	.fact = STR("net.connect tcp 203.0.113.7:80 = ENETUNREACH"),
	.reason = STR("says \"hello\""), .by = STR("Ann"),
	.date = STR("2025-01-02"), .expires = STR("2025-06-30"),
};

static struct baseline *sample(void)
{
	struct fingerprint *fp = FACTS("HEAD", "3 exec /bin/a",
				       "3 file.create $TREE/a",
				       "2 file.create $TREE/b",
				       "3 syscall sched_yield");
	struct baseline *b;

	facts_end(fp, "exit", &(struct step_end){
		.name = STR("main"), .command = STR("sh main.sh"),
		.started = true, .was_ready = true });
	b = make(fp, NULL);
	baseline_accept(b, &beacon);
	return b;
}

/* The text of b, which is freed. */
static struct buf written(struct baseline *b)
{
	struct buf out = BUF_INIT;

	baseline_write(&out, b);
	baseline_free(b);
	return out;
}

static struct baseline *reads(struct str text, bool resolve)
{
	struct err err = ERR_INIT;
	struct baseline *b = NULL;

	if (baseline_read(&b, "b.json", text, resolve, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(err.code, ERR_NONE);
	return b;
}

static void refuses(struct str text, const char *message)
{
	struct err err = ERR_INIT;
	struct baseline *b = NULL;

	assert_int_equal(baseline_read(&b, "b.json", text, false, &err), -1);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_null(b);
	if (message)
		assert_string_equal(err.msg, message);
}

static void replace(struct buf *text, const char *what, const char *with)
{
	autobuf struct buf out = BUF_INIT;
	const char *at = strstr(text->p, what);

	if (!at)
		fail_msg("no %s", what);
	buf_add(&out, text->p, (size_t)(at - text->p));
	buf_c(&out, with);
	buf_c(&out, at + strlen(what));
	buf_clear(text);
	buf_str(text, buf_view(&out));
}

static void what_is_written_reads_back_to_the_byte(void **state)
{
	autobuf struct buf text = written(sample()), again = BUF_INIT;
	struct baseline *b = reads(buf_view(&text), false);

	(void)state;
	assert_false(b->merged);
	assert_int_equal(b->fp->n, 4);
	assert_int_equal(b->n_accepted, 1);
	assert_true(b->fp->ends[0].steps[0].was_ready);
	baseline_write(&again, b);
	assert_string_equal(again.p, text.p);
	baseline_free(b);
}

static void no_part_of_a_file_is_taken_for_the_whole(void **state)
{
	autobuf struct buf text = written(sample());

	(void)state;
	for (size_t n = 0; n + 2 < text.len; n++)
		refuses((struct str){ text.p, n }, NULL);
}

static void every_edit_is_told_by_its_line(void **state)
{
	static const struct { const char *what, *with, *message; } edits[] = {
		{ "baseline/1", "baseline/2", "b.json: line 2: \"schema\" is "
		  "\"behavdiff.baseline/2\"; this program knows up to "
		  "\"behavdiff.baseline/1\"" },
		{ "baseline/1", "baseline/0", "b.json: line 2: \"schema\" is "
		  "\"behavdiff.baseline/0\"; this program knows up to "
		  "\"behavdiff.baseline/1\"" },
		{ "\"commit\": \"0", "\"commit\": \"g", "b.json: line 4: "
		  "\"commit\" is no commit's id" },
		{ "\"runs\": 3", "\"runs\": 0", "b.json: line 6: \"runs\" is "
		  "no number from 1 to 10000" },
		{ "\"always\"", "\"never\"", "b.json: line 26: a fact is "
		  "\"always\" or \"sometimes\"" },
		{ "exec /bin/a", "exe /bin/a", "b.json: line 26: "
		  "\"exe /bin/a\" is not a fact" },
		{ "exec /bin/a", "exec /bin/\\u001b[31m", "b.json: line 26: "
		  "\"exec /bin/\\x1b[31m\" is not a fact" },
		{ "2025-06-30", "2025-06-31", "b.json: line 32: \"expires\" "
		  "is no day, as 2025-12-31 is" },
		{ "\"says \\\"hello\\\"\"", "\"\"", "b.json: line 32: a "
		  "\"reason\" is missing" },
		{ "\"facts\"", "\"fact\"", "b.json: line 1: \"facts\" is "
		  "missing or is no object" },
		{ "{", "[", "b.json: line 2, column 11: syntax error" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		autobuf struct buf text = written(sample());

		replace(&text, edits[i].what, edits[i].with);
		refuses(buf_view(&text), edits[i].message);
	}
}

static void a_merge_by_lines_is_mended(void **state)
{
	autobuf struct buf text = written(sample());
	struct baseline *b;

	(void)state;
	/* Both sides of a header line; a fact behind the last; a fact twice. */
	replace(&text, "  \"runs\": 3,\n", "  \"runs\": 3,\n  \"runs\": 4,\n");
	replace(&text, "\"syscall sched_yield\": \"always\"\n",
		"\"syscall sched_yield\": \"always\",\n"
		"    \"syscall x\": \"always\"\n"
		"    \"syscall sched_yield\": \"sometimes\"\n"
		"    \"exec /bin/b\": \"always\",\n");
	replace(&text, "\n  \"accepted\": {\n", "\n  \"accepted\": {\n"
		"    \"net.dns a\": {\"reason\": \"r\"}\n");
	b = reads(buf_view(&text), false);
	assert_true(b->merged);
	assert_int_equal(b->fp->runs, 4);
	assert_int_equal(b->fp->n, 6);
	assert_int_equal(b->n_accepted, 2);
	assert_false(fact_always(b->fp, fingerprint_find(b->fp,
					STR("syscall sched_yield"))));
	assert_non_null(fingerprint_find(b->fp, STR("exec /bin/b")));
	baseline_free(b);
}

/* Two hosts that update, and two branches that each bring a list. */
static void a_merge_inside_the_header_is_mended(void **state)
{
	autobuf struct buf text = written(sample());
	struct baseline *b;

	(void)state;
	replace(&text, "    \"kernel\": \"6.1.0\",\n",
		"    \"kernel\": \"6.1.0\",\n    \"kernel\": \"6.18\",\n");
	replace(&text, "  \"facts\": {\n",
		"  \"names\": {\n    \"exec /bin/a\": 1\n"
		"  \"names\": {\n    \"syscall sched_yield\": 2\n  },\n"
		"  \"facts\": {\n");
	b = reads(buf_view(&text), false);
	assert_true(b->merged);
	assert_string_equal(b->env.kernel.p, "6.18");
	assert_string_equal(b->env.machine.p, "x86_64");
	assert_int_equal(fingerprint_find(b->fp, STR("exec /bin/a"))
			 ->names_max, 1);
	assert_int_equal(fingerprint_find(b->fp, STR("syscall sched_yield"))
			 ->names_max, 2);
	baseline_free(b);
	/* What breaks off is no merge. */
	replace(&text, "  }\n}\n", "  }\n");
	refuses(buf_view(&text), NULL);
}

static void a_conflict_waits_for_update(void **state)
{
	autobuf struct buf text = written(sample());
	struct baseline *b;

	(void)state;
	replace(&text, "    \"exec /bin/a\": \"always\",\n",
		"<<<<<<< ours\n    \"exec /bin/x\": \"always\",\n"
		"||||||| base\n    \"exec /bin/a\": \"always\",\n=======\n"
		"    \"exec /bin/y\": \"always\",\n>>>>>>> theirs\n");
	refuses(buf_view(&text), "b.json: line 26: an unresolved merge "
		"conflict");
	b = reads(buf_view(&text), true);
	assert_non_null(fingerprint_find(b->fp, STR("exec /bin/x")));
	assert_non_null(fingerprint_find(b->fp, STR("exec /bin/y")));
	baseline_free(b);
}

static void a_race_neither_comes_nor_goes(void **state)
{
	struct baseline *old = make(FACTS("a", "3 exec /bin/a",
					  "2 file.read /a", "1 file.read /b"),
				    NULL);
	struct baseline *same = make(FACTS("b", "3 exec /bin/a",
					   "3 file.read /a"), old);
	struct baseline *other = make(FACTS("c", "3 exec /bin/a",
					    "3 file.read /a",
					    "3 exec /bin/new"), old);
	const struct fact *f;

	(void)state;
	assert_int_equal(same->fp->n, 3);
	f = fingerprint_find(same->fp, STR("file.read /a"));
	assert_false(fact_always(same->fp, f));
	assert_int_equal(other->fp->n, 3);
	assert_null(fingerprint_find(other->fp, STR("file.read /b")));
	baseline_free(old);
	baseline_free(same);
	baseline_free(other);
}

#define DRAWN(name) "1 file.create /srv/sess_" name

/* Three runs that each drew a name; `in` says which. */
static struct fingerprint *drawing(const char *a, const char *b, const char *c)
{
	const char *const names[] = { a, b, c };
	char lines[3][64];
	struct fingerprint *fp;

	for (size_t i = 0; i < 3; i++)
		snprintf(lines[i], sizeof(lines[i]), DRAWN("%s"), names[i]);
	fp = FACTS("a", "3 exec /bin/a", lines[0], lines[1], lines[2]);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < fp->n; k++)
			if (str_eq(fp->facts[k].line, str_c(lines[i] + 2)))
				fp->facts[k].in_runs = 1ULL << i;
	return fp;
}

#define PLACE "    \"main file.create /srv/sess_<drawn>\": {\"draw\": " \
	"\"3 names of [0-9a-f], 8 wide, 1 in each run\", \"runs\": " \
	"{\"1\": [\"01ab45cd\"], \"2\": [\"11ab45ce\"], " \
	"\"3\": [\"21ab45cf\"]}}\n"

static struct baseline *drawn(void)
{
	return make(drawing("01ab45cd", "11ab45ce", "21ab45cf"), NULL);
}

static void what_is_drawn_is_one_line_and_read_back(void **state)
{
	static const char *const edits[][2] = {
		{ "\"runs\": {\"1\"", "\"runs\": {\"0\"" },
		{ "\"runs\": {\"1\"", "\"runs\": {\"100\"" },
		{ "\"runs\": {\"1\": [", "\"runs\": {\"1\": [1, " },
		{ "\"runs\": {", "\"run\": {" },
		{ "<drawn>", "<drawn2>" },
		{ "01ab45cd", "\\u001b" },
		{ "main file.create", "main file.make" },
		{ "\"drawn\": {", "\"drawn\": [], \"x\": {" },
	};
	autobuf struct buf text = written(drawn()), again = BUF_INIT;
	struct baseline *b = reads(buf_view(&text), false), *next;

	(void)state;
	assert_non_null(strstr(text.p, "  \"drawn\": {\n" PLACE "  },\n"));
	assert_null(strstr(text.p, "\"sometimes\""));
	assert_int_equal(b->fp->n, 4);
	assert_int_equal(b->fp->facts[2].in_runs, 1 << 1);
	assert_int_equal(b->fp->facts[2].seen, 1);
	baseline_write(&again, b);
	assert_string_equal(again.p, text.p);

	/* Others of the same draw are nothing new. */
	next = make(drawing("81ab45cd", "91ab45ce", "a1ab45cf"), b);
	buf_clear(&again);
	baseline_write(&again, next);
	assert_string_equal(again.p, text.p);
	baseline_free(next);
	/* Other characters are. */
	next = make(drawing("ZZZYYYXX", "WWWVVVUU", "TTTSSSRR"), b);
	buf_clear(&again);
	baseline_write(&again, next);
	assert_non_null(strstr(again.p, "ZZZYYYXX"));
	assert_null(strstr(again.p, "01ab45cd"));
	baseline_free(next);
	baseline_free(b);
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		autobuf struct buf edited = written(drawn());

		replace(&edited, edits[i][0], edits[i][1]);
		refuses(buf_view(&edited), NULL);
	}
	/* A run that the file does not count. */
	replace(&text, "\"3\": [\"21ab45cf\"]", "\"9\": [\"21ab45cf\"]");
	b = reads(buf_view(&text), false);
	assert_int_equal(b->fp->n, 3);
	baseline_free(b);
}

/* Two sides that can tell what comes again, and a file of before. */
static void what_comes_again_is_read_back(void **state)
{
	(void)state;
	struct fingerprint *fp = FACTS("HEAD", "3 file.create /tmp/tmp_payload",
				       "3 file.create /tmp/tmp<rand>");
	const struct fact *f;

	fp->names_known = true;
	fact_set_template(&fp->arena, &fp->facts[1],
		      STR("file.create /tmp/tmp<rand>"));

	autobuf struct buf text = written(make(fp, NULL));
	struct baseline *b = reads(buf_view(&text), false), *next;

	assert_true(fingerprint_names_known(b->fp));
	f = fingerprint_find(b->fp, STR("file.create /tmp/tmp_payload"));
	assert_true(str_eq(fact_template(f),
			   STR("file.create /tmp/tmp<rand>")));
	baseline_free(b);

	replace(&text, "  \"told\": true,\n", "");
	b = reads(buf_view(&text), false);
	assert_false(fingerprint_names_known(b->fp));
	fp = FACTS("HEAD", "3 file.create /tmp/tmp_payload");
	fp->names_known = true;
	fact_set_template(&fp->arena, &fp->facts[0],
		      STR("file.create /tmp/tmp<rand>"));
	next = make(fp, b);
	assert_true(fingerprint_names_known(next->fp));
	assert_non_null(fingerprint_find(next->fp,
		STR("file.create /tmp/tmp_payload")));
	baseline_free(next);
	baseline_free(b);
	replace(&text, ": \"file.create /tmp/tmp<rand>\"", ": \"exec /x\"");
	refuses(buf_view(&text), NULL);
}

static void accepted_facts_stay_apart(void **state)
{
	struct baseline *old = sample(), *new;

	(void)state;
	new = make(FACTS("b", "3 exec /bin/a",
			 "3 net.connect tcp 203.0.113.7:80 = ENETUNREACH"),
		   old);
	assert_int_equal(new->fp->n, 1);
	assert_int_equal(new->n_accepted, 1);
	assert_true(str_eq(new->accepted[0].reason, beacon.reason));
	baseline_free(old);
	baseline_free(new);
}

static void count_dropped(void *ctx, const struct acceptance *a,
			  const char *why)
{
	(void)a;
	assert_non_null(why);
	++*(int *)ctx;
}

static void pruning_drops_what_does_not_count(void **state)
{
	const struct acceptance known = {
		.fact = STR("exec /bin/a"), .reason = STR("r")
	};
	struct baseline *b = sample();
	int n = 0;

	(void)state;
	assert_int_equal(baseline_prune(b, STR("2025-06-30"), count_dropped,
					&n), 0);
	baseline_accept(b, &known);
	assert_int_equal(baseline_prune(b, STR("2025-07-01"), count_dropped,
					&n), 2);
	assert_int_equal(n, 2);
	assert_int_equal(b->n_accepted, 0);
	baseline_free(b);
}

static void days_are_those_of_the_calendar(void **state)
{
	static const char *const good[] = {
		"2024-02-29", "2000-02-29", "2025-12-31", "2025-04-30",
	};
	static const char *const bad[] = {
		"2025-02-29", "1900-02-29", "2025-13-01", "2025-00-10",
		"2025-04-31", "2025-1-1", "2025/01/01", "", "20250101xx",
		"2025-01-00", "tomorrow",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(baseline_date(str_c(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(baseline_date(str_c(bad[i])));
}

/* --- patterns --- */

static void a_pattern_says_something(void **state)
{
	static const char *const good[] = {
		"file.create /tmp/app-*", "file.create $TREE/logs/**",
		"net.connect tcp 10.0.0.*:80 = ECONNREFUSED",
		"file.rename $TREE/*.tmp -> $TREE/data/**",
	};
	static const char *const bad[] = {
		"file.create **", "file.create *", "file.create /**",
		"file.create /*/**", "file.create /a/**/b", "file.create /a**",
		"file.* /tmp", "* /tmp/a", "file.create /tmp/a", "file.create",
		"file.rename /tmp/**", "file.rename /a/* -> **",
		"file.create /tmp/* = E*", "exec * *",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(fact_pattern(str_c(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (fact_pattern(str_c(bad[i])))
			fail_msg("%s", bad[i]);
}

static void a_pattern_covers_no_more_than_it_says(void **state)
{
	static const struct {
		const char *pattern, *line;
		bool fits;
	} cases[] = {
		{ "file.create /tmp/a-*", "file.create /tmp/a-1", true },
		{ "file.create /tmp/a-*", "file.create /tmp/a-", true },
		{ "file.create /tmp/a-*", "file.create /tmp/a-1/x", false },
		{ "file.create /tmp/a-*", "file.create /tmp/a-1 x", false },
		{ "file.create /tmp/a-*", "file.write /tmp/a-1", false },
		{ "file.create /tmp/a-*", "file.create /tmp/a-1 = EACCES",
		  false },
		{ "file.create /tmp/*-*x", "file.create /tmp/a-b-x", true },
		{ "file.create /tmp/*-*x", "file.create /tmp/a-b-y", false },
		{ "file.create /tmp/a/**", "file.create /tmp/a/b/c", true },
		{ "file.create /tmp/a/**", "file.create /tmp/a/b c", true },
		{ "file.create /tmp/a/**", "file.create /tmp/a", false },
		{ "file.create /tmp/a/**", "file.create /tmp/a/", false },
		{ "file.create /tmp/a/**", "file.create /tmp/ab/c", false },
		{ "file.create /tmp/*/c/**", "file.create /tmp/b/c/d", true },
		{ "exec.args /usr/**", "exec.args /usr/bin/sh sh -c x", false },
		{ "exec.args /usr/bin/* id", "exec.args /usr/bin/id id", true },
		{ "file.rename /a/* -> /b/**", "file.rename /a/x -> /b/y/z",
		  true },
		{ "file.rename /a/* -> /b/**", "file.rename /a/x -> /etc/y",
		  false },
		{ "file.rename /a/** -> /a/x", "file.rename /a/y -> /a/x",
		  true },
		{ "net.connect tcp 10.0.0.*:80", "net.connect tcp 10.0.0.9:80",
		  true },
		{ "net.connect tcp 10.0.0.*:80", "net.connect tcp 10.0.0.9:81",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fact f = { .line = str_c(cases[i].line) };

		assert_true(fact_parse(&f));
		if (fact_fits(str_c(cases[i].pattern), &f) != cases[i].fits)
			fail_msg("%s and %s", cases[i].pattern, cases[i].line);
	}
}

/* --- accepted facts in a comparison --- */

static enum verdict judged(const struct accept *accepts, size_t n,
			   bool *accepted)
{
	struct policy policy = {
		.fail_on = LEVEL_ERROR, .accepts = accepts, .n_accepts = n
	};
	struct fingerprint *old = FACTS("a", "3 exec /bin/a");
	struct fingerprint *new = FACTS("b", "3 exec /bin/a",
					"3 file.create /tmp/x*");
	enum verdict verdict;
	struct comparison c;

	compare(&c, old, new, &policy);
	assert_int_equal(c.n, 1);
	verdict = c.verdict;
	*accepted = c.findings[0].accepted;
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
	return verdict;
}

static void what_is_accepted_passes_until_it_expires(void **state)
{
	struct accept a[2] = {
		{ .fact = STR("file.create /tmp/x*"), .reason = STR("r") },
		{ .fact = STR("file.create /tmp/*"), .glob = true,
		  .expired = true, .reason = STR("r") },
	};
	bool accepted;

	(void)state;
	assert_int_equal(judged(a, 1, &accepted), VERDICT_PASS);
	assert_true(accepted);
	assert_int_equal(judged(a + 1, 1, &accepted), VERDICT_REGRESSION);
	assert_false(accepted);
	assert_int_equal(judged(a, 2, &accepted), VERDICT_PASS);
	assert_true(accepted);
	/* A name that looks like a pattern is a name. */
	a[0].fact = STR("file.create /tmp/*");
	assert_int_equal(judged(a, 1, &accepted), VERDICT_REGRESSION);
}

static void an_environment_differs_where_both_are_known(void **state)
{
	struct environment other = here;
	autobuf struct buf how = BUF_INIT;

	(void)state;
	other.libc = STR("");
	assert_false(environment_differs(&how, &here, &other));
	other.kernel = STR("6.18");
	other.root = STR("ff112233445566778899aabbccddeeff");
	assert_true(environment_differs(&how, &here, &other));
	assert_string_equal(how.p, "kernel 6.1.0 -> 6.18, what is installed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back_to_the_byte),
		cmocka_unit_test(no_part_of_a_file_is_taken_for_the_whole),
		cmocka_unit_test(every_edit_is_told_by_its_line),
		cmocka_unit_test(a_merge_by_lines_is_mended),
		cmocka_unit_test(a_merge_inside_the_header_is_mended),
		cmocka_unit_test(a_conflict_waits_for_update),
		cmocka_unit_test(a_race_neither_comes_nor_goes),
		cmocka_unit_test(what_is_drawn_is_one_line_and_read_back),
		cmocka_unit_test(what_comes_again_is_read_back),
		cmocka_unit_test(accepted_facts_stay_apart),
		cmocka_unit_test(pruning_drops_what_does_not_count),
		cmocka_unit_test(days_are_those_of_the_calendar),
		cmocka_unit_test(a_pattern_says_something),
		cmocka_unit_test(a_pattern_covers_no_more_than_it_says),
		cmocka_unit_test(what_is_accepted_passes_until_it_expires),
		cmocka_unit_test(an_environment_differs_where_both_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
