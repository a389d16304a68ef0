/* SPDX-License-Identifier: Apache-2.0 */
/* A step while its keys are read; private to this module. */
#ifndef SCENARIO_READING_H
#define SCENARIO_READING_H

#include "core/scenario/scenario.h"

/* One step being read: where messages about it point to. */
struct reading {
	const struct config *cfg;
	struct str name;
	struct arena *arena;
};

/* Put "FILE:LINE: step "NAME"" in front of the error for one of its keys. */
int reading_blame(const struct reading *rd, const struct config_entry *e,
		  struct err *err);

/* The i-th value of a key of the step, or NULL. */
const struct config_entry *reading_entry(const struct reading *rd,
					 const char *key, size_t i);

/* scenario_split() of the value of a key, which hints name. */
int split_value(char ***argv, struct arena *arena, const char *key,
		struct str value, struct err *err);

/* The same, but $ and ` in double quotes stand for themselves. */
int split_literal(char ***argv, struct arena *arena, struct str command);

/* The words of a command or of arguments, in the arena. */
int reading_split(char ***argv, const struct reading *rd,
		  const struct config_entry *e, struct err *err);

/*
 * The keys args, input, tty, stop, repeat and expect, which are checked against
 * each other; other numbers are step_num()'s, by their rows.  treefd: the tree
 * that holds the script, or -1.
 */
int options_read(struct step *step, const struct reading *rd, int treefd,
		 struct err *err);

#endif
