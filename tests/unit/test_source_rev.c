/* SPDX-License-Identifier: Apache-2.0 */
/* What the user names resolves as in git; what does not is explained. */
#include "core/base/vec.h"
#include "tests/unit/source_repo.h"

/* Two commits; folders impl04 and impl14, a file, a link, a submodule. */
static void fill(struct place *p)
{
	sh(p, "cd r; git commit -q --allow-empty -m 'first: it'; "
	   "mkdir -p impl04/deep impl14; echo a > impl04/a; "
	   "echo b > impl04/deep/b; echo c > impl14/c; echo top > conf; "
	   "ln -s impl04 link; "
	   "git update-index --add --cacheinfo 160000,%s,sub; "
	   "git add impl04 impl14 conf link; git commit -q -m second; "
	   "git tag -a -m v1 v1; "
	   "git -c advice.nestedTag=false tag -a -m v2 v2 v1; git branch maint",
	   "1234567890123456789012345678901234567890");
}

/* resolve, and compare the tree with what git says of other */
static void assert_same(struct place *p, const char *spec, const char *other)
{
	autorepo struct repo *repo = open_at(p, "r");
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	if (rev_resolve(&rev, repo, spec, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(rev.spec, spec);
	assert_int_equal(rev.kind, REV_TREE);
	assert_string_equal(rev.tree,
			    sh(p, "git -C r rev-parse '%s'", other));
	rev_release(&rev);
}

/* resolve must fail, the message says msg, the hint hint */
static void assert_refused(struct place *p, const char *path,
			   const char *spec, const char *msg,
			   const char *hint)
{
	autorepo struct repo *repo = open_at(p, path);
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	assert_int_equal(rev_resolve(&rev, repo, spec, &err), -1);
	assert_null(rev.spec);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_says(err.msg, msg);
	assert_says(err.hint, hint);
}

static void names_of_commits_resolve(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_same(p, "main", "main^{tree}");
	assert_same(p, "HEAD~1", "HEAD~1^{tree}");
	assert_same(p, "refs/heads/maint", "maint^{tree}");
	assert_same(p, "@", "HEAD^{tree}");
	assert_same(p, "main@{1}", "main@{1}^{tree}");
	assert_same(p, ":/first: it", "HEAD~1^{tree}");
	assert_same(p, "HEAD^{/first: it}", "HEAD~1^{tree}");

	char *id = mem_strdup(sh(p, "git -C r rev-parse --short=7 HEAD~1"));

	assert_same(p, id, "HEAD~1^{tree}");
	free(id);
}

/* resolve as the side that judges; the commit is git's own of other */
static void assert_trusted(struct place *p, const char *spec,
			   const char *other)
{
	autorepo struct repo *repo = open_at(p, "r");
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	if (rev_resolve_as(&rev, repo, spec, REV_TRUSTED, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(rev.commit,
			    sh(p, "git -C r rev-parse '%s^{commit}'", other));
	rev_release(&rev);
}

static void assert_distrusted(struct place *p, const char *spec,
			      const char *msg, const char *hint)
{
	autorepo struct repo *repo = open_at(p, "r");
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	assert_int_equal(rev_resolve_as(&rev, repo, spec, REV_TRUSTED, &err),
			 -1);
	assert_null(rev.spec);
	assert_says(err.msg, msg);
	assert_says(err.hint, hint);
}

/* Another reference of that short name, at another commit or the same. */
static void shadow(struct place *p, const char *full, const char *at)
{
	sh(p, "git -C r update-ref '%s' '%s'", full, at);
}

static void a_shadowed_name_is_refused(void **state)
{
	static const struct {
		const char *name, *spec, *shadow, *other;
	} rows[] = {
		{ "main", "main", "refs/tags/main", "refs/heads/main" },
		{ "main", "main~0", "refs/tags/main", "refs/heads/main" },
		{ "main", "main:impl04", "refs/tags/main", "refs/heads/main" },
		{ "main", "main^{tree}", "refs/remotes/main",
		  "refs/heads/main" },
		{ "main", "main", "refs/remotes/main/HEAD",
		  "refs/heads/main" },
		{ "main", "main", "refs/main", "refs/heads/main" },
		{ "o/main", "o/main", "refs/heads/o/main",
		  "refs/remotes/o/main" },
		{ "o/main", "o/main", "refs/tags/o/main",
		  "refs/remotes/o/main" },
		{ "heads/main", "heads/main", "refs/tags/heads/main",
		  "refs/heads/main" },
		{ "HEAD", "HEAD", "refs/heads/HEAD", "@" },
		{ "HEAD", "HEAD", "refs/tags/HEAD", "@" },
	};
	struct place *p = *state;

	fill(p);
	shadow(p, "refs/remotes/o/main", "HEAD");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *msg = mem_printf("'%s' is ambiguous", rows[i].name);

		shadow(p, rows[i].shadow, "refs/heads/main~1");
		assert_refused(p, "r", rows[i].spec, msg, rows[i].shadow);
		assert_refused(p, "r", rows[i].spec, rows[i].shadow,
			       rows[i].other);
		assert_distrusted(p, rows[i].spec, msg, rows[i].other);
		/* In full there is no doubt. */
		assert_same(p, rows[i].other,
			    "refs/heads/main^{tree}");
		assert_trusted(p, rows[i].other, "refs/heads/main");
		/* Of one commit both are right. */
		shadow(p, rows[i].shadow, "refs/heads/main");
		assert_same(p, rows[i].spec,
			    strchr(rows[i].spec, ':') ?
			    "refs/heads/main:impl04" :
			    "refs/heads/main^{tree}");
		sh(p, "git -C r update-ref -d '%s'", rows[i].shadow);
		free(msg);
	}
}

static void a_name_that_begins_an_id_is_refused(void **state)
{
	struct place *p = *state;
	char *id;

	fill(p);
	id = mem_strdup(sh(p, "git -C r rev-parse HEAD"));

	char *brief = mem_strndup(id, 8);
	char *full = mem_printf("refs/heads/%s", brief);

	shadow(p, full, "HEAD~1");
	assert_refused(p, "r", brief, "begins so", full);
	assert_distrusted(p, brief, "is ambiguous", "whole id");
	assert_same(p, full, "HEAD~1^{tree}");
	assert_same(p, id, "HEAD^{tree}");
	free(full);
	/* The whole id is the object, whatever else has it for a name. */
	full = mem_printf("refs/heads/%s", id);
	shadow(p, full, "HEAD~1");
	assert_same(p, id, "HEAD^{tree}");
	assert_trusted(p, id, "HEAD");
	free(full);
	free(id);
	free(brief);
}

static void what_is_written_in_full_is_that_or_nothing(void **state)
{
	static const char absent[] =
		"1234567890123456789012345678901234567890";
	struct place *p = *state;
	char *branch = mem_printf("refs/heads/%s", absent);

	fill(p);
	shadow(p, branch, "HEAD");
	assert_refused(p, "r", absent, "is not here", branch);
	assert_distrusted(p, absent, "is not here", branch);
	free(branch);
	shadow(p, "refs/tags/refs/heads/gone", "HEAD");
	assert_refused(p, "r", "refs/heads/gone", "there is no",
		       "refs/tags/refs/heads/gone");
	assert_distrusted(p, "refs/heads/gone", "there is no",
			  "refs/tags/refs/heads/gone");
}

static void a_branch_is_trusted_and_a_tag_is_not(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; git branch --track work main; git checkout -q work");
	shadow(p, "refs/remotes/o/main", "HEAD~1");
	sh(p, "git -C r symbolic-ref refs/remotes/o/HEAD refs/remotes/o/main");
	assert_trusted(p, "main", "HEAD");
	assert_trusted(p, "main~1", "HEAD~1");
	assert_trusted(p, "o/main", "HEAD~1");
	assert_trusted(p, "remotes/o/main", "HEAD~1");
	assert_trusted(p, "o", "HEAD~1");
	assert_trusted(p, "@", "HEAD");
	assert_trusted(p, "HEAD", "HEAD");
	assert_trusted(p, "work@{upstream}", "HEAD");
	assert_trusted(p, "refs/tags/v1", "HEAD");
	assert_distrusted(p, "v1", "'v1' is a tag", "refs/tags/v1");
	assert_distrusted(p, "v1~1", "'v1' is a tag", "refs/tags/v1");
	assert_distrusted(p, ":/first", "no name of a branch", "");
	assert_distrusted(p, "@{-1}", "no name of a branch", "");
	assert_distrusted(p, "mian", "unknown revision 'mian'", "'main'");
}

static void tag_of_a_tag_resolves(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_same(p, "v2", "HEAD^{tree}");
}

static void folders_resolve(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_same(p, "main:impl04", "main:impl04");
	assert_same(p, "v2:impl04/deep/", "main:impl04/deep");
	assert_same(p, "HEAD:", "HEAD^{tree}");
	assert_same(p, "HEAD^{/first: it}:", "HEAD~1^{tree}");
	assert_same(p, "HEAD^{tree}:impl14", "main:impl14");
}

static void commit_and_folder_are_kept(void **state)
{
	struct place *p = *state;

	fill(p);

	autorepo struct repo *repo = open_at(p, "r");
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	assert_int_equal(rev_resolve(&rev, repo, "v2:./impl04//deep", &err),
			 0);
	assert_string_equal(rev.subdir, "impl04/deep");
	assert_string_equal(rev.commit, sh(p, "git -C r rev-parse HEAD"));
	rev_release(&rev);
	assert_int_equal(rev_resolve(&rev, repo, "HEAD^{tree}", &err), 0);
	assert_string_equal(rev.commit, "");
	rev_release(&rev);
}

static void dot_slash_counts_from_the_current_folder(void **state)
{
	struct place *p = *state;
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	fill(p);

	autorepo struct repo *repo = open_at(p, "r/impl04");

	assert_int_equal(rev_resolve(&rev, repo, "HEAD:./deep", &err), 0);
	assert_string_equal(rev.subdir, "impl04/deep");
	rev_release(&rev);
	assert_int_equal(rev_resolve(&rev, repo, "HEAD:../impl14", &err), 0);
	assert_string_equal(rev.subdir, "impl14");
	rev_release(&rev);
	assert_refused(p, "r/impl04", "HEAD:../../x", "outside", "");
}

static void same_tree_is_known_without_export(void **state)
{
	struct place *p = *state;
	struct rev a, b, dot;
	struct err err = ERR_INIT;

	fill(p);

	autorepo struct repo *repo = open_at(p, "r");

	assert_int_equal(rev_resolve(&a, repo, "main", &err), 0);
	assert_int_equal(rev_resolve(&b, repo, "v2", &err), 0);
	assert_int_equal(rev_resolve(&dot, repo, ".", &err), 0);
	assert_true(rev_is_same_tree(&a, &b));
	assert_false(rev_is_same_tree(&dot, &dot));
	rev_release(&b);
	assert_int_equal(rev_resolve(&b, repo, "main~1", &err), 0);
	assert_false(rev_is_same_tree(&a, &b));
	rev_release(&a);
	rev_release(&b);
	rev_release(&dot);
}

static void dot_is_the_work_tree(void **state)
{
	struct place *p = *state;
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	fill(p);

	autorepo struct repo *repo = open_at(p, "r/impl04");

	assert_int_equal(rev_resolve(&rev, repo, ".", &err), 0);
	assert_int_equal(rev.kind, REV_WORKTREE);
	assert_string_equal(rev.commit, sh(p, "git -C r rev-parse HEAD"));
	assert_string_equal(rev.tree, "");
	rev_release(&rev);
}

static void bare_repository_has_no_dot(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "git clone -q --bare r b.git");
	assert_refused(p, "b.git", ".", "is bare", "HEAD");
}

static void near_names_are_offered(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_refused(p, "r", "mian", "unknown revision 'mian'",
		       "did you mean 'main'");
	assert_refused(p, "r", "man~2", "unknown revision 'man~2'", "git");
	assert_refused(p, "r", "mai", "unknown", "'main' or 'maint'");
	assert_refused(p, "r", "qqqqqq", "unknown", "git branch");
}

static void at_most_three_names_are_offered(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; for i in 1 2 3 4 5 6 7 8 9; do git branch topic$i; done");
	assert_refused(p, "r", "topic",  "unknown",
		       "'topic1', 'topic2' or 'topic3'?");
}

static void folder_in_place_of_revision_is_noticed(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_refused(p, "r", "impl04", "unknown revision", "HEAD:impl04");
	assert_refused(p, "r", "main..maint", "unknown revision",
		       "two arguments");
	assert_refused(p, "r", "", "unknown revision ''", "'.'");
}

static void long_and_odd_names_are_survived(void **state)
{
	struct place *p = *state;
	char name[5000];

	fill(p);
	memset(name, 'm', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_refused(p, "r", name, "revision", "");
	assert_refused(p, "r", "--help", "--help", "");
	assert_refused(p, "r", "HEAD^{", "HEAD^{", "");
	assert_refused(p, "r", "a\nb\x1b[31m", "a\\nb\\x1b[31m", "");
	memcpy(name, "HEAD:", 5);
	assert_refused(p, "r", name, "more than 511 bytes", "");
}

static void what_is_no_folder_is_refused(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_refused(p, "r", "HEAD:conf", "is a file, not a folder", "");
	assert_refused(p, "r", "HEAD:conf/x", "no folder 'conf/x'", "");
	assert_refused(p, "r", "HEAD:nope", "no folder 'nope'", "");
	assert_refused(p, "r", "HEAD:link", "is a symbolic link", "");
	assert_refused(p, "r", "HEAD:sub", "is a submodule", "-C sub");

	char *id = mem_strdup(sh(p, "git -C r rev-parse HEAD:conf"));

	assert_refused(p, "r", id, "is a file, not a folder", "");
	free(id);
}

static void empty_repository_has_no_commits(void **state)
{
	struct place *p = *state;

	assert_refused(p, "r", "HEAD", "the repository has no commits yet",
		       "'.'");
	assert_refused(p, "r", "main", "the repository has no commits yet",
		       "'.'");
}

static void unborn_branch_is_named(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; git checkout -q --orphan fresh");
	assert_refused(p, "r", "HEAD",
		       "HEAD is on 'refs/heads/fresh', which has no commits",
		       "another branch");
	assert_same(p, "main", "main^{tree}");
}

static void ambiguous_short_id_lists_candidates(void **state)
{
	struct place *p = *state;

	/* Among 1500 numbers some share the first four digits. */
	sh(p, "cd r; for i in $(seq 1500); do echo $i > $i; done; "
	   "git add .; git commit -q -m 1");

	char *id = mem_strdup(sh(p, "git -C r ls-files -s | cut -c8-11 | "
				 "sort | uniq -d | head -n 1"));
	char *msg = mem_printf("short object id '%s' is ambiguous", id);
	char *hint = mem_printf("the candidates are: blob %s", id);

	assert_int_equal(strlen(id), 4);
	assert_refused(p, "r", id, msg, hint);
	free(hint);
	free(msg);
	free(id);
}

static void reference_to_nothing_is_named(void **state)
{
	struct place *p = *state;
	static const char id[] = "1234567890123456789012345678901234567890";

	fill(p);
	sh(p, "cd r/.git/refs/heads; echo %s > lost; "
	   "echo 'ref: refs/heads/none' > sym; echo garbage > bad", id);
	assert_refused(p, "r", "lost", id, "git fsck");
	assert_refused(p, "r", "lost", "refs/heads/lost", "git fsck");
	assert_refused(p, "r", "sym", "points at 'refs/heads/none'", "git");
	assert_refused(p, "r", "bad", "bad", "");
}

static void missing_tree_is_found_before_anything_runs(void **state)
{
	struct place *p = *state;

	fill(p);

	char *id = mem_strdup(sh(p, "cd r; "
		"id=$(git rev-parse main:impl04); rm -f "
		".git/objects/$(echo $id | sed 's,^..,&/,'); echo $id"));

	assert_refused(p, "r", "main:impl04", id, "git fsck");
	assert_refused(p, "r", "main:impl04/deep", id, "git fsck");
	sh(p, "cd r; git config core.repositoryformatversion 1; "
	   "git config extensions.partialClone origin");
	assert_refused(p, "r", "main:impl04", id, "git fetch");
	free(id);
}

/* --- reading single files --- */

/* "-", a failure's message, or what was read */
static const char *read_it(struct place *p, const char *spec,
			   const char *path, size_t max)
{
	static char text[1024];
	autorepo struct repo *repo = open_at(p, "r");
	autobuf struct buf out = BUF_INIT;
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	assert_int_equal(rev_resolve(&rev, repo, spec, &err), 0);

	int rc = rev_read_file(repo, &rev, path, max, &out, &err);

	rev_release(&rev);
	if (rc != 1)
		assert_int_equal(out.len, 0);
	snprintf(text, sizeof(text), "%s", rc < 0 ? err.msg :
		 rc ? out.p : "-");
	return text;
}

static void a_file_is_read_from_the_folder_then_the_root(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_string_equal(read_it(p, "main", "conf", 100), "top\n");
	assert_string_equal(read_it(p, "main:impl04", "a", 100), "a\n");
	assert_string_equal(read_it(p, "main:impl04", "conf", 100), "top\n");
	assert_string_equal(read_it(p, "main:impl04", "deep/b", 100), "b\n");
	assert_string_equal(read_it(p, "main:impl04", "impl14/c", 100),
			    "c\n");
	assert_string_equal(read_it(p, "main:impl04", "c", 100), "-");
}

static void what_is_no_file_is_not_there(void **state)
{
	struct place *p = *state;

	fill(p);
	for (int i = 0; i < 2; i++) {
		const char *spec = i ? "." : "HEAD";

		assert_string_equal(read_it(p, spec, "nope", 100), "-");
		assert_string_equal(read_it(p, spec, "impl04", 100), "-");
		assert_string_equal(read_it(p, spec, "conf/x", 100), "-");
		assert_string_equal(read_it(p, spec, "link/a", 100), "-");
		assert_says(read_it(p, spec, "link", 100), "symbolic link");
		assert_says(read_it(p, spec, "../r/conf", 100), "no path");
		assert_says(read_it(p, spec, "/etc/passwd", 100), "no path");
	}
}

static void a_file_has_at_most_so_many_bytes(void **state)
{
	struct place *p = *state;

	fill(p);
	assert_string_equal(read_it(p, "HEAD", "conf", 4), "top\n");
	assert_string_equal(read_it(p, ".", "conf", 4), "top\n");
	assert_says(read_it(p, "HEAD", "conf", 3), "'conf' has");
	assert_says(read_it(p, ".", "conf", 3), "'conf': line 1: more");
}

static void the_work_tree_is_read_as_it_is_now(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; echo changed > conf; echo new > new; mkfifo pipe");
	assert_string_equal(read_it(p, ".", "conf", 100), "changed\n");
	assert_string_equal(read_it(p, ".", "new", 100), "new\n");
	assert_string_equal(read_it(p, ".", "pipe", 100), "-");
	assert_string_equal(read_it(p, "HEAD", "conf", 100), "top\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(names_of_commits_resolve),
		story(a_shadowed_name_is_refused),
		story(a_name_that_begins_an_id_is_refused),
		story(what_is_written_in_full_is_that_or_nothing),
		story(a_branch_is_trusted_and_a_tag_is_not),
		story(tag_of_a_tag_resolves),
		story(folders_resolve),
		story(commit_and_folder_are_kept),
		story(dot_slash_counts_from_the_current_folder),
		story(same_tree_is_known_without_export),
		story(dot_is_the_work_tree),
		story(bare_repository_has_no_dot),
		story(near_names_are_offered),
		story(at_most_three_names_are_offered),
		story(folder_in_place_of_revision_is_noticed),
		story(long_and_odd_names_are_survived),
		story(what_is_no_folder_is_refused),
		story(empty_repository_has_no_commits),
		story(unborn_branch_is_named),
		story(ambiguous_short_id_lists_candidates),
		story(reference_to_nothing_is_named),
		story(missing_tree_is_found_before_anything_runs),
		story(a_file_is_read_from_the_folder_then_the_root),
		story(what_is_no_file_is_not_there),
		story(a_file_has_at_most_so_many_bytes),
		story(the_work_tree_is_read_as_it_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
