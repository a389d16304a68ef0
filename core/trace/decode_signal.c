/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals, and which process they hit: process.signal "SIGTERM to child PATH".
 *
 * Pids are drawn anew in each run, so that the target is named by how it is
 * related to the sender, and by its program where it runs one of its own: a
 * child that has not executed yet is a copy of its parent.  Signal 0 is none;
 * it looks whether there is a process, which is of interest only beyond one's
 * own step.
 *
 * Threads of one process stop and wake each other by signals (garbage
 * collectors, preemption, pthread_cancel), as often as time wants it: no fact.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "core/trace/tracer.h"

/* --- the target --- */

static bool is_above(const struct proc *above, const struct proc *p)
{
	while (p && p != above)
		p = p->parent;
	return p != NULL;
}

static bool other_step(const struct tracer *t, const struct proc *own,
		       const struct proc *p)
{
	return p->step != own->step && p->step < t->opt.n_steps;
}

/*
 * The program of a child, "": its parent's.  The kernel closes descriptors and
 * wakes the parent of a vfork(2) before the child stops for its exec: then the
 * exe link knows of it, or, where both run one program, the call it is in.
 */
static void child_program(struct tracer *t, const struct proc *p,
			  struct buf *out)
{
	struct task *leader = task_find(t, p->tgid);
	bool deleted, in_exec = leader && leader->inside && leader->row &&
				leader->row->leave == leave_exec;

	if (p->executed)
		buf_c(out, p->exe);
	if (p->executed || !leader)
		return;
	resolve_exe(leader, out, &deleted);
	if (!str_starts(buf_view(out), STR("/")) ||
	    (!in_exec && str_eq(buf_view(out), str_c(p->exe))))
		buf_clear(out);
}

/* "RELATION", and its program behind a NUL byte. */
static void put_target(struct tracer *t, struct task *k, const struct proc *p)
{
	autobuf struct buf program = BUF_INIT;
	struct buf *words = &k->call.words;
	const struct proc *own = k->proc;

	if (p == own) {
		buf_c(words, "itself");
		return;
	}
	if (other_step(t, own, p)) {
		buf_c(words, "step ");
		buf_str(words, t->opt.steps[p->step]);
	} else if (is_above(own, p)) {
		buf_c(words, p->parent == own ? "child" : "descendant");
		child_program(t, p, &program);
	} else {
		buf_c(words, own->parent == p ? "parent" : "other");
	}
	if (!is_above(own, p) && p->exe)
		buf_c(&program, p->exe);
	if (program.len) {
		buf_ch(words, '\0');
		buf_str(words, buf_view(&program));
	}
}

/* The task of this pid as the sandbox counts; NULL: there is none. */
static struct task *task_by_inner(struct tracer *t, struct task *k, long pid)
{
	pid_t tid;

	if (pid == task_inner_pid(k))
		return k;
	tid = outer_pid(t, k, pid);
	return tid ? task_find(t, tid) : NULL;
}

/* A child that has ended and was not collected yet can still be signalled. */
static const struct proc *ended_child(struct tracer *t, struct task *k,
				      long pid)
{
	for (unsigned i = 0; i < ENDED_MAX; i++) {
		const struct proc *p = t->ended[i];

		if (p && p->parent == k->proc && inner_pid(p->tgid) == pid)
			return p;
	}
	return NULL;
}

static void put_pid(struct tracer *t, struct task *k, int pid)
{
	const struct task *target = task_by_inner(t, k, pid);
	const struct proc *p = target ? target->proc : ended_child(t, k, pid);

	if (p)
		put_target(t, k, p);
	else
		buf_c(&k->call.words, "no process");
}

/* --- groups --- */

/* The worst of those in it, whose leader may have ended. */
static void put_group(struct tracer *t, struct task *k, long group)
{
	const struct proc *other = NULL, *child = NULL;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct proc *p = t->procs[i]; p; p = p->next) {
			if (inner_group(p->tgid) != group)
				continue;
			if (p != k->proc && is_above(k->proc, p))
				child = p;
			else if (!other || other_step(t, k->proc, p))
				other = p;
		}
	if (other && other_step(t, k->proc, other)) {
		buf_c(&k->call.words, "group of step ");
		buf_str(&k->call.words, t->opt.steps[other->step]);
	} else {
		buf_c(&k->call.words, other ? "group of other" :
		      child ? "group of children" : "no process");
	}
}

static bool is_own_group(struct task *k, int pid)
{
	return !pid || (pid < -1 && inner_group(k->proc->tgid) == -(long)pid);
}

/* By pid as the sandbox counts, as kill(2) takes it. */
static void put_targets(struct tracer *t, struct task *k, int pid)
{
	struct buf *words = &k->call.words;

	if (pid == -1)
		buf_c(words, "every process");
	else if (pid == 1)
		buf_c(words, "pid 1");
	else if (is_own_group(k, pid))
		buf_c(words, "own group");
	else if (pid < 0)
		put_group(t, k, -(long)pid);
	else
		put_pid(t, k, pid);
}

/* --- what becomes of it --- */

static const char *signal_text(int sig, char *number, size_t size)
{
	const char *name = sigabbrev_np(sig);

	/* Those of real time have no names. */
	if (name)
		snprintf(number, size, "SIG%s", name);
	else
		snprintf(number, size, "%d", sig);
	return number;
}

static void signal_event(struct tracer *t, struct task *k, int sig)
{
	const struct buf *words = &k->call.words;
	size_t len = words->p ? strlen(words->p) : 0;
	struct str path = len < words->len ?
			  str_sub(buf_view(words), len + 1) : STR("");
	char name[32], text[256];

	signal_text(sig, name, sizeof(name));
	if (!sig) {
		emit_words(t, k, EV_PROCESS_INSPECT, call_err(&k->call),
			   "%s(%.100s, 0)", k->row->name, words->p);
		return;
	}
	snprintf(text, sizeof(text), "%s to %.200s", name, words->p);
	emit(t, k, EV_PROCESS_SIGNAL, str_c(text), path, call_err(&k->call));
}

/* Whose end it may be: the sender's label explains it. */
static void note_sender(struct task *k, struct proc *p, int sig)
{
	if (!p || p == k->proc || p->is_init)
		return;
	free(p->sender);
	p->sender = k->proc->label ? mem_strdup(k->proc->label) : NULL;
	p->sent = sig;
}

static void note_senders(struct tracer *t, struct task *k, int pid, int sig)
{
	struct task *target = pid > 1 ? task_by_inner(t, k, pid) : NULL;
	long group = pid ? -(long)pid : inner_group(k->proc->tgid);

	if (target)
		note_sender(k, target->proc, sig);
	for (size_t i = 0; i < BUCKETS && pid <= 0; i++)
		for (struct proc *p = t->procs[i]; p; p = p->next)
			if (pid == -1 || inner_group(p->tgid) == group)
				note_sender(k, p, sig);
}

/*
 * Looks count only beyond the own step.  A sender that kills itself never
 * comes back from the call.
 */
static enum next signal_begins(struct tracer *t, struct task *k, int sig)
{
	struct str to = buf_view(&k->call.words);
	bool beyond = str_eq(to, STR("every process")) ||
		      str_eq(to, STR("pid 1")) || str_starts(to, STR("step "))
		      || str_starts(to, STR("group of step "));

	if (!sig)
		return beyond ? NEXT_LEAVE : NEXT_GO;
	if (sig != SIGKILL || (!str_eq(to, STR("itself")) &&
			       !str_eq(to, STR("own group"))))
		return NEXT_LEAVE;
	signal_event(t, k, sig);
	return NEXT_GO;
}

enum next enter_kill(struct tracer *t, struct task *k)
{
	int pid = (int)k->call.args[0], sig = (int)k->call.args[1];

	if (!k->proc->live)
		return NEXT_GO;
	put_targets(t, k, pid);
	if (sig)
		note_senders(t, k, pid, sig);
	return signal_begins(t, k, sig);
}

void leave_kill(struct tracer *t, struct task *k)
{
	signal_event(t, k, (int)k->call.args[1]);
}

/* --- threads --- */

/* tid: of a thread; tgid: of its process, or 0 where that is not asked for. */
static enum next to_thread(struct tracer *t, struct task *k, int tgid, int tid,
			   int sig)
{
	struct task *target = tid > 1 ? task_by_inner(t, k, tid) : NULL;

	if (!k->proc->live || (target && target != k &&
			       target->proc == k->proc))
		return NEXT_GO;
	if (tid == 1 || tgid == 1)
		buf_c(&k->call.words, "pid 1");
	else
		put_pid(t, k, tid);
	if (target && sig)
		note_sender(k, target->proc, sig);
	return signal_begins(t, k, sig);
}

enum next enter_tkill(struct tracer *t, struct task *k)
{
	return to_thread(t, k, 0, (int)k->call.args[0], (int)k->call.args[1]);
}

enum next enter_tgkill(struct tracer *t, struct task *k)
{
	return to_thread(t, k, (int)k->call.args[0], (int)k->call.args[1],
			 (int)k->call.args[2]);
}

/* The thread stands between process and signal. */
void leave_tgkill(struct tracer *t, struct task *k)
{
	signal_event(t, k, (int)k->call.args[2]);
}

/* --- by descriptor --- */

/* The pid of a pidfd as we count (proc(5), fdinfo); -1: gone, 0: it is none. */
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
	int fd = (int)k->call.args[0], sig = (int)k->call.args[1];
	int pid = pidfd_target(k, fd);
	long inner = pid > 0 ? inner_pid(pid) :
		     pid ? -1 : proc_dir_target(t, k, fd);

	if (!k->proc->live)
		return NEXT_GO;
	if (inner > 0) {
		put_targets(t, k, (int)inner);
		if (sig)
			note_senders(t, k, (int)inner, sig);
	} else if (pid) {
		buf_c(&k->call.words, "no process");
	} else {
		return NEXT_LEAVE;
	}
	return signal_begins(t, k, sig);
}

/* Of what is no process the name of the call is all there is to say. */
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

size_t signal_sender(const struct proc *p, int sig, char *out, size_t size)
{
	int n = p->sender && p->sent == sig ?
		snprintf(out, size, "sent by %s", p->sender) : 0;

	return n <= 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}
