/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between our look at a call's arguments and the kernel's, whoever shares the
 * memory may put something else there, and put it back before we look again;
 * whoever shares the descriptors may put another file behind a number.
 *
 * So nobody of them runs in between.  Who is on a CPU, or may wake, is asked
 * to stop (PTRACE_INTERRUPT): it does so before its next own instruction.  Who
 * is in a stop stays there, because no stop but the caller's is taken until
 * the call has ended.  A call that sleeps has copied what it was given.
 *
 * A task that sleeps until one of the held wakes it, which is what most
 * threads of a pool do, is left asleep.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "core/trace/tracer.h"

#define FIRST_LOOK_US 2000	/* does the call sleep? */
#define RESTART_NO_HANDLER 514	/* ERESTARTNOHAND, linux/errno.h */

bool hold_wanted(const struct task *k)
{
	const struct row *r = k->row;

	if (!r || (k->proc->tasks < 2 && !k->proc->shares))
		return false;
	/* Of an exec the kernel's copy can be read (exec_truth.c). */
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
		       (long)-RESTART_NO_HANDLER);
}
#else
#define CAN_RESTART false

static void restart_call(const struct task *k)
{
	(void)k;
}
#endif

/* One that is inside a call of its own stops at its end in any case. */
static bool may_run(const struct task *k)
{
	unsigned long long a[6];
	int nr;

	if (k->inside || k->held || k->listening || k->waiting)
		return false;
	if (!task_call(k->tid, &nr, a))
		return true;
	return !sleeps_on_futex(nr, a) && (CAN_RESTART || !ends_by_stop(nr));
}

static void hold_others(struct tracer *t, const struct task *k)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *o = t->tasks[i]; o; o = o->next)
			if (o != k && o->proc &&
			    o->proc->group == k->proc->group && may_run(o))
				o->held = o->asked =
					!ptrace(PTRACE_INTERRUPT, o->tid,
						NULL, NULL);
}

/* Not on its way to the CPU, nor to what it was given: asleep behind that. */
static bool has_copied(pid_t tid)
{
	unsigned long long switches;
	char state;

	return !task_state(tid, &state, &switches) || state == 'S' ||
	       state == 'Z';
}

void hold(struct tracer *t, struct task *k)
{
	pid_t tid = k->tid, got;
	int status;

	hold_others(t, k);
	task_resume(k, PTRACE_SYSCALL, 0);
	tracer_timer(FIRST_LOOK_US);
	for (;;) {
		got = waitpid(tid, &status, __WALL);
		if (got > 0)
			tracer_dispatch(t, tid, status);
		else if (errno != EINTR || has_copied(tid))
			return;
		else
			tracer_tick(t);
		k = task_find(t, tid);
		if (!k || !k->inside || t->ending)
			return;
	}
}

/* Any stop takes back what was asked, but for one that came before. */
void hold_stopped(struct task *k, bool asked)
{
	k->held = false;
	if (!asked)
		return;
	if (k->asked)
		restart_call(k);
	k->asked = false;
}
