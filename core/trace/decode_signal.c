/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals to those who are not one's own: pid 1, everybody, and the processes
 * of another step.  What one step's processes send each other is their own
 * affair; who of them descends from whom changes with every one that ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "core/trace/tracer.h"

/* The task of this pid as the sandbox counts; NULL: there is none. */
static struct task *task_by_inner(struct tracer *t, struct task *k, long pid)
{
	pid_t tid;

	if (pid == task_inner_pid(k))
		return k;
	tid = outer_pid(t, k, pid);
	return tid ? task_find(t, tid) : NULL;
}

static bool name_stranger(struct tracer *t, struct task *k,
			  const struct task *target)
{
	const struct proc *p = target ? target->proc : NULL;

	if (!p || p->step == k->proc->step || p->step >= t->opt.n_steps)
		return false;
	buf_c(&k->call.words, "step ");
	buf_str(&k->call.words, t->opt.steps[p->step]);
	return true;
}

/* By pid as the sandbox counts; a negative one is a group's leader. */
static bool names_stranger(struct tracer *t, struct task *k, int pid)
{
	struct buf *words = &k->call.words;

	if (pid == -1)
		buf_c(words, "every process");
	else if (pid == 1)
		buf_c(words, "pid 1");
	else if (pid && t->opt.n_steps > 1)
		return name_stranger(t, k, task_by_inner(t, k, labs(pid)));
	return words->len > 0;
}

enum next enter_kill(struct tracer *t, struct task *k)
{
	return names_stranger(t, k, (int)k->call.args[0]) ? NEXT_LEAVE :
							    NEXT_GO;
}

static void signal_event(struct tracer *t, struct task *k, int sig)
{
	const char *name = sigabbrev_np(sig);
	char number[16];

	/* 0 asks whether there is one; those of real time have no names. */
	snprintf(number, sizeof(number), "%d", sig);
	emit_words(t, k, EV_PROCESS_INSPECT, call_err(&k->call),
		   "%s(%.100s, %s%s)", k->row->name, k->call.words.p,
		   name ? "SIG" : "", name ? name : number);
}

void leave_kill(struct tracer *t, struct task *k)
{
	signal_event(t, k, (int)k->call.args[1]);
}

/* The thread stands between process and signal. */
void leave_tgkill(struct tracer *t, struct task *k)
{
	signal_event(t, k, (int)k->call.args[2]);
}

/* The pid of a pidfd as we count (proc(5), fdinfo); 0: it is none. */
static int pidfd_target(const struct task *k, int fd)
{
	char path[64], line[256];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", k->tid, fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	fclose(f);
	return pid;
}

/* The directory of a process in /proc serves as well (pidfd_send_signal(2)). */
static int proc_dir_target(struct tracer *t, struct task *k, int fd)
{
	autobuf struct buf path = BUF_INIT;
	int pid = 0, end = 0;

	if (!resolve_fd(t, k, fd, &path, NULL) ||
	    sscanf(path.p, "/proc/%d%n", &pid, &end) != 1 || path.p[end])
		return 0;
	return pid;
}

enum next enter_pidfd_signal(struct tracer *t, struct task *k)
{
	int fd = (int)k->call.args[0], pid = pidfd_target(k, fd);

	if (pid == t->init)
		buf_c(&k->call.words, "pid 1");
	else if (pid > 0)
		name_stranger(t, k, task_find(t, pid));
	else
		names_stranger(t, k, proc_dir_target(t, k, fd));
	return NEXT_LEAVE;
}

void leave_pidfd_signal(struct tracer *t, struct task *k)
{
	if (k->call.words.len)
		leave_kill(t, k);
	else
		leave_call(t, k);
}

/* --- those that arrive --- */

/*
 * A process that another one asks to end may end by the signal, or by itself
 * just before: which of them is a race, and the wish is the other's.  The
 * sender's pid is 0 when it is outside of the sandbox (sigaction(2), si_pid in
 * the receiver's namespace).
 */
void signal_seen(struct task *k, int sig)
{
	siginfo_t info;

	if (sig != SIGTERM && sig != SIGINT && sig != SIGHUP)
		return;
	if (!k->proc || ptrace(PTRACE_GETSIGINFO, k->tid, NULL, &info))
		return;
	if (info.si_code <= 0 && info.si_pid > 0 &&
	    info.si_pid != inner_pid(k->proc->tgid))
		k->proc->told = sig;
}
