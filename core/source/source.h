/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revisions: from what the user names to a clean private directory.  libgit2
 * lives here and nowhere else.  The repository is only ever read: no filter,
 * hook, index refresh or configuration of it has any effect (see README.md).
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"

struct repo;

/*
 * The repository that holds dir, found as git finds it (upwards; linked work
 * trees, bare and shallow ones; GIT_DIR, GIT_WORK_TREE and the quarantine of a
 * pre-receive hook are honoured, relative paths in them counting from dir).
 * libgit2's switches and the umask belong to the process: this module is not
 * for several threads at once.
 */
int repo_open(struct repo **out, const char *dir, struct err *err);
void repo_free(struct repo *repo);
static inline void repo_cleanup(struct repo **r)
{
	repo_free(*r);
}
#define autorepo __attribute__((cleanup(repo_cleanup)))
/* Root of the work tree, without a trailing slash; NULL when bare. */
const char *repo_workdir(const struct repo *repo);

/* Is this object in the repository?  A shallow clone lacks most. */
bool repo_has(const struct repo *repo, const char *hex);
bool repo_is_shallow(const struct repo *repo);
/* The best common ancestor of two commits: 1, 0 when there is none, -1. */
int repo_merge_base(char out[65], struct repo *repo, const char *a,
		    const char *b, struct err *err);
/*
 * The folder of git's hooks, core.hooksPath of the repository respected.  One
 * that the user or the system has set for every repository is an error: what
 * is written there is no hook of this one.  Caller frees *out.
 */
int repo_hooks(char **out, const struct repo *repo, struct err *err);
/* git's user.name, from all its configuration; NULL: none.  Caller frees. */
char *repo_user_name(const struct repo *repo);

enum rev_kind {
	REV_TREE,		/* a commit's tree, a tree, REV:DIR */
	REV_WORKTREE		/* "." */
};

struct rev {
	enum rev_kind kind;
	char *spec;		/* as the user wrote it */
	char commit[65];	/* hex; HEAD's for "."; "" when a bare tree */
	char tree[65];		/* hex; "" for "." until it is exported */
	char subdir[512];	/* DIR of REV:DIR, else "" */
};

enum rev_use {
	REV_ANY,
	/*
	 * The side that judges: a short name is a branch, refs/heads/NAME or
	 * else refs/remotes/NAME, and never a tag.
	 */
	REV_TRUSTED
};

/*
 * Resolve spec: anything `git rev-parse` names that peels to a tree, REV:DIR,
 * or "." for the work tree.  An error names spec; the hint offers near names.
 * Unlike git, a short name that several references of different commits share
 * is an error, and so is one that begins an object's id as well; what is
 * written in full, from "refs/" on or as a whole id, is what it says or none.
 */
int rev_resolve(struct rev *out, struct repo *repo, const char *spec,
		struct err *err);
/* rev_resolve() is REV_ANY. */
int rev_resolve_as(struct rev *out, struct repo *repo, const char *spec,
		   enum rev_use use, struct err *err);
void rev_release(struct rev *rev);

/* Call each with the short name of every branch, then of every tag if asked. */
void refname_each(struct repo *repo, bool tags,
		  void (*each)(void *ctx, const char *name), void *ctx);

/* Certainly the same files, known without an export. */
static inline bool rev_is_same_tree(const struct rev *a, const struct rev *b)
{
	return a->kind == REV_TREE && b->kind == REV_TREE &&
	       !strcmp(a->tree, b->tree);
}

/*
 * Read one file (at most max bytes) of the revision.  Returns 1 when it is
 * there, 0 when not (nor when it is a folder or a special file), -1 on error;
 * a symbolic link is an error, lest a configuration be ignored in silence.
 * For REV:DIR first DIR/path, then path at the commit's root.
 */
int rev_read_file(struct repo *repo, const struct rev *rev, const char *path,
		  size_t max, struct buf *out, struct err *err);

/*
 * Call each for every file at or below one of paths (from the repository's
 * root) that differs between two commits; `to` may be the work tree, ignored
 * and untracked files included.
 */
int rev_changes(struct repo *repo, const struct rev *from,
		const struct rev *to, char **paths, size_t n,
		void (*each)(void *ctx, const char *path), void *ctx,
		struct err *err);

/*
 * Append what git diff --stat would say between two revisions, `to` may be the
 * work tree: at most `lines` lines and the sum, each with a blank in front and
 * safe to show.  Nothing when they are the same.
 */
int rev_stat(struct buf *out, struct repo *repo, const char *from,
	     const char *to, size_t lines, struct err *err);

/* A file or submodule that differs between two revisions. */
struct rev_file {
	/* From the root of both trees, as git has it; its old one when gone. */
	struct str path;
	uint64_t lines;		/* added and removed; 0 of what is binary */
	bool gone;		/* NEW has it no longer */
	bool binary;		/* or larger than 1 MiB */
	bool submodule;
	char was[65], is[65];	/* its commits in hex, "" where there is none */
};

struct rev_diff {
	struct rev_file *v;
	size_t n, cap;
	bool cut;		/* of some, beyond 4000, no lines are known */
	struct arena arena;
};
#define REV_DIFF_INIT { NULL, 0, 0, false, ARENA_INIT }

/*
 * Add what differs between the trees of two revisions, of REV:DIR between the
 * folders; `to` may be the work tree, whose submodules are at the commits that
 * are checked out in them.  A file that was renamed is one, with the lines that
 * differ.
 */
int rev_diff(struct rev_diff *out, struct repo *repo, const struct rev *from,
	     const struct rev *to, struct err *err);
void rev_diff_free(struct rev_diff *d);
#define autorevdiff __attribute__((cleanup(rev_diff_free)))

/* How the export of a path is not what a checkout would have. */
enum unlike_kind {
	UNLIKE_NOT,
	UNLIKE_SUBMODULE,	/* an empty folder */
	UNLIKE_LFS,		/* Git LFS's pointer */
	UNLIKE_FILTER,		/* a filter of its own is not run */
	UNLIKE_IDENT,		/* $Id$ is not expanded */
	UNLIKE_EOL,		/* eol=crlf is not applied */
	UNLIKE_ENCODING,	/* nor is working-tree-encoding */
	UNLIKE_NAME		/* its name cannot be exported */
};

struct unlike {
	enum unlike_kind kind;
	/* So many bytes of the path: the submodule on the way, or all. */
	size_t len;
	char id[65];		/* of blob or submodule; "" in a work tree */
};

/*
 * Look at one path of a revision, from its root; what is not there is like.
 * The attributes are the commit's own.  A work tree's files are what a
 * checkout has, but for pointers and submodules.
 */
int rev_unlike(struct unlike *out, struct repo *repo, const struct rev *rev,
	       const char *path, struct err *err);

/*
 * What an export did.  The digest is over the sorted paths, modes and git
 * blob ids: a commit and a clean work tree of it have the same.  The two
 * paths are escaped for display (text.h), and cut if need be.
 */
struct tree_info {
	char digest[33];	/* names the tree */
	uint64_t files, dirs, links, bytes;	/* bytes: in files */
	uint64_t submodules;	/* each an empty directory */
	char first_submodule[256];
	uint64_t pointers;	/* files that Git LFS keeps elsewhere */
	uint64_t skipped;	/* entries that cannot be exported */
	char first_skipped[256];
};

struct folder_limits {
	uint64_t max_bytes, max_entries;	/* more is ERR_TROUBLE */
};

/*
 * 32 digits that name what the folder dir holds, below git or not: names,
 * kinds, execute bits, contents; no times and no owners.  Links are not
 * followed.  What may not be read, and what changes meanwhile, is an error.  A
 * repository must be open.
 */
int folder_digest(char out[33], int dir, const struct folder_limits *limits,
		  struct err *err);

struct export_options {
	bool chown;		/* give every entry to uid:gid */
	uid_t uid;
	gid_t gid;
	uint64_t max_bytes;	/* 0: no limit; more is ERR_TROUBLE */
	uint64_t max_entries;	/* likewise */
};

/*
 * Export the revision into the empty directory dirfd: files (0644 or 0755),
 * directories 0755, symbolic links as committed; dirfd keeps its mode, and has
 * neither a default ACL, which would take the umask's place (acl(5)), nor a
 * set-group-id bit, which folders would inherit.
 *
 * Nothing is ever written outside dirfd, whatever the tree contains: names
 * that are ".", "..", hold a slash or are .git in any case or Unicode disguise
 * are skipped and counted, as are second entries of one name, names too long
 * for the file system, links the kernel cannot hold and unknown modes; every
 * directory is opened with O_NOFOLLOW.  An empty name is an error, as in git:
 * such a tree object cannot be parsed.  So is nesting deeper than 256.
 *
 * A work tree is copied: tracked files as they are on disk and untracked ones
 * that git does not ignore (the user's own excludes file counts); sockets,
 * fifos and devices are left out, and so are untracked folders that may not
 * be read.  A file that changes meanwhile or may not be read is an error.
 *
 * Times are the commit's, for a work tree HEAD's (so that a clean one does not
 * differ from HEAD), and where there is no commit 2000-01-01; never before
 * 1980, which zip files cannot express.  On failure dirfd holds what was
 * written so far, and info is untouched.
 */
int rev_export(struct repo *repo, const struct rev *rev, int dirfd,
	       const struct export_options *opt, struct tree_info *info,
	       struct err *err);

#endif
