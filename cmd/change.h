/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the change is and what of it was run: the files that no run read, and
 * what was run otherwise than a checkout would have been.
 */
#ifndef CMD_CHANGE_H
#define CMD_CHANGE_H

#include "cmd/pipeline.h"

struct patch {
	const struct rev *from;	/* where it starts; NULL: not known */
	const struct rev *new;
	bool old_ran;		/* OLD's runs had the export of `from` */
};

/*
 * Behind pipeline_compare(): add doubts, the note "not exercised" and the share
 * to the outcome.  What git cannot answer is a note, and the runs are judged
 * anyway.  A revision against itself has nothing to doubt.
 */
void change_judge(struct pipeline *o, struct session *s,
		  const struct patch *patch);

/* A line for each bound folder that held something else for OLD. */
void change_note_bound(struct pipeline *o, const char *remedy);

/* --- unlike.c --- */

/* Doubts about exports that differ from a checkout; diff: what changed. */
int unlike_doubts(struct pipeline *o, struct session *s,
		  const struct patch *patch, const struct rev_diff *diff,
		  struct err *err);

#endif
