/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of the work tree that every run sees. */
#include "tests/unit/session.h"

#include "core/base/cleanup.h"
#include "core/base/vec.h"

static const struct run_options defaults = { .runs = 0 };

/* A repository that binds these folders, of which none is made yet. */
static struct session *binding(struct place *p, const char *first,
			       const char *second)
{
	sh(p, "cd r; printf '[sandbox]\\nbind = %s\\nbind = %s\\n' "
	   ">.behavdiff; echo '*' >.gitignore; git add -f .behavdiff; "
	   "git commit -qm one; git tag one", first, second);
	return session_of(p, &defaults, "one", "");
}

static void folders_are_opened_in_the_plans_order_and_once(void **state)
{
	struct place *p = *state;
	struct session *s = binding(p, "b/c", "a");
	struct err err = ERR_INIT;
	int *was;

	sh(p, "cd r; mkdir -p b/c a; echo x >b/c/x");
	assert_int_equal(binds_open(s, &err), 0);
	assert_int_equal(s->n_binds, 2);
	assert_int_equal(faccessat(s->binds[0], "x", F_OK, 0), 0);
	assert_int_not_equal(faccessat(s->binds[1], "x", F_OK, 0), 0);
	was = s->binds;
	assert_int_equal(binds_open(s, &err), 0);
	assert_ptr_equal(s->binds, was);
	session_free(s);
}

static void what_is_no_folder_of_the_work_tree_is_refused(void **state)
{
	static const struct {
		const char *make, *msg;
	} rows[] = {
		{ ":", "No such file" },
		{ "echo x >vendor", "not a folder" },
		{ "mkdir real; ln -s real vendor", "symbolic link" },
		{ "ln -s /etc vendor", "symbolic link" },
	};
	struct place *p = *state;
	struct session *s = binding(p, "a", "vendor");

	session_free(s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		sh(p, "cd r; rm -rf a real vendor; mkdir a; %s", rows[i].make);
		s = session_of(p, &defaults, "one", "");
		assert_int_equal(binds_open(s, &err), -1);
		assert_says(err.msg, "sandbox.bind vendor");
		assert_says(err.msg, rows[i].msg);
		assert_int_equal(s->n_binds, 0);
		session_free(s);
	}
}

static void a_link_on_the_way_is_followed_nowhere(void **state)
{
	struct place *p = *state;
	struct session *s = binding(p, "a", "way/vendor");
	struct err err = ERR_INIT;

	sh(p, "cd r; mkdir -p a real/vendor; ln -s real way");
	assert_int_equal(binds_open(s, &err), -1);
	assert_says(err.msg, "symbolic link");
	session_free(s);
}

/* Its own files are what a revision is judged by. */
static void a_side_with_files_there_is_refused(void **state)
{
	static const struct {
		const char *make;
		bool taken;
	} rows[] = {
		{ ":", true }, { "mkdir vendor", true },
		{ "mkdir vendor; echo x >vendor/x", false },
		{ "mkdir -p vendor/.hidden", false },
		{ "echo x >vendor", false }, { "ln -s /etc vendor", false },
	};
	struct place *p = *state;
	struct session *s = binding(p, "a", "vendor");
	struct side *side = &s->sides[0];
	struct err err = ERR_INIT;

	sh(p, "cd r; mkdir a vendor");
	assert_int_equal(binds_open(s, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autofree char *tree = mem_printf("%s/tree", p->dir);

		sh(p, "rm -rf tree; mkdir tree; cd tree; %s", rows[i].make);
		side->tree = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (binds_check(s, side, &err) != (rows[i].taken ? 0 : -1))
			fail_msg("row %zu: %s", i, rows[i].make);
		close(side->tree);
		side->tree = -1;
	}
	session_free(s);
}

static void what_they_hold_is_known_by_one_name(void **state)
{
	struct place *p = *state;
	struct session *s = binding(p, "a", "vendor");
	char key[HASH_HEX_LEN + 1];
	struct fingerprint *fp;

	sh(p, "cd r; mkdir a vendor; echo x >vendor/x");
	assert_true(binds_known(s));
	strcpy(key, s->bound_key);
	fp = traced("/bin/x", "exit", 1);
	binds_describe(s, fp);
	assert_int_equal(fp->n_bound, 2);
	assert_string_equal(fp->bound[0].path.p, "a");
	assert_int_equal(fp->bound[1].digest.len, HASH_HEX_LEN);
	assert_string_not_equal(fp->bound[0].digest.p, fp->bound[1].digest.p);
	fingerprint_free(fp);
	/* The same, elsewhere, is something else. */
	session_free(s);
	sh(p, "cd r; mv vendor/x a/x");
	s = session_of(p, &defaults, "one", "");
	assert_true(binds_known(s));
	assert_string_not_equal(s->bound_key, key);
	session_free(s);
}

static void a_change_during_the_runs_names_no_result(void **state)
{
	struct place *p = *state;
	struct session *s = binding(p, "a", "vendor");

	sh(p, "cd r; mkdir a vendor");
	assert_true(binds_known(s));
	binds_recheck(s);
	assert_true(s->bound_key[0]);
	sh(p, "echo x >r/vendor/x");
	binds_recheck(s);
	assert_false(s->bound_key[0]);
	assert_false(binds_known(s));
	/* Not even when it is undone: a run in between had it. */
	sh(p, "rm r/vendor/x");
	binds_recheck(s);
	assert_false(s->bound_key[0]);
	session_free(s);
}

static void without_binds_nothing_is_asked(void **state)
{
	struct place *p = *state;
	struct session *s;

	sh(p, "cd r; echo x >a; git add .; git commit -qm one");
	s = session_of(p, &defaults, "main", "");
	assert_true(binds_known(s));
	assert_false(s->bound_key[0]);
	assert_null(s->binds);
	session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(folders_are_opened_in_the_plans_order_and_once),
		story(what_is_no_folder_of_the_work_tree_is_refused),
		story(a_link_on_the_way_is_followed_nowhere),
		story(a_side_with_files_there_is_refused),
		story(what_they_hold_is_known_by_one_name),
		story(a_change_during_the_runs_names_no_result),
		story(without_binds_nothing_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
