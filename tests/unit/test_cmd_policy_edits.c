/* SPDX-License-Identifier: Apache-2.0 */
/* What a change does to what it is judged by. */
#include "tests/unit/session.h"

#include "cmd/policy_edits.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

static void workflows_and_hooks_are_jobs(void **state)
{
	static const struct {
		const char *path;
		bool is_job;
	} rows[] = {
		{ ".github/workflows/ci.yml", true },
		{ ".github/workflows", true },
		{ ".github/workflows-old/ci.yml", false },
		{ ".github/README.md", false }, { ".gitlab-ci.yml", true },
		{ ".gitlab-ci.yml.orig", false },
		{ "sub/.gitlab-ci.yml", false },
		{ "appveyor.yml", true }, { "main.py", false }, { "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (policy_edits_is_job(str_c(rows[i].path)) != rows[i].is_job)
			fail_msg("%s", rows[i].path);
}

/* --- bound folders --- */

#define ONE "00112233445566778899aabbccddeeff"
#define TWO "ffeeddccbbaa99887766554433221100"

static void a_bound_folder_changed_where_both_digests_are_known(void **state)
{
	static const struct {
		const char *path, *old, *new;
		bool changed;
	} rows[] = {
		{ "vendor", ONE, TWO, true }, { "vendor", ONE, ONE, false },
		{ "vendor", "", TWO, false }, { "vendor", ONE, "", false },
		{ "other", ONE, TWO, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bound was_bound = { str_c("vendor"),
					   str_c(rows[i].old) };
		struct bound is_bound = { str_c(rows[i].path),
					  str_c(rows[i].new) };
		const struct fingerprint old = {
			.bound = &was_bound, .n_bound = 1,
		}, new = { .bound = &is_bound, .n_bound = 1 };
		const struct bound *was = NULL, *is;

		is = bound_change(&old, &new, 0, &was);
		if ((is != NULL) != rows[i].changed)
			fail_msg("row %zu", i);
		if (is) {
			assert_ptr_equal(is, &is_bound);
			assert_ptr_equal(was, &was_bound);
		}
	}
}

/* --- a change, read from git --- */

#define CONFIG								\
	"[step \"server\"]\n"						\
	"\tcommand = python3 ./server.py --data=x\n"			\
	"\tstdin = words.txt\n"						\
	"[step \"db\"]\n"						\
	"\trole = fixture\n"						\
	"\tcommand = sh ./db/start.sh ../outside /etc/passwd\n"

static const struct run_options defaults = { .runs = 0 };

static void fill(struct place *p)
{
	sh(p, "cd r; cat >.behavdiff <<'E'\n" CONFIG "E\n"
	   "mkdir -p db .github/workflows baselines; "
	   "for f in server.py words.txt db/start.sh db/other.sh "
	   ".github/workflows/ci.yml baselines/default.json; do "
	   "echo 1 >$f; done; git add .; git commit -qm one; git tag one");
}

/* The policy facts of NEW, one a line. */
static char *edited(struct place *p, const char *old, const char *new)
{
	struct session *s = session_of(p, &defaults, old, new);
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	side_traced(s, 0, "/bin/x");
	side_traced(s, 1, "/bin/x");
	if (policy_edits_diff(s, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < s->sides[1].fp->n; i++) {
		const struct fact *f = &s->sides[1].fp->facts[i];

		if (!str_starts(f->line, STR("policy.")))
			continue;
		buf_printf(&out, "%.*s\n", STR_ARG(f->line));
		/* As often as the side was run, so that it is no accident. */
		assert_int_equal(f->seen, s->sides[1].fp->runs);
		assert_string_equal(f->ev.call.p, "git diff");
	}
	session_free(s);
	return buf_steal(&out);
}

static void edits_of(struct place *p, const char *script, const char *want)
{
	autofree char *got = NULL;

	sh(p, "cd r; git checkout -q --detach one; %s; git add -A; "
	   "git commit -q --allow-empty -m two; git tag -f two", script);
	got = edited(p, "one", "two");
	if (strcmp(got, want) != 0)
		fail_msg("'%s' gives '%s', not '%s'", script, got, want);
}

static void what_judges_is_told_from_what_is_judged(void **state)
{
	struct place *p = *state;

	fill(p);
	edits_of(p, "echo 2 >server.py", "");
	edits_of(p, "echo '# x' >>.behavdiff", "policy.edit .behavdiff\n");
	edits_of(p, "echo 2 >.github/workflows/ci.yml",
		 "policy.edit .github/workflows/ci.yml\n");
	edits_of(p, "rm .github/workflows/ci.yml",
		 "policy.edit .github/workflows/ci.yml\n");
	edits_of(p, "echo 2 >.gitlab-ci.yml", "policy.edit .gitlab-ci.yml\n");
	edits_of(p, "echo 2 >words.txt", "policy.input words.txt\n");
}

/* What a fixture runs is not judged, so a change of it is one of the judge. */
static void a_fixtures_own_files_judge(void **state)
{
	struct place *p = *state;

	fill(p);
	edits_of(p, "echo 2 >db/start.sh", "policy.edit db/start.sh\n");
	edits_of(p, "echo 2 >db/other.sh", "");
}

static void names_that_forge_a_line_are_escaped(void **state)
{
	struct place *p = *state;

	fill(p);
	edits_of(p, "echo 2 >\"$(printf '.github/workflows/a\\nb')\"",
		 "policy.edit .github/workflows/a\\nb\n");
}

/* OLD may have gone on: what counts is what NEW did since it left. */
static void edits_count_from_where_the_change_left(void **state)
{
	struct place *p = *state;
	autofree char *got = NULL;

	fill(p);
	sh(p, "cd r; git checkout -q --detach one; echo 2 >server.py; "
	   "git commit -qam two; git tag two; git checkout -q --detach one; "
	   "echo '# x' >>.behavdiff; git commit -qam old; git tag old");
	got = edited(p, "old", "two");
	assert_string_equal(got, "");
}

static void programs_without_a_common_past_edit_nothing(void **state)
{
	struct place *p = *state;
	autofree char *got = NULL;

	fill(p);
	sh(p, "cd r; git checkout -q --orphan other; echo 2 >.behavdiff; "
	   "echo '[step \"a\"]' >.behavdiff; echo ' command = x' >>.behavdiff; "
	   "git add -A; git commit -qm other");
	got = edited(p, "one", "other");
	assert_string_equal(got, "");
}

static void the_work_tree_is_a_change_too(void **state)
{
	struct place *p = *state;
	autofree char *got = NULL;

	fill(p);
	sh(p, "cd r; echo 2 >words.txt; echo 2 >.gitlab-ci.yml");
	got = edited(p, "one", ".");
	assert_string_equal(got, "policy.edit .gitlab-ci.yml\n"
			    "policy.input words.txt\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workflows_and_hooks_are_jobs),
		cmocka_unit_test(a_bound_folder_changed_where_both_digests_are_known),
		story(what_judges_is_told_from_what_is_judged),
		story(a_fixtures_own_files_judge),
		story(names_that_forge_a_line_are_escaped),
		story(edits_count_from_where_the_change_left),
		story(programs_without_a_common_past_edit_nothing),
		story(the_work_tree_is_a_change_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
