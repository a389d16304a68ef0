/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals, and which process they hit: process.signal "SIGTERM to child PATH"
 * (target.c).  Signal 0 is none; it looks whether there is a process, which is
 * of interest only beyond one's own step.
 *
 * Threads of one process stop and wake each other by signals (garbage
 * collectors, preemption, pthread_cancel), as often as time wants it: no fact.
 */
#include "core/trace/decode_signal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/procfs.h"
#include "core/trace/target.h"
#include "core/trace/tracer.h"

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
	struct str relation, path;
	char name[32], text[256];

	target_split(buf_view(words), &relation, &path);
	signal_text(sig, name, sizeof(name));
	if (!sig) {
		emit_words(t, k, EV_PROCESS_INSPECT, call_err(&k->call),
			   "%s(%.100s, 0)", k->desc->name, words->p);
		return;
	}
	snprintf(text, sizeof(text), "%s to %.200s", name, words->p);
	emit_event(t, k, EV_PROCESS_SIGNAL, str_c(text), path,
		   call_err(&k->call));
}

/* Whose end it may be: the sender's label explains it. */
static void signal_note_sender(struct task *k, struct process *p, int sig)
{
	if (!p || p == k->process || p->is_init)
		return;
	free(p->last_sender);
	p->last_sender =
		k->process->label ? mem_strdup(k->process->label) : NULL;
	p->last_signal = sig;
}

void signal_note_senders(struct tracer *t, struct task *k, int pid, int sig)
{
	struct task *target = pid > 1 ? target_task(t, k, pid) : NULL;
	long group = pid ? -(long)pid : procfs_sandbox_pgid(k->process->tgid);

	if (target)
		signal_note_sender(k, target->process, sig);
	if (pid > 0)
		return;
	for_each_process(t, p)
		if (pid == -1 || procfs_sandbox_pgid(p->tgid) == group)
			signal_note_sender(k, p, sig);
}

void signal_by_child(struct tracer *t, struct task *k, int sig)
{
	buf_clear(&k->call.words);
	buf_c(&k->call.words, "itself");
	signal_event(t, k, sig);
}

void signal_by_timer(struct tracer *t, struct task *k, int sig)
{
	buf_c(&k->call.words, "itself");
	signal_event(t, k, sig);
}

void signal_note_child(const struct process *child)
{
	struct process *p = child->parent;

	if (!child->exit_signal || child->exit_signal == SIGCHLD || !p ||
	    p->is_init || p->ended)
		return;
	free(p->last_sender);
	p->last_sender = child->label ? mem_strdup(child->label) : NULL;
	p->last_signal = child->exit_signal;
}

/*
 * Looks count only beyond the own step.  A sender that kills itself never
 * comes back from the call.
 */
static enum entry_action signal_entry(struct tracer *t, struct task *k,
				      int sig)
{
	struct str to = buf_view(&k->call.words);
	bool beyond = str_eq(to, STR("every process")) ||
		      str_eq(to, STR("pid 1")) || str_starts(to, STR("step "))
		      || str_starts(to, STR("group of step "));

	if (!sig)
		return beyond ? ENTRY_STOP_AT_EXIT : ENTRY_CONTINUE;
	if (sig != SIGKILL || (!str_eq(to, STR("itself")) &&
			       !str_eq(to, STR("own group"))))
		return ENTRY_STOP_AT_EXIT;
	signal_event(t, k, sig);
	return ENTRY_CONTINUE;
}

enum entry_action enter_kill(struct tracer *t, struct task *k)
{
	int pid = (int)k->call.args[0], sig = (int)k->call.args[1];

	if (!k->process->after_first_exec)
		return ENTRY_CONTINUE;
	target_put_signalled(t, k, pid, &k->call.words);
	if (sig)
		signal_note_senders(t, k, pid, sig);
	return signal_entry(t, k, sig);
}

void leave_kill(struct tracer *t, struct task *k)
{
	signal_event(t, k, (int)k->call.args[1]);
}

/* --- threads --- */

/* tid: of a thread; tgid: of its process, or 0 where that is not asked for. */
static enum entry_action signal_to_thread(struct tracer *t, struct task *k,
					  int tgid, int tid, int sig)
{
	struct task *target = tid > 1 ? target_task(t, k, tid) : NULL;

	if (!k->process->after_first_exec || (target && target != k &&
					      target->process == k->process))
		return ENTRY_CONTINUE;
	if (tid == 1 || tgid == 1)
		buf_c(&k->call.words, "pid 1");
	else
		target_put_pid(t, k, tid, &k->call.words);
	if (target && sig)
		signal_note_sender(k, target->process, sig);
	return signal_entry(t, k, sig);
}

enum entry_action enter_tkill(struct tracer *t, struct task *k)
{
	return signal_to_thread(t, k, 0, (int)k->call.args[0],
				(int)k->call.args[1]);
}

enum entry_action enter_tgkill(struct tracer *t, struct task *k)
{
	return signal_to_thread(t, k, (int)k->call.args[0],
				(int)k->call.args[1], (int)k->call.args[2]);
}

/* The thread stands between process and signal. */
void leave_tgkill(struct tracer *t, struct task *k)
{
	signal_event(t, k, (int)k->call.args[2]);
}

/* --- by descriptor --- */

/* The directory of a process in /proc serves as well (pidfd_send_signal(2)). */
static int signal_proc_dir_target(const struct task *k, int fd)
{
	autobuf struct buf path = BUF_INIT;
	int pid = 0, end = 0;

	if (!resolve_fd(k->tid, fd, &path, NULL) ||
	    sscanf(path.p, "/proc/%d%n", &pid, &end) != 1 || path.p[end])
		return 0;
	return pid;
}

enum entry_action enter_pidfd_signal(struct tracer *t, struct task *k)
{
	int fd = (int)k->call.args[0], sig = (int)k->call.args[1];
	int pid = procfs_pidfd_target(k->tid, fd);
	long inner = pid > 0 ? procfs_sandbox_pid(pid) :
		     pid ? -1 : signal_proc_dir_target(k, fd);

	if (!k->process->after_first_exec)
		return ENTRY_CONTINUE;
	if (inner > 0) {
		target_put_signalled(t, k, (int)inner, &k->call.words);
		if (sig)
			signal_note_senders(t, k, (int)inner, sig);
	} else if (pid) {
		buf_c(&k->call.words, "no process");
	} else {
		return ENTRY_STOP_AT_EXIT;
	}
	return signal_entry(t, k, sig);
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
void signal_delivered(struct task *k, int sig)
{
	siginfo_t info;

	if (sig != SIGTERM && sig != SIGINT && sig != SIGHUP)
		return;
	if (!k->process || ptrace(PTRACE_GETSIGINFO, k->tid, NULL, &info))
		return;
	if (info.si_code <= 0 && info.si_pid > 0 &&
	    info.si_pid != procfs_sandbox_pid(k->process->tgid))
		k->process->ending_signal = sig;
}

size_t signal_sender(const struct process *p, int sig, char *out, size_t size)
{
	/* 0: it was made to get signals of any number (F_SETOWN). */
	int n = p->last_sender && (!p->last_signal || p->last_signal == sig) ?
		snprintf(out, size, "sent by %s", p->last_sender) : 0;

	return n <= 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}
