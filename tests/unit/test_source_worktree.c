/* SPDX-License-Identifier: Apache-2.0 */
/* "." is the files that git status shows, as they are, and stays untouched. */
#include "tests/unit/source_repo.h"

#include <sys/stat.h>
#include <sys/wait.h>

static const char LISTING[] =
	"cd out; find . -mindepth 1 -printf '%%y %%m %%P %%l\\0' | "
	"LC_ALL=C sort -z | tr '\\0' '\\n'";

/* A commit with a file, a folder, a link and a program. */
static void fill(struct place *p)
{
	sh(p, "cd r; mkdir -p d/e; echo a > a; echo b > d/e/b; ln -s a l; "
	   "echo run > d/run; chmod 755 d/run; git add .; git commit -q -m 1");
}

static void assert_lists(struct place *p, const char *want)
{
	assert_string_equal(sh(p, LISTING), want);
}

static void changes_count_and_ignored_files_do_not(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; echo changed > a; rm l; rm -r d/e; chmod 644 d/run; "
	   "mkdir -p new/deep empty; echo n > new/deep/n; "
	   "printf '*.o\\n/build/\\n' > .gitignore; echo '*.x' > "
	   ".git/info/exclude; echo o > x.o; echo x > d/x.x; mkdir build; "
	   "echo y > build/y; echo tracked > t.o; git add -f t.o");

	struct tree_info info = exported(p, "r", ".", "out");

	assert_lists(p, "d 755 d \nd 755 new \nd 755 new/deep \n"
		     "f 644 .gitignore \nf 644 a \nf 644 d/run \n"
		     "f 644 new/deep/n \nf 644 t.o ");
	assert_string_equal(sh(p, "cat out/a"), "changed");
	assert_int_equal(info.files, 5);
	assert_int_equal(info.dirs, 3);
	assert_int_equal(info.skipped, 0);
}

static void a_clean_work_tree_is_its_commit(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "mkdir out2");

	struct tree_info commit = exported(p, "r", "HEAD", "out");
	struct tree_info dot = exported(p, "r", ".", "out2");
	static const char all[] = "cd %s; find . -printf "
		"'%%p %%y %%m %%Ts %%l\\n' | LC_ALL=C sort; cat a d/e/b";
	char *want = mem_strdup(sh(p, all, "out"));

	assert_string_equal(sh(p, all, "out2"), want);
	assert_string_equal(dot.digest, commit.digest);
	assert_int_equal(dot.bytes, commit.bytes);
	free(want);
	sh(p, "rm -rf out2; mkdir out2; echo more >> r/a");
	assert_string_not_equal(exported(p, "r", ".", "out2").digest,
				commit.digest);
}

static void it_is_whole_from_a_folder_deep_inside(void **state)
{
	struct place *p = *state;

	fill(p);
	exported(p, "r/d/e", ".", "out");
	assert_string_equal(sh(p, "cat out/a"), "a");
}

static void the_users_own_excludes_count(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "git config -f home/.gitconfig core.excludesFile '~/mine'; "
	   "echo '*.swp' > home/mine; echo x > r/x.swp; mkdir out2");
	exported(p, "r", ".", "out");
	assert_string_equal(sh(p, "find out -name '*.swp'"), "");
	sh(p, "rm home/.gitconfig; mkdir -p home/.config/git; "
	   "cp home/mine home/.config/git/ignore; touch r/y");
	exported(p, "r", ".", "out2");
	assert_string_equal(sh(p, "find out2 -name '*.swp' -o -name y"),
			    "out2/y");
}

static void bytes_are_copied_without_filters(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; git config core.autocrlf true; "
	   "git config filter.f.clean 'touch ../ran; cat'; "
	   "git config filter.f.smudge 'touch ../ran; cat'; "
	   "echo '* ident filter=f' > .gitattributes; "
	   "printf 'x\\r\\n$Id$\\n' > a; git config core.fsmonitor "
	   "\"touch $PWD/../ran\"");
	exported(p, "r", ".", "out");
	exported(p, "r", "HEAD:d", "home");
	assert_string_equal(sh(p, "od -An -c out/a | tr -d ' \\n'"),
			    "x\\r\\n$Id$\\n");
	assert_string_equal(sh(p, "ls"), "home\nout\nr");
}

static void nothing_is_ever_written(void **state)
{
	struct place *p = *state;
	static const char state_of[] = "cd r; find . -printf "
		"'%%p %%y %%m %%s %%T@ %%C@ %%i\\n' | sort; "
		"find . -type f | sort | xargs cat | md5sum";

	fill(p);
	/* An index whose times are stale invites a refresh. */
	sh(p, "cd r; touch -d '2001-01-01' a d/run; echo new > new; "
	   "git config core.untrackedCache true; sleep 0.1; echo c > a");

	char *before = mem_strdup(sh(p, state_of));

	exported(p, "r", ".", "out");
	assert_string_equal(sh(p, state_of), before);
	free(before);
}

static void special_files_are_left_out(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; mkfifo pipe; rm a; mkfifo a; "
	   "python3 -c \"import socket; s = socket.socket(socket.AF_UNIX); "
	   "s.bind('sock')\" || true");
	exported(p, "r", ".", "out");
	assert_lists(p, "d 755 d \nd 755 d/e \nf 644 d/e/b \nf 755 d/run \n"
		     "l 777 l a");
}

static void a_folder_that_became_a_link_is_not_entered(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "mkdir outside; echo secret > outside/run; cd r; rm -r d; "
	   "ln -s ../outside d");
	exported(p, "r", ".", "out");
	assert_lists(p, "f 644 a \nl 777 d ../outside\nl 777 l a");
}

static void submodules_and_nested_clones_are_empty_folders(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "git init -q lib; cd lib; echo x > x; git add .; "
	   "git commit -q -m 1; cd ../r; "
	   "git -c protocol.file.allow=always submodule --quiet add ../lib; "
	   "git commit -q -m 2; cp -r ../lib untracked; mkdir ../out2");

	struct tree_info info = exported(p, "r", ".", "out");

	assert_string_equal(sh(p, "find out/lib out/untracked"),
			    "out/lib\nout/untracked");
	assert_int_equal(info.submodules, 2);
	assert_string_equal(info.first_submodule, "lib");
	sh(p, "rm -rf r/untracked out; mkdir out");
	assert_string_equal(exported(p, "r", ".", "out").digest,
			    exported(p, "r", "HEAD", "out2").digest);
}

static void it_needs_no_commit(void **state)
{
	struct place *p = *state;

	sh(p, "echo x > r/x");
	exported(p, "r", ".", "out");
	assert_lists(p, "f 644 x ");
	assert_string_equal(sh(p, "TZ=UTC find out/x -printf '%%TF'"),
			    "2000-01-01");
}

static void a_linked_work_tree_is_its_own(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; git worktree add -q ../w; echo w > ../w/w");
	exported(p, "w", ".", "out");
	assert_string_equal(sh(p, "cat out/w out/a"), "w\na");
}

static void git_work_tree_is_honoured(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "mkdir other; echo other > other/o");
	setenv("GIT_DIR", "../r/.git", 1);
	setenv("GIT_WORK_TREE", ".", 1);
	exported(p, "other", ".", "out");
	unsetenv("GIT_WORK_TREE");
	unsetenv("GIT_DIR");
	assert_lists(p, "f 644 o ");
}

static void files_in_conflict_come_once(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; git checkout -q -b other; echo o > a; "
	   "git commit -q -am o; git checkout -q main; echo m > a; "
	   "git commit -q -am m; git merge -q other > /dev/null || true");

	struct tree_info info = exported(p, "r", ".", "out");

	assert_int_equal(info.skipped, 0);
	assert_string_equal(sh(p, "grep -c '<<<<' out/a"), "1");
}

static void odd_names_are_copied(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; touch \"$(printf 'new\\nline')\" '[*?]' ' ' "
	   "\"$(printf '\\377')\" -- -f; mkdir '!x'; touch '!x/#y' 'x-' x0; "
	   "mkdir x; touch x/y; "
	   "printf '#' > 'back\\slash'");
	assert_int_equal(exported(p, "r", ".", "out").files, 10);
	assert_string_equal(sh(p, "diff -r -x .git r out"), "");
}

static void limits_hold(void **state)
{
	struct place *p = *state;
	struct export_options opt = { .max_bytes = 5 };
	struct tree_info info;
	struct err err = ERR_INIT;

	fill(p);
	assert_int_equal(export_with(p, "r", ".", "out", &opt, &info, &err),
			 -1);
	assert_says(err.msg, "'d/run': the tree holds more than 5 bytes");
	sh(p, "rm -rf out; mkdir out");
	opt = (struct export_options){ .max_entries = 3 };
	assert_int_equal(export_with(p, "r", ".", "out", &opt, &info, &err),
			 -1);
	assert_says(err.msg, "more than 3 entries");
}

/* As an ordinary account: a child gives up root for good. */
static int export_unprivileged(struct place *p)
{
	struct export_options opt = { .max_bytes = 0 };
	struct tree_info info;
	struct err err = ERR_INIT;

	if (!getuid() && (setgid(65534) || setuid(65534)))
		return 2;
	if (!export_with(p, "r", ".", "out", &opt, &info, &err)) {
		fprintf(stderr, "exported %s\n", info.digest);
		return 3;
	}
	if (!strstr(err.msg, "cannot read 'd/") ||
	    !strstr(err.hint, ".gitignore")) {
		fprintf(stderr, "%s\n%s\n", err.msg, err.hint);
		return 4;
	}
	return 0;
}

static void an_unreadable_file_is_named(void **state)
{
	struct place *p = *state;
	static const char *const ways[] = {
		"chmod 0 r/d/run", "chmod 644 r/d/run; chmod 0 r/d/e",
		"chmod 755 r/d/e; echo x > r/d/new; chmod 0 r/d/new",
	};

	fill(p);
	sh(p, "chmod 755 .");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int status;

		sh(p, "%s; rm -rf out; mkdir out; chown 65534 out "
		   "2> /dev/null || true",
		   ways[i]);
		fflush(NULL);

		pid_t pid = fork();

		if (!pid)
			_exit(export_unprivileged(p));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(changes_count_and_ignored_files_do_not),
		story(a_clean_work_tree_is_its_commit),
		story(it_is_whole_from_a_folder_deep_inside),
		story(the_users_own_excludes_count),
		story(bytes_are_copied_without_filters),
		story(nothing_is_ever_written),
		story(special_files_are_left_out),
		story(a_folder_that_became_a_link_is_not_entered),
		story(submodules_and_nested_clones_are_empty_folders),
		story(it_needs_no_commit),
		story(a_linked_work_tree_is_its_own),
		story(git_work_tree_is_honoured),
		story(files_in_conflict_come_once),
		story(odd_names_are_copied),
		story(limits_hold),
		story(an_unreadable_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
