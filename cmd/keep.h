/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The baseline of the work tree, opened to be changed: what baseline and
 * review share.
 */
#ifndef CMD_KEEP_H
#define CMD_KEEP_H

#include "cmd/cmd.h"
#include "cmd/gate.h"
#include "cmd/last.h"

struct keep {
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
int keep_open(struct keep *k, const struct settings *set, struct err *err);
/* Is it "", or a path that stays below the root? */
int keep_folder(const char *subdir, struct err *err);
/*
 * Read the baseline, or read it again; subdir: of REV:DIR, else "".  last:
 * which scenario judged there, or NULL; --scenario is stronger.
 */
int keep_load(struct keep *k, const char *subdir, const struct last *last,
	      struct err *err);
/* ERR_INCONCLUSIVE where there is no baseline. */
int keep_need(const struct keep *k, struct err *err);
/* Write b when that changes the file; says so. */
int keep_save(struct keep *k, const struct baseline *b, struct err *err);
/* Is it a day to come, or empty, or NULL? */
int keep_date(const char *expires, struct err *err);
/*
 * Accept the fact, or only that this step does it too, in memory of what
 * keep_load() read, in the name of git's user.name; expires may be NULL.  Says
 * so.
 */
void keep_accept(struct keep *k, struct str fact, struct str step,
		 const char *reason, const char *expires);
/* How what is accepted is called. */
void keep_what(struct buf *out, struct str fact, struct str step);
void keep_free(struct keep *k);
#define autokeep __attribute__((cleanup(keep_free)))

#endif
