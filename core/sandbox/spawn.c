/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a box, seen from outside: launcher, messages, death.
 *
 * The launcher is a child that enters the stage, makes the namespaces and
 * forks pid 1 with CLONE_PARENT, so that pid 1 is the caller's own child and
 * the launcher can go.
 */
#include "core/sandbox/spawn.h"

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

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | \
		    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static const char *enter(const struct spawn_options *opt)
{
	const char *what;

	/* Both go with us should the machine run out of memory. */
	init_prefer_oom();
	if (stage_enter(opt->stage, &what))
		return what;
	what = ids_new_user_ns(PLAN_UID, PLAN_UID, opt->stage->uid,
			       opt->stage->gid);
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

static void launcher(const struct spawn_options *opt, int control)
	__attribute__((noreturn));

static void launcher(const struct spawn_options *opt, int control)
{
	const char *what;
	long pid;

	/*
	 * Cleared by every change of credentials (prctl(2)), so this covers
	 * only the launcher; pid 1 dies with its tracer (PTRACE_O_EXITKILL)
	 * and, before it is traced, with the other end of its socket.
	 */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	what = enter(opt);
	if (what) {
		init_report(control, BOX_SETUP_FAILED, errno, what);
		_exit(1);
	}
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		init_main(opt, control);
	if (pid < 0)
		init_report(control, BOX_SETUP_FAILED, errno, "fork");
	else
		init_report(control, BOX_PID, (int)pid, "");
	_exit(0);
}

int spawn_setup_error(const struct box_message *msg, struct err *err)
{
	errno = msg->value;
	if (msg->kind == BOX_REFUSED)
		return err_sys(err, "%s", msg->text);
	err_sys(err, "no sandbox here: %s", msg->text);
	return ids_hint(msg->value, err);
}

static int receive(int control, struct box_message *msg, struct err *err)
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
	return msg->kind == BOX_SETUP_FAILED || msg->kind == BOX_REFUSED ?
		spawn_setup_error(msg, err) : 0;
}

static int take_descriptors(struct box *box, struct err *err)
{
	int fds[2];

	if (fd_recv(box->control, fds, ARRAY_LEN(fds)))
		return err_sys(err, "the sandbox did not come up");
	box->scratch = fds[0];
	box->shm = fds[1];
	return 0;
}

/*
 * Two messages come in either order: the launcher's with the pid, and pid 1's
 * own when its set-up is done.
 */
static int handshake(struct box *box, struct err *err)
{
	struct box_message msg;
	bool ready = false;

	while (box->pid < 0 || !ready) {
		if (receive(box->control, &msg, err))
			return -1;
		if (msg.kind == BOX_PID) {
			box->pid = msg.value;
		} else if (msg.kind == BOX_READY) {
			ready = true;
			if (take_descriptors(box, err))
				return -1;
		}
	}
	return 0;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int spawn_open(struct box *out, const struct spawn_options *opt,
	       struct err *err)
{
	struct box box = BOX_INIT;
	int pair[2], failed;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_sys(err, "cannot make a socket pair");
	box.control = pair[0];
	pid = fork();
	if (pid < 0) {
		close(pair[1]);
		spawn_close(&box);
		return err_sys(err, "cannot fork");
	}
	if (!pid) {
		close(pair[0]);
		launcher(opt, pair[1]);
	}
	close(pair[1]);
	failed = handshake(&box, err);
	reap(pid);
	if (failed) {
		if (box.pid > 0) {
			spawn_kill(&box);
			reap(box.pid);
		}
		spawn_close(&box);
		return -1;
	}
	*out = box;
	return 0;
}

int spawn_start(const struct box *box, size_t i, const int stdio[3],
		struct err *err)
{
	struct box_message msg = { .kind = BOX_START, .step = (uint32_t)i };

	if (send(box->control, &msg, sizeof(msg), MSG_NOSIGNAL) < 0 ||
	    fd_send(box->control, stdio, 3))
		return err_sys(err, "the sandbox is gone");
	return 0;
}

int spawn_message(const struct box *box, struct box_message *msg)
{
	ssize_t n = recv(box->control, msg, sizeof(*msg), MSG_DONTWAIT);

	if (n == (ssize_t)sizeof(*msg)) {
		msg->text[sizeof(msg->text) - 1] = '\0';
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

void spawn_kill(const struct box *box)
{
	if (box->pid > 0)
		kill(box->pid, SIGKILL);
}

/* --- its network, heard from outside --- */

/*
 * By the caller's child: pid 1 may be stopped, and waits for its tracer then.
 * setns(2) takes a pidfd since Linux 5.8.  Without a protocol a packet socket
 * hears nothing (packet(7)).
 */
static const char *open_wire(pid_t init, int wire[2])
{
	int pidfd = (int)syscall(SYS_pidfd_open, init, 0);

	if (pidfd < 0)
		return "pidfd_open";
	if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWNET))
		return "setns(network of the sandbox)";
	for (int i = 0; i < 2; i++) {
		wire[i] = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (wire[i] < 0)
			return "opening packet sockets";
	}
	return NULL;
}

static void wire_child(pid_t init, int sock) __attribute__((noreturn));

static void wire_child(pid_t init, int sock)
{
	int wire[2];
	const char *what = open_wire(init, wire);

	init_report(sock, what ? BOX_SETUP_FAILED : BOX_READY, errno,
		    what ? what : "");
	_exit(what || fd_send(sock, wire, 2) ? 1 : 0);
}

int box_wire(struct box *box, struct err *err)
{
	struct box_message msg;
	int pair[2], failed;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_sys(err, "cannot make a socket pair");
	pid = fork();
	if (!pid)
		wire_child(box->pid, pair[1]);
	close(pair[1]);
	if (pid < 0)
		failed = err_sys(err, "cannot fork");
	else
		failed = receive(pair[0], &msg, err);
	if (!failed && fd_recv(pair[0], box->wire, 2))
		failed = err_sys(err, "cannot listen to the sandbox");
	close(pair[0]);
	if (pid > 0)
		reap(pid);
	return failed;
}

static void *close_one(void *fd)
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
static void close_wire(int wire[2])
{
	pthread_t other;
	bool both = !pthread_create(&other, NULL, close_one, &wire[1]);

	close(wire[0]);
	if (both)
		pthread_join(other, NULL);
	else
		close(wire[1]);
}

void spawn_close(struct box *box)
{
	if (box->control >= 0)
		close(box->control);
	if (box->scratch >= 0)
		close(box->scratch);
	if (box->shm >= 0)
		close(box->shm);
	if (box->wire[0] >= 0)
		close_wire(box->wire);
	*box = (struct box)BOX_INIT;
}
