/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stops of ptrace(2), one at a time.
 *
 * Pid 1 of the sandbox is seized before it starts anything, so every task
 * below it is attached by the kernel when it is forked: none runs a single
 * instruction unobserved.  PTRACE_O_EXITKILL ends all of them with us.
 *
 * A call stops on entry because the filter says so, and a second time at its
 * end only when its result matters.
 */
#include "core/trace/loop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <linux/ptrace.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/netcap/netcap.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/decode_exec.h"
#include "core/trace/decode_process.h"
#include "core/trace/decode_signal.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/path_guard.h"
#include "core/trace/tracer.h"

#define SERVE_EVERY 64		/* stops */
#define SERVED 32		/* tasks */

#if defined(__x86_64__)
#define FOREIGN_BIT __X32_SYSCALL_BIT
#elif defined(__aarch64__)
#define FOREIGN_BIT 0
#else
#error "behavdiff knows the registers of x86-64 and arm64"
#endif

/* --- calls --- */

/*
 * ESRCH: the task was killed while stopped; nothing is lost.  Any other failure
 * counts as lost.
 */
static bool loop_read_info(struct tracer *t, struct task *k, uint8_t op,
			   struct ptrace_syscall_info *info)
{
	memset(info, 0, sizeof(*info));
	if (ptrace(PTRACE_GET_SYSCALL_INFO, k->tid, sizeof(*info), info) <= 0)
		t->stats.lost += errno != ESRCH;
	else if (info->op != op)
		t->stats.lost++;
	else
		return true;
	return false;
}

static int loop_foreign_abi(struct tracer *t, struct task *k)
{
	bool x32 = k->call.arch == NATIVE_ARCH;

	k->call.foreign = true;
	call_refuse(k, ENOSYS);
	emit_words(t, k, EV_EVASION, ENOSYS, "foreign-abi %s call %d",
		   x32 ? "x32" : "32-bit",
		   x32 ? k->call.nr & ~FOREIGN_BIT : k->call.nr);
	call_clear(&k->call);
	return PTRACE_CONT;
}

/* The request to go on with. */
static int loop_entry(struct tracer *t, struct task *k)
{
	struct ptrace_syscall_info info;
	struct call *c = &k->call;
	enum entry_action next = ENTRY_STOP_AT_EXIT;

	if (!loop_read_info(t, k, PTRACE_SYSCALL_INFO_SECCOMP, &info))
		return PTRACE_CONT;
	call_clear(c);
	k->desc = NULL;
	c->started_at = netcap_clock();
	c->nr = (int)info.seccomp.nr;
	c->arch = info.arch;
	for (int i = 0; i < 6; i++)
		c->args[i] = info.seccomp.args[i];
	if (info.arch != NATIVE_ARCH || (c->nr > 0 && (c->nr & FOREIGN_BIT)))
		return loop_foreign_abi(t, k);
	k->desc = c->nr >= 0 && c->nr < CALLS_MAX ? t->syscalls.descs[c->nr] :
						    NULL;
	/* Until the program itself runs, only its start is of interest. */
	if (!k->process->after_first_exec &&
	    !(k->desc && k->desc->enter == enter_exec))
		return PTRACE_CONT;
	result_cache_check_rights(t, c);
	if (k->process->after_first_exec && c->nr >= 0 && c->nr < CALLS_MAX)
		t->syscalls.counts[c->nr]++;
	if (unrecorded_call(t, k))
		return PTRACE_CONT;
	if (k->desc)
		call_read_arguments(k);
	if (k->desc && k->desc->enter)
		next = k->desc->enter(t, k);
	if (next != ENTRY_REFUSED)
		unrecorded_no_fact(t, k);
	if (next != ENTRY_STOP_AT_EXIT || (k->desc && !k->desc->leave)) {
		call_clear(c);
		return PTRACE_CONT;
	}
	if (k->desc)
		path_guard_begin(t, k);
	k->in_call = true;
	return PTRACE_SYSCALL;
}

static void loop_exit(struct tracer *t, struct task *k)
{
	struct ptrace_syscall_info info;

	if (!k->in_call)
		return;
	if (!loop_read_info(t, k, PTRACE_SYSCALL_INFO_EXIT, &info))
		return;
	/* Of an open, the descriptor shows what was opened. */
	if (k->desc && (k->desc->leave != leave_open || info.exit.rval < 0))
		call_check_arguments(t, k);
	call_finish(t, k, info.exit.rval);
}

/* --- execs --- */

/*
 * An exec makes its thread the leader and the only one (ptrace(2), "execve(2)
 * under ptrace"): the old leader's id now belongs to the thread that called.
 */
static void loop_exec(struct tracer *t, struct task *k)
{
	unsigned long old = 0;
	struct task *caller;

	ptrace(PTRACE_GETEVENTMSG, k->tid, NULL, &old);
	caller = task_find(t, (pid_t)old);
	if (caller && caller != k) {
		call_clear(&k->call);
		k->call = caller->call;
		memset(&caller->call, 0, sizeof(caller->call));
		k->desc = caller->desc;
		task_remove(t, caller);
	}
	k->in_call = false;
	/* Memory and descriptors are its own now; CLONE_FS stays. */
	if (!k->process->shares_directory)
		process_leave_sharing_set(t, k->process);
	k->process->maps_shared = false;
	netlink_calls_executed(k);
	k->process->exit_signal = 0;
	k->process->heap_end = 0;
	exec_succeeded(t, k);
	call_clear(&k->call);
}

/* --- ends --- */

static void loop_end(struct tracer *t, struct task *k, int status)
{
	struct process *p = k->process;
	bool leader = p && p->tgid == k->tid;

	clone3_ended(t, k);
	/* The call may have been carried out before the task died. */
	t->changed_paths.changes += k->in_call;
	if (p && k->in_call && !t->ending)
		call_finish(t, k, -EINTR);
	if (p && !t->ending)
		netlink_calls_died(t, k);
	if (p)
		p->refs++;
	task_remove(t, k);
	/*
	 * The whole sandbox dies with it: how its processes ended is not known.
	 */
	if (leader && p->is_init && WIFSIGNALED(status) && !t->ending) {
		t->stats.lost++;
		blind_spots_add(&t->blind_spots,
				"pid 1 of the sandbox died by signal %d",
				WTERMSIG(status));
	}
	if (leader) {
		process_ended(t, p, status);
		fork_keep_ended(t, p);
		process_drop(t, p);
		/* Only pid 1 is left: the run may be over, do not wait. */
		if (t->stats.alive <= 1)
			t->next_tick = 0;
	}
	process_put(p);
}

/* --- the loop --- */

/*
 * What the program sends to pid 1 is lost (pid_namespaces(7)), but for a
 * traced one, which SIGSTOP would stop.  A step's child has the program's uid
 * before its exec and could be held there: it hears nothing either, but of
 * its own faults, which would come for ever.
 */
static bool loop_is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL ||
	       sig == SIGFPE;
}

static void loop_stop(struct tracer *t, struct task *k, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;
	int request = PTRACE_CONT, deliver = 0;
	bool sends = false;

	clone3_first_stop(k);
	if (freeze_stopped(t, k,
				event == PTRACE_EVENT_STOP && sig == SIGTRAP))
		return;
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		request = loop_entry(t, k);
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		fork_announced(t, k);
		/* Clone stops at its end only when it fails. */
		if (k->in_call)
			call_finish(t, k, 0);
		break;
	case PTRACE_EVENT_EXEC:
		loop_exec(t, k);
		break;
	case PTRACE_EVENT_STOP:
		/* A stop of job control lasts until SIGCONT. */
		if (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN ||
		    sig == SIGTTOU)
			request = PTRACE_LISTEN;
		k->job_stopped = request == PTRACE_LISTEN;
		break;
	default:
		if (sig == (SIGTRAP | 0x80)) {
			loop_exit(t, k);
			sends = netlink_calls_stopped(t, k);
		} else if (k->process->after_first_exec || loop_is_fault(sig))
			deliver = sig;
		if (deliver)
			signal_delivered(k, sig);
		if (deliver == SIGXFSZ)
			limits_write_refused(t, k);
	}
	/* A signal between entry and exit leaves the exit stop to come. */
	if (request == PTRACE_CONT && k->in_call)
		request = PTRACE_SYSCALL;
	if (request == PTRACE_SYSCALL && event == PTRACE_EVENT_SECCOMP &&
	    freeze_moves_names(t, k))
		freeze_call_alone(t, k);
	else if (request == PTRACE_SYSCALL && event == PTRACE_EVENT_SECCOMP &&
		 freeze_wanted(t, k))
		freeze_call(t, k);
	else if (sends && freeze_is_shared(t, k))
		freeze_call(t, k);
	else
		task_resume(k, request, deliver);
}

void loop_dispatch(struct tracer *t, pid_t tid, int status)
{
	struct task *k = task_find(t, tid);

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (k)
			loop_end(t, k, status);
		return;
	}
	if (!WIFSTOPPED(status))
		return;
	t->stats.stops++;
	if (!k)
		k = task_add(t, tid);
	if (!k->process) {
		k->unannounced = true;
		return;
	}
	loop_stop(t, k, status);
}

static void loop_alarm(int sig)
{
	(void)sig;	/* only to interrupt wait4 */
}

/*
 * wait4 waits for tracees and nothing else; a timer interrupts it, so that
 * deadline and output are looked after.  A signal that comes just before
 * wait4 is made good by the next one.
 */
int loop_timer(long us)
{
	struct itimerval it = { { 0, us }, { 0, us } };

	return setitimer(ITIMER_REAL, &it, NULL);
}

static int loop_start_timer(struct err *err)
{
	struct sigaction sa = { .sa_handler = loop_alarm };
	/* Stops are waited for: without the flag each would send a signal. */
	struct sigaction no_stops = {
		.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP,
	};

	if (sigaction(SIGALRM, &sa, NULL) ||
	    sigaction(SIGCHLD, &no_stops, NULL) || loop_timer(TICK_US))
		return err_sys(err, "cannot set a timer");
	return 0;
}

static int loop_stop_timer(struct err *err)
{
	return loop_timer(0) ? err_sys(err, "cannot stop a timer") : 0;
}

void loop_tick(struct tracer *t)
{
	uint64_t now = clock_ns();

	if (t->traffic.netcap && netcap_is_filling(t->traffic.netcap))
		netcap_read(t->traffic.netcap, netcap_clock());
	if (now < t->next_tick)
		return;
	t->next_tick = now + TICK_US * 1000U;
	/*
	 * A tick later the sender's call has ended, and its address is noted.
	 */
	if (t->traffic.netcap)
		netcap_read(t->traffic.netcap,
			    netcap_clock() - TICK_US * 1000U);
	fork_find_parents(t);
	t->hooks->tick(t->hooks->ctx);
}

/*
 * The kernel looks for a stop from the newest task to the oldest
 * (ptrace_link() in kernel/ptrace.c, do_wait() in kernel/exit.c): new tasks
 * that stop without an end would keep the older ones from ever going on.  So
 * now and then some are asked by name, each in its turn.
 */
static void loop_serve_in_turn(struct tracer *t)
{
	pid_t tids[SERVED];
	size_t n = 0;
	int status;

	for (size_t i = 0; i < TASK_BUCKETS && n < SERVED; i++) {
		t->tasks.turn = (t->tasks.turn + 1) % TASK_BUCKETS;
		for (struct task *k = t->tasks.buckets[t->tasks.turn];
		     k && n < SERVED; k = k->next)
			tids[n++] = k->tid;
	}
	/* ECHILD: the task was killed and is gone. */
	for (size_t i = 0; i < n; i++)
		if (waitpid(tids[i], &status, __WALL | WNOHANG) > 0)
			loop_dispatch(t, tids[i], status);
}

int tracer_run(struct tracer *t, const struct tracer_hooks *hooks,
	       struct err *err)
{
	unsigned served = 0;
	pid_t tid = 0;
	int status;

	t->hooks = hooks;
	if (loop_start_timer(err))
		return -1;
	for (;;) {
		loop_tick(t);
		freeze_look(t, tid < 0);
		if (++served % SERVE_EVERY == 0)
			loop_serve_in_turn(t);
		tid = waitpid(-1, &status, __WALL);
		if (tid > 0)
			loop_dispatch(t, tid, status);
		else if (errno == ECHILD)
			break;
		else if (errno != EINTR)
			return err_sys(err, "cannot wait for the sandbox");
		if (t->traffic.failed.code) {
			*err = t->traffic.failed;
			return -1;
		}
	}
	if (t->traffic.netcap)
		netcap_end(t->traffic.netcap);
	return loop_stop_timer(err);
}

