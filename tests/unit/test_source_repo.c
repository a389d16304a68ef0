/* SPDX-License-Identifier: Apache-2.0 */
/* A repository is found where git finds it, and never changed. */
#include "tests/unit/source_repo.h"

static void assert_workdir(struct place *p, const char *path,
			   const char *want)
{
	autorepo struct repo *repo = open_at(p, path);
	char *full = mem_printf("%s/%s", p->dir, want);

	assert_string_equal(repo_workdir(repo), full);
	free(full);
}

static void found_from_a_folder_deep_inside(void **state)
{
	struct place *p = *state;

	sh(p, "mkdir -p r/a/b");
	assert_workdir(p, "r", "r");
	assert_workdir(p, "r/a/b", "r");
}

static void linked_work_tree_has_its_own_root(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; git commit -q --allow-empty -m 1; "
	   "git worktree add -q ../linked");
	assert_workdir(p, "linked", "linked");
}

static void bare_repository_has_no_work_tree(void **state)
{
	struct place *p = *state;

	sh(p, "git init -q --bare b.git");

	autorepo struct repo *repo = open_at(p, "b.git");

	assert_null(repo_workdir(repo));
}

static void directory_without_repository_is_named(void **state)
{
	struct place *p = *state;
	struct repo *repo = NULL;
	struct err err = ERR_INIT;

	setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
	assert_int_equal(repo_open(&repo, p->dir, &err), -1);
	unsetenv("GIT_CEILING_DIRECTORIES");
	assert_null(repo);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_says(err.msg, "no git repository in '");
	assert_says(err.msg, p->dir);
	assert_says(err.hint, "-C DIR");
}

static void missing_directory_is_named(void **state)
{
	struct repo *repo = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(repo_open(&repo, "/nowhere/at/all", &err), -1);
	assert_says(err.msg, "'/nowhere/at/all': No such file");
}

static void file_is_no_directory(void **state)
{
	struct place *p = *state;
	struct repo *repo = NULL;
	struct err err = ERR_INIT;
	char *path = mem_printf("%s/r/.git/HEAD", p->dir);

	assert_int_equal(repo_open(&repo, path, &err), -1);
	assert_says(err.msg, "Not a directory");
	free(path);
}

static void git_dir_counts_from_the_directory_named(void **state)
{
	struct place *p = *state;

	sh(p, "mkdir elsewhere");
	setenv("GIT_DIR", "../r/.git", 1);
	assert_workdir(p, "elsewhere", "r");
	setenv("GIT_WORK_TREE", ".", 1);
	assert_workdir(p, "elsewhere", "elsewhere");
	unsetenv("GIT_WORK_TREE");
	unsetenv("GIT_DIR");
}

static void wrong_git_dir_is_named(void **state)
{
	struct place *p = *state;
	struct repo *repo = NULL;
	struct err err = ERR_INIT;

	setenv("GIT_DIR", "/nowhere/.git", 1);
	assert_int_equal(repo_open(&repo, p->dir, &err), -1);
	unsetenv("GIT_DIR");
	assert_says(err.msg, "GIT_DIR names '/nowhere/.git'");
}

static void partial_and_sparse_clones_open(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; git config core.repositoryformatversion 1; "
	   "git config extensions.partialClone origin; "
	   "git config extensions.worktreeConfig true; "
	   "git config extensions.preciousObjects true");
	assert_workdir(p, "r", "r");
}

static void unknown_format_is_refused(void **state)
{
	struct place *p = *state;
	struct repo *repo = NULL;
	struct err err = ERR_INIT;

	sh(p, "cd r; git config core.repositoryformatversion 1; "
	   "git config extensions.fromTheFuture 1");

	char *path = mem_printf("%s/r", p->dir);

	assert_int_equal(repo_open(&repo, path, &err), -1);
	assert_says(err.msg, "cannot be opened");
	assert_says(err.msg, "fromthefuture");
	free(path);
}

static void repository_of_another_account_opens(void **state)
{
	struct place *p = *state;

	if (getuid())
		skip();
	sh(p, "chown -R 12345:12345 r");
	assert_workdir(p, "r", "r");
}

static void broken_user_configuration_does_no_harm(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; git commit -q --allow-empty -m 1; "
	   "printf '[broken' > ../home/.gitconfig");
	exported(p, "r", "HEAD", "out");
}

static void objects_in_quarantine_are_found(void **state)
{
	struct place *p = *state;

	sh(p, "git init -q other; cd other; echo x > x; git add x; "
	   "git commit -q -m 1");

	char *id = mem_strdup(sh(p, "git -C other rev-parse HEAD"));

	setenv("GIT_OBJECT_DIRECTORY", "../other/.git/objects", 1);
	exported(p, "r", id, "out");
	unsetenv("GIT_OBJECT_DIRECTORY");
	assert_string_equal(sh(p, "cat out/x"), "x");
	free(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(found_from_a_folder_deep_inside),
		story(linked_work_tree_has_its_own_root),
		story(bare_repository_has_no_work_tree),
		story(directory_without_repository_is_named),
		story(missing_directory_is_named),
		story(file_is_no_directory),
		story(git_dir_counts_from_the_directory_named),
		story(wrong_git_dir_is_named),
		story(partial_and_sparse_clones_open),
		story(unknown_format_is_refused),
		story(repository_of_another_account_opens),
		story(broken_user_configuration_does_no_harm),
		story(objects_in_quarantine_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
