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
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/trace/tracer.h"

static int quiescence_read_text(const char *path, char *out, size_t size)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? 0 : -1;
}

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
 * What is typed at a step's terminal is ours to know (stepper_expects()); one
 * of the sandbox's own is fed by another task.  Without canonical mode a
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
static bool quiescence_sleeps_on(struct tracer *t, struct task *k, int fd)
{
	autobuf struct buf what = BUF_INIT;
	struct str s;

	if (!resolve_fd(t, k, fd, &what, NULL))
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

static bool quiescence_waits_forever(struct tracer *t, struct task *k,
				     const char *name,
				     const unsigned long long a[6])
{
#define WAIT(call, condition) \
	if (!strcmp(name, #call)) \
		return condition;
#include "core/trace/waits.def"
#undef WAIT
	return false;
}

/* "nr a0 ... a5 sp pc", or "running" (proc(5), /proc/PID/syscall). */
bool procfs_call(pid_t tid, int *nr, unsigned long long a[6])
{
	char path[64], text[512], *at;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	if (quiescence_read_text(path, text, sizeof(text)) || *text == 'r')
		return false;
	*nr = (int)strtol(text, &at, 10);
	for (int i = 0; i < 6; i++) {
		/* "-1 sp pc": in no call. */
		if (*at != ' ')
			return false;
		a[i] = strtoull(at, &at, 16);
	}
	return *at == ' ' && *nr >= 0;
}

static bool quiescence_call_sleeps(struct tracer *t, struct task *k)
{
	unsigned long long a[6];
	char name[64];
	int nr;

	return procfs_call(k->tid, &nr, a) &&
	       quiescence_waits_forever(
		       t, k, syscall_name(nr, name, sizeof(name)), a);
}

bool procfs_state(pid_t tid, char *state, unsigned long long *switches)
{
	char path[64], text[4096];
	unsigned long long yes = 0, no = 0;
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (quiescence_read_text(path, text, sizeof(text)))
		return false;
	at = strstr(text, "\nState:\t");
	if (!at)
		return false;
	*state = at[8];
	at = strstr(text, "\nvoluntary_ctxt_switches:");
	if (!at || sscanf(at, "\nvoluntary_ctxt_switches: %llu "
			  "nonvoluntary_ctxt_switches: %llu", &yes, &no) != 2)
		return false;
	*switches = yes + no;
	return true;
}

bool procfs_sleeps(pid_t tid)
{
	unsigned long long switches;
	char state;

	return procfs_state(tid, &state, &switches) && state == 'S';
}

static bool quiescence_task(struct tracer *t, struct task *k, uint64_t *sum)
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
	       (k->process->is_init || quiescence_call_sleeps(t, k));
}

/*
 * A connection under way, bytes in it that the other side has not got, and one
 * that is kept alive (SO_KEEPALIVE) are looked after by the kernel's timers.
 * Columns of /proc/net/tcp: sl local remote st tx_queue:rx_queue tr:when ...
 */
static bool quiescence_packets_under_way(pid_t pid, const char *table)
{
	enum { ESTABLISHED = 1, TIME_WAIT = 6, CLOSE = 7, CLOSE_WAIT = 8,
	       LISTEN = 10 };
	char path[64], line[512];
	unsigned state, timer;
	unsigned long tx;
	bool busy = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, table);
	f = fopen(path, "re");
	if (!f)
		return false;	/* a kernel without this protocol */
	while (!busy && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %*s %x %lx:%*x %x:", &state, &tx,
			   &timer) == 3 && state != TIME_WAIT)
			busy = tx || timer ||
			       (state != ESTABLISHED && state != CLOSE &&
				state != CLOSE_WAIT && state != LISTEN);
	fclose(f);
	return busy;
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
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *k = t->tasks[i]; k; k = k->next)
			if (!quiescence_task(t, k, sum))
				return false;
	return !quiescence_packets_under_way(t->init, "tcp") &&
	       !quiescence_packets_under_way(t->init, "tcp6") &&
	       !quiescence_stop_pending() && !fork_has_unannounced(t);
}

/*
 * Bytes that no process has read, connections that none has accepted: columns
 * as above.
 */
static bool quiescence_packets_unread(pid_t pid, const char *table)
{
	char path[64], line[512];
	unsigned long rx;
	bool some = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, table);
	f = fopen(path, "re");
	if (!f)
		return false;	/* a kernel without this protocol */
	while (!some && fgets(line, sizeof(line), f))
		some = sscanf(line, "%*s %*s %*s %*x %*x:%lx", &rx) == 1 && rx;
	fclose(f);
	return some;
}

bool tracer_is_asleep(struct tracer *t, uint64_t *sum)
{
	unsigned long long switches;
	char state;

	*sum = t->stats.stops;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct task *k = t->tasks[i]; k; k = k->next) {
			if (!k->process || k->unannounced ||
			    !procfs_state(k->tid, &state, &switches) ||
			    !(state == 'S' || state == 'Z' || k->job_stopped))
				return false;
			*sum = (*sum ^ (uint64_t)k->tid) *
				0x9e3779b97f4a7c15ULL + switches;
		}
	}
	return !quiescence_stop_pending() && !fork_has_unannounced(t) &&
	       !quiescence_packets_unread(t->init, "tcp") &&
	       !quiescence_packets_unread(t->init, "tcp6");
}

bool tracer_is_quiescent(struct tracer *t)
{
	uint64_t before = t->last_look, now = 0;

	t->last_look = 0;
	if (t->timers || !quiescence_all(t, &now))
		return false;
	t->last_look = now | 1;
	return before == t->last_look;
}
