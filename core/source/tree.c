/* SPDX-License-Identifier: Apache-2.0 */
/* Exporting a revision, and reading single files of one. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/source/export.h"
#include "core/source/git.h"
#include "core/source/source.h"

/*
 * The time of a tree without a commit: 2000-01-01.  Not 0, because zip files
 * know no time before 1980 and Python's zipfile refuses to write one.
 */
#define NO_COMMIT_TIME 946684800
#define EARLIEST_TIME 315619200		/* 1980-01-02, in every time zone */
#define LATEST_TIME INT32_MAX		/* what every file system can hold */

struct walk {
	struct repo *repo;
	struct out *out;
};

static int walk_tree(struct walk *w, const git_oid *id, struct err *err);

static int walk_dir(struct walk *w, struct str name, const git_oid *id,
		    struct err *err)
{
	int rc = out_enter(w->out, name, err);

	if (rc <= 0)
		return rc;
	if (walk_tree(w, id, err))
		return -1;
	return out_leave(w->out, err);
}

/* A regular file or a symbolic link: something with a blob. */
static int walk_blob(struct walk *w, struct str name, unsigned mode,
		     const git_oid *id, struct err *err)
{
	autogit(odb_object) git_odb_object *obj = NULL;
	const char *path = out_path(w->out, name);
	size_t size;

	/* The size first: a few packed bytes can stand for many gigabytes. */
	if (object_blob_size(&size, w->repo, id, path, err) ||
	    out_reserve(w->out, name, size, err) ||
	    object_blob(&obj, w->repo, id, path, err))
		return -1;

	struct str data = { git_odb_object_data(obj),
			    git_odb_object_size(obj) };
	int rc = S_ISLNK(mode) ?
		out_link(w->out, name, data, id, err) :
		out_file(w->out, name, mode & 0100, data, id, err);

	return rc < 0 ? -1 : 0;
}

static int walk_entry(struct walk *w, const git_tree_entry *e,
		      struct err *err)
{
	struct str name = str_c(git_tree_entry_name(e));
	unsigned mode = (unsigned)git_tree_entry_filemode_raw(e);
	const git_oid *id = git_tree_entry_id(e);

	if (out_name_ok(name)) {
		switch (mode & S_IFMT) {
		case S_IFDIR:
			return walk_dir(w, name, id, err) < 0 ? -1 : 0;
		case S_IFREG:
		case S_IFLNK:
			return walk_blob(w, name, mode, id, err);
		case GIT_FILEMODE_COMMIT:
			return out_submodule(w->out, name, err) < 0 ? -1 : 0;
		default:
			break;
		}
	}
	if (out_reserve(w->out, name, 0, err))
		return -1;
	out_skip(w->out, name);
	return 0;
}

static int walk_tree(struct walk *w, const git_oid *id, struct err *err)
{
	autogit(tree) git_tree *tree = NULL;
	struct str here = buf_view(&w->out->path);

	if (object_tree(&tree, w->repo, id, here.len ? here.p : "/", err))
		return -1;

	size_t n = git_tree_entrycount(tree);

	for (size_t i = 0; i < n; i++)
		if (walk_entry(w, git_tree_entry_byindex(tree, i), err))
			return -1;
	return 0;
}

/*
 * Takes the entries of a tree off *left; false when they are too many.  What
 * cannot be read is left to the walk that reports it.
 */
static bool count_entries(uint64_t *left, struct repo *repo,
			  const git_oid *id, unsigned depth)
{
	autogit(tree) git_tree *tree = NULL;
	bool fits = true;
	size_t n;

	if (depth > MAX_DEPTH || git_tree_lookup(&tree, repo->git, id))
		return true;
	n = git_tree_entrycount(tree);
	if (n > *left)
		return false;
	*left -= n;
	for (size_t i = 0; i < n && fits; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		if (S_ISDIR((unsigned)git_tree_entry_filemode_raw(e)))
			fits = count_entries(left, repo, git_tree_entry_id(e),
					     depth + 1);
	}
	return fits;
}

/* A few objects can stand for millions of files: none is written then. */
static int check_entries(const struct walk *w, const git_oid *id,
			 struct err *err)
{
	uint64_t max = w->out->opt->max_entries, left = max;

	if (!max || count_entries(&left, w->repo, id, 0))
		return 0;
	return err_set(err, ERR_TROUBLE, "the tree has more than %" PRIu64
		       " entries", max);
}

int tree_export(struct out *out, struct repo *repo, const struct rev *rev,
		struct err *err)
{
	struct walk w = { .repo = repo, .out = out };
	git_oid id;

	if (git_oid_fromstr(&id, rev->tree))
		return git_fail(err, "'%s' is no tree's id", rev->tree);
	return check_entries(&w, &id, err) ? -1 : walk_tree(&w, &id, err);
}

static int export_time(int64_t *when, struct repo *repo,
		       const struct rev *rev, struct err *err)
{
	autogit(commit) git_commit *commit = NULL;
	git_oid id;

	*when = NO_COMMIT_TIME;
	if (!rev->commit[0])
		return 0;
	if (git_oid_fromstr(&id, rev->commit))
		return git_fail(err, "'%s' is no commit's id", rev->commit);
	if (git_commit_lookup(&commit, repo->git, &id))
		return git_fail_object(err, repo, &id, rev->spec);

	int64_t t = git_commit_time(commit);

	*when = t < EARLIEST_TIME ? EARLIEST_TIME :
		t > LATEST_TIME ? LATEST_TIME : t;
	return 0;
}

static int export_to(struct out *out, struct repo *repo,
		     const struct rev *rev, struct err *err)
{
	int rc = rev->kind == REV_WORKTREE ?
		worktree_export(out, repo, err) :
		tree_export(out, repo, rev, err);

	return rc ? rc : out_end(out, err);
}

int rev_export(struct repo *repo, const struct rev *rev, int dirfd,
	       const struct export_options *opt, struct tree_info *info,
	       struct err *err)
{
	__attribute__((cleanup(out_release))) struct out out;
	int64_t when;

	out_begin(&out, dirfd, opt, 0);
	if (export_time(&when, repo, rev, err))
		return -1;
	out.times[0].tv_sec = out.times[1].tv_sec = (time_t)when;
	if (export_to(&out, repo, rev, err))
		return err_wrap(err, "export of '%s'", rev->spec);
	*info = out.info;
	return 0;
}

/* --- single files --- */

static int tree_read_entry(struct repo *repo, unsigned mode, const git_oid *id,
			   const char *path, size_t max, struct buf *out,
			   struct err *err)
{
	autogit(odb_object) git_odb_object *obj = NULL;
	size_t size;

	if (S_ISLNK(mode))
		return err_set(err, ERR_TROUBLE, "'%s' is a symbolic link; "
			       "links are not followed here", path);
	if (!S_ISREG(mode))
		return 0;
	if (object_blob_size(&size, repo, id, path, err))
		return -1;
	if (size > max)
		return err_set(err, ERR_TROUBLE, "'%s' has %zu bytes; at most "
			       "%zu are read", path, size, max);
	if (object_blob(&obj, repo, id, path, err))
		return -1;
	buf_add(out, git_odb_object_data(obj), git_odb_object_size(obj));
	return 1;
}

static int read_below(struct repo *repo, const git_oid *root,
		      const char *path, size_t max, struct buf *out,
		      struct err *err)
{
	unsigned mode;
	git_oid id;
	int rc = object_find(&mode, &id, repo, root, path, err);

	return rc <= 0 ? rc :
			 tree_read_entry(repo, mode, &id, path, max, out, err);
}

static int read_at_root(struct repo *repo, const char *hex, const char *path,
			size_t max, struct buf *out, struct err *err)
{
	autogit(commit) git_commit *commit = NULL;
	git_oid id;

	if (git_oid_fromstr(&id, hex))
		return git_fail(err, "'%s' is no commit's id", hex);
	if (git_commit_lookup(&commit, repo->git, &id))
		return git_fail_object(err, repo, &id, path);
	return read_below(repo, git_commit_tree_id(commit), path, max, out,
			  err);
}

static int read_from_tree(struct repo *repo, const struct rev *rev,
			  const char *path, size_t max, struct buf *out,
			  struct err *err)
{
	git_oid id;

	if (git_oid_fromstr(&id, rev->tree))
		return git_fail(err, "'%s' is no tree's id", rev->tree);

	int rc = read_below(repo, &id, path, max, out, err);

	if (rc || !rev->subdir[0] || !rev->commit[0])
		return rc;
	return read_at_root(repo, rev->commit, path, max, out, err);
}

int rev_read_file(struct repo *repo, const struct rev *rev, const char *path,
		  size_t max, struct buf *out, struct err *err)
{
	if (!path_is_contained(str_c(path)))
		return err_set(err, ERR_TROUBLE, "'%s' is no path inside a "
			       "tree", path);

	int rc = rev->kind == REV_WORKTREE ?
		worktree_read_file(repo, path, max, out, err) :
		read_from_tree(repo, rev, path, max, out, err);

	return rc < 0 ? err_wrap(err, "'%s'", rev->spec) : rc;
}
