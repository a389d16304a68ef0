/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an export is not what a checkout would be.
 *
 * An export is the blobs as they are committed.  A checkout has submodules in
 * their folders, the files that Git LFS keeps elsewhere, and what filters,
 * ident, line ends and encodings make of a blob (gitattributes(5)).  Asked for
 * single paths, those that a change edits or that a run read: to look at every
 * file would cost more than an export does.
 */
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/source/export.h"
#include "core/source/git.h"

/* A pointer has fewer bytes (git-lfs, docs/spec.md). */
#define POINTER_MAX 1024
#define POINTER "version https://git-lfs.github.com/spec/v1\n"
/* In a larger file ident and line ends are taken for granted. */
#define LOOKED_AT_MAX ((size_t)16 << 20)

enum attribute { FILTER, IDENT, TEXT, CRLF, EOL, ENCODING, ATTRIBUTES };

static const char *attribute_names[ATTRIBUTES] = {
	[FILTER] = "filter", [IDENT] = "ident", [TEXT] = "text",
	[CRLF] = "crlf", [EOL] = "eol", [ENCODING] = "working-tree-encoding",
};

/* --- names --- */

/* Length of the first segments up to one that cannot be written, or 0. */
static size_t find_bad_name(const char *path)
{
	const char *at = path;

	for (;;) {
		size_t len = strcspn(at, "/");

		if (len > NAME_MAX || !out_name_ok((struct str){ at, len }))
			return (size_t)(at - path) + len;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

/* --- attributes --- */

/*
 * A handle without work tree and index: else their .gitattributes would count
 * before the commit's.  It reads from the same objects, those of a quarantine
 * too.
 */
static int open_attributes(struct repo *repo, struct err *err)
{
	autogit(repository) git_repository *git = NULL;
	autogit(index) git_index *none = NULL;

	if (repo->attributes)
		return 0;
	if (git_repository_open_bare(&git,
				     git_repository_commondir(repo->git)) ||
	    git_index_new(&none) || git_repository_set_index(git, none) ||
	    git_repository_set_odb(git, repo->odb))
		return git_fail(err, "the attributes of '%s'", repo->dir);
	repo->attributes = git;
	git = NULL;
	return 0;
}

static int read_attributes(const char *values[ATTRIBUTES], struct repo *repo,
			   const struct rev *rev, const char *path,
			   struct err *err)
{
	autofree char *full = mem_printf("%s%s%s", rev->subdir,
					 rev->subdir[0] ? "/" : "", path);
	git_attr_options opt = { .version = GIT_ATTR_OPTIONS_VERSION };

	memset(values, 0, ATTRIBUTES * sizeof(*values));
	if (!rev->commit[0])
		return 0;
	opt.flags = GIT_ATTR_CHECK_INDEX_ONLY | GIT_ATTR_CHECK_NO_SYSTEM |
		GIT_ATTR_CHECK_INCLUDE_COMMIT;
	if (open_attributes(repo, err))
		return -1;
	if (git_oid_fromstr(&opt.attr_commit_id, rev->commit) ||
	    git_attr_get_many_ext(values, repo->attributes, &opt, full,
				  ATTRIBUTES, attribute_names))
		return git_fail(err, "the attributes of '%s'", full);
	return 0;
}

static bool is_set(const char *value)
{
	return git_attr_value(value) == GIT_ATTR_VALUE_TRUE;
}

static bool is_unset(const char *value)
{
	return git_attr_value(value) == GIT_ATTR_VALUE_FALSE;
}

static bool is_string(const char *value)
{
	return git_attr_value(value) == GIT_ATTR_VALUE_STRING;
}

/* --- content --- */

bool checkout_is_lfs_pointer(struct str data)
{
	return data.len < POINTER_MAX && str_starts(data, STR(POINTER));
}

/* "$Id$", or "$Id: ...$" on one line. */
static bool has_ident(struct str data)
{
	for (const char *at; (at = memmem(data.p, data.len, "$Id", 3));) {
		data = str_sub(data, (size_t)(at + 3 - data.p));
		if (data.len && *data.p == '$')
			return true;
		if (!data.len || *data.p != ':')
			continue;
		for (size_t i = 0; i < data.len && data.p[i] != '\n'; i++)
			if (data.p[i] == '$')
				return true;
	}
	return false;
}

/* A line end that eol=crlf would make another; a NUL is no text. */
static bool has_bare_lf(struct str data)
{
	bool found = false;

	for (size_t i = 0; i < data.len; i++) {
		if (!data.p[i])
			return false;
		found |= data.p[i] == '\n' && (!i || data.p[i - 1] != '\r');
	}
	return found;
}

static bool has_crlf_ends(const char *const v[ATTRIBUTES])
{
	return is_string(v[EOL]) && !strcmp(v[EOL], "crlf") &&
	       !is_unset(v[TEXT]) && !is_unset(v[CRLF]);
}

/* What a checkout would make of a blob that is all here: data. */
static enum unlike_kind judge_content(const char *const v[ATTRIBUTES],
				      struct str data)
{
	if (checkout_is_lfs_pointer(data))
		return UNLIKE_LFS;
	if (is_string(v[FILTER]) && strcmp(v[FILTER], "lfs") != 0)
		return UNLIKE_FILTER;
	if (!data.len)
		return UNLIKE_NOT;
	if (is_string(v[ENCODING]) && strcasecmp(v[ENCODING], "UTF-8") != 0)
		return UNLIKE_ENCODING;
	if (is_set(v[IDENT]) && has_ident(data))
		return UNLIKE_IDENT;
	return has_crlf_ends(v) && has_bare_lf(data) ? UNLIKE_EOL : UNLIKE_NOT;
}

static bool has_attribute(const char *const v[ATTRIBUTES])
{
	return is_string(v[FILTER]) || is_set(v[IDENT]) || has_crlf_ends(v) ||
	       is_string(v[ENCODING]);
}

static int judge_blob(struct unlike *out, struct repo *repo,
		      const struct rev *rev, const char *path,
		      const git_oid *id, struct err *err)
{
	autogit(odb_object) git_odb_object *obj = NULL;
	const char *v[ATTRIBUTES];
	size_t size;

	if (read_attributes(v, repo, rev, path, err) ||
	    object_blob_size(&size, repo, id, path, err))
		return -1;
	if (size >= POINTER_MAX && !has_attribute(v))
		return 0;
	if (size > LOOKED_AT_MAX) {
		out->kind = is_string(v[FILTER]) ?
			(strcmp(v[FILTER], "lfs") ? UNLIKE_FILTER :
			 UNLIKE_NOT) :
			is_string(v[ENCODING]) ? UNLIKE_ENCODING :
			is_set(v[IDENT]) ? UNLIKE_IDENT : UNLIKE_EOL;
		return 0;
	}
	if (object_blob(&obj, repo, id, path, err))
		return -1;
	out->kind = judge_content(v, (struct str){
		git_odb_object_data(obj), git_odb_object_size(obj) });
	return 0;
}

/* --- one path --- */

/* The entry that names path, or the submodule on the way to it. */
static int find_entry(unsigned *mode, git_oid *id, size_t *len,
		      struct repo *repo, const git_oid *root,
		      const char *path, struct err *err)
{
	for (const char *at = path;; at++) {
		autofree char *part = NULL;
		int rc;

		at += strcspn(at, "/");
		*len = (size_t)(at - path);
		part = mem_strndup(path, *len);
		rc = object_find(mode, id, repo, root, part, err);
		if (rc <= 0 || !*at || !S_ISDIR(*mode))
			return rc;
	}
}

static int judge_commit(struct unlike *out, struct repo *repo,
			const struct rev *rev, const char *path,
			struct err *err)
{
	git_oid root, id;
	unsigned mode;
	size_t len;
	int rc;

	if (git_oid_fromstr(&root, rev->tree))
		return git_fail(err, "'%s' is no tree's id", rev->tree);
	rc = find_entry(&mode, &id, &len, repo, &root, path, err);
	if (rc <= 0)
		return rc;
	out->len = len;
	git_oid_tostr(out->id, sizeof(out->id), &id);
	if (mode == GIT_FILEMODE_COMMIT) {
		out->kind = UNLIKE_SUBMODULE;
		return 0;
	}
	return S_ISREG(mode) && !path[len] ?
		judge_blob(out, repo, rev, path, &id, err) : 0;
}

/* Files are there as they are; submodules are not. */
static int judge_worktree(struct unlike *out, struct repo *repo,
			  const char *path, struct err *err)
{
	autogit(index) git_index *index = NULL;
	autobuf struct buf data = BUF_INIT;

	if (git_repository_index(&index, repo->git))
		return git_fail(err, "the index of the work tree");
	for (const char *at = path;; at++) {
		autofree char *part = NULL;
		const git_index_entry *e;

		at += strcspn(at, "/");
		part = mem_strndup(path, (size_t)(at - path));
		e = git_index_get_bypath(index, part, 0);
		if (e && e->mode == GIT_FILEMODE_COMMIT) {
			out->kind = UNLIKE_SUBMODULE;
			out->len = (size_t)(at - path);
			git_oid_tostr(out->id, sizeof(out->id), &e->id);
			return 0;
		}
		if (!*at)
			break;
	}
	if (worktree_read_file(repo, path, POINTER_MAX, &data, NULL) == 1 &&
	    checkout_is_lfs_pointer(buf_view(&data)))
		out->kind = UNLIKE_LFS;
	return 0;
}

int rev_unlike(struct unlike *out, struct repo *repo, const struct rev *rev,
	       const char *path, struct err *err)
{
	size_t bad = find_bad_name(path);

	*out = (struct unlike){ .kind = UNLIKE_NOT, .len = strlen(path) };
	if (bad) {
		out->kind = UNLIKE_NAME;
		out->len = bad;
		return 0;
	}
	return rev->kind == REV_WORKTREE ?
		judge_worktree(out, repo, path, err) :
		judge_commit(out, repo, rev, path, err);
}
