/* SPDX-License-Identifier: Apache-2.0 */
/* Reading git objects, each failure with the name of what was wanted. */
#include "core/source/git.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"

/* A tree object of this size would list some two million names. */
#define MAX_TREE_OBJECT (64u << 20)

static int check_type(size_t *size, struct repo *repo, const git_oid *id,
		      git_object_t want, const char *what, struct err *err)
{
	git_object_t type;
	char hex[GIT_OID_HEXSZ + 1];

	if (git_odb_read_header(size, &type, repo->odb, id))
		return git_fail_object(err, repo, id, what);
	if (type == want)
		return 0;
	git_oid_tostr(hex, sizeof(hex), id);
	err_set(err, ERR_TROUBLE, "object %s of '%s' is a %s, not a %s", hex,
		what, git_object_type2string(type),
		git_object_type2string(want));
	return err_hint(err, "the repository is damaged; look with: git fsck");
}

int object_blob_size(size_t *size, struct repo *repo, const git_oid *id,
		     const char *what, struct err *err)
{
	return check_type(size, repo, id, GIT_OBJECT_BLOB, what, err);
}

int object_blob(git_odb_object **out, struct repo *repo, const git_oid *id,
		const char *what, struct err *err)
{
	if (git_odb_read(out, repo->odb, id))
		return git_fail_object(err, repo, id, what);
	return 0;
}

int object_tree(git_tree **out, struct repo *repo, const git_oid *id,
		const char *what, struct err *err)
{
	size_t size;

	if (check_type(&size, repo, id, GIT_OBJECT_TREE, what, err))
		return -1;
	if (size > MAX_TREE_OBJECT)
		return err_set(err, ERR_TROUBLE, "folder '%s' has a listing of "
			       "%zu bytes; at most %u are read", what, size,
			       MAX_TREE_OBJECT);
	if (git_tree_lookup(out, repo->git, id))
		return git_fail_object(err, repo, id, what);
	return 0;
}

int object_find(unsigned *mode, git_oid *id, struct repo *repo,
		const git_oid *root, const char *path, struct err *err)
{
	autofree char *copy = mem_strdup(path);
	char *save = NULL;
	unsigned at = S_IFDIR;
	git_oid here = *root;

	for (char *seg = strtok_r(copy, "/", &save); seg;
	     seg = strtok_r(NULL, "/", &save)) {
		autogit(tree) git_tree *tree = NULL;

		if (!S_ISDIR(at))
			return 0;
		if (object_tree(&tree, repo, &here, path, err))
			return -1;

		const git_tree_entry *e = git_tree_entry_byname(tree, seg);

		if (!e)
			return 0;
		at = (unsigned)git_tree_entry_filemode_raw(e);
		here = *git_tree_entry_id(e);
	}
	*mode = at;
	*id = here;
	return 1;
}
