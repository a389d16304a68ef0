/* SPDX-License-Identifier: Apache-2.0 */
/* What a command would need a shell for, and how it is asked for one. */
#ifndef SCENARIO_SHELL_H
#define SCENARIO_SHELL_H

#include "core/base/err.h"
#include "core/base/str.h"

/* Does this byte mean something to a shell, outside of quotes? */
bool shell_means(char c);

/* Do these words give a command line to a shell: sh -c LINE? */
bool shell_is_asked(char *const *words);

/*
 * Set the hint for the byte at `at` of a command, as shell.def says, with the
 * command itself rewritten so that it works in a file of git-config(1).  key:
 * "command" or "args".  Returns -1.
 */
int shell_hint(const char *key, struct str command, size_t at,
	       struct err *err);

/*
 * Set the hint for a command whose words are these: the line that gives them.
 * Returns -1.
 */
int shell_rewrite(const char *key, char *const *words, struct err *err);

#endif
