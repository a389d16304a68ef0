/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two revisions, and what a checkout would have else. */
#include "core/base/vec.h"
#include "tests/unit/source_repo.h"

#define LFS "version https://git-lfs.github.com/spec/v1"

static struct rev resolve(struct repo *repo, const char *spec)
{
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	if (rev_resolve(&rev, repo, spec, &err))
		fail_msg("%s", err.msg);
	return rev;
}

static struct unlike look(struct repo *repo, const char *spec,
			  const char *path)
{
	struct rev rev = resolve(repo, spec);
	struct unlike u = { .kind = UNLIKE_NAME };
	struct err err = ERR_INIT;

	if (rev_unlike(&u, repo, &rev, path, &err))
		fail_msg("%s: %s", path, err.msg);
	rev_release(&rev);
	return u;
}

static void fill(struct place *p)
{
	sh(p, "cd r; mkdir sub dir; printf '" LFS "\\nx\\n' > lfs.bin; "
	   "printf 'text\\n' > plain; printf '$Id$\\n' > id; "
	   "printf 'a $Id: x $ b\\n' > id-set; printf '$Id: x\\n$' > no-id; "
	   "printf 'a\\nb\\n' > lf; printf 'a\\r\\nb\\r\\n' > crlf; "
	   "printf 'a\\n\\0' > nul; printf x > dir/deep; : > empty; "
	   "printf '" LFS ".1\\n' > sub/other; "
	   "printf '%%s\\n' '* -filter' 'id* ident' 'no-id ident' "
	   "'*lf eol=crlf' 'nul eol=crlf' '/plain filter=x' "
	   "'empty working-tree-encoding=UTF-16' "
	   "'dir/** working-tree-encoding=utf-8' > .gitattributes; "
	   "printf 'deep filter=lfs\\n' > dir/.gitattributes; "
	   "git add .; git commit -q -m one; git tag one");
}

static void a_checkout_is_known_by_attributes_and_content(void **state)
{
	static const struct {
		const char *path;
		enum unlike_kind kind;
	} rows[] = {
		{ "lfs.bin", UNLIKE_LFS }, { "plain", UNLIKE_FILTER },
		{ "id", UNLIKE_IDENT }, { "id-set", UNLIKE_IDENT },
		{ "no-id", UNLIKE_NOT }, { "lf", UNLIKE_EOL },
		{ "crlf", UNLIKE_EOL }, { "nul", UNLIKE_NOT },
		{ "empty", UNLIKE_NOT }, { "dir/deep", UNLIKE_NOT },
		{ "sub/other", UNLIKE_NOT }, { "dir", UNLIKE_NOT },
		{ "missing", UNLIKE_NOT }, { "plain/below", UNLIKE_NOT },
		{ "dir/.GIT/x", UNLIKE_NAME }, { "a/../b", UNLIKE_NAME },
	};
	struct place *p = *state;

	fill(p);

	autorepo struct repo *repo = open_at(p, "r");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (look(repo, "one", rows[i].path).kind != rows[i].kind)
			fail_msg("%s", rows[i].path);
	/* A work tree is a checkout, whose pointers were not fetched. */
	assert_int_equal(look(repo, ".", "id").kind, UNLIKE_NOT);
	assert_int_equal(look(repo, ".", "lfs.bin").kind, UNLIKE_LFS);
}

static void attributes_are_those_of_the_commit(void **state)
{
	struct place *p = *state;

	fill(p);
	sh(p, "cd r; mkdir d; echo x > d/f; "
	   "echo 'f filter=x' > d/.gitattributes; git add .; git commit -q -m two; git tag two; "
	   "rm d/.gitattributes; git add -A; git commit -q -m three; "
	   "echo '* filter=y' > .gitattributes; git add .");

	autorepo struct repo *repo = open_at(p, "r");

	assert_int_equal(look(repo, "HEAD", "d/f").kind, UNLIKE_NOT);
	assert_int_equal(look(repo, "two", "d/f").kind, UNLIKE_FILTER);
	assert_int_equal(look(repo, "HEAD", "d/f").kind, UNLIKE_NOT);
	assert_int_equal(look(repo, "two:d", "f").kind, UNLIKE_FILTER);
}

static void a_submodule_is_found_on_the_way(void **state)
{
	struct place *p = *state;
	static const char id[] = "1234567890123456789012345678901234567890";

	sh(p, "cd r; mkdir -p lib/m; echo x > y; git add y; "
	   "git update-index --add --cacheinfo 160000,%s,lib/m; "
	   "git commit -q -m one", id);

	autorepo struct repo *repo = open_at(p, "r");
	static const char *const specs[] = { "HEAD", "." };

	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		struct unlike u = look(repo, specs[i], "lib/m/a/b.py");

		assert_int_equal(u.kind, UNLIKE_SUBMODULE);
		assert_int_equal(u.len, 5);
		assert_string_equal(u.id, id);
		assert_int_equal(look(repo, specs[i], "lib/m").kind,
				 UNLIKE_SUBMODULE);
		assert_int_equal(look(repo, specs[i], "lib/mm").kind,
				 UNLIKE_NOT);
	}
}

/* --- what a folder holds --- */

static char *digest_of(struct place *p, const char *folder, uint64_t bytes)
{
	const struct folder_limits limits = { bytes, 100 };
	char *path = mem_printf("%s/%s", p->dir, folder);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char digest[33];
	int failed = folder_digest(digest, fd, &limits, NULL);

	assert_true(fd >= 0);
	close(fd);
	free(path);
	return mem_strdup(failed ? "-" : digest);
}

static void a_digest_names_what_a_folder_holds(void **state)
{
	static const char *const edits[] = {
		"echo y > d/a", "mv d/a d/b", "mkdir d/e", "chmod +x d/a",
		"ln -sf y d/l", "rm d/s/x", "echo > d/s/y",
		"rm d/s/x; mkdir d/s/x", "mkfifo d/p",
	};
	struct place *p = *state;

	sh(p, "mkdir -p d/s; echo x > d/a; ln -s x d/l; : > d/s/x; "
	   "cp -a d was; touch -d 2001-02-03 d/a d");

	char *was = digest_of(p, "was", 100), *is = digest_of(p, "d", 100);

	assert_int_equal(strlen(was), 32);
	/* Times are none of it. */
	assert_string_equal(was, is);
	free(is);
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		sh(p, "rm -r d; cp -a was d; %s", edits[i]);
		is = digest_of(p, "d", 100);
		if (!strcmp(is, was) || !strcmp(is, "-"))
			fail_msg("%s: %s", edits[i], is);
		free(is);
	}
	free(was);
	is = digest_of(p, "was", 1);
	assert_string_equal(is, "-");
	free(is);
}

/* --- what differs --- */

/* "PATH LINES", each with what it is, in one line. */
static char *differences(struct place *p, const char *from, const char *to)
{
	autorepo struct repo *repo = open_at(p, "r");
	struct rev a = resolve(repo, from), b = resolve(repo, to);
	autorevdiff struct rev_diff diff = REV_DIFF_INIT;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	buf_c(&out, "");
	if (rev_diff(&diff, repo, &a, &b, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < diff.n; i++) {
		const struct rev_file *f = &diff.v[i];

		buf_printf(&out, "%s%.*s %d%s%s", i ? ", " : "",
			   STR_ARG(f->path), (int)f->lines,
			   f->gone ? " gone" : "",
			   f->binary ? " binary" : "");
		if (f->submodule)
			buf_printf(&out, " %.2s>%.2s", f->was, f->is);
	}
	rev_release(&a);
	rev_release(&b);
	return buf_steal(&out);
}

static void assert_differ(struct place *p, const char *from, const char *to,
			  const char *wanted)
{
	char *got = differences(p, from, to);

	assert_string_equal(got, wanted);
	free(got);
}

static void files_differ_by_lines(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; mkdir d; seq 20 > d/a; seq 5 > b; echo x > gone; "
	   "printf 'a\\0b' > bin; git add .; git commit -q -m one; "
	   "git tag one; echo 21 >> d/a; sed -i 1d b; git mv b c; rm gone; "
	   "printf 'c\\0b' > bin; echo new > new; git add -A; "
	   "git commit -q -m two; git tag two");
	assert_differ(p, "one", "two", "bin 0 binary, c 1, d/a 1, gone 1 gone, "
		      "new 1");
	assert_differ(p, "one:d", "two:d", "a 1");
	assert_differ(p, "two", "two", "");
	sh(p, "cd r; echo more >> new; printf '1\\n2\\n' > untracked; "
	   "echo ignored > .gitignore; touch ignored; "
	   "mkdir ../home/git; echo mine > ../home/git/ignore; touch mine; "
	   "git config --file ../home/.gitconfig core.excludesFile "
	   "%s/home/git/ignore", p->dir);
	assert_differ(p, "two", ".", ".gitignore 1, new 1, untracked 2");
}

static void submodules_differ_by_commits(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; git update-index --add --cacheinfo "
	   "160000,1111111111111111111111111111111111111111,a; "
	   "git update-index --add --cacheinfo "
	   "160000,2222222222222222222222222222222222222222,b; "
	   "git commit -q -m one; git tag one; git rm -q --cached b; "
	   "git update-index --add --cacheinfo "
	   "160000,3333333333333333333333333333333333333333,a; "
	   "git commit -q -m two; git tag two");
	assert_differ(p, "one", "two", "a 0 11>33, b 0 gone 22>");
	/* No folder has been made of it, so it is where the index has it. */
	assert_differ(p, "two", ".", "");
	assert_differ(p, "one", ".", "a 0 11>33, b 0 gone 22>");
	sh(p, "cd r; git init -q a; git -C a commit -q --allow-empty -m sub");

	char *wanted = mem_printf("a 0 33>%.2s",
				  sh(p, "git -C r/a rev-parse HEAD"));

	assert_differ(p, "two", ".", wanted);
	free(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_checkout_is_known_by_attributes_and_content),
		story(attributes_are_those_of_the_commit),
		story(a_submodule_is_found_on_the_way),
		story(a_digest_names_what_a_folder_holds),
		story(files_differ_by_lines),
		story(submodules_differ_by_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
