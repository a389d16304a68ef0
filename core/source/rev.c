/* SPDX-License-Identifier: Apache-2.0 */
/* From what the user wrote to a commit, a tree and a folder in it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/source/git.h"
#include "core/source/source.h"

/*
 * Length of REV in REV:DIR, all of spec when it has no DIR.  Braces may hold
 * a colon ("HEAD@{12:00}", "HEAD^{/fix: x}"), and a leading one is a search
 * (":/text"), see gitrevisions(7).
 */
static size_t rev_length(const char *spec)
{
	int depth = 0;

	if (*spec == ':')
		return strlen(spec);
	for (const char *p = spec; *p; p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}')
			depth--;
		else if (*p == ':' && depth <= 0)
			return (size_t)(p - spec);
	}
	return strlen(spec);
}

/* Drop the last segment; false when there is none to drop. */
static bool up(struct buf *path)
{
	size_t len = path->len;

	if (!len)
		return false;
	while (len && path->p[len - 1] != '/')
		len--;
	buf_cut(path, len ? len - 1 : 0);
	return true;
}

static bool rev_add_segments(struct buf *out, const char *path)
{
	autofree char *copy = mem_strdup(path);
	char *save = NULL;

	for (char *seg = strtok_r(copy, "/", &save); seg;
	     seg = strtok_r(NULL, "/", &save)) {
		if (!strcmp(seg, "."))
			continue;
		if (!strcmp(seg, "..")) {
			if (!up(out))
				return false;
			continue;
		}
		if (out->len)
			buf_ch(out, '/');
		buf_c(out, seg);
	}
	return true;
}

/*
 * DIR as a clean path from the root.  As in git, DIR counts from the root,
 * but "./x" and "../x" from the current directory.
 */
static int clean_subdir(struct rev *rev, struct repo *repo, const char *dir,
			struct err *err)
{
	autobuf struct buf path = BUF_INIT;
	bool relative = !strcmp(dir, ".") || !strcmp(dir, "..") ||
			!strncmp(dir, "./", 2) || !strncmp(dir, "../", 3);

	buf_c(&path, relative ? repo->prefix : "");
	if (!rev_add_segments(&path, dir))
		return err_set(err, ERR_TROUBLE, "'%s': '%s' is outside the "
			       "repository", rev->spec, dir);
	if (path.len >= sizeof(rev->subdir))
		return err_set(err, ERR_TROUBLE, "a folder's path of more than "
			       "%zu bytes: '%s'", sizeof(rev->subdir) - 1,
			       rev->spec);
	memcpy(rev->subdir, path.p, path.len + 1);
	return 0;
}

static int enter_subdir(struct rev *rev, struct repo *repo,
			const git_oid *root, git_oid *id, struct err *err)
{
	unsigned mode;
	int rc = object_find(&mode, id, repo, root, rev->subdir, err);

	if (rc < 0)
		return err_wrap(err, "'%s'", rev->spec);
	if (!rc)
		return err_set(err, ERR_TROUBLE, "'%s': the revision has no "
			       "folder '%s'", rev->spec, rev->subdir);
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 0;
	case GIT_FILEMODE_COMMIT:
		err_set(err, ERR_TROUBLE, "'%s' is a submodule; its files are "
			"in a repository of their own", rev->spec);
		return err_hint(err, "use -C %s", rev->subdir);
	case S_IFLNK:
		return err_set(err, ERR_TROUBLE, "'%s' is a symbolic link, "
			       "not a folder", rev->spec);
	default:
		return err_set(err, ERR_TROUBLE, "'%s' is a file, not a "
			       "folder", rev->spec);
	}
}

/* Follow tags (of tags) to what they name. */
static int peel_tag(git_object **obj, struct repo *repo, struct err *err)
{
	while (git_object_type(*obj) == GIT_OBJECT_TAG) {
		const git_tag *tag = (const git_tag *)*obj;
		git_object *target = NULL;

		if (git_tag_target(&target, tag))
			return git_fail_object(err, repo,
					       git_tag_target_id(tag),
					       git_tag_name(tag));
		git_object_free(*obj);
		*obj = target;
	}
	return 0;
}

/* The root tree, and the commit when there is one. */
static int find_root(struct rev *rev, struct repo *repo, const char *name,
		     enum rev_use use, git_oid *root, struct err *err)
{
	autogit(object) git_object *obj = NULL;
	autofree char *full = NULL;
	int rc;

	if (refname_expand(&full, repo, name, use, err))
		return -1;
	rc = git_revparse_single(&obj, repo->git, full);
	if (rc)
		return hint_unknown(err, repo, name, rc);
	if (peel_tag(&obj, repo, err))
		return err_wrap(err, "'%s'", rev->spec);
	switch (git_object_type(obj)) {
	case GIT_OBJECT_COMMIT:
		git_oid_tostr(rev->commit, sizeof(rev->commit),
			      git_object_id(obj));
		*root = *git_commit_tree_id((const git_commit *)obj);
		return 0;
	case GIT_OBJECT_TREE:
		*root = *git_object_id(obj);
		return 0;
	default:
		return err_set(err, ERR_TROUBLE, "'%s' is a file, not a "
			       "folder", rev->spec);
	}
}

static int resolve_tree(struct rev *rev, struct repo *repo, enum rev_use use,
			struct err *err)
{
	size_t len = rev_length(rev->spec);
	autofree char *name = mem_strndup(rev->spec, len);
	autogit(tree) git_tree *tree = NULL;
	git_oid root, id;

	if (find_root(rev, repo, name, use, &root, err))
		return -1;
	if (rev->spec[len] &&
	    clean_subdir(rev, repo, rev->spec + len + 1, err))
		return -1;
	if (enter_subdir(rev, repo, &root, &id, err))
		return -1;
	/* Look now, so that a missing tree is found before anything runs. */
	if (object_tree(&tree, repo, &id, rev->spec, err))
		return -1;
	git_oid_tostr(rev->tree, sizeof(rev->tree), &id);
	return 0;
}

static int resolve_worktree(struct rev *rev, struct repo *repo,
			    struct err *err)
{
	git_oid id;

	rev->kind = REV_WORKTREE;
	if (!repo->workdir) {
		err_set(err, ERR_TROUBLE, "'.' means the work tree, and the "
			"repository of '%s' is bare", repo->dir);
		return err_hint(err, "name a revision, for example HEAD");
	}
	/* Without a commit there is no HEAD; the files are there anyway. */
	if (!git_reference_name_to_id(&id, repo->git, "HEAD"))
		git_oid_tostr(rev->commit, sizeof(rev->commit), &id);
	return 0;
}

int rev_resolve_as(struct rev *out, struct repo *repo, const char *spec,
		   enum rev_use use, struct err *err)
{
	struct rev rev = { .kind = REV_TREE, .spec = mem_strdup(spec) };
	int rc = strcmp(spec, ".") ? resolve_tree(&rev, repo, use, err) :
				     resolve_worktree(&rev, repo, err);

	if (rc)
		rev_release(&rev);
	else
		*out = rev;
	return rc;
}

int rev_resolve(struct rev *out, struct repo *repo, const char *spec,
		struct err *err)
{
	return rev_resolve_as(out, repo, spec, REV_ANY, err);
}

void rev_release(struct rev *rev)
{
	free(rev->spec);
	*rev = (struct rev){ .spec = NULL };
}
