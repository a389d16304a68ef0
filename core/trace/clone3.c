/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone3(2) has its arguments in memory, where another task can change them
 * after they were looked at.  So they are read once, and the call that is made
 * is clone(2), whose arguments are in registers: the kernel runs the filters
 * again with the new number and takes no second stop for it (since 4.8,
 * __seccomp_filter() in kernel/seccomp.c).
 *
 * A system call leaves the registers of its arguments as they were, and the C
 * library relies on it: the new thread finds its function in one of them.  So
 * they are put back in the caller, at the stop that announces the child or at
 * the call's end where there is none, and in the child at its first stop.
 *
 * Not everything fits into registers: CLONE_CLEAR_SIGHAND (posix_spawn() since
 * glibc 2.38), CLONE_INTO_CGROUP, set_tid, a pidfd and a thread id at once, and
 * what the kernel will find wrong.  That stays clone3.  While it is made no
 * task runs that could change the memory (freeze.c), and what was judged is
 * written back first, which gives the caller a page of its own where the memory
 * was a file's.  The result is compared as for other arguments.
 */
#include "core/trace/clone3.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>
#include <linux/ptrace.h>

#include "core/trace/decode_process.h"
#include "core/trace/decode_signal.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/flags.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

/* --- registers --- */

#if defined(__x86_64__)
#define ADDRESS_END (1ULL << 47)

/*
 * In the order of clone(2)'s arguments in the kernel.  The call begins again
 * by its number in orig_rax.
 */
static const size_t clone3_places[CLONE3_REGISTERS] = {
	offsetof(struct user_regs_struct, rdi),
	offsetof(struct user_regs_struct, rsi),
	offsetof(struct user_regs_struct, rdx),
	offsetof(struct user_regs_struct, r10),
	offsetof(struct user_regs_struct, r8),
};
#define CLONE3_FIRST_KEPT 0
#define CLONE3_TLS 4
#define CLONE3_CHILD_TID 3

static void clone3_set_number(pid_t tid, struct user_regs_struct *regs, int nr)
{
	(void)tid;
	regs->orig_rax = (unsigned long)nr;
}
#else
#define ADDRESS_END (1ULL << 48)

static const size_t clone3_places[CLONE3_REGISTERS] = {
	0 * sizeof(uint64_t), 1 * sizeof(uint64_t), 2 * sizeof(uint64_t),
	3 * sizeof(uint64_t), 4 * sizeof(uint64_t),
};
/* The first argument's register is the result's as well. */
#define CLONE3_FIRST_KEPT 1
#define CLONE3_TLS 3
#define CLONE3_CHILD_TID 4

/* The number that a call begins again by stays in its register. */
static void clone3_set_number(pid_t tid, struct user_regs_struct *regs, int nr)
{
	struct iovec number = { &nr, sizeof(nr) };

	(void)regs;
	ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &number);
}
#endif

static bool clone3_get(pid_t tid, struct user_regs_struct *regs)
{
	struct iovec all = { regs, sizeof(*regs) };

	return !ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all);
}

static void clone3_set(pid_t tid, struct user_regs_struct *regs)
{
	struct iovec all = { regs, sizeof(*regs) };

	ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &all);
}

static void clone3_copy_from(uint64_t out[CLONE3_REGISTERS],
			     const struct user_regs_struct *regs)
{
	for (size_t i = 0; i < CLONE3_REGISTERS; i++)
		memcpy(&out[i], (const char *)regs + clone3_places[i],
		       sizeof(out[i]));
}

static void clone3_copy_to(struct user_regs_struct *regs,
			   const uint64_t from[CLONE3_REGISTERS], size_t first)
{
	for (size_t i = first; i < CLONE3_REGISTERS; i++)
		memcpy((char *)regs + clone3_places[i], &from[i],
		       sizeof(from[i]));
}

/* In the caller or its child, when clone(2) has been made. */
static void clone3_put_back(struct task *k, bool caller)
{
	struct user_regs_struct regs;

	k->clone3.how = CLONE3_NONE;
	if (!clone3_get(k->tid, &regs))
		return;
	clone3_copy_to(&regs, k->clone3.registers.theirs, CLONE3_FIRST_KEPT);
#if defined(__x86_64__)
	if (caller)
		clone3_set_number(k->tid, &regs, SYS_clone3);
#else
	(void)caller;
#endif
	clone3_set(k->tid, &regs);
}

/* --- what is asked for --- */

/*
 * As clone3(2) and copy_struct_from_user() in the kernel: 0, or the errno that
 * the call ends with.  Members that are not known yet have to be 0.
 */
static int clone3_read(const struct task *k, struct clone_args *out)
{
	const uint64_t at = k->call.args[0], size = k->call.args[1];
	const uint64_t known = size < sizeof(*out) ? size : sizeof(*out);
	char rest[256];

	memset(out, 0, sizeof(*out));
	if (size > (uint64_t)sysconf(_SC_PAGESIZE))
		return E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return EINVAL;
	if (tracee_read(k->tid, at, out, known) != (ssize_t)known)
		return EFAULT;
	for (uint64_t done = known; done < size;) {
		uint64_t n = size - done < sizeof(rest) ? size - done :
							   sizeof(rest);

		if (tracee_read(k->tid, at + done, rest, n) != (ssize_t)n)
			return EFAULT;
		for (uint64_t i = 0; i < n; i++)
			if (rest[i])
				return E2BIG;
		done += n;
	}
	return 0;
}

static bool clone3_stack_fits(const struct clone_args *a)
{
	if (!a->stack || !a->stack_size)
		return a->stack == a->stack_size;
	return a->stack < ADDRESS_END && a->stack_size < ADDRESS_END &&
	       a->stack + a->stack_size < ADDRESS_END;
}

/* Would clone(2) do the same? */
static bool clone3_fits(const struct clone_args *a)
{
	const uint64_t f = a->flags;

	return f <= UINT32_MAX && !(f & (CSIGNAL | CLONE_DETACHED)) &&
	       !(f & CLONE_PIDFD && f & CLONE_PARENT_SETTID) &&
	       a->exit_signal < NSIG &&
	       !(a->exit_signal && f & (CLONE_THREAD | CLONE_PARENT)) &&
	       clone3_stack_fits(a) && !a->set_tid && !a->set_tid_size;
}

/* --- the call --- */

static enum entry_action clone3_to_registers(struct task *k,
					     const struct clone_args *a)
{
	struct clone3_registers *r = &k->clone3.registers;
	struct user_regs_struct regs;

	if (!clone3_get(k->tid, &regs))
		return ENTRY_STOP_AT_EXIT;	/* killed */
	clone3_copy_from(r->theirs, &regs);
	r->given[0] = a->flags | a->exit_signal;
	r->given[1] = a->stack + a->stack_size;
	r->given[2] = a->flags & CLONE_PIDFD ? a->pidfd : a->parent_tid;
	r->given[CLONE3_CHILD_TID] = a->child_tid;
	r->given[CLONE3_TLS] = a->tls;
	clone3_copy_to(&regs, r->given, 0);
	clone3_set_number(k->tid, &regs, SYS_clone);
	clone3_set(k->tid, &regs);
	k->clone3.how = CLONE3_IN_REGISTERS;
	return ENTRY_STOP_AT_EXIT;
}

static enum entry_action clone3_judge(struct tracer *t, struct task *k,
				      const struct clone_args *a, int err)
{
	if (err)
		return call_refuse(k, err);
	if (a->flags & (CLONE_NAMESPACES | CLONE_UNTRACED))
		return process_refuse_flags(t, k, a->flags);
	k->call.aux = a->flags & (CLONE_THREAD | CLONE_PARENT) ||
		      a->exit_signal >= NSIG ? 0 : a->exit_signal;
	return ENTRY_STOP_AT_EXIT;
}

enum entry_action enter_clone3(struct tracer *t, struct task *k)
{
	struct clone_args a;
	int err = clone3_read(k, &a);
	enum entry_action next = clone3_judge(t, k, &a, err);

	if (next == ENTRY_REFUSED)
		return next;
	if (clone3_fits(&a))
		return clone3_to_registers(k, &a);
	/* What is read now, no task can change any more. */
	k->clone3.how = CLONE3_IN_MEMORY;
	freeze_hold(t, k);
	err = clone3_read(k, &a);
	next = clone3_judge(t, k, &a, err);
	if (next == ENTRY_REFUSED) {
		k->clone3.how = CLONE3_NONE;
		return next;
	}
	k->clone3.args = a;
	tracee_write(k->tid, k->call.args[0], &a,
		     k->call.args[1] < sizeof(a) ? k->call.args[1] :
						   sizeof(a));
	return next;
}

/* --- its end --- */

static void clone3_check_memory(struct tracer *t, struct task *k)
{
	const struct clone_args *was = &k->clone3.args;
	struct clone_args now;

	/* The kernel may have put an id into the structure itself. */
	if (!clone3_read(k, &now) && now.flags != was->flags)
		emit_words(t, k, EV_EVASION, 0,
			   "clone3 argument changed to %#llx",
			   (unsigned long long)now.flags);
}

static void clone3_leave_memory(struct tracer *t, struct task *k)
{
	const struct clone_args *a = &k->clone3.args;
	const bool cgroup = a->flags & CLONE_INTO_CGROUP;
	const bool ids = a->set_tid_size;

	k->clone3.how = CLONE3_NONE;
	clone3_check_memory(t, k);
	/* Resources of another group, a process id of its choice. */
	if (cgroup || ids)
		emit_words(t, k, EV_PRIV, call_err(&k->call), "clone3(%s%s%s)",
			   cgroup ? "CLONE_INTO_CGROUP" : "",
			   cgroup && ids ? "|" : "", ids ? "set_tid" : "");
}

void leave_clone3(struct tracer *t, struct task *k)
{
	if (k->clone3.how == CLONE3_IN_REGISTERS)
		clone3_put_back(k, true);
	else if (k->clone3.how == CLONE3_IN_MEMORY)
		clone3_leave_memory(t, k);
	leave_clone(t, k);
}

/* --- the child --- */

void clone3_announced(struct task *k, struct task *child)
{
	if (k->clone3.how != CLONE3_IN_REGISTERS)
		return;
	child->clone3.registers = k->clone3.registers;
	child->clone3.how = CLONE3_NEW;
	/* It has stopped already. */
	if (child->unannounced)
		clone3_put_back(child, false);
}

void clone3_first_stop(struct task *k)
{
	if (k->clone3.how == CLONE3_NEW)
		clone3_put_back(k, false);
}

static bool clone3_is_child_of(const struct clone3_registers *r,
			       const uint64_t now[CLONE3_REGISTERS])
{
	return !memcmp(&r->given[1], &now[1],
		       (CLONE3_REGISTERS - 1) * sizeof(now[1]));
}

/* Its registers are those that its caller was given. */
static const struct clone3_registers *
clone3_find_caller(struct tracer *t, const uint64_t now[CLONE3_REGISTERS])
{
	const struct clone3_unclaimed *u = &t->clone3_unclaimed;

	for_each_task(t, k)
		if (k->clone3.how == CLONE3_IN_REGISTERS &&
		    clone3_is_child_of(&k->clone3.registers, now))
			return &k->clone3.registers;
	for (unsigned i = 0; i < CLONE3_UNCLAIMED && i < u->n; i++)
		if (clone3_is_child_of(&u->v[i], now))
			return &u->v[i];
	return NULL;
}

void clone3_unannounced(struct tracer *t, struct task *child)
{
	const struct clone3_registers *r;
	uint64_t now[CLONE3_REGISTERS];
	struct user_regs_struct regs;

	if (!t->syscalls.counts[SYS_clone3] || !clone3_get(child->tid, &regs))
		return;
	clone3_copy_from(now, &regs);
	r = clone3_find_caller(t, now);
	if (!r)
		return;
	child->clone3.registers = *r;
	clone3_put_back(child, false);
}

void clone3_ended(struct tracer *t, const struct task *k)
{
	struct clone3_unclaimed *u = &t->clone3_unclaimed;

	if (k->clone3.how == CLONE3_IN_REGISTERS)
		u->v[u->n++ % CLONE3_UNCLAIMED] = k->clone3.registers;
}
