/* SPDX-License-Identifier: Apache-2.0 */
/* A step's environment, and where its program is looked for.  Pure. */
#ifndef SANDBOX_COMMAND_H
#define SANDBOX_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The plan's environment; a step's own entry replaces one of the same name, and
 * the last of several wins.  Both are NULL-terminated, step may be NULL; the
 * caller frees the list, the entries are borrowed.
 */
char **command_environment(char *const *plan, char *const *step);

/* The value of a variable, the last of several; NULL: it is not set. */
const char *command_variable(char *const *env, const char *name);

/*
 * The next path for a name without a slash along *dirs, which moves on and is
 * NULL after the last.  An empty element is the current directory, as for
 * execvp(3).  False: that path does not fit, or there is none left.
 */
bool command_next_path(char *out, size_t size, const char *name,
		       const char **dirs);

#endif
