/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a sandbox, seen from outside: launcher, messages, death.
 *
 * The launcher is a child that enters the staging mount, makes the namespaces
 * and forks pid 1 with CLONE_PARENT, so that pid 1 is the caller's own child
 * and the launcher can go.
 */
#include "core/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/sandbox/ids.h"
#include "core/sandbox/init.h"
#include "core/sandbox/remedy.h"

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | \
		    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static const char *sandbox_enter_namespaces(const struct sandbox_options *opt)
{
	const char *what;

	/* Both go with us should the machine run out of memory. */
	init_prefer_oom();
	if (staging_enter(opt->staging, &what))
		return what;
	what = ids_new_user_ns(PLAN_UID, PLAN_UID, opt->staging->uid,
			       opt->staging->gid);
	if (what)
		return what;
	if (unshare(NAMESPACES))
		return "unshare(namespaces)";
	/*
	 * A session's keys are inherited and listed in /proc/keys; where
	 * keyctl(2) is refused, so it is to the program.
	 */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	/* No controlling terminal: TIOCSTI has nothing to push into. */
	if (setsid() < 0)
		return "setsid";
	return NULL;
}

static void sandbox_launcher(const struct sandbox_options *opt, int control)
	__attribute__((noreturn));

static void sandbox_launcher(const struct sandbox_options *opt, int control)
{
	const char *what;
	long pid;

	/*
	 * Cleared by every change of credentials (prctl(2)), so this covers
	 * only the launcher; pid 1 dies with its tracer (PTRACE_O_EXITKILL)
	 * and, before it is traced, with the other end of its socket.
	 */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	what = sandbox_enter_namespaces(opt);
	if (what) {
		init_report(control, SANDBOX_SETUP_FAILED, errno, what);
		_exit(1);
	}
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		init_main(opt, control);
	if (pid < 0)
		init_report(control, SANDBOX_SETUP_FAILED, errno, "fork");
	else
		init_report(control, SANDBOX_PID, (int)pid, "");
	_exit(0);
}

int sandbox_setup_error(const struct sandbox_message *msg, struct err *err)
{
	errno = msg->value;
	if (msg->kind == SANDBOX_REFUSED)
		return err_sys(err, "%s", msg->text);
	err_sys(err, "no sandbox here: %s", msg->text);
	return remedy_hint(msg->value, err);
}

static int sandbox_receive(int control, struct sandbox_message *msg,
			   struct err *err)
{
	ssize_t n;

	do
		n = recv(control, msg, sizeof(*msg), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*msg)) {
		if (n >= 0)
			errno = EPIPE;
		return err_sys(err, "the sandbox did not come up");
	}
	msg->text[sizeof(msg->text) - 1] = '\0';
	if (msg->kind == SANDBOX_SETUP_FAILED || msg->kind == SANDBOX_REFUSED)
		return sandbox_setup_error(msg, err);
	return 0;
}

static int sandbox_take_descriptors(struct sandbox *sandbox, struct err *err)
{
	int fds[2];

	if (fd_recv(sandbox->control, fds, ARRAY_LEN(fds)))
		return err_sys(err, "the sandbox did not come up");
	sandbox->scratch = fds[0];
	sandbox->shm = fds[1];
	return 0;
}

/*
 * Two messages come in either order: the launcher's with the pid, and pid 1's
 * own when its set-up is done.
 */
static int sandbox_handshake(struct sandbox *sandbox, struct err *err)
{
	struct sandbox_message msg;
	bool ready = false;

	while (sandbox->pid < 0 || !ready) {
		if (sandbox_receive(sandbox->control, &msg, err))
			return -1;
		if (msg.kind == SANDBOX_PID) {
			sandbox->pid = msg.value;
		} else if (msg.kind == SANDBOX_READY) {
			ready = true;
			if (sandbox_take_descriptors(sandbox, err))
				return -1;
		}
	}
	return 0;
}

static void sandbox_reap(pid_t pid)
{
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int sandbox_open(struct sandbox *out, const struct sandbox_options *opt,
		 struct err *err)
{
	struct sandbox sandbox = SANDBOX_INIT;
	int pair[2], failed;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_sys(err, "cannot make a socket pair");
	sandbox.control = pair[0];
	pid = fork();
	if (pid < 0) {
		close(pair[1]);
		sandbox_close(&sandbox);
		return err_sys(err, "cannot fork");
	}
	if (!pid) {
		close(pair[0]);
		sandbox_launcher(opt, pair[1]);
	}
	close(pair[1]);
	failed = sandbox_handshake(&sandbox, err);
	sandbox_reap(pid);
	if (failed) {
		if (sandbox.pid > 0) {
			sandbox_kill(&sandbox);
			sandbox_reap(sandbox.pid);
		}
		sandbox_close(&sandbox);
		return -1;
	}
	*out = sandbox;
	return 0;
}

int sandbox_start_step(const struct sandbox *sandbox, size_t i,
		       const int stdio[3], struct err *err)
{
	struct sandbox_message msg = {
		.kind = SANDBOX_START, .step = (uint32_t)i,
	};

	if (send(sandbox->control, &msg, sizeof(msg), MSG_NOSIGNAL) < 0 ||
	    fd_send(sandbox->control, stdio, 3))
		return err_sys(err, "the sandbox is gone");
	return 0;
}

int sandbox_next_message(const struct sandbox *sandbox,
			 struct sandbox_message *msg)
{
	ssize_t n = recv(sandbox->control, msg, sizeof(*msg), MSG_DONTWAIT);

	if (n == (ssize_t)sizeof(*msg)) {
		msg->text[sizeof(msg->text) - 1] = '\0';
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

void sandbox_kill(const struct sandbox *sandbox)
{
	if (sandbox->pid > 0)
		kill(sandbox->pid, SIGKILL);
}

/* --- its network, heard from outside --- */

/*
 * By the caller's child: pid 1 may be stopped, and waits for its tracer then.
 * setns(2) takes a pidfd since Linux 5.8.  Without a protocol a packet socket
 * hears nothing (packet(7)).
 */
static const char *sandbox_make_packet_sockets(pid_t init, int out[2])
{
	int pidfd = (int)syscall(SYS_pidfd_open, init, 0);

	if (pidfd < 0)
		return "pidfd_open";
	if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWNET))
		return "setns(network of the sandbox)";
	for (int i = 0; i < 2; i++) {
		out[i] = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (out[i] < 0)
			return "opening packet sockets";
	}
	return NULL;
}

static void sandbox_packet_sockets_child(pid_t init, int sock)
	__attribute__((noreturn));

static void sandbox_packet_sockets_child(pid_t init, int sock)
{
	int fds[2];
	const char *what = sandbox_make_packet_sockets(init, fds);

	init_report(sock, what ? SANDBOX_SETUP_FAILED : SANDBOX_READY, errno,
		    what ? what : "");
	_exit(what || fd_send(sock, fds, 2) ? 1 : 0);
}

int sandbox_open_packet_sockets(struct sandbox *sandbox, struct err *err)
{
	struct sandbox_message msg;
	int pair[2], failed;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_sys(err, "cannot make a socket pair");
	pid = fork();
	if (!pid)
		sandbox_packet_sockets_child(sandbox->pid, pair[1]);
	close(pair[1]);
	if (pid < 0)
		failed = err_sys(err, "cannot fork");
	else
		failed = sandbox_receive(pair[0], &msg, err);
	if (!failed && fd_recv(pair[0], sandbox->packet_sockets, 2))
		failed = err_sys(err, "cannot listen to the sandbox");
	close(pair[0]);
	if (pid > 0)
		sandbox_reap(pid);
	return failed;
}

static void *sandbox_close_fd(void *fd)
{
	close(*(int *)fd);
	return NULL;
}

/*
 * Before a packet socket is released the kernel waits until no CPU can be
 * looking at it (RCU), and once more for its ring: 10 ms and more each time
 * (packet_release() in net/packet/af_packet.c).  Two that are closed at the
 * same time wait together.
 */
static void sandbox_close_packet_sockets(int fds[2])
{
	pthread_t other;
	bool both = !pthread_create(&other, NULL, sandbox_close_fd, &fds[1]);

	close(fds[0]);
	if (both)
		pthread_join(other, NULL);
	else
		close(fds[1]);
}

void sandbox_close(struct sandbox *sandbox)
{
	if (sandbox->control >= 0)
		close(sandbox->control);
	if (sandbox->scratch >= 0)
		close(sandbox->scratch);
	if (sandbox->shm >= 0)
		close(sandbox->shm);
	if (sandbox->packet_sockets[0] >= 0)
		sandbox_close_packet_sockets(sandbox->packet_sockets);
	*sandbox = (struct sandbox)SANDBOX_INIT;
}
