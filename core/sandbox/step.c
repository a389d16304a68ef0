/* SPDX-License-Identifier: Apache-2.0 */
/* A step's child, between fork and exec. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/sandbox/command.h"
#include "core/sandbox/harden.h"
#include "core/sandbox/init.h"

/*
 * As execvp(3), along the PATH of the sandbox rather than ours: a candidate
 * that exists and may not be executed outlives one that is not there.
 */
static int step_exec_path(char *const *argv, char **env)
{
	const char *dirs = command_variable(env, "PATH");
	int error = ENOENT;
	char path[4096];

	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, env);
		return errno;
	}
	for (dirs = dirs ? dirs : ""; dirs;) {
		if (!command_next_path(path, sizeof(path), argv[0], &dirs))
			continue;
		execve(path, argv, env);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	return error;
}

/*
 * The scenario's stdin, opened as the program would open it.  A descriptor
 * from outside would lead past the private layer: /proc/self/fd/0, opened for
 * writing, is the exported file that every run shares.
 */
static int step_open_stdin(const struct step *step)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	autofd int tree = open(PLAN_TREE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int fd = (int)syscall(SYS_openat2, tree, step->stdin_path.p,
				     &how, sizeof(how));

	return fd < 0 || dup2(fd, 0) < 0 ? -1 : 0;
}

static int step_take_stdio(const int stdio[3])
{
	int fds[3];

	/* Out of the way first: stdio may itself be 0, 1 or 2. */
	for (int i = 0; i < 3; i++) {
		fds[i] = fcntl(stdio[i], F_DUPFD, 10);
		if (fds[i] < 0)
			return -1;
	}
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			return -1;
	return 0;
}

/* NULL, or what failed, with errno set. */
static const char *step_prepare(const struct sandbox_options *opt,
				const struct step *step, const int stdio[3],
				int control)
{
	if (step_take_stdio(stdio))
		return "taking its standard streams";
	/* The socket for the report is close-on-exec. */
	if (fd_close_but(3, &control, 1))
		return "close_range";
	if (setsid() < 0 || chdir(PLAN_TREE))
		return "entering the tree";
	if (step_num(step, "tty") && ioctl(0, TIOCSCTTY, 0))
		return "taking its terminal";
	if (step->dir.len && chdir(step->dir.p))
		return step->dir.p;
	umask(022);
	if (harden_signals() || harden_limits(opt->plan))
		return "setting limits";
	if (harden_privileges())
		return "dropping privileges";
	if (step->stdin_path.len && step_open_stdin(step))
		return step->stdin_path.p;
	return harden_filter(opt->filter) ? "installing the filter" : NULL;
}

void step_exec(const struct sandbox_options *opt, size_t i, const int stdio[3],
	       int control)
{
	const struct step *step = &opt->scenario->steps[i];
	char **env = command_environment(opt->plan->env, step->env);
	struct sandbox_message msg = {
		.kind = SANDBOX_EXEC_FAILED, .step = (uint32_t)i,
	};
	const char *what = step_prepare(opt, step, stdio, control);

	if (what) {
		msg.kind = SANDBOX_SETUP_FAILED;
		msg.value = errno;
		snprintf(msg.text, sizeof(msg.text), "%s", what);
	} else {
		msg.value = step_exec_path(step->argv, env);
	}
	send(control, &msg, sizeof(msg), MSG_NOSIGNAL);
	_exit(127);
}
