/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pid 1 of the sandbox: sets up the root, starts steps, answers the resolver's
 * questions, and lets orphans be collected by the kernel.
 *
 * It keeps the capabilities of its namespace, so that the traced program,
 * which has none, can neither inspect nor trace it (ptrace(2), access mode
 * checking); kill(2) cannot reach it because it handles no signal
 * (pid_namespaces(7)).  It is a fork of behavdiff all the same, and so is
 * every step's child until its exec: what neither needs is let go of before
 * the first step, descriptors, environment and command line.
 */
#include "core/sandbox/init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/sandbox/harden.h"
#include "core/sandbox/setup.h"

static const struct op ops[] = {
#define OP(function, doing) { function, doing },
#include "core/sandbox/ops.def"
#undef OP
};

void init_report(int control, uint32_t kind, int value, const char *text)
{
	struct sandbox_message msg = { .kind = kind, .value = value };

	snprintf(msg.text, sizeof(msg.text), "%s", text);
	while (send(control, &msg, sizeof(msg), MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		;
}

void init_prefer_oom(void)
{
	autofd int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* Without it the kernel may choose another victim; nothing breaks. */
	if (fd >= 0 && write(fd, "800", 3) < 0)
		return;
}

/*
 * Every process of the sandbox may read /proc/1/cmdline and /proc/1/comm, and
 * pid 1 is a fork of behavdiff: its command line names paths and revisions of
 * the host, and its environment may hold secrets.  /proc/self/stat says where
 * in memory they are (proc(5), fields 48 to 51).
 */
static void init_forget_caller(void)
{
	static const char name[] = "/sbin/init";
	autofd int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	char text[2048], *at;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	unsigned long arg[2] = { 0, 0 }, env[2] = { 0, 0 };

	prctl(PR_SET_NAME, "init");
	if (n <= 0)
		return;
	text[n] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 48; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%lu %lu %lu %lu", &arg[0], &arg[1], &env[0],
			  &env[1]) != 4)
		return;
	/* What was put there later, on the heap, is forgotten at least. */
	clearenv();
	if (arg[0] && arg[0] < arg[1])
		memset((void *)arg[0], 0, arg[1] - arg[0]);
	if (arg[0] && arg[1] - arg[0] >= sizeof(name))
		memcpy((void *)arg[0], name, sizeof(name));
	if (env[0] && env[0] < env[1])
		memset((void *)env[0], 0, env[1] - env[0]);
}

/*
 * The staging mount's root, the trees and the namespaces are behind
 * descriptors, as is all that behavdiff has open; the standard streams are the
 * caller's.
 */
static int init_forget_descriptors(int control, int dns)
{
	const int keep[] = { control, dns };
	int fd;

	if (fd_close_but(0, keep, ARRAY_LEN(keep)))
		return -1;
	/* Nothing that is opened later is taken for a standard stream. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 2);
	return fd == 2 ? 0 : -1;
}

static int init_set_up(struct setup *s, int control)
{
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		char text[300];

		if (!ops[i].run(s))
			continue;
		snprintf(text, sizeof(text), "%s: %s", ops[i].doing, s->at);
		init_report(control, s->asked ? SANDBOX_REFUSED :
			    SANDBOX_SETUP_FAILED, errno, text);
		return -1;
	}
	return 0;
}

static void init_start_step(const struct sandbox_options *opt, int control)
{
	struct sandbox_message msg;
	int stdio[3];
	pid_t pid;

	if (recv(control, &msg, sizeof(msg), 0) != (ssize_t)sizeof(msg) ||
	    msg.kind != SANDBOX_START || fd_recv(control, stdio, 3))
		_exit(1);
	pid = fork();
	if (!pid)
		step_exec(opt, msg.step, stdio, control);
	if (pid < 0) {
		struct sandbox_message bad = {
			.kind = SANDBOX_EXEC_FAILED, .step = msg.step,
			.value = errno,
		};

		send(control, &bad, sizeof(bad), MSG_NOSIGNAL);
	}
	for (int i = 0; i < 3; i++)
		close(stdio[i]);
}

static void init_serve(const struct sandbox_options *opt, int control, int dns)
	__attribute__((noreturn));

static void init_serve(const struct sandbox_options *opt, int control, int dns)
{
	struct pollfd fds[] = {
		{ .fd = control, .events = POLLIN },
		{ .fd = dns, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, ARRAY_LEN(fds), -1) < 0)
			continue;	/* EINTR: an orphan ended */
		if (fds[1].revents & POLLIN)
			resolver_answer(dns);
		if (fds[0].revents & POLLIN)
			init_start_step(opt, control);
		else if (fds[0].revents)
			_exit(0);	/* behavdiff is gone */
	}
}

void init_main(const struct sandbox_options *opt, int control)
{
	struct setup s = { .opt = opt, .tree = -1, .scratch = -1,
			   .shm = -1, .dns = -1 };
	int fds[2];

	umask(022);
	/*
	 * A signal without a handler does not reach pid 1 from inside its
	 * namespace (pid_namespaces(7)).  A handler inherited from behavdiff
	 * would run when the program sends its signal.
	 */
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		signal(sig, SIG_DFL);
	/* SIGCHLD ignored: the kernel collects ended children (wait(2)). */
	signal(SIGCHLD, SIG_IGN);
	if (init_set_up(&s, control))
		_exit(1);
	init_forget_caller();
	/*
	 * The tracer attaches as an ordinary process of the parent namespace,
	 * which needs us dumpable: our memory still belongs to its namespace.
	 */
	prctl(PR_SET_DUMPABLE, 1);
	init_report(control, SANDBOX_READY, 0, "");
	fds[0] = s.scratch;
	fds[1] = s.shm;
	if (fd_send(control, fds, ARRAY_LEN(fds)))
		_exit(1);
	if (init_forget_descriptors(control, s.dns))
		_exit(1);
	init_serve(opt, control, s.dns);
}
