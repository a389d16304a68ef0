/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: the handle, errors, object reading. */
#ifndef SOURCE_GIT_H
#define SOURCE_GIT_H

#include <git2.h>
#include <git2/sys/repository.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/source/source.h"

/* A tree nested deeper is refused: every level costs an open descriptor. */
#define MAX_DEPTH 256

struct repo {
	git_repository *git;
	git_odb *odb;
	git_repository *attributes;	/* checkout.c; NULL: not yet */
	char *dir;		/* where the user pointed, for messages */
	char *workdir;		/* without trailing slash; NULL when bare */
	char *prefix;		/* dir below workdir, "" at its root */
};

/* libgit2's objects leave scope as ours do. */
#define GIT_CLEANUP(type)						\
	static inline void git_##type##_cleanup(git_##type **p)		\
	{								\
		git_##type##_free(*p);					\
	}
GIT_CLEANUP(object)
GIT_CLEANUP(tree)
GIT_CLEANUP(tree_entry)
GIT_CLEANUP(commit)
GIT_CLEANUP(odb_object)
GIT_CLEANUP(reference)
GIT_CLEANUP(repository)
GIT_CLEANUP(config)
GIT_CLEANUP(index)
GIT_CLEANUP(status_list)
GIT_CLEANUP(diff)
GIT_CLEANUP(patch)
#undef GIT_CLEANUP
#define autogit(type) __attribute__((cleanup(git_##type##_cleanup)))

/* err_set() with libgit2's own reason appended. */
int git_fail(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* git_fail() for a missing object: names it, what it is of, and a way out. */
int git_fail_object(struct err *err, struct repo *repo, const git_oid *id,
		    const char *what);

/* --- unreadable.c --- */

/*
 * Is there a file or folder of this git directory that may not be read, among
 * its objects too if asked?  Then that is the error, with a hint.  git_dir ends
 * in a slash, as libgit2 has it.
 */
bool unreadable_find(struct err *err, const char *git_dir, bool objects);
/* The same of a .git in dir or above it that may not be looked into. */
bool unreadable_find_above(struct err *err, const char *dir);

/* --- object.c; `what` is the path or revision that messages name --- */

/* Size of a blob, without reading it. */
int object_blob_size(size_t *size, struct repo *repo, const git_oid *id,
		     const char *what, struct err *err);
int object_blob(git_odb_object **out, struct repo *repo, const git_oid *id,
		const char *what, struct err *err);
int object_tree(git_tree **out, struct repo *repo, const git_oid *id,
		const char *what, struct err *err);

/*
 * Walk down path ("a/b", no empty segment; "" is root itself).  Returns 1 and
 * the entry's raw mode and id, 0 when there is none, -1 when an object on the
 * way cannot be read.
 */
int object_find(unsigned *mode, git_oid *id, struct repo *repo,
		const git_oid *root, const char *path, struct err *err);

/* --- refname.c --- */

/* Length of the part that must name something: "main" of "main~2^{tree}". */
size_t refname_base_length(const char *name);
/*
 * The reference that git would take for this short name, in git's order, see
 * gitrevisions(7); NULL: none.  git_reference_dwim() does not find the
 * dangling ones.  The caller frees it.
 */
git_reference *refname_first(struct repo *repo, const char *base);
/*
 * name, with the full name of the reference in the place of a short one; the
 * caller frees *out.  What is no reference stays as it is.  An error when the
 * short name means several commits, or none that is trusted.
 */
int refname_expand(char **out, struct repo *repo, const char *name,
		   enum rev_use use, struct err *err);

/* --- hint.c --- */

/* Say why libgit2 did not resolve name (rc is its answer), and what is near. */
int hint_unknown(struct err *err, struct repo *repo, const char *name, int rc);

/* --- checkout.c --- */

/* Is this blob what Git LFS commits in the place of a file? */
bool checkout_is_lfs_pointer(struct str data);

/* --- export.c, tree.c, worktree.c --- */

struct out;

int tree_export(struct out *out, struct repo *repo, const struct rev *rev,
		struct err *err);
int worktree_export(struct out *out, struct repo *repo, struct err *err);
/*
 * A handle of its own for the work tree's files, while the user's
 * configuration counts; the caller frees it.
 */
int worktree_open(git_repository **git, struct repo *repo, struct err *err);
/* As rev_read_file(), for ".". */
int worktree_read_file(struct repo *repo, const char *path, size_t max,
		       struct buf *out, struct err *err);

/*
 * While libgit2's search paths are open, the user's own configuration counts;
 * see worktree.c.
 */
void git_user_config(bool on);

#endif
