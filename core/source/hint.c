/* SPDX-License-Identifier: Apache-2.0 */
/* Why a revision is not known, and what the user may have meant. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/edit_distance.h"
#include "core/base/mem.h"
#include "core/source/git.h"
#include "core/source/source.h"

#define NEAR 3			/* names offered */

/* How far candidate is from name; -1: too far to be offered. */
static int score(const char *name, const char *candidate)
{
	size_t len = strlen(name), clen = strlen(candidate);

	if (!len || len > EDIT_DISTANCE_MAX || clen > EDIT_DISTANCE_MAX)
		return -1;
	if (len >= 2 && !strncmp(candidate, name, len))
		return 1;
	if (clen > len + 1 && candidate[clen - len - 1] == '/' &&
	    !strcmp(candidate + clen - len, name))
		return 1;

	int d = (int)edit_distance(str_c(name), str_c(candidate));
	int limit = len < 6 ? 1 : (int)len / 3;

	return d <= limit ? d : -1;
}

struct hint_names {
	const char *name;
	char *names[NEAR];	/* owned, nearest first */
	int scores[NEAR];
	size_t n;
};

static void hint_release(struct hint_names *near)
{
	for (size_t i = 0; i < near->n; i++)
		free(near->names[i]);
}

static void hint_add(struct hint_names *near, const char *candidate)
{
	int s = score(near->name, candidate);
	size_t at = near->n;

	if (s < 0)
		return;
	while (at && near->scores[at - 1] > s)
		at--;
	if (at == NEAR)
		return;
	if (near->n == NEAR)
		free(near->names[--near->n]);
	for (size_t i = near->n; i > at; i--) {
		near->names[i] = near->names[i - 1];
		near->scores[i] = near->scores[i - 1];
	}
	near->names[at] = mem_strdup(candidate);
	near->scores[at] = s;
	near->n++;
}

static int add_ref(const char *full, void *payload)
{
	static const char *const kinds[] = {
		"refs/heads/", "refs/tags/", "refs/remotes/",
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);

		if (!strncmp(full, kinds[i], len))
			hint_add(payload, full + len);
	}
	return 0;
}

/* "did you mean 'a', 'b' or 'c'?" */
static bool hint_near(struct err *err, struct repo *repo, const char *name)
{
	__attribute__((cleanup(hint_release))) struct hint_names near = {
		.name = name,
	};
	autobuf struct buf list = BUF_INIT;

	git_reference_foreach_name(repo->git, add_ref, &near);
	for (size_t i = 0; i < near.n; i++) {
		if (i)
			buf_c(&list, i + 1 == near.n ? " or " : ", ");
		buf_printf(&list, "'%s'", near.names[i]);
	}
	if (near.n)
		err_hint(err, "did you mean %s?", list.p);
	return near.n;
}

/* People name a folder where a revision is meant. */
static bool hint_folder(struct err *err, struct repo *repo, const char *name)
{
	autogit(object) git_object *head = NULL;
	unsigned mode;
	git_oid id;

	if (git_revparse_single(&head, repo->git, "HEAD^{tree}") ||
	    object_find(&mode, &id, repo, git_object_id(head), name,
			NULL) != 1 || !S_ISDIR(mode))
		return false;
	err_hint(err, "the folder of that name in HEAD is HEAD:%s", name);
	return true;
}

/* "main~9", where main is there: it has no such ancestor, or reflog. */
static bool hint_suffix(struct err *err, struct repo *repo, const char *name)
{
	autofree char *base = mem_strndup(name, refname_base_length(name));
	autogit(object) git_object *object = NULL;

	if (!*base || strlen(base) == strlen(name) ||
	    git_revparse_single(&object, repo->git, base))
		return false;
	if (git_repository_is_shallow(repo->git))
		err_hint(err, "this is a shallow clone; fetch the rest: git "
			 "fetch --unshallow");
	else
		err_hint(err, "'%s' is known, '%s' of it is not; look with: "
			 "git log %s", base, name + strlen(base), base);
	return true;
}

static int unknown(struct err *err, struct repo *repo, const char *name)
{
	err_set(err, ERR_TROUBLE, "unknown revision '%s'", name);
	if (!*name)
		return err_hint(err, "the work tree is '.'");
	if (strstr(name, ".."))
		return err_hint(err, "a range is no revision; the two sides "
				"are two arguments");
	if (hint_folder(err, repo, name) || hint_suffix(err, repo, name) ||
	    hint_near(err, repo, name))
		return -1;
	if (git_repository_is_shallow(repo->git))
		return err_hint(err, "this is a shallow clone; fetch the rest: "
				"git fetch --unshallow");
	return err_hint(err, "list what there is: git branch --all; git tag");
}

struct candidates {
	struct repo *repo;
	const char *prefix;
	size_t len;
	struct buf list;
	size_t n;
};

static int add_candidate(const git_oid *id, void *payload)
{
	struct candidates *c = payload;
	char hex[GIT_OID_HEXSZ + 1];
	git_object_t type;
	size_t size;

	git_oid_tostr(hex, sizeof(hex), id);
	if (strncasecmp(hex, c->prefix, c->len) ||
	    git_odb_read_header(&size, &type, c->repo->odb, id))
		return 0;
	buf_printf(&c->list, "%s%s %.12s", c->n ? ", " : "",
		   git_object_type2string(type), hex);
	/* Non-zero ends the listing. */
	return ++c->n == 4;
}

static int hint_ambiguous(struct err *err, struct repo *repo, const char *name)
{
	struct candidates c = {
		.repo = repo, .prefix = name, .len = refname_base_length(name),
	};

	git_odb_foreach(repo->odb, add_candidate, &c);
	err_set(err, ERR_TROUBLE, "short object id '%.*s' is ambiguous",
		(int)c.len, name);
	if (c.n)
		err_hint(err, "the candidates are: %s", c.list.p);
	buf_free(&c.list);
	return -1;
}

/* HEAD, or "@", or the empty base of "@{1}". */
static bool means_head(const char *base)
{
	return !*base || !strcmp(base, "HEAD") || !strcmp(base, "@");
}

/* -1 when the reference is there and what it names is not. */
static int dangling(struct err *err, struct repo *repo, git_reference *ref)
{
	autogit(reference) git_reference *direct = NULL;
	const char *name = git_reference_name(ref);
	git_object_t type;
	size_t size;

	if (git_reference_resolve(&direct, ref)) {
		const char *target = git_reference_symbolic_target(ref);

		err_set(err, ERR_TROUBLE, "'%s' points at '%s', which does not "
			"exist", name, target ? target : "?");
		return err_hint(err, "correct it: git symbolic-ref %s REF",
				name);
	}
	if (git_odb_read_header(&size, &type, repo->odb,
				git_reference_target(direct)))
		return git_fail_object(err, repo,
				       git_reference_target(direct), name);
	return 0;
}

static bool no_commits(struct repo *repo)
{
	git_strarray refs = { NULL, 0 };

	if (git_reference_list(&refs, repo->git))
		return false;

	bool none = !refs.count;

	git_strarray_dispose(&refs);
	return none && git_repository_head_unborn(repo->git) == 1;
}

static int unborn(struct err *err, struct repo *repo)
{
	autogit(reference) git_reference *head = NULL;
	const char *branch = NULL;

	if (!git_reference_lookup(&head, repo->git, "HEAD"))
		branch = git_reference_symbolic_target(head);
	if (!branch || no_commits(repo)) {
		err_set(err, ERR_TROUBLE, "the repository has no commits yet");
		return err_hint(err, "commit something, or use '.', the work "
				"tree");
	}
	err_set(err, ERR_TROUBLE, "HEAD is on '%s', which has no commits yet",
		branch);
	return err_hint(err, "name another branch, or use '.', the work tree");
}

int hint_unknown(struct err *err, struct repo *repo, const char *name, int rc)
{
	/* Copied first: the next call into libgit2 may overwrite it. */
	const git_error *last = git_error_last();
	autofree char *why = mem_strdup(last && last->message ?
					last->message : "no reason given");
	autofree char *base = mem_strndup(name, refname_base_length(name));
	autogit(reference) git_reference *ref =
		refname_first(repo, *base ? base : "HEAD");

	if (unreadable_find(err, git_repository_commondir(repo->git),
			    rc != GIT_ENOTFOUND))
		return -1;
	/* Fewer digits are "ambiguous" to libgit2, whatever there is. */
	if (rc == GIT_EAMBIGUOUS && strlen(base) >= GIT_OID_MINPREFIXLEN)
		return hint_ambiguous(err, repo, name);
	if (rc == GIT_ENOTFOUND || rc == GIT_EUNBORNBRANCH) {
		if (no_commits(repo) || (means_head(base) &&
		    git_repository_head_unborn(repo->git) == 1))
			return unborn(err, repo);
		if (ref && dangling(err, repo, ref))
			return -1;
	}
	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC ||
	    rc == GIT_EAMBIGUOUS)
		return unknown(err, repo, name);
	/* The name last: a long one is cut, and the reason must not be. */
	return err_set(err, ERR_TROUBLE, "revision not understood: %s: '%s'",
		       why, name);
}
