/* SPDX-License-Identifier: Apache-2.0 */
/* What is not traced again, and what a bound folder does to that. */
#include "tests/unit/session.h"

#include "core/base/cleanup.h"
#include "core/base/vec.h"

static const struct run_options defaults = { .runs = 0 };

static void fill(struct place *p)
{
	sh(p, "cd r; echo 1 >a; git add .; git commit -qm one; git tag one; "
	   "echo 2 >a; git commit -qam two; git tag two; "
	   "git commit -q --allow-empty -m three; git tag three");
	setenv("XDG_CACHE_HOME", sh(p, "mkdir -p cache; cd cache; pwd"), 1);
}

/* Trace a revision as the only side, and put it into the cache. */
static void trace(struct place *p, const struct run_options *opt,
		  const char *spec)
{
	struct session *s = session_of(p, opt, spec, "");

	binds_known(s);
	side_traced(s, 0, "/bin/x");
	session_cache_put(s);
	session_cache_pin(s);
	session_free(s);
}

/* Where the only side would come from. */
static bool is_known(struct place *p, const struct run_options *opt,
		     const char *spec)
{
	struct session *s = session_of(p, opt, spec, "");
	bool known;

	session_cache_get(s, false);
	known = s->sides[0].fp;
	if (known)
		assert_string_equal(s->sides[0].from, "cache");
	session_free(s);
	return known;
}

static void a_tree_is_known_under_each_of_its_names(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_false(is_known(p, &defaults, "two"));
	trace(p, &defaults, "two");
	assert_true(is_known(p, &defaults, "two"));
	assert_true(is_known(p, &defaults, "main"));
	assert_true(is_known(p, &defaults, "three"));
	assert_false(is_known(p, &defaults, "one"));
}

static void it_is_described_as_it_is_named_now(void **state)
{
	struct place *p = *state;
	struct session *s;

	fill(p);
	trace(p, &defaults, "two");
	s = session_of(p, &defaults, "three", "");
	session_cache_get(s, false);
	assert_non_null(s->sides[0].fp);
	assert_string_equal(s->sides[0].fp->spec.p, "three");
	assert_string_equal(s->sides[0].fp->commit.p, s->sides[0].rev.commit);
	session_free(s);
}

/* A work tree has no id before its export gives it a digest. */
static void a_work_tree_is_known_once_it_is_exported(void **state)
{
	struct place *p = *state;
	struct session *s;

	fill(p);
	trace(p, &defaults, "two");
	s = session_of(p, &defaults, ".", "two");
	session_cache_get(s, false);
	assert_null(s->sides[0].fp);
	snprintf(s->sides[0].info.digest, sizeof(s->sides[0].info.digest),
		 "%.32s", s->sides[1].rev.tree);
	session_cache_get(s, true);
	assert_non_null(s->sides[0].fp);
	session_free(s);
}

static void what_was_asked_for_otherwise_is_traced_again(void **state)
{
	static const struct run_options others[] = {
		{ .runs = 5 }, { .max_runs = 20 }, { .timeout_ms = 1234 },
		{ .syscalls = "all" }, { .no_cache = true },
	};
	struct place *p = *state;

	fill(p);
	trace(p, &defaults, "one");
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (is_known(p, &others[i], "one"))
			fail_msg("row %zu", i);
	assert_true(is_known(p, &defaults, "one"));
}

static void more_runs_than_asked_for_are_known_by_those_asked_for(void **state)
{
	struct place *p = *state;
	struct session *s;

	fill(p);
	s = session_of(p, &defaults, "one", "");
	side_traced(s, 0, "/bin/x");
	side_replace(&s->sides[0], traced("/bin/x", "exit",
					  session_max_runs(s)));
	session_describe(s, &s->sides[0]);
	session_cache_put(s);
	session_free(s);
	assert_true(is_known(p, &defaults, "one"));
}

static void no_cache_keeps_nothing(void **state)
{
	const struct run_options opt = { .no_cache = true };
	struct place *p = *state;

	fill(p);
	trace(p, &opt, "one");
	assert_false(is_known(p, &defaults, "one"));
	assert_string_equal(sh(p, "find cache -type f"), "");
}

static void a_variant_is_not_taken_for_the_plain_one(void **state)
{
	const char *const env[] = { "CI=true" };
	const struct run_options with = { .env = env, .n_env = 1 };
	struct place *p = *state;
	struct err err = ERR_INIT;
	struct session *s;

	fill(p);
	s = session_of(p, &with, "one", "one");
	assert_int_equal(variant_prepare(s, &err), 0);
	side_traced(s, 0, "/bin/x");
	side_traced(s, 1, "/bin/y");
	session_cache_put(s);
	session_free(s);
	s = session_of(p, &with, "one", "one");
	assert_int_equal(variant_prepare(s, &err), 0);
	session_cache_get(s, false);
	assert_non_null(fingerprint_find(s->sides[0].fp, STR("exec /bin/x")));
	assert_non_null(fingerprint_find(s->sides[1].fp, STR("exec /bin/y")));
	assert_string_equal(s->sides[1].fp->spec.p, "one with CI=true");
	session_free(s);
}

/* --- bound folders --- */

static void fill_bound(struct place *p)
{
	sh(p, "cd r; printf '[sandbox]\\n\\tbind = vendor\\n' >.behavdiff; "
	   "echo vendor >.gitignore; mkdir vendor; echo 1 >vendor/lib; "
	   "git add .; git commit -qm zero");
	fill(p);
}

static void what_a_bound_folder_holds_is_part_of_the_key(void **state)
{
	struct place *p = *state;

	fill_bound(p);
	trace(p, &defaults, "one");
	assert_true(is_known(p, &defaults, "one"));
	sh(p, "echo 2 >r/vendor/lib");
	assert_false(is_known(p, &defaults, "one"));
	sh(p, "echo 1 >r/vendor/lib");
	assert_true(is_known(p, &defaults, "one"));
}

/* OLD comes from when it was trusted, NEW is run with what is there now. */
static void old_goes_with_what_it_was_trusted_with(void **state)
{
	struct place *p = *state;
	struct session *s;

	fill_bound(p);
	trace(p, &defaults, "one");
	sh(p, "echo 2 >r/vendor/lib");
	s = session_of(p, &defaults, "one", "two");
	session_cache_get(s, false);
	assert_non_null(s->sides[0].fp);
	assert_true(s->sides[0].pinned);
	assert_null(s->sides[1].fp);
	session_free(s);
	/* In the place of NEW it has no pin. */
	s = session_of(p, &defaults, "two", "one");
	session_cache_get(s, false);
	assert_null(s->sides[1].fp);
	session_free(s);
}

static void two_names_of_one_tree_use_no_pin(void **state)
{
	struct place *p = *state;
	struct session *s;

	fill_bound(p);
	trace(p, &defaults, "two");
	sh(p, "echo 2 >r/vendor/lib");
	s = session_of(p, &defaults, "two", "three");
	session_cache_get(s, false);
	assert_null(s->sides[0].fp);
	session_free(s);
}

static void tracing_old_again_takes_what_is_there(void **state)
{
	struct place *p = *state;
	struct session *s;

	fill_bound(p);
	trace(p, &defaults, "one");
	sh(p, "echo 2 >r/vendor/lib");
	trace(p, &defaults, "one");
	s = session_of(p, &defaults, "one", "two");
	session_cache_get(s, false);
	assert_non_null(s->sides[0].fp);
	assert_false(s->sides[0].pinned);
	session_free(s);
}

/* A step that failed may have met a folder that is still being made. */
static void runs_that_failed_pin_nothing(void **state)
{
	static const struct step_end rows[] = {
		{ .started = false },
		{ .started = true, .unmet = STR("something") },
		{ .started = true, .ended = true, .status = 256 },
	};
	struct place *p = *state;

	fill_bound(p);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step_end end = rows[i];
		struct session *s = session_of(p, &defaults, "one", "");

		sh(p, "rm -rf cache/behavdiff; echo 1 >r/vendor/lib");
		binds_known(s);
		side_traced(s, 0, "/bin/x");
		for (size_t r = 0; r < s->sides[0].fp->n_ends; r++) {
			s->sides[0].fp->ends[r].steps = &end;
			s->sides[0].fp->ends[r].n_steps = 1;
		}
		session_cache_pin(s);
		session_free(s);
		if (*sh(p, "find cache -name '*.pin'"))
			fail_msg("row %zu is pinned", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_tree_is_known_under_each_of_its_names),
		story(it_is_described_as_it_is_named_now),
		story(a_work_tree_is_known_once_it_is_exported),
		story(what_was_asked_for_otherwise_is_traced_again),
		story(more_runs_than_asked_for_are_known_by_those_asked_for),
		story(no_cache_keeps_nothing),
		story(a_variant_is_not_taken_for_the_plain_one),
		story(what_a_bound_folder_holds_is_part_of_the_key),
		story(old_goes_with_what_it_was_trusted_with),
		story(two_names_of_one_tree_use_no_pin),
		story(tracing_old_again_takes_what_is_there),
		story(runs_that_failed_pin_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
