/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When can nothing happen any more?
 *
 * Every task of the sandbox sleeps in a call that has no time-out, no timer of
 * any kind was ever armed, no packet is on its way, and nothing outside can
 * wake them: the network is the sandbox's own, and what it reads and writes
 * ends with us.  Two looks at all tasks with the same counts of context
 * switches prove that none of them ran in between, so that there was a moment
 * at which all slept, and such a moment does not end.
 *
 * Everything unknown counts as able to wake.
 */
#include "core/trace/quiescence.h"

#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

/*
 * A receive time-out (socket(7)) wakes the reader of a socket, and the kernel
 * itself speaks on a netlink or packet socket.
 */
static bool quiescence_socket_sleeps(struct task *k, int fd)
{
	autofd int ours = net_borrow_socket(k, fd);
	struct timeval tv = { 0, 0 };
	socklen_t len = sizeof(tv), len_family = sizeof(int);
	int family = -1;

	if (ours < 0 ||
	    getsockopt(ours, SOL_SOCKET, SO_DOMAIN, &family, &len_family) ||
	    getsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &tv, &len))
		return false;
	return (family == AF_UNIX || family == AF_INET || family == AF_INET6) &&
	       !tv.tv_sec && !tv.tv_usec;
}

/*
 * What is typed at a step's terminal comes from core/run; a terminal of the
 * sandbox's own is written to by another task.  Without canonical mode a
 * terminal may have a timer of its own (termios(3), VTIME).
 */
static bool quiescence_terminal_sleeps(struct task *k, int fd)
{
	autofd int ours = net_borrow_socket(k, fd);
	struct termios tio;

	return ours >= 0 && !tcgetattr(ours, &tio) &&
	       (tio.c_lflag & ICANON || !tio.c_cc[VTIME]);
}

/* Reading from something that only another task of the sandbox can fill? */
static bool quiescence_sleeps_on(struct task *k, int fd)
{
	autobuf struct buf what = BUF_INIT;
	struct str s;

	if (!resolve_fd(k->tid, fd, &what, NULL))
		return false;
	s = buf_view(&what);
	if (str_starts(s, STR("socket:")))
		return quiescence_socket_sleeps(k, fd);
	if (str_starts(s, STR("/dev/pts/")) || str_eq(s, STR("/dev/tty")))
		return quiescence_terminal_sleeps(k, fd);
	return str_starts(s, STR("pipe:")) ||
	       str_eq(s, STR("anon_inode:[eventfd]")) ||
	       str_eq(s, STR("anon_inode:[signalfd]")) ||
	       str_eq(s, STR("anon_inode:inotify"));
}

static bool quiescence_waits_forever(struct task *k, const char *name,
				     const unsigned long long a[6])
{
#define WAIT(call, condition) \
	if (!strcmp(name, #call)) \
		return condition;
#include "core/trace/waits.def"
#undef WAIT
	return false;
}

static bool quiescence_call_sleeps(struct task *k)
{
	unsigned long long a[6];
	char name[64];
	int nr;

	return procfs_call(k->tid, &nr, a) &&
	       quiescence_waits_forever(k, syscall_name(nr, name, sizeof(name)),
					a);
}

static bool quiescence_task(struct task *k, uint64_t *sum)
{
	unsigned long long switches;
	char state;

	if (!k->process || k->unannounced)
		return false;
	if (!procfs_state(k->tid, &state, &switches))
		return false;
	*sum = (*sum ^ (uint64_t)k->tid) * 0x9e3779b97f4a7c15ULL + switches;
	/* Dead, with threads left that speak for themselves. */
	if (state == 'Z')
		return true;
	/* Stopped by job control; only a signal makes it go on. */
	if (k->job_stopped)
		return true;
	return state == 'S' &&
	       (k->process->is_init || quiescence_call_sleeps(k));
}

/*
 * A connection under way, bytes in it that the other side has not got, and one
 * that is kept alive (SO_KEEPALIVE) are looked after by the kernel's timers.
 */
static bool quiescence_is_busy(const struct procfs_socket *s)
{
	return s->state != TCP_TIME_WAIT &&
	       (s->sending || s->timer ||
		(s->state != TCP_ESTABLISHED && s->state != TCP_CLOSE &&
		 s->state != TCP_CLOSE_WAIT && s->state != TCP_LISTEN));
}

/* Bytes that no process has read, connections that none has accepted. */
static bool quiescence_is_unread(const struct procfs_socket *s)
{
	return s->unread;
}

/* Is any TCP socket so?  A kernel without the protocol has no such file. */
static bool quiescence_any_socket(const struct tracer *t,
				  bool (*is)(const struct procfs_socket *s))
{
	static const char *const tables[] = { "net/tcp", "net/tcp6" };
	struct procfs_socket s;
	struct procfs_lines l;
	const char *line;
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(tables) && !any; i++) {
		procfs_lines_open(&l, t->init, "%s", tables[i]);
		while (!any && (line = procfs_lines_next(&l)))
			any = procfs_parse_socket(line, &s) && is(&s);
		any |= l.cut;	/* not known */
		procfs_lines_close(&l);
	}
	return any;
}

static bool quiescence_stop_pending(void)
{
	siginfo_t info = { .si_pid = 0 };

	return !waitid(P_ALL, 0, &info, WNOHANG | WNOWAIT | WSTOPPED |
		       WEXITED | __WALL) && info.si_pid;
}

static bool quiescence_all(struct tracer *t, uint64_t *sum)
{
	*sum = t->stats.stops;
	for_each_task(t, k)
		if (!quiescence_task(k, sum))
			return false;
	return !quiescence_any_socket(t, quiescence_is_busy) &&
	       !quiescence_stop_pending() && !fork_has_unannounced(t);
}

bool tracer_is_asleep(struct tracer *t, uint64_t *sum)
{
	unsigned long long switches;
	char state;

	*sum = t->stats.stops;
	for_each_task(t, k) {
		if (!k->process || k->unannounced ||
		    !procfs_state(k->tid, &state, &switches) ||
		    !(state == 'S' || state == 'Z' || k->job_stopped))
			return false;
		*sum = (*sum ^ (uint64_t)k->tid) *
			0x9e3779b97f4a7c15ULL + switches;
	}
	return !quiescence_stop_pending() && !fork_has_unannounced(t) &&
	       !quiescence_any_socket(t, quiescence_is_unread);
}

bool tracer_is_quiescent(struct tracer *t)
{
	uint64_t before = t->quiescence.last_look, now = 0;

	t->quiescence.last_look = 0;
	if (t->quiescence.timers || !quiescence_all(t, &now))
		return false;
	t->quiescence.last_look = now | 1;
	return before == t->quiescence.last_look;
}
