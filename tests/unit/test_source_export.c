/* SPDX-License-Identifier: Apache-2.0 */
/* A commit becomes exactly its files, and a forged one harms nobody. */
#include "tests/unit/source_repo.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char LISTING[] =
	"cd out; find . -mindepth 1 -printf '%%y %%m %%P %%l\\0' | "
	"LC_ALL=C sort -z | tr '\\0' '\\n'";

/* Export must fail, and say why. */
static struct err refused(struct place *p, const char *spec,
			  const struct export_options *opt)
{
	static const struct export_options none;
	struct tree_info info = { .files = 77 };
	struct err err = ERR_INIT;

	assert_int_equal(export_with(p, "r", spec, "out", opt ? opt : &none,
				     &info, &err), -1);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_int_equal(info.files, 77);
	return err;
}

/*
 * Forge a tree from lines "MODE ID NAME" in printf's notation; git itself
 * would refuse to write most of these.  The script's $1 is the empty blob's
 * id, $2 that of a file with the text "evil", $3 a tree that holds "in".
 */
static const char *forged(struct place *p, const char *entries)
{
	return sh(p, "cd r; raw() { echo -n $1 | sed 's/../\\\\x&/g'; }; "
		  "entry() { LC_ALL=C.UTF-8 /usr/bin/printf "
		  "\"$1 $3\\\\0$(raw $2)\"; }; "
		  "E=$(git hash-object -w --stdin < /dev/null); "
		  "B=$(printf evil | git hash-object -w --stdin); "
		  "T=$(printf \"100644 blob $B\\tin\\n\" | git mktree); "
		  "OUT=$(printf $PWD/../nowhere | "
		  "git hash-object -w --stdin); "
		  "UP=$(printf ../home | git hash-object -w --stdin); "
		  "{ %s; } | git hash-object -w --literally -t tree --stdin",
		  entries);
}

static void files_links_and_folders_come_out(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; mkdir -p a/b; echo hi > a/b/x; echo run > a/run; "
	   "chmod 755 a/run; ln -s /etc/passwd abs; ln -s ../../x a/up; "
	   "printf '\\377\\n' > \"$(printf 'odd\\nname')\"; git add .; "
	   "git commit -q -m 1");

	struct tree_info info = exported(p, "r", "HEAD", "out");

	assert_string_equal(sh(p, LISTING),
			    "d 755 a \n"
			    "d 755 a/b \n"
			    "f 644 a/b/x \n"
			    "f 644 odd\nname \n"
			    "f 755 a/run \n"
			    "l 777 a/up ../../x\n"
			    "l 777 abs /etc/passwd");
	assert_string_equal(sh(p, "cat out/a/b/x"), "hi");
	assert_int_equal(info.files, 3);
	assert_int_equal(info.dirs, 2);
	assert_int_equal(info.links, 2);
	assert_int_equal(info.bytes, 3 + 4 + 2);
	assert_int_equal(info.skipped, 0);
	assert_int_equal(strlen(info.digest), 32);
}

static void a_folder_comes_out_as_the_root(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; mkdir -p a/b; echo hi > a/b/x; echo no > no; git add .; "
	   "git commit -q -m 1");
	exported(p, "r", "HEAD:a", "out");
	assert_string_equal(sh(p, LISTING), "d 755 b \nf 644 b/x ");
}

static void the_umask_has_no_effect(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; mkdir d; echo x > d/x; chmod 755 d/x; git add .; "
	   "git commit -q -m 1");

	umask(0777);
	exported(p, "r", "HEAD", "out");
	/* And it is the caller's again. */
	assert_int_equal(umask(022), 0777);
	assert_string_equal(sh(p, LISTING), "d 755 d \nf 755 d/x ");
}

static void all_times_are_the_commits(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; mkdir d; echo x > d/x; ln -s x d/l; git add .; "
	   "git commit -q -m 1; "
	   "GIT_COMMITTER_DATE='@0 +0000' git commit -q --amend -m 0; "
	   "mkdir ../out2 ../out3");
	exported(p, "r", "HEAD@{1}", "out");
	assert_string_equal(sh(p, "find out -printf '%%Ts %%As\\n' | sort -u"),
			    "1600000000 1600000000");
	/* Before 1980, and no commit at all: see the header. */
	exported(p, "r", "HEAD", "out2");
	assert_string_equal(sh(p, "find out2 -printf '%%TY\\n' | sort -u"),
			    "1980");
	exported(p, "r", "HEAD^{tree}", "out3");
	assert_string_equal(sh(p, "TZ=UTC find out3 -printf '%%TF\\n' | "
			       "sort -u"), "2000-01-01");
}

static void the_digest_names_the_tree(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; save() { git add -A; git commit -q --allow-empty -m $1; "
	   "git tag $1; mkdir ../$1; }; "
	   "mkdir d; echo x > d/x; echo y > y; save one; save same; "
	   "chmod 755 y; save mode; chmod 644 y; echo z > y; save content; "
	   "echo y > y; mv y yy; save path; mv yy y; rm d/x; ln -s y d/x; "
	   "save link");

	char *one = mem_strdup(exported(p, "r", "one", "one").digest);
	static const char *const others[] = {
		"mode", "content", "path", "link",
	};

	assert_string_equal(exported(p, "r", "same", "same").digest, one);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_string_not_equal(exported(p, "r", others[i],
						 others[i]).digest, one);
	free(one);
}

static void submodules_are_empty_folders(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; git update-index --add --cacheinfo 160000,%s,lib/sub; "
	   "git commit -q -m 1", "1234567890123456789012345678901234567890");

	struct tree_info info = exported(p, "r", "HEAD", "out");

	assert_string_equal(sh(p, LISTING), "d 755 lib \nd 755 lib/sub ");
	assert_int_equal(info.submodules, 1);
	assert_string_equal(info.first_submodule, "lib/sub");
}

static void entries_can_be_given_away(void **state)
{
	struct place *p = *state;
	struct export_options opt = {
		.chown = true, .uid = 12345, .gid = 54321,
	};
	struct tree_info info;
	struct err err = ERR_INIT;

	if (getuid())
		skip();
	sh(p, "cd r; mkdir d; echo x > d/x; ln -s /etc/passwd d/l; "
	   "git add .; git commit -q -m 1");
	assert_int_equal(export_with(p, "r", "HEAD", "out", &opt, &info, &err),
			 0);
	assert_string_equal(sh(p, "find out -printf '%%U:%%G %%Ts\\n' | "
			       "sort | uniq -c | tr -s ' '"),
			    " 4 12345:54321 1600000000");
	assert_string_equal(sh(p, "stat -c %%u /etc/passwd"), "0");
}

/* --- forged trees --- */

static void forbidden_names_are_skipped_and_counted(void **state)
{
	struct place *p = *state;
	const char *id = forged(p,
		"entry 100644 $B .; entry 40000 $T ..; "
		"entry 40000 $T .git; entry 120000 $UP .GiT; "
		"entry 160000 $B '.g\\u200cit'; entry 100644 $B '\\ufeff.git'; "
		"entry 100644 $B a/b; entry 100644 $B ../../home/x; "
		"entry 100644 $B $PWD/../nowhere; "
		"entry 100644 $B .gitt; entry 100644 $B ...; "
		"entry 100644 $B '.\\u00e9git'");
	char *spec = mem_strdup(id);
	struct tree_info info = exported(p, "r", spec, "out");

	assert_string_equal(sh(p, LISTING), "f 644 ... \nf 644 .gitt \n"
			    "f 644 .\u00e9git ");
	assert_string_equal(sh(p, "find home; ls"), "home\nhome\nout\nr");
	assert_int_equal(info.skipped, 9);
	assert_string_equal(info.first_skipped, ".");
	free(spec);
}

static void skipped_names_are_safe_to_show(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"entry 40000 $T d; "
		"entry 100644 $B '\\x1b[31m\\n/x'"));
	struct tree_info info = exported(p, "r", spec, "out");

	assert_int_equal(info.skipped, 1);
	assert_string_equal(info.first_skipped, "\\x1b[31m\\n/x");
	free(spec);
}

static void a_link_does_not_lead_its_namesake_outside(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"entry 120000 $UP a; entry 40000 $T a; entry 100644 $B a; "
		"entry 160000 $B a; entry 40000 $T b; entry 120000 $UP b"));
	struct tree_info info = exported(p, "r", spec, "out");

	assert_string_equal(sh(p, LISTING), "d 755 b \nf 644 b/in \n"
			    "l 777 a ../home");
	assert_string_equal(sh(p, "find home"), "home");
	assert_int_equal(info.skipped, 4);
	assert_string_equal(info.first_skipped, "a");
	free(spec);
}

static void a_link_in_the_way_is_not_written_through(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"entry 120000 $OUT f; entry 100755 $B f"));
	char *want = mem_printf("home\nout\nr\n%s/r/../nowhere", p->dir);

	exported(p, "r", spec, "out");
	assert_string_equal(sh(p, "ls; readlink out/f"), want);
	free(want);
	free(spec);
}

static void odd_modes_become_plain_ones(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"entry 100664 $B group; entry 106755 $B setuid; "
		"entry 100000 $B none; entry 41777 $T sticky; "
		"entry 20666 $B device; entry 10644 $B fifo; entry 0 $B zero"));
	struct tree_info info = exported(p, "r", spec, "out");

	assert_string_equal(sh(p, LISTING),
			    "d 755 sticky \nf 644 group \nf 644 none \n"
			    "f 644 sticky/in \nf 755 setuid ");
	assert_int_equal(info.skipped, 3);
	assert_string_equal(info.first_skipped, "device");
	free(spec);
}

static void impossible_links_are_skipped(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"N=$(printf 'a\\0b' | git hash-object -w --stdin); "
		"L=$(head -c 4096 /dev/zero | tr '\\0' x | "
		"git hash-object -w --stdin); "
		"entry 120000 $E empty; entry 120000 $L long; "
		"entry 120000 $N nul"));
	struct tree_info info = exported(p, "r", spec, "out");

	assert_string_equal(sh(p, LISTING), "");
	assert_int_equal(info.skipped, 3);
	free(spec);
}

static void too_long_names_are_skipped(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"L=$(head -c 256 /dev/zero | tr '\\0' x); "
		"entry 100644 $B $L; entry 40000 $T ${L}y; "
		"entry 100644 $B ok"));
	struct tree_info info = exported(p, "r", spec, "out");

	assert_string_equal(sh(p, LISTING), "f 644 ok ");
	assert_int_equal(info.skipped, 2);
	assert_int_equal(strlen(info.first_skipped), 255);
	free(spec);
}

static void an_empty_name_is_an_error_as_in_git(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p, "entry 100644 $B ''"));
	struct repo *repo = open_at(p, "r");
	struct rev rev = { .spec = NULL };
	struct err err = ERR_INIT;

	assert_int_equal(rev_resolve(&rev, repo, spec, &err), -1);
	assert_says(err.msg, spec);
	repo_free(repo);
	free(spec);
}

static void a_tree_that_is_a_file_is_an_error(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p, "entry 40000 $B d"));
	struct err err = refused(p, spec, NULL);

	assert_says(err.msg, "of 'd/' is a blob, not a tree");
	assert_says(err.hint, "git fsck");
	free(spec);
	spec = mem_strdup(forged(p, "entry 100644 $T f"));
	err = refused(p, spec, NULL);
	assert_says(err.msg, "of 'f' is a tree, not a blob");
	free(spec);
}

static void endless_nesting_is_an_error(void **state)
{
	struct place *p = *state;
	char *spec = mem_strdup(forged(p,
		"D=$T; i=0; while [ $i -lt 256 ]; do "
		"D=$(printf \"40000 tree $D\\td\\n\" | git mktree); "
		"i=$((i + 1)); done; entry 40000 $D d"));
	struct err err = refused(p, spec, NULL);

	assert_says(err.msg, "deeper than 256");
	/* One level less is fine. */
	char *less = mem_printf("%s:d", spec);

	sh(p, "rm -rf out; mkdir out");
	assert_int_equal(exported(p, "r", less, "out").dirs, 256);
	free(less);
	free(spec);
}

static void a_tree_bomb_ends_at_the_limit(void **state)
{
	struct place *p = *state;
	struct export_options opt = { .max_entries = 1000 };
	/* 10 folders in each of 10 levels: 10^10 files. */
	char *spec = mem_strdup(forged(p,
		"D=$T; for l in 1 2 3 4 5 6 7 8 9; do "
		"D=$(for n in 0 1 2 3 4 5 6 7 8 9; do "
		"printf \"040000 tree $D\\t$n\\n\"; done | git mktree); "
		"done; entry 40000 $D d"));
	struct err err = refused(p, spec, &opt);

	assert_says(err.msg, "more than 1000 entries");
	/* Counted before anything is written. */
	assert_int_equal(atoi(sh(p, "find out | wc -l")), 1);
	free(spec);
}

static void limits_are_exact(void **state)
{
	struct place *p = *state;
	struct export_options opt = { .max_bytes = 8, .max_entries = 4 };
	struct tree_info info;
	struct err err = ERR_INIT;

	sh(p, "cd r; mkdir d; echo 123 > d/x; echo 456 > y; ln -s y l; "
	   "git add .; git commit -q -m 1");
	assert_int_equal(export_with(p, "r", "HEAD", "out", &opt, &info, &err),
			 0);
	sh(p, "rm -rf out; mkdir out");
	opt.max_bytes = 7;
	err = refused(p, "HEAD", &opt);
	assert_says(err.msg, "'y': the tree holds more than 7 bytes");
	sh(p, "rm -rf out; mkdir out");
	opt.max_bytes = 0;
	opt.max_entries = 3;
	err = refused(p, "HEAD", &opt);
	assert_says(err.msg, "'HEAD': the tree has more than 3 entries");
}

/* --- what can be missing --- */

static void a_missing_object_is_named_with_its_path(void **state)
{
	struct place *p = *state;
	char *id = mem_strdup(sh(p, "cd r; mkdir d; echo x > d/x; git add .; "
		"git commit -q -m 1; id=$(git rev-parse HEAD:d/x); "
		"rm -f .git/objects/$(echo $id | sed 's,^..,&/,'); echo $id"));
	struct err err = refused(p, "HEAD", NULL);

	assert_says(err.msg, id);
	assert_says(err.msg, "of 'd/x' cannot be read");
	assert_says(err.hint, "git fsck");
	free(id);
}

static void a_damaged_object_is_noticed(void **state)
{
	struct place *p = *state;

	/* Another valid object under the id of x. */
	sh(p, "cd r; echo x > x; git add .; git commit -q -m 1; "
	   "f() { echo .git/objects/$(echo $1 | sed 's,^..,&/,'); }; "
	   "cp -f $(f $(echo evil | git hash-object -w --stdin)) "
	   "$(f $(git rev-parse HEAD:x))");

	struct err err = refused(p, "HEAD", NULL);

	assert_says(err.msg, "of 'x' cannot be read");
}

static void a_partial_clone_says_how_to_fetch(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; echo x > x; git add .; git commit -q -m 1; "
	   "git config uploadpack.allowFilter true; cd ..; "
	   "git clone -q --filter=blob:none --no-checkout file://$PWD/r c; "
	   "rm -rf r; mv c r");

	struct err err = refused(p, "HEAD", NULL);

	assert_says(err.msg, "of 'x' cannot be read");
	assert_says(err.hint, "git fetch --refetch --no-filter");
}

static void a_shallow_clone_exports(void **state)
{
	struct place *p = *state;

	sh(p, "cd r; echo 1 > x; git add .; git commit -q -m 1; "
	   "git commit -q --allow-empty -m 2; cd ..; "
	   "git clone -q --depth 1 file://$PWD/r c");
	exported(p, "c", "HEAD", "out");
	assert_string_equal(sh(p, "cat out/x"), "1");
}

static void a_full_disk_names_the_path(void **state)
{
	struct place *p = *state;
	char *out = mem_printf("%s/out", p->dir);

	if (mount("none", out, "tmpfs", 0, "size=64k")) {
		free(out);
		skip();
	}
	sh(p, "cd r; head -c 100000 /dev/zero > big; git add .; "
	   "git commit -q -m 1");

	struct err err = refused(p, "HEAD", NULL);

	umount2(out, MNT_DETACH);
	free(out);
	assert_int_equal(err.sys, ENOSPC);
	assert_says(err.msg, "cannot write 'big'");
	assert_says(err.msg, "No space left on device");
	assert_says(err.hint, "room");
}

static void nothing_in_the_repository_changes(void **state)
{
	struct place *p = *state;
	static const char state_of[] = "cd r; find . -printf "
		"'%%p %%m %%s %%T@ %%C@ %%i\\n' | sort; "
		"find . -type f | sort | xargs cat | md5sum";

	sh(p, "cd r; echo x > x; git add .; git commit -q -m 1; "
	   "git gc -q; echo y > y; git add y; git commit -q -m 2");

	char *before = mem_strdup(sh(p, state_of));

	exported(p, "r", "HEAD", "out");
	assert_string_equal(sh(p, state_of), before);
	free(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(files_links_and_folders_come_out),
		story(a_folder_comes_out_as_the_root),
		story(the_umask_has_no_effect),
		story(all_times_are_the_commits),
		story(the_digest_names_the_tree),
		story(submodules_are_empty_folders),
		story(entries_can_be_given_away),
		story(forbidden_names_are_skipped_and_counted),
		story(skipped_names_are_safe_to_show),
		story(a_link_does_not_lead_its_namesake_outside),
		story(a_link_in_the_way_is_not_written_through),
		story(odd_modes_become_plain_ones),
		story(impossible_links_are_skipped),
		story(too_long_names_are_skipped),
		story(an_empty_name_is_an_error_as_in_git),
		story(a_tree_that_is_a_file_is_an_error),
		story(endless_nesting_is_an_error),
		story(a_tree_bomb_ends_at_the_limit),
		story(limits_are_exact),
		story(a_missing_object_is_named_with_its_path),
		story(a_damaged_object_is_noticed),
		story(a_partial_clone_says_how_to_fetch),
		story(a_shallow_clone_exports),
		story(a_full_disk_names_the_path),
		story(nothing_in_the_repository_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
