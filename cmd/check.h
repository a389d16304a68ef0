/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the command check share. */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include "cmd/baseline_file.h"
#include "cmd/cmd.h"

#define NEW 0			/* sides of the session */
#define AGAIN 1			/* the baseline's revision, traced here */

struct check {
	const struct settings *set;
	struct session *s;
	struct repo *repo;
	struct rev trusted;
	/*
	 * The commit that REV left --base at, "" without --base.  Only what the
	 * change edits counts from there: a change may start anywhere in the
	 * past, and would choose its own judge.
	 */
	char start[65];
	bool behind;		/* --base has gone on since */
	char *path;		/* of the baseline */
	struct baseline *baseline;
	struct fingerprint *both[2];	/* that are compared */
	bool drifted;
	struct arena arena;
	struct notes { struct str *v; size_t n, cap; } notes;
};

/* Where REV left `from`: 1, 0 when they have no commit in common, -1. */
int check_start(char out[65], const struct check *c, const struct rev *rev,
		const char *from, struct err *err);

#endif
