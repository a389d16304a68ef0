/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The baseline of the work tree, opened to be changed: what baseline and
 * review share.
 */
#ifndef CMD_BASELINE_EDIT_H
#define CMD_BASELINE_EDIT_H

#include "cmd/baseline_file.h"
#include "cmd/cmd.h"
#include "cmd/last_result.h"

struct baseline_edit {
	const struct settings *set;
	struct session *s;
	struct repo *repo;
	struct rev tree;	/* the work tree */
	char *path;		/* of the baseline */
	struct buf text;	/* as it was read */
	struct baseline *old;	/* NULL: there is none yet */
	struct buf out;		/* what is said */
};

/* Configured by the work tree, or by --config.  k is zeroed before. */
int baseline_edit_open(struct baseline_edit *k, const struct settings *set,
		       struct err *err);
/* Is it "", or a path that stays below the root? */
int baseline_edit_folder(const char *subdir, struct err *err);
/*
 * Read the baseline, or read it again; subdir: of REV:DIR, else "".  last:
 * which scenario judged there, or NULL; --scenario is stronger.
 */
int baseline_edit_load(struct baseline_edit *k, const char *subdir,
		       const struct last_result *last,
		       struct err *err);
/* ERR_INCONCLUSIVE where there is no baseline. */
int baseline_edit_need(const struct baseline_edit *k, struct err *err);
/* Write b when that changes the file; says so. */
int baseline_edit_save(struct baseline_edit *k, const struct baseline *b,
		       struct err *err);
/* Is it a day to come, or empty, or NULL? */
int baseline_edit_date(const char *expires, struct err *err);
/*
 * Accept the fact, or only that this step does it too, in memory of what
 * baseline_edit_load() read, in the name of git's user.name; expires may be
 * NULL.  Says so.
 */
void baseline_edit_accept(struct baseline_edit *k, struct str fact,
			  struct str step,
			  const char *reason, const char *expires);
/* How what is accepted is called. */
void baseline_edit_what(struct buf *out, struct str fact, struct str step);
void baseline_edit_free(struct baseline_edit *k);
#define autobaseline_edit __attribute__((cleanup(baseline_edit_free)))

#endif
