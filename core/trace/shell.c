/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shell that is to execute "gh" looks for it in one directory of PATH after
 * the other and, where it is in none, executes nothing: it says "gh: not
 * found" and takes 127 for its status.  Other programs call execve(2) in each
 * directory, so that the attempt is seen; here it is what the shell says.
 *
 * The looks alone do not show that: `command -v gh`, `type gh` and scripts such
 * as which(1) make the same ones and execute nothing if they succeed.  Nor is
 * PATH known, which the shell may have changed since it was started.  But a
 * shell looks for the name and then writes it to descriptor 2, in the process
 * that looked (dash, busybox) or in a fork of it (bash), wherever that
 * descriptor leads and even when it is closed.
 */
#include "core/trace/shell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/tracer.h"

static const char *const shells[] = {
#define SHELL(program) program,
#include "core/trace/shells.def"
};

static const char *const asks[] = {
#define ASKS(word) word,
#include "core/trace/shells.def"
};

void shell_started(struct process *p)
{
	struct str base = path_base(str_c(p->exe));

	p->shell = false;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		p->shell |= str_eq(base, str_c(shells[i]));
	free(p->looked_up);
	p->looked_up = NULL;
}

void shell_looked_up(struct process *p, const char *path)
{
	const char *base;

	if (!p->shell || !path || !*path)
		return;
	base = strrchr(path, '/');
	base = base ? base + 1 : path;
	if (p->looked_up && !strcmp(p->looked_up, base))
		return;
	free(p->looked_up);
	p->looked_up = *base ? mem_strdup(base) : NULL;
}

/* What stands between the ": " in front of it and the end of s. */
static struct str shell_last_part(struct str s)
{
	size_t from = s.len;

	while (from && (s.p[from - 1] != ' ' || from < 2 ||
			s.p[from - 2] != ':'))
		from--;
	return str_sub(s, from);
}

static bool shell_is_lookup_word(struct str before)
{
	struct str word = shell_last_part(before);

	for (size_t i = 0; i < ARRAY_LEN(asks); i++)
		if (str_eq(word, str_c(asks[i])))
			return true;
	return false;
}

/* "sh: 1: NAME: not found", "bash: line 1: NAME: command not found" */
static bool shell_line_names_missing(struct str line, struct str name)
{
	static const struct str mark = { "not found", 9 };

	for (size_t i = 2; i + name.len + 2 + mark.len <= line.len; i++) {
		struct str rest = str_sub(line, i);

		if (memcmp(line.p + i - 2, ": ", 2) ||
		    !str_starts(rest, name))
			continue;
		rest = str_sub(rest, name.len);
		if (str_starts(rest, STR(": ")) && str_ends(rest, mark))
			return !shell_is_lookup_word((struct str){
				line.p, i - 2,
			});
	}
	return false;
}

void shell_wrote(struct tracer *t, struct process *p)
{
	struct str s = { p->stderr_tail, p->stderr_len };
	size_t from;

	if (!p->looked_up)
		return;
	while (s.len && s.p[s.len - 1] == '\n')
		s.len--;
	for (from = s.len; from && s.p[from - 1] != '\n'; from--)
		;
	if (!shell_line_names_missing(str_sub(s, from), str_c(p->looked_up)))
		return;
	emit_process(t, p, 0, EV_EXEC, str_c(p->looked_up), STR(""), ENOENT,
		     STR("search along PATH"));
	free(p->looked_up);
	p->looked_up = NULL;
}
