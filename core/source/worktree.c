/* SPDX-License-Identifier: Apache-2.0 */
/* ".": the work tree as it is on disk, without what git ignores. */
/*
 * libgit2's status says which files count; their bytes are then copied as
 * they stand, without filters.  Both walks go down one segment at a time
 * without following links: a folder that has become a link is not entered.
 *
 * A user expects the files that `git status` shows, and those depend on the
 * user's own excludes file.  So the status walk, and nothing else, sees the
 * user's configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/source/export.h"
#include "core/source/git.h"
#include "core/source/source.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
/* A fifo that took a file's place must not hold us up. */
#define FILE_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* Paths of the work tree, sorted bytewise, so that folders are contiguous. */
struct listing {
	VEC(char *) paths;
	struct arena arena;
};

static void listing_release(struct listing *l)
{
	vec_free(&l->paths);
	arena_free(&l->arena);
}

static int worktree_by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int worktree_unreadable(struct err *err, const char *path)
{
	err_sys(err, "cannot read '%s' of the work tree", path);
	return err_hint(err, "make it readable, or name it in .gitignore or "
			".git/info/exclude");
}

/*
 * libgit2 calls everything below a folder that it may not read deleted.
 * (Untracked folders of that kind it leaves out, as git does.)
 */
static int check_deleted(int top, const char *path, struct err *err)
{
	struct stat st;

	if (fstatat(top, path, &st, AT_SYMLINK_NOFOLLOW) && errno == EACCES)
		return worktree_unreadable(err, path);
	return 0;
}

static int worktree_add_entry(struct listing *l, const git_status_entry *e,
			      int top, struct err *err)
{
	const git_diff_delta *d = e->index_to_workdir;

	if (!d)
		return 0;
	if (e->status & GIT_STATUS_WT_DELETED)
		return check_deleted(top, d->old_file.path, err);
	if (e->status & GIT_STATUS_WT_UNREADABLE) {
		errno = EACCES;
		return worktree_unreadable(err, d->new_file.path);
	}

	char *path = arena_c(&l->arena, d->new_file.path);
	size_t len = strlen(path);

	/* A nested clone; "link/" would be followed where "link" is not. */
	if (len && path[len - 1] == '/')
		path[len - 1] = '\0';
	*vec_push(&l->paths) = path;
	return 0;
}

/*
 * The status walk leaves submodules out, because it would open each and read
 * its configuration and files; the index names them just as well.
 */
static int add_submodules(struct listing *l, git_repository *git, int top,
			  struct err *err)
{
	autogit(index) git_index *index = NULL;
	struct stat st;

	if (git_repository_index(&index, git))
		return git_fail(err, "cannot read the index");

	size_t n = git_index_entrycount(index);

	for (size_t i = 0; i < n; i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);

		if (e->mode == GIT_FILEMODE_COMMIT &&
		    !fstatat(top, e->path, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISDIR(st.st_mode))
			*vec_push(&l->paths) = arena_c(&l->arena, e->path);
	}
	return 0;
}

static int read_status(struct listing *l, git_repository *git, int top,
		       struct err *err)
{
	git_status_options opt;
	autogit(status_list) git_status_list *list = NULL;

	git_status_options_init(&opt, GIT_STATUS_OPTIONS_VERSION);
	opt.show = GIT_STATUS_SHOW_WORKDIR_ONLY;
	/* Without UPDATE_INDEX nothing is written back to the index. */
	opt.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
		    GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
		    GIT_STATUS_OPT_INCLUDE_UNMODIFIED |
		    GIT_STATUS_OPT_INCLUDE_UNREADABLE |
		    GIT_STATUS_OPT_EXCLUDE_SUBMODULES |
		    GIT_STATUS_OPT_NO_REFRESH |
		    GIT_STATUS_OPT_SORT_CASE_SENSITIVELY;
	if (git_status_list_new(&list, git, &opt))
		return git_fail(err, "cannot list the work tree");

	size_t n = git_status_list_entrycount(list);

	for (size_t i = 0; i < n; i++)
		if (worktree_add_entry(l, git_status_byindex(list, i), top,
				       err))
			return -1;
	return 0;
}

/* A handle of its own: the other has cached its configuration. */
int worktree_open(git_repository **git, struct repo *repo, struct err *err)
{
	const char *want = git_repository_workdir(repo->git);

	if (git_repository_open_ext(git, git_repository_path(repo->git),
				    GIT_REPOSITORY_OPEN_NO_SEARCH, NULL))
		return git_fail(err, "cannot open the repository of '%s'",
				repo->workdir);

	const char *got = git_repository_workdir(*git);

	if (got && !strcmp(got, want))
		return 0;
	if (git_repository_set_workdir(*git, want, 0))
		return git_fail(err, "cannot open the work tree '%s'", want);
	return 0;
}

static int list_files(struct listing *l, struct repo *repo, int top,
		      struct err *err)
{
	autogit(repository) git_repository *git = NULL;
	int rc;

	git_user_config(true);
	rc = worktree_open(&git, repo, err) || read_status(l, git, top, err) ||
	     add_submodules(l, git, top, err);
	git_user_config(false);
	if (rc)
		return -1;
	if (l->paths.n)
		qsort(l->paths.v, l->paths.n, sizeof(*l->paths.v),
		      worktree_by_bytes);
	return 0;
}

struct copy {
	struct out *out;
	int src[MAX_DEPTH + 1];	/* the folders of out->dirs in the work tree */
	size_t open;		/* src[0..open] are open */
	struct str skipped;	/* the folder that was not entered: "a/b/" */
	struct buf data;	/* one file */
};

static void copy_release(struct copy *c)
{
	for (size_t i = 0; i <= c->open; i++)
		if (c->src[i] >= 0)
			close(c->src[i]);
	buf_free(&c->data);
}

static int changed(struct err *err, const char *path)
{
	err_set(err, ERR_TROUBLE, "'%s' changed while the work tree was being "
		"copied", path);
	return err_hint(err, "run it again when nothing writes to the work "
			"tree");
}

/* Leave folders until the open one holds path. */
static int leave_to(struct copy *c, const char *path, struct err *err)
{
	struct out *o = c->out;

	while (strncmp(path, o->path.p, o->path.len)) {
		close(c->src[c->open--]);
		if (out_leave(o, err))
			return -1;
	}
	return 0;
}

/* Enter one folder on both sides.  1, 0 when it is skipped, -1. */
static int enter_dir(struct copy *c, struct str name, struct err *err)
{
	autofree char *seg = mem_strndup(name.p, name.len);
	autofd int fd = openat(c->src[c->open], seg, DIR_FLAGS);

	if (fd < 0 && errno == EACCES)
		return worktree_unreadable(err, out_path(c->out, name));
	if (fd < 0)
		return changed(err, out_path(c->out, name));

	int rc = out_enter(c->out, name, err);

	if (rc > 0)
		c->src[++c->open] = fd_steal(&fd);
	return rc;
}

/* Enter the folders of path; *base is its last segment.  1, 0 or -1. */
static int enter_to(struct copy *c, const char *path, const char **base,
		    struct err *err)
{
	const char *at = path + c->out->path.len;
	const char *slash;

	while ((slash = strchr(at, '/'))) {
		struct str name = { at, (size_t)(slash - at) };
		int rc = enter_dir(c, name, err);

		if (rc <= 0) {
			if (!rc)
				c->skipped = (struct str){ path,
						(size_t)(slash + 1 - path) };
			return rc;
		}
		at = slash + 1;
	}
	*base = at;
	return 1;
}

/* All of a file that has size bytes, or "changed". */
static int read_content(struct copy *c, int fd, uint64_t size,
			const char *path, struct err *err)
{
	buf_clear(&c->data);
	buf_add(&c->data, NULL, 0);
	if (fd_read_all(fd, &c->data, (size_t)size)) {
		if (errno == EFBIG)
			return changed(err, path);
		return worktree_unreadable(err, path);
	}
	return c->data.len == size ? 0 : changed(err, path);
}

static int copy_file(struct copy *c, struct str name, const char *path,
		     struct err *err)
{
	autofd int fd = openat(c->src[c->open], name.p, FILE_FLAGS);
	struct stat st;
	git_oid id;

	if (fd < 0 && errno == EACCES)
		return worktree_unreadable(err, path);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return changed(err, path);
	if (out_reserve(c->out, name, (uint64_t)st.st_size, err) ||
	    read_content(c, fd, (uint64_t)st.st_size, path, err))
		return -1;
	if (git_odb_hash(&id, c->data.p, c->data.len, GIT_OBJECT_BLOB))
		return git_fail(err, "cannot hash '%s'", path);
	return out_file(c->out, name, st.st_mode & 0100, buf_view(&c->data),
			&id, err);
}

static int copy_link(struct copy *c, struct str name, const char *path,
		     struct err *err)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(c->src[c->open], name.p, target,
				 sizeof(target));
	git_oid id;

	if (len < 0)
		return changed(err, path);
	if (out_reserve(c->out, name, (uint64_t)len, err))
		return -1;
	if (git_odb_hash(&id, target, (size_t)len, GIT_OBJECT_BLOB))
		return git_fail(err, "cannot hash '%s'", path);
	return out_link(c->out, name, (struct str){ target, (size_t)len }, &id,
			err);
}

static int copy_entry(struct copy *c, const char *path, struct err *err)
{
	const char *base;
	struct stat st;
	int rc;

	if (c->skipped.len && str_starts(str_c(path), c->skipped))
		return 0;
	if (leave_to(c, path, err))
		return -1;
	rc = enter_to(c, path, &base, err);
	if (rc <= 0)
		return rc;
	if (fstatat(c->src[c->open], base, &st, AT_SYMLINK_NOFOLLOW))
		return changed(err, path);
	if (S_ISREG(st.st_mode))
		return copy_file(c, str_c(base), path, err);
	if (S_ISLNK(st.st_mode))
		return copy_link(c, str_c(base), path, err);
	/* A folder in the listing is a submodule or a nested clone. */
	if (S_ISDIR(st.st_mode))
		return out_submodule(c->out, str_c(base), err);
	if (out_reserve(c->out, str_c(base), 0, err))
		return -1;
	out_skip(c->out, str_c(base));
	return 0;
}

static int copy_all(struct copy *c, const struct listing *l, struct err *err)
{
	for (size_t i = 0; i < l->paths.n; i++) {
		const char *path = l->paths.v[i];

		/* A conflict in the index lists its path more than once. */
		if (i && !strcmp(path, l->paths.v[i - 1]))
			continue;
		if (copy_entry(c, path, err) < 0)
			return -1;
	}
	return leave_to(c, "", err);
}

int worktree_export(struct out *out, struct repo *repo, struct err *err)
{
	__attribute__((cleanup(listing_release))) struct listing l = {
		.paths = { NULL, 0, 0 },
	};
	__attribute__((cleanup(copy_release))) struct copy c = { .out = out };

	c.src[0] = open(repo->workdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c.src[0] < 0)
		return err_sys(err, "cannot open the work tree '%s'",
			       repo->workdir);
	if (list_files(&l, repo, c.src[0], err))
		return -1;
	return copy_all(&c, &l, err);
}

/* --- single files --- */

/* Open path below dirfd without following a link anywhere. */
static int open_below(int dirfd, const char *path)
{
	autofree char *copy = mem_strdup(path);
	autofd int at = -1;
	char *seg = copy;

	for (char *slash; (slash = strchr(seg, '/')); seg = slash + 1) {
		*slash = '\0';

		int next = openat(at < 0 ? dirfd : at, seg, DIR_FLAGS);

		if (next < 0)
			return -1;
		if (at >= 0)
			close(at);
		at = next;
	}
	return openat(at < 0 ? dirfd : at, seg, FILE_FLAGS);
}

/* The line in which so many bytes of the file end. */
static size_t line_of(int fd, size_t bytes)
{
	char chunk[16 * 1024];
	size_t line = 1;
	off_t at = 0;
	ssize_t n;

	while ((size_t)at < bytes &&
	       (n = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		for (ssize_t i = 0; i < n && (size_t)(at + i) < bytes; i++)
			line += chunk[i] == '\n';
		at += n;
	}
	return line;
}

int worktree_read_file(struct repo *repo, const char *path, size_t max,
		       struct buf *out, struct err *err)
{
	autofd int top = open(repo->workdir, O_RDONLY | O_DIRECTORY |
			      O_CLOEXEC);
	struct stat st;

	if (top < 0)
		return err_sys(err, "cannot open the work tree '%s'",
			       repo->workdir);

	autofd int fd = open_below(top, path);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ENXIO))
		return 0;
	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_TROUBLE, "'%s' is a symbolic link; "
			       "links are not followed here", path);
	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode))
		return 0;

	if (!fd_read_all(fd, out, max))
		return 1;
	if (errno == EFBIG)
		return err_set(err, ERR_TROUBLE, "'%s': line %zu: more than "
			       "%zu bytes up to here; no more are read", path,
			       line_of(fd, max), max);
	return err_sys(err, "cannot read '%s'", path);
}
