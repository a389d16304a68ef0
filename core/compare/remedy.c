/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do about a command that cannot be executed in the sandbox.  It knows
 * where a program stands by its name only: nothing is looked up, and nothing
 * guessed.
 */
#include <errno.h>
#include <string.h>

#include "core/compare/steps.h"

/* What of the host a sandbox has, and what it has of its own. */
static const char *const there[] = {
	"/usr/", "/etc/", "/opt/", "/bin/", "/sbin/", "/lib", "/home/auditor/",
	"/tmp/", "/dev/", "/proc/", "/run/", "/var/",
};

static bool is_inside(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(there); i++)
		if (str_starts(path, str_c(there[i])))
			return true;
	return false;
}

void remedy_put_exec(struct buf *out, const struct step_end *s)
{
	struct str command = s->command,
		   program = message_command_word(&command);
	bool is_path = program.len && memchr(program.p, '/', program.len);

	if (is_path && *program.p == '/' && !is_inside(program))
		buf_c(out, "the sandbox has /usr, /etc and /opt of this host "
		      "and none of its home directories: install it there, or "
		      "copy its folder into the work tree and name that in "
		      "`sandbox.bind`");
	else if (s->err == ENOENT && !is_path)
		buf_c(out, "install the package that has it; one in a home "
		      "directory (pyenv, nvm, rustup, ~/.local/bin) is not in "
		      "the sandbox, which has /usr, /etc and /opt of this "
		      "host: install it there, or copy its folder into the "
		      "work tree and name that in `sandbox.bind`");
	else if (s->err == ENOENT)
		buf_c(out, "it, or the interpreter that its first line names, "
		      "is not there: commit it, make it in the command (sh -c "
		      "'make && exec ./PROGRAM'), or name its folder in "
		      "`sandbox.bind`");
	else if (s->err == EACCES)
		buf_c(out, "commit it with its execute bit (git update-index "
		      "--chmod=+x FILE), or write the interpreter in front");
	else if (s->err == ENOEXEC)
		buf_c(out, "begin it with a #! line, or write the interpreter "
		      "in front");
	else
		buf_c(out, "check its `command`");
}
