/* SPDX-License-Identifier: Apache-2.0 */
/* Scratch repositories for the tests of core/source. */
#ifndef TESTS_SOURCE_REPO_H
#define TESTS_SOURCE_REPO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/source/source.h"

/*
 * Three leaks of libgit2 1.5, told by their stacks (which must be unwound in
 * full for that): the match data of a configuration key that did not match,
 * in git_revparse_single() a reference whose object is missing, and a work
 * tree's path that is replaced by another.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\nleak:git_reference__alloc\n"
	       "leak:git_repository_set_workdir\n";
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

/* The list of what was suppressed is not printed. */
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

/*
 * Every test has a place of its own, the current directory: an empty HOME in
 * home, a repository without commits in r, an empty directory out.
 */
struct place {
	char dir[64];
	char *said;		/* what the last sh() printed */
};

/*
 * Run a shell script in the place; it must succeed.  Returns its output
 * without the last newline, valid until the next call.
 */
__attribute__((format(printf, 2, 3)))
static inline const char *sh(struct place *p, const char *fmt, ...)
{
	autobuf struct buf out = BUF_INIT;
	char chunk[4096];
	char *script = NULL;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&script, fmt, ap) >= 0);
	va_end(ap);

	char *command = mem_printf("set -e; cd %s; %s", p->dir, script);
	FILE *pipe = popen(command, "re");

	assert_non_null(pipe);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), pipe)); )
		buf_add(&out, chunk, n);
	if (pclose(pipe))
		fail_msg("failed: %s", script);
	free(command);
	free(script);
	while (out.len && out.p[out.len - 1] == '\n')
		out.p[--out.len] = '\0';
	free(p->said);
	p->said = buf_steal(&out);
	return p->said;
}

static inline int place_setup(void **state)
{
	static const char *const git_env[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_CEILING_DIRECTORIES", "XDG_CONFIG_HOME",
	};
	struct place *p = mem_alloc(sizeof(*p));

	umask(022);
	for (size_t i = 0; i < sizeof(git_env) / sizeof(git_env[0]); i++)
		unsetenv(git_env[i]);
	strcpy(p->dir, "/tmp/behavdiff-source-XXXXXX");
	assert_non_null(mkdtemp(p->dir));

	char *home = mem_printf("%s/home", p->dir);

	setenv("HOME", home, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_AUTHOR_NAME", "A", 1);
	setenv("GIT_AUTHOR_EMAIL", "a@example.org", 1);
	setenv("GIT_COMMITTER_NAME", "A", 1);
	setenv("GIT_COMMITTER_EMAIL", "a@example.org", 1);
	setenv("GIT_AUTHOR_DATE", "1600000000 +0200", 1);
	setenv("GIT_COMMITTER_DATE", "1600000000 +0200", 1);
	free(home);
	sh(p, "mkdir home out; git init -q -b main r");
	*state = p;
	return 0;
}

static inline int place_teardown(void **state)
{
	struct place *p = *state;

	sh(p, "cd /; rm -rf %s", p->dir);
	free(p->said);
	free(p);
	return 0;
}

#define story(f) \
	cmocka_unit_test_setup_teardown(f, place_setup, place_teardown)

/* The repository at a path below the place; it must open. */
static inline struct repo *open_at(struct place *p, const char *path)
{
	struct repo *repo = NULL;
	struct err err = ERR_INIT;
	char *full = mem_printf("%s/%s", p->dir, path);

	if (repo_open(&repo, full, &err))
		fail_msg("%s", err.msg);
	free(full);
	return repo;
}

/* Export spec of the repository at path into out. */
static inline int export_with(struct place *p, const char *path,
			      const char *spec, const char *out,
			      const struct export_options *opt,
			      struct tree_info *info, struct err *err)
{
	struct repo *repo = open_at(p, path);
	struct rev rev = { .spec = NULL };
	char *full = mem_printf("%s/%s", p->dir, out);
	int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);

	int rc = rev_resolve(&rev, repo, spec, err);

	if (!rc)
		rc = rev_export(repo, &rev, fd, opt, info, err);
	rev_release(&rev);
	close(fd);
	free(full);
	repo_free(repo);
	return rc;
}

/* The same without options; it must succeed. */
static inline struct tree_info exported(struct place *p, const char *path,
					const char *spec, const char *out)
{
	struct export_options opt = { .chown = false };
	struct tree_info info = { .files = 0 };
	struct err err = ERR_INIT;

	if (export_with(p, path, spec, out, &opt, &info, &err))
		fail_msg("%s", err.msg);
	return info;
}

static inline void assert_says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' does not say '%s'", text, part);
}

#endif
