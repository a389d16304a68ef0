/* SPDX-License-Identifier: Apache-2.0 */
/* What check and baseline share: the file, and the accepted. */
#ifndef CMD_BASELINE_FILE_H
#define CMD_BASELINE_FILE_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/baseline/baseline.h"
#include "core/compare/compare.h"
#include "core/config/config.h"
#include "core/source/source.h"

/* Today in UTC, "2025-12-31"; static. */
struct str baseline_file_today(void);

/* --- the baseline's file --- */

/*
 * Its path from the repository's root: [DIR/]FOLDER/SCENARIO.json, where DIR is
 * that of REV:DIR.  The caller frees.
 */
char *baseline_file_path(const struct config *cfg, const char *subdir,
			 struct str scenario);
/* As it stands in rev: 1, 0 when it is not there, -1. */
int baseline_file_load(struct baseline **out, struct buf *text,
		       struct repo *repo,
		       const struct rev *rev, const char *path, bool resolve,
		       struct err *err);
/*
 * Write it into the work tree, whole or not at all.  Folders are made; a
 * symbolic link anywhere below the root is refused, since a repository could
 * lead us out of itself.  The first file of a folder brings .gitattributes.
 */
int baseline_file_save(const struct repo *repo, const char *path,
		       struct str text,
		       struct err *err);

/*
 * Write path below root as baseline_file_save() does.  An executable one gets
 * its bits.
 */
int baseline_file_write(const char *root, const char *path, struct str text,
			bool executable, struct err *err);

/* --- the accepted, as the comparison wants them --- */

struct accepts {
	struct accept *v;
	size_t n, cap;
};

void accepts_free(struct accepts *a);
/* b may be NULL. */
void accepts_take(struct accepts *a, struct policy *policy,
		  const struct baseline *b);

#endif
