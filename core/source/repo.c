/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening the repository; libgit2's switches; its errors. */
#include "core/source/git.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/source/source.h"

int git_fail(struct err *err, const char *fmt, ...)
{
	/* Copied first: the next call into libgit2 may overwrite it. */
	const git_error *last = git_error_last();
	autobuf struct buf why = BUF_INIT;
	autobuf struct buf msg = BUF_INIT;
	va_list ap;

	buf_c(&why, last && last->message ? last->message : "no reason given");
	va_start(ap, fmt);
	buf_vprintf(&msg, fmt, ap);
	va_end(ap);
	return err_set(err, ERR_TROUBLE, "%s: %s", msg.p, why.p);
}

static int found_one(const git_config_entry *entry, void *payload)
{
	(void)entry;
	(void)payload;
	return 1;
}

/* git marks the remote that has promised the missing objects. */
static bool is_partial_clone(struct repo *repo)
{
	autogit(config) git_config *config = NULL;

	if (git_repository_config_snapshot(&config, repo->git))
		return false;
	return git_config_foreach_match(config,
					"^remote\\..*\\.promisor$|"
					"^extensions\\.partialclone$",
					found_one, NULL) == 1;
}

int git_fail_object(struct err *err, struct repo *repo, const git_oid *id,
		    const char *what)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	git_fail(err, "object %s of '%s' cannot be read", hex, what);
	if (unreadable_find(err, git_repository_commondir(repo->git), true))
		return -1;
	if (is_partial_clone(repo))
		return err_hint(err, "this is a partial clone; fetch what it "
				"lacks: git fetch --refetch --no-filter");
	if (git_repository_is_shallow(repo->git))
		return err_hint(err, "this is a shallow clone; fetch what it "
				"lacks: git fetch --unshallow");
	return err_hint(err, "the repository is incomplete or damaged; "
			"look with: git fsck");
}

/*
 * libgit2 reads the system's, the user's and XDG configuration from search
 * paths that belong to the process.  None of it may change an export, and a
 * broken file there must not fail one, so the paths are empty; NULL brings the
 * defaults back.
 */
void git_user_config(bool on)
{
	static const int levels[] = {
		GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i],
				 on ? NULL : "");
}

static void set_options(void)
{
	/*
	 * Extensions of the repository format that change nothing for a
	 * reader of objects.  libgit2 1.5 knows none of them and would
	 * refuse partial clones and sparse checkouts.
	 */
	static const char *extensions[] = {
		"partialclone", "preciousobjects", "worktreeconfig",
	};

	/*
	 * Since CVE-2022-24765 (2022) libgit2 refuses the repositories of
	 * other accounts, because git would run programs that their
	 * configuration names.  We read objects and files only and run no
	 * hook, filter, pager or monitor, whatever is configured; refusing
	 * would only break CI jobs whose checkout belongs to another uid.
	 */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	/*
	 * Folders of some hundred files are above the 4096 bytes up to which
	 * libgit2 keeps a tree it has read, and are read for every path asked.
	 */
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
			 (size_t)1 << 20);
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
			 sizeof(extensions) / sizeof(extensions[0]));
	git_user_config(false);
}

static const char *env_value(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* A relative path in git's environment counts from the -C directory. */
static char *below(const char *dir, const char *path)
{
	return *path == '/' ? mem_strdup(path) :
			      mem_printf("%s/%s", dir, path);
}

static int open_git(struct repo *repo, struct err *err)
{
	const char *env = env_value("GIT_DIR");

	if (env) {
		autofree char *path = below(repo->dir, env);

		if (!git_repository_open_ext(&repo->git, path,
					     GIT_REPOSITORY_OPEN_NO_SEARCH,
					     NULL))
			return 0;
		git_fail(err, "GIT_DIR names '%s', which cannot be opened",
			 path);
		return err_hint(err, "unset GIT_DIR, or correct it");
	}

	int rc = git_repository_open_ext(&repo->git, repo->dir, 0,
					 getenv("GIT_CEILING_DIRECTORIES"));

	if (!rc)
		return 0;
	if (rc != GIT_ENOTFOUND && git_error_last() &&
	    strstr(git_error_last()->message, "objectformat"))
		return err_set(err, ERR_TROUBLE, "the git repository of '%s' "
			       "has another object format: SHA-256 "
			       "repositories are not supported", repo->dir);
	if (unreadable_find_above(err, repo->dir))
		return -1;
	if (rc != GIT_ENOTFOUND)
		return git_fail(err, "the git repository of '%s' cannot be "
				"opened", repo->dir);
	err_set(err, ERR_TROUBLE, "no git repository in '%s' or above it",
		repo->dir);
	return err_hint(err, "name the repository's directory with -C DIR");
}

/*
 * While a push is being examined (pre-receive), the new objects are still in
 * quarantine; git names that place in the environment of the hook.
 */
static int add_object_dirs(struct repo *repo, struct err *err)
{
	static const char *const names[] = {
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *env = env_value(names[i]);
		autofree char *list = mem_strdup(env ? env : "");
		char *save = NULL;

		for (char *dir = strtok_r(list, ":", &save); dir;
		     dir = strtok_r(NULL, ":", &save)) {
			autofree char *path = below(repo->dir, dir);

			if (git_odb_add_disk_alternate(repo->odb, path))
				return git_fail(err, "%s names '%s'", names[i],
						path);
		}
	}
	return 0;
}

static char *relative_to(const char *workdir, const char *dir)
{
	autofree char *top = realpath(workdir, NULL);
	autofree char *here = realpath(dir, NULL);
	size_t len = top ? strlen(top) : 0;

	if (!top || !here || strncmp(here, top, len) || here[len] != '/')
		return mem_strdup("");
	return mem_strdup(here + len + 1);
}

static int find_workdir(struct repo *repo, struct err *err)
{
	const char *env = env_value("GIT_WORK_TREE");

	if (env) {
		autofree char *path = below(repo->dir, env);

		if (git_repository_set_workdir(repo->git, path, 0))
			return git_fail(err, "GIT_WORK_TREE names '%s'", path);
	}

	const char *workdir = git_repository_workdir(repo->git);

	if (!workdir) {
		repo->prefix = mem_strdup("");
		return 0;
	}

	size_t len = strlen(workdir);

	while (len > 1 && workdir[len - 1] == '/')
		len--;
	repo->workdir = mem_strndup(workdir, len);
	repo->prefix = relative_to(repo->workdir, repo->dir);
	return 0;
}

static int check_dir(const char *dir, struct err *err)
{
	struct stat st;

	if (stat(dir, &st))
		return err_sys(err, "cannot enter '%s'", dir);
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return err_sys(err, "cannot enter '%s'", dir);
}

/*
 * Debian's libgit2 parses the host's TLS certificates when it starts
 * (src/libgit2/streams/mbedtls.c), which takes longer than a comparison of
 * two cached fingerprints, and no remote is ever spoken to here.  It has no
 * option against that, and goes on without certificates when it cannot read
 * them: it starts with no descriptor left to open them by.
 */
static int start_git(struct err *err)
{
	struct rlimit was, none;
	int r;

	if (getrlimit(RLIMIT_NOFILE, &was))
		return err_sys(err, "cannot read the limit of descriptors");
	none = was;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	r = git_libgit2_init();
	setrlimit(RLIMIT_NOFILE, &was);
	return r < 0 ? git_fail(err, "libgit2 cannot start") : 0;
}

int repo_open(struct repo **out, const char *dir, struct err *err)
{
	if (check_dir(dir, err))
		return -1;
	if (start_git(err))
		return -1;
	set_options();

	autorepo struct repo *repo = mem_alloc(sizeof(*repo));

	repo->dir = mem_strdup(dir);
	if (open_git(repo, err))
		return -1;
	if (git_repository_odb(&repo->odb, repo->git))
		return git_fail(err, "the objects of '%s' cannot be opened",
				dir);
	if (add_object_dirs(repo, err) || find_workdir(repo, err))
		return -1;
	*out = steal_ptr(&repo);
	return 0;
}

void repo_free(struct repo *repo)
{
	if (!repo)
		return;
	git_repository_free(repo->attributes);
	git_odb_free(repo->odb);
	git_repository_free(repo->git);
	free(repo->dir);
	free(repo->workdir);
	free(repo->prefix);
	free(repo);
	git_libgit2_shutdown();
}

const char *repo_workdir(const struct repo *repo)
{
	return repo->workdir;
}
