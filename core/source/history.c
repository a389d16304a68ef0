/* SPDX-License-Identifier: Apache-2.0 */
/* What two revisions have in common, what one edits, and git's settings. */
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/source/git.h"
#include "core/source/source.h"

bool repo_has(const struct repo *repo, const char *hex)
{
	git_oid id;

	return !git_oid_fromstr(&id, hex) && git_odb_exists(repo->odb, &id);
}

bool repo_is_shallow(const struct repo *repo)
{
	return git_repository_is_shallow(repo->git) == 1;
}

int repo_merge_base(char out[65], struct repo *repo, const char *a,
		    const char *b, struct err *err)
{
	git_oid one, two, base;
	int rc;

	if (git_oid_fromstr(&one, a) || git_oid_fromstr(&two, b))
		return git_fail(err, "'%s' or '%s' is no commit's id", a, b);
	rc = git_merge_base(&base, repo->git, &one, &two);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc)
		return git_fail(err, "the merge base of '%s' and '%s'", a, b);
	git_oid_tostr(out, 65, &base);
	return 1;
}

static int commit_tree(git_tree **out, struct repo *repo,
		       const struct rev *rev, struct err *err)
{
	autogit(commit) git_commit *commit = NULL;
	git_oid id;

	if (git_oid_fromstr(&id, rev->commit))
		return git_fail(err, "'%s' is not of a commit", rev->spec);
	if (git_commit_lookup(&commit, repo->git, &id) ||
	    git_commit_tree(out, commit))
		return git_fail_object(err, repo, &id, rev->spec);
	return 0;
}

struct change_walk {
	void (*each)(void *ctx, const char *path);
	void *ctx;
};

static int on_change(const git_diff_delta *delta, float progress,
		     void *payload)
{
	const struct change_walk *w = payload;

	(void)progress;
	w->each(w->ctx, delta->new_file.path ? delta->new_file.path :
		delta->old_file.path);
	return 0;
}

int rev_changes(struct repo *repo, const struct rev *from,
		const struct rev *to, char **paths, size_t n,
		void (*each)(void *ctx, const char *path), void *ctx,
		struct err *err)
{
	git_diff_options opt;
	autogit(tree) git_tree *a = NULL;
	autogit(tree) git_tree *b = NULL;
	struct change_walk walk = { each, ctx };
	git_diff *diff = NULL;
	int rc;

	git_diff_options_init(&opt, GIT_DIFF_OPTIONS_VERSION);
	opt.flags = GIT_DIFF_DISABLE_PATHSPEC_MATCH |
		GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
		GIT_DIFF_INCLUDE_IGNORED | GIT_DIFF_RECURSE_IGNORED_DIRS |
		GIT_DIFF_INCLUDE_TYPECHANGE;
	opt.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
	opt.pathspec = (git_strarray){ paths, n };
	if (commit_tree(&a, repo, from, err))
		return -1;
	if (to->kind == REV_WORKTREE) {
		rc = git_diff_tree_to_workdir(&diff, repo->git, a, &opt);
	} else {
		if (commit_tree(&b, repo, to, err))
			return -1;
		rc = git_diff_tree_to_tree(&diff, repo->git, a, b, &opt);
	}
	if (!rc)
		rc = git_diff_foreach(diff, on_change, NULL, NULL, NULL,
				      &walk);
	git_diff_free(diff);
	return rc ? git_fail(err, "what '%s' changed", to->spec) : 0;
}

/* --- what git's configuration says --- */

/* All of it: our own handle was opened without the user's files. */
static git_config *whole_config(const struct repo *repo)
{
	autogit(repository) git_repository *again = NULL;
	git_config *config = NULL;

	git_user_config(true);
	if (!git_repository_open(&again, git_repository_path(repo->git)) &&
	    git_repository_config_snapshot(&config, again))
		config = NULL;
	git_user_config(false);
	return config;
}

static char *hooks_path(const struct repo *repo, git_config *config)
{
	git_buf path = { NULL, 0, 0 };
	char *copy = NULL;

	/* "~/" is where the user's own file is (git-config(1), pathname). */
	git_user_config(true);
	if (config && !git_config_get_path(&path, config, "core.hookspath") &&
	    path.size)
		copy = *path.ptr == '/' || !repo->workdir ?
		       mem_strdup(path.ptr) :
		       mem_printf("%s/%s", repo->workdir, path.ptr);
	git_user_config(false);
	git_buf_dispose(&path);
	return copy;
}

int repo_hooks(char **out, const struct repo *repo, struct err *err)
{
	autogit(config) git_config *own = NULL;
	autogit(config) git_config *whole = NULL;
	autofree char *shared = NULL;

	git_repository_config_snapshot(&own, repo->git);
	*out = hooks_path(repo, own);
	if (*out)
		return 0;
	whole = whole_config(repo);
	shared = hooks_path(repo, whole);
	if (!shared) {
		*out = mem_printf("%shooks",
				  git_repository_commondir(repo->git));
		return 0;
	}
	err_set(err, ERR_TROUBLE, "git runs the hooks of '%s' "
		"(core.hooksPath), in every repository of yours", shared);
	return err_hint(err, "give this one its own: git config "
			"core.hooksPath \"$(git rev-parse --git-common-dir)"
			"/hooks\"");
}

char *repo_user_name(const struct repo *repo)
{
	autogit(config) git_config *config = whole_config(repo);
	const char *name = NULL;

	return config && !git_config_get_string(&name, config, "user.name") &&
	       *name ? mem_strdup(name) : NULL;
}
