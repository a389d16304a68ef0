/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between our look at a call's arguments and the kernel's, a task that shares
 * the memory may change them, and change them back before we look again; a task
 * that shares the descriptors may put another file behind a number.
 *
 * Memory that is mapped MAP_SHARED or by shmat(2) can be changed by any process
 * that maps it or writes to its file, and a process that has accessed another
 * one's memory can do so again: there, all tasks of the sandbox are frozen.
 *
 * While such a call is made, none of these tasks runs.  A task on a CPU, or
 * that may wake, is asked to stop (PTRACE_INTERRUPT), which it does before its
 * next own instruction.  A task in a stop stays there, because no stop but the
 * caller's is taken until the call has ended.  A call that sleeps has copied
 * its arguments.
 *
 * A task that sleeps until one of the frozen tasks wakes it, as most threads of
 * a pool do, is left asleep.
 *
 * A path leads elsewhere after a rename by any process.  Such calls stop, so
 * that no task need be frozen: one that is on its way along a path comes to its
 * end first, and then the call is run to its end before another stop is taken.
 *
 * To stop a sleeping task costs more than the call.  So it stays stopped for a
 * while (FREEZE_NS), in which the next calls find it so; the time ends early
 * when the caller sleeps itself.
 */
#include "core/trace/freeze.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/base/vec.h"
#include "core/trace/decoders.h"
#include "core/trace/kernel.h"
#include "core/trace/loop.h"
#include "core/trace/path_guard.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define LOOK_US 500		/* does the caller sleep? */
#define FREEZE_NS 5000000U
#define SETTLE_NS 5000000U

#define ALL_SETS 0U		/* sharing sets are counted from 1 */

/* The sharing set that is to be frozen. */
static uint64_t freeze_set(const struct tracer *t, const struct task *k)
{
	/* Two are pid 1 and the caller's own process. */
	if ((k->process->maps_shared || t->freeze.cross_access ||
	     k->call.guard == PATH_GUARD_ALL) &&
	    t->stats.alive > 2)
		return ALL_SETS;
	return k->process->sharing_set;
}

static bool freeze_concerns(const struct task *k, uint64_t set)
{
	return k->process && !k->process->is_init &&
	       (set == ALL_SETS || k->process->sharing_set == set);
}

bool freeze_is_shared(const struct tracer *t, const struct task *k)
{
	return k->process->tasks > 1 || k->process->sharing ||
	       freeze_set(t, k) == ALL_SETS;
}

bool freeze_wanted(const struct tracer *t, const struct task *k)
{
	const struct syscall_desc *r = k->desc;

	if (!r || !freeze_is_shared(t, k))
		return false;
	if (k->clone3.how == CLONE3_IN_MEMORY)
		return true;
	/* What it was given is compared with the kernel's copy of it. */
	if (r->enter == enter_exec)
		return k->call.guard >= PATH_GUARD_SHARED;
	/* What only looks is not worth it where memory is shared. */
	if (r->leave == leave_probe)
		return k->call.guard >= PATH_GUARD_SHARED;
	return r->args.path1 >= 0 || r->args.addr >= 0 ||
	       r->leave == leave_send || r->enter == enter_sockopt;
}

/*
 * A signal would be a stop.  A futex that is not private may be woken through
 * memory that another process maps.
 */
static bool freeze_is_futex_wait(int nr, const unsigned long long a[6])
{
	unsigned op = (unsigned)a[1] & FUTEX_CMD_MASK;

	return nr == SYS_futex && (a[1] & FUTEX_PRIVATE_FLAG) && !a[3] &&
	       (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET);
}

/*
 * Calls that end with EINTR when their task stops (signal(7), "Interruption of
 * system calls and library functions by stop signals"), some only where the
 * socket has a time-out.
 */
static bool freeze_breaks_call(int nr)
{
	static const int calls[] = {
#ifdef SYS_epoll_wait
		SYS_epoll_wait,
#endif
#ifdef SYS_epoll_pwait2
		SYS_epoll_pwait2,
#endif
		SYS_epoll_pwait, SYS_semop, SYS_semtimedop,
		SYS_rt_sigtimedwait, SYS_io_getevents, SYS_read, SYS_readv,
		SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_accept,
		SYS_accept4, SYS_write, SYS_writev, SYS_sendto, SYS_sendmsg,
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (calls[i] == nr)
			return true;
	return false;
}

/*
 * The program must not see that we stopped it: such a call begins again, its
 * time-out with it, unless a handler runs first, and then it ends as ever.
 * Where the kernel has decided that before the stop, as arm64 does, such a
 * task is not stopped.
 */
#if defined(__x86_64__)
#define CAN_RESTART true

static void freeze_restart_call(const struct task *k)
{
	long ret, nr;

	errno = 0;
	ret = ptrace(PTRACE_PEEKUSER, k->tid,
		     offsetof(struct user_regs_struct, rax), NULL);
	if (errno || ret != -EINTR)
		return;
	nr = ptrace(PTRACE_PEEKUSER, k->tid,
		    offsetof(struct user_regs_struct, orig_rax), NULL);
	if (nr >= 0 && freeze_breaks_call((int)nr))
		ptrace(PTRACE_POKEUSER, k->tid,
		       offsetof(struct user_regs_struct, rax),
		       (long)-KERNEL_ERESTARTNOHAND);
}
#else
#define CAN_RESTART false

static void freeze_restart_call(const struct task *k)
{
	(void)k;
}
#endif

/* Not on its way to the CPU, nor to what it was given: asleep behind that. */
static bool freeze_sleeps(pid_t tid)
{
	unsigned long long switches;
	char state;

	return !procfs_state(tid, &state, &switches) || state == 'S' ||
	       state == 'Z';
}

/* --- tasks that stay frozen --- */

/* Those that are kept frozen run on.  False: there was none. */
static bool freeze_release(struct tracer *t)
{
	bool any = false;

	for_each_task(t, k) {
		if (!k->kept_frozen)
			continue;
		k->kept_frozen = false;
		task_resume(k, PTRACE_CONT, 0);
		any = true;
	}
	return any;
}

static void freeze_end(struct tracer *t)
{
	bool any = false;

	if (!t->freeze.until)
		return;
	t->freeze.until = 0;
	loop_timer(TICK_US);
	if (t->freeze.kept)
		any = freeze_release(t);
	t->freeze.kept = false;
	/* They run, or go on sleeping, before they are frozen again. */
	if (any)
		sched_yield();
}

/* Is this set frozen already?  If not, it is from now on. */
static bool freeze_goes_on(struct tracer *t, const struct task *k,
			   uint64_t set)
{
	uint64_t now = clock_ns();

	t->freeze.caller = k->tid;
	if (now < t->freeze.until && t->freeze.sharing_set == set)
		return true;
	freeze_end(t);
	loop_timer(LOOK_US);
	t->freeze.until = now + FREEZE_NS;
	t->freeze.sharing_set = set;
	return false;
}

void freeze_look(struct tracer *t, bool idle)
{
	if (t->freeze.until && (clock_ns() >= t->freeze.until ||
				(idle && freeze_sleeps(t->freeze.caller))))
		freeze_end(t);
}

/* --- one call --- */

/*
 * A parent waits for its child of vfork(2) until that has made its exec, and
 * cannot be interrupted (state D): the exec that it would be frozen for.
 */
static bool freeze_waits_for_child(pid_t tid)
{
	unsigned long long a[6];
	int nr;

	if (!procfs_call(tid, &nr, a))
		return false;
#ifdef SYS_vfork
	if (nr == SYS_vfork)
		return true;
#endif
	return nr == SYS_clone || nr == SYS_clone3;
}

/*
 * A task on a CPU may be inside a call that passes, dup2(2) or fchdir(2), and
 * finish it first.  Its stop is waited for and not taken.
 */
static void freeze_settle(struct tracer *t, pid_t tid)
{
	siginfo_t info;

	while (waitid(P_PID, (id_t)tid, &info,
		      WSTOPPED | WEXITED | WNOWAIT | __WALL) &&
	       errno == EINTR && !t->ending && !freeze_sleeps(tid) &&
	       !freeze_waits_for_child(tid))
		loop_tick(t);
}

/* True: asked to stop, and not asleep. */
static bool freeze_task(struct task *o, bool dense)
{
	unsigned long long a[6];
	int nr = -1;
	bool asleep;

	/* One that is inside a call of its own stops at its end anyhow. */
	if (o->in_call || o->frozen || o->kept_frozen || o->job_stopped ||
	    o->unannounced)
		return false;
	asleep = procfs_call(o->tid, &nr, a);
	if (asleep && ((!dense && freeze_is_futex_wait(nr, a)) ||
		       (!CAN_RESTART && freeze_breaks_call(nr))))
		return false;
	o->frozen = o->freeze_asked =
		!ptrace(PTRACE_INTERRUPT, o->tid, NULL, NULL);
	o->may_stay_frozen = o->frozen && asleep;
	return o->frozen && !asleep;
}

void freeze_stop_once(struct task *o)
{
	freeze_task(o, true);
}

static void freeze_others(struct tracer *t, const struct task *k)
{
	uint64_t set = freeze_set(t, k);
	bool dense = freeze_goes_on(t, k, set);

	for_each_task(t, o)
		if (o != k && freeze_concerns(o, set) &&
		    freeze_task(o, dense) &&
		    k->call.guard >= PATH_GUARD_SHARED)
			freeze_settle(t, o->tid);
}

/*
 * A task that is on a CPU stops as soon as the kernel's interrupt gets there;
 * one that only waits for a CPU makes no further instruction of its own.
 */
void freeze_hold(struct tracer *t, struct task *k)
{
	uint64_t until = clock_ns() + SETTLE_NS;
	bool runs = freeze_is_shared(t, k);

	if (runs)
		freeze_others(t, k);
	while (runs && clock_ns() < until) {
		runs = false;
		for_each_task(t, o) {
			unsigned long long switches;
			char state;

			runs |= o->frozen && !o->may_stay_frozen &&
				procfs_state(o->tid, &state, &switches) &&
				state == 'R';
		}
		if (runs)
			sched_yield();
	}
}

/* A stop of a traced task is reported whether it is asked for or not. */
static bool freeze_has_ended(const struct task *k)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)k->tid, &info,
		       WEXITED | WNOHANG | WNOWAIT | __WALL) &&
	       info.si_pid && info.si_code != CLD_TRAPPED &&
	       info.si_code != CLD_STOPPED;
}

/*
 * An exec kills the other threads when it has found its file (de_thread() in
 * fs/exec.c), and sleeps until the last of them is collected, in a state that
 * does not look like sleep.  The threads are traced, so that it is the tracer's
 * loop that collects them.
 */
static bool freeze_waits_for_threads(struct tracer *t, const struct task *k)
{
	if (!k->desc || k->desc->enter != enter_exec)
		return false;
	for_each_task(t, o)
		if (o != k && o->process == k->process && freeze_has_ended(o))
			return true;
	return false;
}

/* Takes no stop but this task's, until its call has ended or sleeps. */
static void freeze_await(struct tracer *t, pid_t tid)
{
	const struct task *k;
	pid_t got;
	int status;

	for (;;) {
		got = waitpid(tid, &status, __WALL);
		if (got > 0)
			loop_dispatch(t, tid, status);
		else if (errno != EINTR || freeze_sleeps(tid))
			return;
		else
			loop_tick(t);
		k = task_find(t, tid);
		if (!k || !(k->in_call || k->netlink.pending) || t->ending ||
		    (got < 0 && freeze_waits_for_threads(t, k)))
			return;
	}
}

void freeze_call(struct tracer *t, struct task *k)
{
	pid_t tid = k->tid;

	freeze_others(t, k);
	task_resume(k, PTRACE_SYSCALL, 0);
	freeze_await(t, tid);
}

/* --- names --- */

bool freeze_moves_names(const struct tracer *t, const struct task *k)
{
	const struct syscall_desc *r = k->desc;

	if (r && r->leave == leave_chdir)
		return k->process->tasks > 1 || k->process->sharing;
	return r && (t->stats.alive > 2 || k->process->tasks > 1) &&
	       (r->leave == leave_rename || r->leave == leave_symlink ||
		r->leave == leave_link || r->leave == leave_delete);
}

/* A task that is on its way along a path; NULL: none. */
static struct task *freeze_walker(struct tracer *t, const struct task *k)
{
	for_each_task(t, o)
		if (o != k && o->in_call && o->desc && !o->unannounced &&
		    (o->desc->args.path1 >= 0 || o->desc->args.addr >= 0 ||
		     o->desc->leave == leave_send) &&
		    !freeze_sleeps(o->tid))
			return o;
	return NULL;
}

void freeze_call_alone(struct tracer *t, struct task *k)
{
	pid_t tid = k->tid, last = 0;
	struct task *o;

	/* One that is found twice waits for something else. */
	while ((o = freeze_walker(t, k)) && o->tid != last && !t->ending) {
		last = o->tid;
		freeze_await(t, last);
		k = task_find(t, tid);
		if (!k)
			return;
	}
	if (freeze_wanted(t, k))
		freeze_others(t, k);
	task_resume(k, PTRACE_SYSCALL, 0);
	freeze_await(t, tid);
}

/* Any stop takes back what was asked, but for one that came before. */
bool freeze_stopped(struct tracer *t, struct task *k, bool asked)
{
	k->frozen = k->kept_frozen = false;
	if (!asked || !k->freeze_asked)
		return false;
	k->freeze_asked = false;
	freeze_restart_call(k);
	if (!k->may_stay_frozen || !t->freeze.until ||
	    !freeze_concerns(k, t->freeze.sharing_set))
		return false;
	t->freeze.kept = k->kept_frozen = true;
	return true;
}
