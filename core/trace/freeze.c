/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between our look at a call's arguments and the kernel's, whoever shares the
 * memory may put something else there, and put it back before we look again;
 * whoever shares the descriptors may put another file behind a number.
 *
 * Memory that is mapped MAP_SHARED or by shmat(2) can be changed by any process
 * that maps it or writes to its file, and any process that has found a way into
 * another's can use it again: there, all of the sandbox are held.
 *
 * So nobody of them runs in between.  Who is on a CPU, or may wake, is asked
 * to stop (PTRACE_INTERRUPT): it does so before its next own instruction.  Who
 * is in a stop stays there, because no stop but the caller's is taken until
 * the call has ended.  A call that sleeps has copied what it was given.
 *
 * A task that sleeps until one of the held wakes it, which is what most
 * threads of a pool do, is left asleep.
 *
 * To stop who sleeps costs more than the call.  So it is not run on at once: a
 * slice begins, in which the next calls find it stopped, and which ends early
 * when the caller sleeps itself.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "core/trace/kernel.h"
#include "core/trace/tracer.h"

#define LOOK_US 500		/* does the caller sleep? */
#define SLICE_NS 5000000U

#define EVERYBODY 0U		/* groups are counted from 1 */

/* The group of those who are to be held. */
static uint64_t whom(const struct tracer *t, const struct task *k)
{
	/* Two are pid 1 and the caller's own process. */
	if ((k->proc->exposed || t->reached) && t->stats.alive > 2)
		return EVERYBODY;
	return k->proc->group;
}

static bool is_one_of(const struct task *k, uint64_t group)
{
	return k->proc && !k->proc->is_init &&
	       (group == EVERYBODY || k->proc->group == group);
}

bool hold_wanted(const struct tracer *t, const struct task *k)
{
	const struct row *r = k->row;

	if (!r || (k->proc->tasks < 2 && !k->proc->shares &&
		   whom(t, k) != EVERYBODY))
		return false;
	/* Of an exec the kernel's copy can be read (exec_copy.c). */
	if (r->leave == leave_probe || r->enter == enter_exec)
		return false;
	return r->shape.p1 >= 0 || r->shape.sa >= 0 || r->leave == leave_send;
}

/*
 * A signal would be a stop.  A futex that is not private may be woken through
 * memory that another process maps.
 */
static bool sleeps_on_futex(int nr, const unsigned long long a[6])
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
static bool ends_by_stop(int nr)
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

static void restart_call(const struct task *k)
{
	long ret, nr;

	errno = 0;
	ret = ptrace(PTRACE_PEEKUSER, k->tid,
		     offsetof(struct user_regs_struct, rax), NULL);
	if (errno || ret != -EINTR)
		return;
	nr = ptrace(PTRACE_PEEKUSER, k->tid,
		    offsetof(struct user_regs_struct, orig_rax), NULL);
	if (nr >= 0 && ends_by_stop((int)nr))
		ptrace(PTRACE_POKEUSER, k->tid,
		       offsetof(struct user_regs_struct, rax),
		       (long)-KERNEL_ERESTARTNOHAND);
}
#else
#define CAN_RESTART false

static void restart_call(const struct task *k)
{
	(void)k;
}
#endif

/* Not on its way to the CPU, nor to what it was given: asleep behind that. */
static bool sleeps(pid_t tid)
{
	unsigned long long switches;
	char state;

	return !task_state(tid, &state, &switches) || state == 'S' ||
	       state == 'Z';
}

/* --- slices --- */

static void end_slice(struct tracer *t)
{
	bool any = false;

	if (!t->slice.until)
		return;
	t->slice.until = 0;
	tracer_timer(TICK_US);
	for (size_t i = 0; i < BUCKETS && t->slice.parked; i++) {
		for (struct task *k = t->tasks[i]; k; k = k->next) {
			if (!k->parked)
				continue;
			k->parked = false;
			task_resume(k, PTRACE_CONT, 0);
			any = true;
		}
	}
	t->slice.parked = false;
	/* They go on sleeping, or run, before anybody holds them again. */
	if (any)
		sched_yield();
}

/* Is there one already for those who are to be held? */
static bool in_slice(struct tracer *t, const struct task *k, uint64_t group)
{
	uint64_t now = now_ns();

	t->slice.caller = k->tid;
	if (now < t->slice.until && t->slice.group == group)
		return true;
	end_slice(t);
	tracer_timer(LOOK_US);
	t->slice.until = now + SLICE_NS;
	t->slice.group = group;
	return false;
}

void hold_look(struct tracer *t, bool idle)
{
	if (t->slice.until && (now_ns() >= t->slice.until ||
			       (idle && sleeps(t->slice.caller))))
		end_slice(t);
}

/* --- one call --- */

static void hold_task(struct task *o, bool dense)
{
	unsigned long long a[6];
	int nr = -1;
	bool asleep;

	/* One that is inside a call of its own stops at its end anyhow. */
	if (o->inside || o->held || o->parked || o->listening || o->waiting)
		return;
	asleep = task_call(o->tid, &nr, a);
	if (asleep && ((!dense && sleeps_on_futex(nr, a)) ||
		       (!CAN_RESTART && ends_by_stop(nr))))
		return;
	o->held = o->asked = !ptrace(PTRACE_INTERRUPT, o->tid, NULL, NULL);
	o->park = o->held && asleep;
}

static void hold_others(struct tracer *t, const struct task *k)
{
	uint64_t group = whom(t, k);
	bool dense = in_slice(t, k, group);

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *o = t->tasks[i]; o; o = o->next)
			if (o != k && is_one_of(o, group))
				hold_task(o, dense);
}

void hold(struct tracer *t, struct task *k)
{
	pid_t tid = k->tid, got;
	int status;

	hold_others(t, k);
	task_resume(k, PTRACE_SYSCALL, 0);
	for (;;) {
		got = waitpid(tid, &status, __WALL);
		if (got > 0)
			tracer_dispatch(t, tid, status);
		else if (errno != EINTR || sleeps(tid))
			return;
		else
			tracer_tick(t);
		k = task_find(t, tid);
		if (!k || !k->inside || t->ending)
			return;
	}
}

/* Any stop takes back what was asked, but for one that came before. */
bool hold_stopped(struct tracer *t, struct task *k, bool asked)
{
	k->held = k->parked = false;
	if (!asked || !k->asked)
		return false;
	k->asked = false;
	restart_call(k);
	if (!k->park || !t->slice.until || !is_one_of(k, t->slice.group))
		return false;
	t->slice.parked = k->parked = true;
	return true;
}
