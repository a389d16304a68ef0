/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libgit2 takes a file that it may not read for one that is not there, or says
 * that it is locked.  So, when something went wrong, git's folders are walked
 * for one that may not be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/source/git.h"

/* errno of the entry that may not be read, else 0. */
static int unreadable_why(const FTSENT *e)
{
	if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR ||
	    e->fts_info == FTS_NS)
		return e->fts_errno;
	if ((e->fts_info == FTS_D || e->fts_info == FTS_F) &&
	    faccessat(AT_FDCWD, e->fts_accpath,
		      e->fts_info == FTS_D ? R_OK | X_OK : R_OK, AT_EACCESS))
		return errno;
	return 0;
}

static bool unreadable_below(struct err *err, char **paths)
{
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool found = false;
	FTSENT *e;

	while (walk && !found && (e = fts_read(walk))) {
		int why = unreadable_why(e);
		autobuf struct buf safe = BUF_INIT;

		if (why != EACCES && why != EPERM)
			continue;
		found = true;
		text_escape(&safe, str_c(e->fts_path));
		errno = why;
		err_sys(err, "git's files cannot be read: '%s'", safe.p);
		err_hint(err, "all below .git must be readable to the user who "
			 "runs this: chmod -R u+rX .git, or chown by root");
	}
	if (walk)
		fts_close(walk);
	return found;
}

bool unreadable_find(struct err *err, const char *git_dir, bool objects)
{
	/* Objects last: there may be many. */
	static const char *const names[] = {
		"HEAD", "config", "packed-refs", "refs", "objects",
	};
	size_t n = ARRAY_LEN(names) - !objects;
	char *paths[ARRAY_LEN(names) + 1] = { NULL };
	bool found;

	for (size_t i = 0; i < n; i++)
		paths[i] = mem_printf("%s%s", git_dir, names[i]);
	found = unreadable_below(err, paths);
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	return found;
}

/* libgit2 goes on upwards where it may not look. */
bool unreadable_find_above(struct err *err, const char *dir)
{
	autofree char *at = realpath(dir, NULL);
	char *end = at ? at + strlen(at) : NULL;

	while (end) {
		autofree char *git = mem_printf("%.*s/.git", (int)(end - at),
						at);
		autofree char *head = mem_printf("%s/HEAD", git);

		if (faccessat(AT_FDCWD, head, R_OK, AT_EACCESS) &&
		    errno == EACCES) {
			char *paths[] = { git, NULL };

			return unreadable_below(err, paths);
		}
		end = end > at ? memrchr(at, '/', (size_t)(end - at)) : NULL;
	}
	return false;
}
