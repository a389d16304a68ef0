/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which reference a short name means.
 *
 * git takes the first of several references that share a short name, tags
 * before branches (gitrevisions(7)), and warns.  A change can bring a tag with
 * it, and the side that judges is named by such a name; so here a name that
 * means two commits is an error that names both, and --base takes no tag that
 * is not written in full.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/source/git.h"
#include "core/source/source.h"

/* Where git looks for a short name, in its order; what a user calls it. */
static const struct place {
	const char *before, *after, *what;
} places[] = {
	{ "", "", "reference" },
	{ "refs/", "", "reference" },
	{ "refs/tags/", "", "tag" },
	{ "refs/heads/", "", "branch" },
	{ "refs/remotes/", "", "remote branch" },
	{ "refs/remotes/", "/HEAD", "default branch of the remote" },
};
#define PLACES ARRAY_LEN(places)
#define TAGS 2			/* the row of tags */

/* Of several that mean the same: the last the tag, whose reflog is empty. */
static const size_t preferred[PLACES] = { 0, 1, 3, 4, 5, TAGS };

struct candidates {
	git_reference *refs[PLACES];
	git_oid ids[PLACES];	/* without tags on the way; zero: dangling */
	size_t n;
};

static void candidates_free(struct candidates *c)
{
	for (size_t i = 0; i < PLACES; i++)
		git_reference_free(c->refs[i]);
}
#define autocandidates __attribute__((cleanup(candidates_free)))

size_t refname_base_length(const char *name)
{
	size_t len = 0;

	while (name[len] && !strchr("~^", name[len]) &&
	       strncmp(name + len, "@{", 2))
		len++;
	return len;
}

static char *full_name(size_t place, const char *base)
{
	return mem_printf("%s%s%s", places[place].before, base,
			  places[place].after);
}

git_reference *refname_first(struct repo *repo, const char *base)
{
	git_reference *ref = NULL;

	for (size_t i = 0; i < PLACES; i++) {
		autofree char *name = full_name(i, base);

		if (!git_reference_lookup(&ref, repo->git, name))
			return ref;
	}
	return NULL;
}

static void find_candidates(struct candidates *c, struct repo *repo,
			    const char *base)
{
	for (size_t i = 0; i < PLACES; i++) {
		autofree char *name = full_name(i, base);
		autogit(object) git_object *obj = NULL;

		if (git_reference_lookup(&c->refs[i], repo->git, name)) {
			c->refs[i] = NULL;
			continue;
		}
		c->n++;
		if (!git_reference_peel(&obj, c->refs[i], GIT_OBJECT_ANY))
			c->ids[i] = *git_object_id(obj);
	}
}

static bool is_hex(const char *base)
{
	return strspn(base, "0123456789abcdefABCDEF") == strlen(base);
}

static bool is_full_id(const char *base)
{
	return strlen(base) == GIT_OID_HEXSZ && is_hex(base);
}

/* Is there an object whose id begins so?  Several are one that is unclear. */
static bool find_short_id(git_oid *id, struct repo *repo, const char *base)
{
	size_t len = strlen(base);
	git_oid prefix;
	int rc;

	if (len < GIT_OID_MINPREFIXLEN || len >= GIT_OID_HEXSZ ||
	    !is_hex(base) || git_oid_fromstrn(&prefix, base, len))
		return false;
	rc = git_odb_exists_prefix(id, repo->odb, &prefix, len);
	if (rc == GIT_EAMBIGUOUS)
		memset(id, 0, sizeof(*id));
	return !rc || rc == GIT_EAMBIGUOUS;
}

/* How to write what stands in that row: HEAD itself has no longer name. */
static void refname_put_how(struct buf *out, size_t place, const char *base)
{
	autofree char *full = full_name(place, base);

	if (!place && !strcmp(base, "HEAD"))
		buf_c(out, "@ for what is checked out");
	else
		buf_printf(out, "%s for the %s", full, places[place].what);
}

static int refname_ambiguous(struct err *err, const struct candidates *c,
			     const char *base, const git_oid *object)
{
	autobuf struct buf both = BUF_INIT, how = BUF_INIT;
	char id[13];

	for (size_t i = 0; i < PLACES; i++) {
		if (!c->refs[i])
			continue;
		git_oid_tostr(id, sizeof(id), &c->ids[i]);
		buf_printf(&both, "%s%s is %s", both.len ? ", " : "",
			   git_reference_name(c->refs[i]),
			   git_oid_is_zero(&c->ids[i]) ? "broken" : id);
		buf_c(&how, how.len ? ", " : "");
		refname_put_how(&how, i, base);
	}
	if (object) {
		git_oid_tostr(id, sizeof(id), object);
		buf_printf(&both, ", and the object %s begins so", id);
		buf_c(&how, ", or the whole id for the object");
	}
	err_set(err, ERR_TROUBLE, "'%s' is ambiguous: %s", base, both.p);
	return err_hint(err, "write %s", how.p);
}

/* Do they all mean the same? */
static bool agree(const struct candidates *c, const git_oid *object)
{
	const git_oid *first = object;

	for (size_t i = 0; i < PLACES; i++) {
		if (!c->refs[i])
			continue;
		if (first && !git_oid_equal(first, &c->ids[i]))
			return false;
		first = &c->ids[i];
	}
	return true;
}

/* The whole id of a missing object must not become a branch of that name. */
static int check_full_id(struct repo *repo, const char *base, struct err *err)
{
	autogit(reference) git_reference *ref = NULL;
	git_oid id;

	if (git_oid_fromstr(&id, base) || git_odb_exists(repo->odb, &id))
		return 0;
	ref = refname_first(repo, base);
	if (!ref)
		return 0;
	err_set(err, ERR_TROUBLE, "the object %s is not here, and %s has its "
		"id for a name", base, git_reference_name(ref));
	return err_hint(err, "fetch the object, or write %s",
			git_reference_name(ref));
}

/* What git would look for in other places, too, has to be where it says. */
static int check_full_name(struct repo *repo, const char *base,
			   struct err *err)
{
	autogit(reference) git_reference *ref = NULL;
	autogit(reference) git_reference *other = NULL;

	if (!git_reference_lookup(&ref, repo->git, base))
		return 0;
	other = refname_first(repo, base);
	if (!other)
		return 0;
	err_set(err, ERR_TROUBLE, "there is no %s; another reference ends in "
		"that name", base);
	return err_hint(err, "if it is meant, write %s",
			git_reference_name(other));
}

static int only_a_tag(struct err *err, const char *base)
{
	err_set(err, ERR_TROUBLE, "'%s' is a tag, which a change may bring "
		"with it, and no branch", base);
	return err_hint(err, "write refs/tags/%s if the tag is meant", base);
}

static int refname_choose(char **out, struct repo *repo, const char *name,
			  const char *base, enum rev_use use, struct err *err)
{
	autocandidates struct candidates c = { .n = 0 };
	git_oid id;
	bool object;

	find_candidates(&c, repo, base);
	if (!c.n)
		return 0;
	object = find_short_id(&id, repo, base);
	if (!agree(&c, object ? &id : NULL))
		return refname_ambiguous(err, &c, base, object ? &id : NULL);
	if (use == REV_TRUSTED && c.n == 1 && c.refs[TAGS])
		return only_a_tag(err, base);
	for (size_t i = 0; i < PLACES && !*out; i++) {
		const git_reference *ref = c.refs[preferred[i]];

		if (ref)
			*out = mem_printf("%s%s", git_reference_name(ref),
					  name + strlen(base));
	}
	return 0;
}

/* What finds a commit anywhere finds one of the change, too. */
static int check_trusted(const char *name, struct err *err)
{
	if (*name != ':' && strncmp(name, "@{-", 3))
		return 0;
	err_set(err, ERR_TROUBLE, "'%s' is no name of a branch", name);
	return err_hint(err, "name the branch or commit that is trusted");
}

int refname_expand(char **out, struct repo *repo, const char *name,
		   enum rev_use use, struct err *err)
{
	autofree char *base = mem_strndup(name, refname_base_length(name));

	*out = NULL;
	if (use == REV_TRUSTED && check_trusted(name, err))
		return -1;
	if (*name != ':' && *base && strcmp(base, "@")) {
		int rc = is_full_id(base) ? check_full_id(repo, base, err) :
			!strncmp(base, "refs/", 5) ?
			check_full_name(repo, base, err) :
			refname_choose(out, repo, name, base, use, err);

		if (rc)
			return -1;
	}
	if (!*out)
		*out = mem_strdup(name);
	return 0;
}

struct each_ref {
	const char *before;	/* of the names that are wanted */
	void (*each)(void *ctx, const char *name);
	void *ctx;
};

static int refname_each_of(const char *full, void *payload)
{
	const struct each_ref *e = payload;
	size_t len = strlen(e->before);

	if (!strncmp(full, e->before, len))
		e->each(e->ctx, full + len);
	return 0;
}

void refname_each(struct repo *repo, bool tags,
		  void (*each)(void *ctx, const char *name), void *ctx)
{
	static const char *const kinds[] = {
		"refs/heads/", "refs/remotes/", "refs/tags/",
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds) - !tags; i++) {
		struct each_ref e = { kinds[i], each, ctx };

		git_reference_foreach_name(repo->git, refname_each_of, &e);
	}
}
