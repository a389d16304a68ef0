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

#include "core/netcap/sockaddr.h"
#include "core/trace/tracer.h"

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | \
		 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		 PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | \
		 PTRACE_O_EXITKILL)

#define SERVE_EVERY 64		/* stops */
#define SERVED 32		/* tasks */

#if defined(__x86_64__)
#define FOREIGN_BIT __X32_SYSCALL_BIT
#elif defined(__aarch64__)
#define FOREIGN_BIT 0
#else
#error "behavdiff knows the registers of x86-64 and arm64"
#endif

void task_resume(struct task *k, int request, int sig)
{
	/* ESRCH: killed while it was stopped; its end is reported next. */
	ptrace(request, k->tid, NULL, (void *)(intptr_t)sig);
}

/*
 * SECCOMP_RET_ERRNO would hide the call from us.  Instead the number becomes
 * -1, for which the kernel runs nothing, and the result is put in its place.
 */
enum entry_action call_refuse(struct task *k, int err)
{
#if defined(__x86_64__)
	ptrace(PTRACE_POKEUSER, k->tid,
	       offsetof(struct user_regs_struct, orig_rax), -1L);
	ptrace(PTRACE_POKEUSER, k->tid,
	       offsetof(struct user_regs_struct, rax), -(long)err);
#else
	int none = -1;
	struct user_pt_regs regs;
	struct iovec nr = { &none, sizeof(none) };
	struct iovec all = { &regs, sizeof(regs) };

	ptrace(PTRACE_SETREGSET, k->tid, NT_ARM_SYSTEM_CALL, &nr);
	if (!ptrace(PTRACE_GETREGSET, k->tid, NT_PRSTATUS, &all)) {
		regs.regs[0] = (unsigned long)-(long)err;
		ptrace(PTRACE_SETREGSET, k->tid, NT_PRSTATUS, &all);
	}
#endif
	k->call.ret = -err;
	return ENTRY_REFUSED;
}

enum entry_action call_refuse_with_event(struct tracer *t, struct task *k,
					 enum event_kind kind,
					 const char *words, int err)
{
	call_refuse(k, err);
	emit_event(t, k, kind, str_c(words), STR(""), err);
	return ENTRY_REFUSED;
}

/* --- calls --- */

/*
 * An int argument is the lower half of its register; a program may put what
 * it likes into the upper, and no decoder shall take that for another value.
 */
static void call_narrow(struct call *c, const struct syscall_desc *row)
{
	const struct syscall_args *s = &row->args;
	const int8_t of_shape[] = { s->dir1, s->dir2, s->addr_len };
	unsigned ints = row->ints;

	for (size_t i = 0; i < ARRAY_LEN(of_shape); i++)
		if (of_shape[i] >= 0)
			ints |= 1U << of_shape[i];
	for (int i = 0; i < 6; i++)
		if (ints & 1U << i)
			c->args[i] = (uint32_t)c->args[i];
}

static void call_read_arguments(struct task *k)
{
	const struct syscall_args *s = &k->desc->args;
	struct call *c = &k->call;

	if (s->path1 >= 0)
		c->path1 =
			tracee_read_string(k->tid, c->args[s->path1], PATH_MAX);
	if (s->path2 >= 0)
		c->path2 =
			tracee_read_string(k->tid, c->args[s->path2], PATH_MAX);
	if (s->addr >= 0)
		c->addr_len =
			tracee_read_sockaddr(k->tid, c->args[s->addr],
					     c->args[s->addr_len], &c->addr);
}

/* Who is gone by then has lost nothing; whoever is not there has. */
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
	k->desc = c->nr >= 0 && c->nr < CALLS_MAX ? t->descs[c->nr] : NULL;
	/* Until the program itself runs, only its start is of interest. */
	if (!k->process->after_first_exec &&
	    !(k->desc && k->desc->enter == enter_exec))
		return PTRACE_CONT;
	result_cache_check_rights(t, c);
	if (k->process->after_first_exec && c->nr >= 0 && c->nr < CALLS_MAX)
		t->counts[c->nr]++;
	if (unrecorded_call(t, k))
		return PTRACE_CONT;
	if (k->desc) {
		call_narrow(c, k->desc);
		call_read_arguments(k);
	}
	if (k->desc && k->desc->enter)
		next = k->desc->enter(t, k);
	if (next != ENTRY_REFUSED)
		unrecorded_no_fact(t, k);
	if (next != ENTRY_STOP_AT_EXIT || (k->desc && !k->desc->leave)) {
		call_clear(c);
		return PTRACE_CONT;
	}
	k->in_call = true;
	return PTRACE_SYSCALL;
}

/*
 * ERESTARTSYS and its kin (linux/errno.h) are between the kernel and itself:
 * the call was interrupted and is either made again or ends with EINTR.
 */
static int64_t call_visible_result(int64_t ret)
{
	return ret <= -512 && ret >= -530 ? -EINTR : ret;
}

void call_finish(struct tracer *t, struct task *k, int64_t ret)
{
	k->in_call = false;
	k->call.ret = call_visible_result(ret);
	if (k->desc)
		k->desc->leave(t, k);
	else
		leave_call(t, k);
	call_clear(&k->call);
}

static void call_check_path(struct tracer *t, struct task *k, int8_t arg,
			    const char *was)
{
	autofree char *now = NULL;

	if (arg < 0)
		return;
	now = tracee_read_string(k->tid, k->call.args[arg], PATH_MAX);
	if (was && now && strcmp(was, now) != 0)
		emit_words(t, k, EV_EVASION, 0, "%s argument changed to %.200s",
			   k->desc->name, now);
}

/*
 * Between our look at an argument and the kernel's, another thread may put
 * something else there.  A program that does so does not stop at once: what
 * is there afterwards gives it away.  Calls that only look are left out; some
 * of them write where they read (readlink(2)).
 */
void call_check_arguments(struct tracer *t, struct task *k)
{
	const struct syscall_args *s = &k->desc->args;
	struct call *c = &k->call;
	autobuf struct buf text = BUF_INIT;
	struct sockaddr_storage now;

	if (k->desc->leave == leave_probe)
		return;
	if (k->desc->leave == leave_send) {
		net_check_sent(t, k);
		return;
	}
	call_check_path(t, k, s->path1, c->path1);
	call_check_path(t, k, s->path2, c->path2);
	if (s->addr < 0 || !c->addr_len ||
	    tracee_read_sockaddr(k->tid, c->args[s->addr], c->args[s->addr_len],
				 &now) != c->addr_len ||
	    !memcmp(&now, &c->addr, c->addr_len))
		return;
	sockaddr_text(&text, &now, c->addr_len);
	emit_words(t, k, EV_EVASION, 0, "%s argument changed to %s",
		   k->desc->name, text.p);
}

static void loop_exit(struct tracer *t, struct task *k)
{
	struct ptrace_syscall_info info;

	if (!k->in_call)
		return;
	if (!loop_read_info(t, k, PTRACE_SYSCALL_INFO_EXIT, &info))
		return;
	/* An open tells by its descriptor what was opened. */
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
	/* Memory and descriptors are its own from here on. */
	fork_leave_sharing_set(t, k->process);
	k->process->maps_shared = false;
	exec_succeeded(t, k);
	call_clear(&k->call);
}

/* --- ends --- */

static void loop_end(struct tracer *t, struct task *k, int status)
{
	struct process *p = k->process;
	bool leader = p && p->tgid == k->tid;

	/* Whether it was done before it died, nobody says. */
	t->changes += k->in_call;
	if (p && k->in_call && !t->ending)
		call_finish(t, k, -EINTR);
	if (p)
		p->refs++;
	task_remove(t, k);
	/* It takes the whole sandbox with it, and nobody saw how that ended. */
	if (leader && p->is_init && WIFSIGNALED(status) && !t->ending) {
		t->stats.lost++;
		tracer_blind_spotf(t, "pid 1 of the sandbox died by signal %d",
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

	if (freeze_task_stopped(t, k,
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
		if (sig == (SIGTRAP | 0x80))
			loop_exit(t, k);
		else if (k->process->after_first_exec || loop_is_fault(sig))
			deliver = sig;
		if (deliver)
			signal_delivered(k, sig);
	}
	/* A signal between entry and exit leaves the exit stop to come. */
	if (request == PTRACE_CONT && k->in_call)
		request = PTRACE_SYSCALL;
	if (request == PTRACE_SYSCALL && event == PTRACE_EVENT_SECCOMP &&
	    freeze_wanted(t, k))
		freeze_call(t, k);
	else
		task_resume(k, request, deliver);
}

void tracer_dispatch(struct tracer *t, pid_t tid, int status)
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
int tracer_timer(long us)
{
	struct itimerval it = { { 0, us }, { 0, us } };

	return setitimer(ITIMER_REAL, &it, NULL);
}

static int loop_start_timer(struct err *err)
{
	struct sigaction sa = { .sa_handler = loop_alarm };
	/* Nobody hears it, and each stop would send one. */
	struct sigaction no_stops = {
		.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP,
	};

	if (sigaction(SIGALRM, &sa, NULL) ||
	    sigaction(SIGCHLD, &no_stops, NULL) || tracer_timer(TICK_US))
		return err_sys(err, "cannot set a timer");
	return 0;
}

static int loop_stop_timer(struct err *err)
{
	return tracer_timer(0) ? err_sys(err, "cannot stop a timer") : 0;
}

void tracer_tick(struct tracer *t)
{
	uint64_t now = clock_now_ns();

	if (t->netcap && netcap_is_filling(t->netcap))
		netcap_read(t->netcap, netcap_clock());
	if (now < t->next_tick)
		return;
	t->next_tick = now + TICK_US * 1000U;
	/* By a tick later whoever sent it has told us its address. */
	if (t->netcap)
		netcap_read(t->netcap, netcap_clock() - TICK_US * 1000U);
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

	for (size_t i = 0; i < BUCKETS && n < SERVED; i++) {
		t->turn = (t->turn + 1) % BUCKETS;
		for (struct task *k = t->tasks[t->turn]; k && n < SERVED;
		     k = k->next)
			tids[n++] = k->tid;
	}
	/* Whoever is gone by then is nobody's (ECHILD). */
	for (size_t i = 0; i < n; i++)
		if (waitpid(tids[i], &status, __WALL | WNOHANG) > 0)
			tracer_dispatch(t, tids[i], status);
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
		tracer_tick(t);
		freeze_tick(t, tid < 0);
		if (++served % SERVE_EVERY == 0)
			loop_serve_in_turn(t);
		tid = waitpid(-1, &status, __WALL);
		if (tid > 0)
			tracer_dispatch(t, tid, status);
		else if (errno == ECHILD)
			break;
		else if (errno != EINTR)
			return err_sys(err, "cannot wait for the sandbox");
		if (t->failed.code) {
			*err = t->failed;
			return -1;
		}
	}
	if (t->netcap)
		netcap_end(t->netcap);
	return loop_stop_timer(err);
}

int tracer_new(struct tracer **out, pid_t init,
	       const struct tracer_options *opt, struct err *err)
{
	struct tracer *t;
	struct process *p;

	if (ptrace(PTRACE_SEIZE, init, NULL, OPTIONS)) {
		err_sys(err, "cannot trace the sandbox: ptrace");
		return err_hint(err, "another tracer, kernel.yama.ptrace_scope "
				"= 3 or a container without ptrace refuses "
				"it; in Docker: --cap-add SYS_PTRACE or "
				"--security-opt seccomp=unconfined");
	}
	t = mem_alloc(sizeof(*t));
	t->opt = *opt;
	t->init = init;
	t->root = -1;
	t->expected = STEP_NONE;
	syscalls_fill(t->descs);
	p = process_add(t, init, NULL);
	p->is_init = true;
	task_set_proc(task_add(t, init), p);
	if (opt->all_calls && unrecorded_begin(t, err)) {
		tracer_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void tracer_expect_step(struct tracer *t, size_t step)
{
	t->expected = step;
}

bool tracer_expecting(const struct tracer *t)
{
	return t->expected != STEP_NONE;
}

void tracer_free(struct tracer *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->tasks[i])
			task_remove(t, t->tasks[i]);
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->processes[i])
			process_drop(t, t->processes[i]);
	for (size_t i = 0; i < ENDED_MAX; i++)
		process_put(t->recent_ended[i]);
	for (size_t i = 0; i < t->dead.n; i++) {
		free(t->dead.v[i].exe);
		free(t->dead.v[i].chain);
	}
	for (size_t i = 0; i < t->blind.n; i++)
		free(t->blind.v[i]);
	if (t->root >= 0)
		close(t->root);
	socket_owner_close(t);
	unrecorded_end(t);
	vec_free(&t->dead);
	vec_free(&t->blind);
	vec_free(&t->sandbox_devices);
	strmap_free(&t->changed_paths);
	strmap_free(&t->dirs);
	strmap_free(&t->bound);
	strmap_free(&t->results);
	strmap_free(&t->files);
	strmap_free(&t->mapped);
	free(t);
}
