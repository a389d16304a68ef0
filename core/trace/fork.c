/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New tasks and their parents.
 *
 * A task that forks stops and names the new task (PTRACE_EVENT_FORK and its
 * kin).  A thread that is killed between fork and that stop, by exit_group(2)
 * of another thread or by a signal, never reports it (ptrace_event() in
 * kernel/ptrace.c).  The kernel has attached the new task all the same, which
 * waits in its first stop.  A task that waits longer than a tick gets its
 * parent from /proc and runs.
 */
#include "core/trace/fork.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/trace/emit.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

/* --- processes --- */

/*
 * The event does not say: it is chosen by the flags of clone(2), and a thread
 * may come as a fork or a vfork.
 */
static bool fork_is_thread(const struct process *p, pid_t tid)
{
	return !syscall(SYS_tgkill, p->tgid, tid, 0) || errno == EPERM;
}

static void fork_over_limit(struct tracer *t, struct task *child)
{
	kill(child->tid, SIGKILL);
	if (!t->stats.limited)
		emit_words(t, child, EV_LIMIT, 0, "processes %u",
			   t->opt.max_processes);
	/* It dies by our hand before it did anything: no fact. */
	child->process->after_first_exec = false;
	t->stats.limited = true;
}

static void fork_new_process(struct tracer *t, struct task *child,
			     struct process *parent)
{
	struct process *p = process_add(t, child->tid, parent);

	task_set_process(child, p);
	if (parent->is_init) {
		p->is_step_leader = true;
		p->step = t->fork.step;
		t->fork.step = STEP_NONE;
		if (!t->start_ns)
			t->start_ns = clock_ns();
	}
	if (t->stats.alive > t->opt.max_processes + 1)
		fork_over_limit(t, child);
}

/*
 * CLONE_VM, CLONE_FILES or CLONE_FS without CLONE_THREAD; vfork(2) is the
 * first.
 */
static void fork_note_sharing(struct tracer *t, struct process *p, pid_t tid,
			      struct task *child)
{
	bool files = !syscall(SYS_kcmp, tid, child->tid, KCMP_FILES, 0, 0);

	bool vm = !syscall(SYS_kcmp, tid, child->tid, KCMP_VM, 0, 0);
	bool fs = !syscall(SYS_kcmp, tid, child->tid, KCMP_FS, 0, 0);

	t->fork.shares_files |= files;
	if (fs)
		child->process->shares_directory = p->shares_directory = true;
	if (!files && !vm && !fs)
		return;
	child->process->sharing_set = p->sharing_set;
	child->process->sharing = p->sharing = true;
}

/* Its first stop may have come before it was known whose it is. */
static void fork_run_on(struct task *k)
{
	if (!k->unannounced)
		return;
	k->unannounced = false;
	task_resume(k, PTRACE_CONT, 0);
}

void fork_announced(struct tracer *t, struct task *k)
{
	unsigned long tid = 0;
	struct task *child;

	if (ptrace(PTRACE_GETEVENTMSG, k->tid, NULL, &tid))
		return;
	child = task_find(t, (pid_t)tid);
	/* Killed, and its end seen, before it was announced. */
	if (!child && kill((pid_t)tid, 0) && errno == ESRCH)
		return;
	if (!child)
		child = task_add(t, (pid_t)tid);
	/* It has waited too long for us, and was asked itself. */
	if (child->process)
		return;
	clone3_announced(k, child);
	limits_count_tasks(t, k);
	if (fork_is_thread(k->process, (pid_t)tid)) {
		task_set_process(child, k->process);
	} else {
		fork_new_process(t, child, k->process);
		fork_note_sharing(t, k->process, k->tid, child);
		if (k->in_call)
			child->process->exit_signal = (int)k->call.aux;
	}
	fork_run_on(child);
}

/* --- unannounced children --- */

void fork_keep_ended(struct tracer *t, struct process *p)
{
	struct process **slot =
		&t->fork.ended[t->fork.n_ended++ % ENDED_MAX];

	if (!p->after_first_exec)
		return;
	process_put(*slot);
	p->refs++;
	*slot = p;
}

/*
 * The parent of an orphan is one of the processes that ended last, and the
 * orphan is a copy of it: the last one of the same program, else the last.
 */
static struct process *fork_ended_parent(struct tracer *t, struct task *k)
{
	autobuf struct buf exe = BUF_INIT;
	struct process *last = NULL;
	bool deleted;

	resolve_exe(k->tid, &exe, &deleted);
	for (unsigned i = 1; i <= ENDED_MAX && i <= t->fork.n_ended; i++) {
		struct process *p =
			t->fork.ended[(t->fork.n_ended - i) % ENDED_MAX];

		if (p && p->exe && !strcmp(p->exe, exe.p))
			return p;
		last = last ? last : p;
	}
	return last;
}

/* NULL: not known, or not yet. */
static struct process *fork_find_parent(struct tracer *t, struct task *k)
{
	struct process *p =
		process_find(t, procfs_status_number(k->tid, "PPid"));

	if (!p || !p->is_init)
		return p;
	/* The step that is being started: pid 1 will announce it. */
	return t->fork.step == STEP_NONE ? fork_ended_parent(t, k) : NULL;
}

/* The flags it was made with are not known: it may share with any process. */
static void fork_note_sharing_all(struct tracer *t, struct task *child)
{
	for_each_task(t, k)
		if (k->process && k->process != child->process &&
		    !k->process->is_init)
			fork_note_sharing(t, k->process, k->tid, child);
}

static void fork_attach(struct tracer *t, struct task *k)
{
	pid_t tgid = procfs_status_number(k->tid, "Tgid");
	struct process *p = NULL;

	if (tgid && tgid != k->tid) {
		p = process_find(t, tgid);
		if (p)
			task_set_process(k, p);
	} else if (tgid) {
		p = fork_find_parent(t, k);
		if (p) {
			fork_new_process(t, k, p);
			fork_note_sharing_all(t, k);
		}
	}
	if (!p)
		return;
	clone3_unannounced(t, k);
	fork_run_on(k);
}

void fork_find_parents(struct tracer *t)
{
	if (t->ending)
		return;
	for_each_task(t, k)
		if (k->unannounced && k->ticks_waited++)
			fork_attach(t, k);
}

unsigned fork_count_unannounced(const struct tracer *t)
{
	unsigned n = 0;

	for_each_task(t, k)
		n += k->unannounced && k->ticks_waited > 1;
	return n;
}

/*
 * A task that is in no table here was orphaned before its first stop: it is a
 * child of pid 1.  A zombie stays in this list until pid 1 has collected it.
 */
bool fork_has_unannounced(struct tracer *t)
{
	autobuf struct buf text = BUF_INIT;
	autofree char *name = mem_printf("task/%d/children", t->init);
	unsigned long long switches;
	char *at, *end, state;

	if (!procfs_read(t->init, name, &text, 1 << 20))
		return false;
	for (at = text.p; at && *at; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		if (!task_find(t, pid) &&
		    procfs_state(pid, &state, &switches) && state != 'Z')
			return true;
	}
	return false;
}

void fork_begin(struct fork *f)
{
	f->step = STEP_NONE;
}

void fork_free(struct fork *f)
{
	for (size_t i = 0; i < ENDED_MAX; i++)
		process_put(f->ended[i]);
}
