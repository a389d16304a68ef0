/* SPDX-License-Identifier: Apache-2.0 */
/* A step's environment, and where its program is looked for. */
#include "core/sandbox/command.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"

const char *command_variable(char *const *env, const char *name)
{
	size_t len = strlen(name);
	const char *found = NULL;

	for (; *env; env++)
		if (!strncmp(*env, name, len) && (*env)[len] == '=')
			found = *env + len + 1;
	return found;
}

char **command_environment(char *const *plan, char *const *step)
{
	size_t n = 0, more = 0;
	char **out;

	while (plan[n])
		n++;
	while (step && step[more])
		more++;
	out = mem_array(n + more + 1, sizeof(*out));
	memcpy(out, plan, n * sizeof(*out));
	for (size_t i = 0; i < more; i++) {
		size_t len = strcspn(step[i], "=") + 1, at = 0;

		while (at < n && strncmp(out[at], step[i], len) != 0)
			at++;
		out[at] = step[i];
		n += at == n;
	}
	return out;
}

bool command_next_path(char *out, size_t size, const char *name,
		       const char **dirs)
{
	const char *dir = *dirs;
	size_t len;
	int n;

	if (!dir)
		return false;
	len = strcspn(dir, ":");
	*dirs = dir[len] ? dir + len + 1 : NULL;
	n = snprintf(out, size, "%.*s%s%s", (int)len, dir, len ? "/" : "",
		     name);
	return n >= 0 && (size_t)n < size;
}
