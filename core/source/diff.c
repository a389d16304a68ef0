/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between two revisions: file by file, with lines.
 *
 * Of a work tree the files count that git status shows, by the user's own
 * excludes too, as they do for its export; it is read by a handle of its own
 * that knows them.  Submodules are asked of the index and of the commits that
 * are checked out in them: nothing of their content is looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/source/git.h"
#include "core/source/source.h"

/* A larger file counts as binary: its lines are not compared. */
#define TEXT_MAX (1 << 20)
/* The lines of so many files are counted, a fraction of a millisecond each. */
#define COUNTED_MAX 4000

/* The handle of a work tree, its tree, and the diff that rests on both. */
struct sides {
	git_repository *again;
	git_tree *a, *b;
	git_diff *diff;
};

static void sides_free(struct sides *d)
{
	git_diff_free(d->diff);
	git_tree_free(d->a);
	git_tree_free(d->b);
	git_repository_free(d->again);
}
#define autosides __attribute__((cleanup(sides_free)))

static int find_tree(git_tree **out, git_repository *git, struct repo *repo,
		     const struct rev *rev, struct err *err)
{
	git_oid id;

	if (git_oid_fromstr(&id, rev->tree))
		return git_fail(err, "'%s' has no tree", rev->spec);
	return git_tree_lookup(out, git, &id) ?
		git_fail_object(err, repo, &id, rev->spec) : 0;
}

static int diff_trees(struct sides *d, struct repo *repo,
		      const struct rev *from, const struct rev *to,
		      git_diff_options *opt, struct err *err)
{
	if (find_tree(&d->a, repo->git, repo, from, err) ||
	    find_tree(&d->b, repo->git, repo, to, err))
		return -1;
	opt->ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY;
	return git_diff_tree_to_tree(&d->diff, repo->git, d->a, d->b, opt) ?
		git_fail(err, "what '%s' changed", to->spec) : 0;
}

static int diff_worktree(struct sides *d, struct repo *repo,
			 const struct rev *from, git_diff_options *opt,
			 struct err *err)
{
	int rc;

	git_user_config(true);
	rc = worktree_open(&d->again, repo, err) ||
		find_tree(&d->a, d->again, repo, from, err);
	if (!rc && git_diff_tree_to_workdir(&d->diff, d->again, d->a, opt))
		rc = git_fail(err, "what the work tree changed");
	git_user_config(false);
	return rc ? -1 : 0;
}

static int open_diff(struct sides *d, struct repo *repo,
		     const struct rev *from, const struct rev *to,
		     struct err *err)
{
	git_diff_options opt;

	git_diff_options_init(&opt, GIT_DIFF_OPTIONS_VERSION);
	opt.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_INCLUDE_TYPECHANGE |
		GIT_DIFF_RECURSE_UNTRACKED_DIRS |
		GIT_DIFF_SHOW_UNTRACKED_CONTENT;
	opt.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
	opt.max_size = TEXT_MAX;
	return to->kind == REV_WORKTREE ?
		diff_worktree(d, repo, from, &opt, err) :
		diff_trees(d, repo, from, to, &opt, err);
}

/* --- as text --- */

/* The names in it are as the tree has them. */
static void put_stat(struct buf *out, struct str text, size_t lines)
{
	size_t n = 0, files = 0;

	for (size_t i = 0; i < text.len; i++)
		files += text.p[i] == '\n';
	files -= files > 0;	/* the last one is the sum */
	while (text.len) {
		const char *end = memchr(text.p, '\n', text.len);
		size_t len = end ? (size_t)(end - text.p) : text.len;

		if (n < lines || n == files) {
			text_sanitise(out, (struct str){ text.p, len });
			buf_ch(out, '\n');
		} else if (n == lines) {
			buf_printf(out, " ... %zu more\n", files - lines);
		}
		n++;
		text = str_sub(text, end ? len + 1 : len);
	}
}

int rev_stat(struct buf *out, struct repo *repo, const char *from,
	     const char *to, size_t lines, struct err *err)
{
	struct rev a = { .spec = NULL }, b = { .spec = NULL };
	git_diff_stats *stats = NULL;
	autosides struct sides d = { .diff = NULL };
	git_buf text = { NULL, 0, 0 };
	int failed = rev_resolve(&a, repo, from, err) ||
		rev_resolve(&b, repo, to, err) ||
		open_diff(&d, repo, &a, &b, err);

	if (!failed && (git_diff_get_stats(&stats, d.diff) ||
			git_diff_stats_to_buf(&text, stats,
					      GIT_DIFF_STATS_FULL, 78)))
		failed = git_fail(err, "what '%s' changed", to);
	if (!failed && git_diff_stats_files_changed(stats))
		put_stat(out, (struct str){ text.ptr, text.size }, lines);
	git_buf_dispose(&text);
	git_diff_stats_free(stats);
	rev_release(&a);
	rev_release(&b);
	return failed ? -1 : 0;
}

/* --- file by file --- */

void rev_diff_free(struct rev_diff *d)
{
	vec_free(d);
	arena_free(&d->arena);
}

static struct rev_file *diff_add_file(struct rev_diff *d, const char *path)
{
	struct rev_file *f = vec_push(d);

	*f = (struct rev_file){ .path = arena_str(&d->arena, str_c(path)) };
	return f;
}

/* What git takes for binary, or what is too large, has none. */
static int diff_count_lines(struct rev_file *f, git_diff *diff, size_t i)
{
	autogit(patch) git_patch *patch = NULL;
	size_t added = 0, removed = 0;

	if (git_patch_from_diff(&patch, diff, i))
		return -1;
	if (!patch ||
	    git_patch_get_delta(patch)->flags & GIT_DIFF_FLAG_BINARY ||
	    git_patch_line_stats(NULL, &added, &removed, patch)) {
		f->binary = true;
		return 0;
	}
	f->lines = added + removed;
	return 0;
}

static void put_commit(char out[65], const git_diff_file *file)
{
	if (file->mode == GIT_FILEMODE_COMMIT)
		git_oid_tostr(out, 65, &file->id);
}

static int take_delta(struct rev_diff *out, git_diff *diff, size_t i,
		      bool worktree, struct err *err)
{
	const git_diff_delta *d = git_diff_get_delta(diff, i);
	struct rev_file *f;

	if (d->status == GIT_DELTA_UNMODIFIED || d->status == GIT_DELTA_IGNORED)
		return 0;
	/* A work tree's are asked of its index: a missing folder is none. */
	if (worktree && (d->old_file.mode == GIT_FILEMODE_COMMIT ||
			 d->new_file.mode == GIT_FILEMODE_COMMIT))
		return 0;
	f = diff_add_file(out, d->status == GIT_DELTA_DELETED ?
			       d->old_file.path : d->new_file.path);
	f->gone = d->status == GIT_DELTA_DELETED;
	put_commit(f->was, &d->old_file);
	put_commit(f->is, &d->new_file);
	f->submodule = f->was[0] || f->is[0];
	if (f->submodule)
		return 0;
	if (i >= COUNTED_MAX)
		out->cut = true;
	else if (diff_count_lines(f, diff, i))
		return git_fail(err, "what changed in '%s'", f->path.p);
	return 0;
}

/* The commit that is checked out in a submodule; else the index's stays. */
static void look_into(char is[65], const struct repo *repo, const char *path)
{
	autofree char *dir = mem_printf("%s/%s", repo->workdir, path);
	autogit(repository) git_repository *sub = NULL;
	git_oid id;

	if (!git_repository_open_ext(&sub, dir, GIT_REPOSITORY_OPEN_NO_SEARCH,
				     NULL) &&
	    !git_reference_name_to_id(&id, sub, "HEAD"))
		git_oid_tostr(is, 65, &id);
}

static void take_submodule(struct rev_diff *out, struct repo *repo,
			   const git_oid *root, const char *path,
			   const git_oid *indexed)
{
	char was[65] = "", is[65] = "";
	unsigned mode;
	git_oid id;
	struct rev_file *f;

	if (object_find(&mode, &id, repo, root, path, NULL) == 1 &&
	    mode == GIT_FILEMODE_COMMIT)
		git_oid_tostr(was, sizeof(was), &id);
	if (indexed) {
		git_oid_tostr(is, sizeof(is), indexed);
		look_into(is, repo, path);
	}
	if (!strcmp(was, is))
		return;
	f = diff_add_file(out, path);
	f->submodule = true;
	f->gone = !indexed;
	memcpy(f->was, was, sizeof(was));
	memcpy(f->is, is, sizeof(is));
}

/* Those of the index, and those that it has no longer. */
static int take_submodules(struct rev_diff *out, struct repo *repo,
			   git_tree *tree, struct err *err)
{
	autogit(index) git_index *index = NULL;
	autogit(diff) git_diff *diff = NULL;
	git_diff_options opt;

	git_diff_options_init(&opt, GIT_DIFF_OPTIONS_VERSION);
	opt.ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY;
	if (git_repository_index(&index, repo->git) ||
	    git_diff_tree_to_index(&diff, repo->git, tree, index, &opt))
		return git_fail(err, "the index of the work tree");
	for (size_t i = 0; i < git_index_entrycount(index); i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);

		if (e->mode == GIT_FILEMODE_COMMIT)
			take_submodule(out, repo, git_tree_id(tree), e->path,
				       &e->id);
	}
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);

		if (d->status == GIT_DELTA_DELETED &&
		    d->old_file.mode == GIT_FILEMODE_COMMIT)
			take_submodule(out, repo, git_tree_id(tree),
				       d->old_file.path, NULL);
	}
	return 0;
}

int rev_diff(struct rev_diff *out, struct repo *repo, const struct rev *from,
	     const struct rev *to, struct err *err)
{
	autosides struct sides d = { .diff = NULL };
	git_diff_find_options find;

	git_diff_find_options_init(&find, GIT_DIFF_FIND_OPTIONS_VERSION);
	find.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
	if (open_diff(&d, repo, from, to, err))
		return -1;
	if (git_diff_find_similar(d.diff, &find))
		return git_fail(err, "what '%s' renamed", to->spec);
	for (size_t i = 0; i < git_diff_num_deltas(d.diff); i++)
		if (take_delta(out, d.diff, i, d.again != NULL, err))
			return -1;
	return to->kind == REV_WORKTREE ?
		take_submodules(out, repo, d.a, err) : 0;
}
