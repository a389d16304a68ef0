/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: forks, signals, sessions and ends. */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "core/event/error_line.h"
#include "core/trace/flags.h"
#include "core/trace/tracer.h"

/* --- forks --- */

static enum next refuse_flags(struct tracer *t, struct task *k, uint64_t flags,
			      int err)
{
	char text[200], words[220];

	flags_text(text, sizeof(text), clone_flags,
		   flags & (CLONE_NAMESPACES | CLONE_UNTRACED));
	snprintf(words, sizeof(words), "%s(%s)", k->row->name, text);
	return refuse_event(t, k, flags & CLONE_UNTRACED ? EV_EVASION :
			    EV_PRIV, words, err);
}

/* The filter lets every clone pass that asks for nothing of this. */
enum next enter_clone(struct tracer *t, struct task *k)
{
	return refuse_flags(t, k, k->call.args[0], EPERM);
}

/*
 * clone3 has its flags in memory, where another thread can change them after
 * we looked: it does not exist here.  The C library then uses clone(2), whose
 * flags are in a register.
 */
enum next enter_clone3(struct tracer *t, struct task *k)
{
	uint64_t flags = 0;

	mem_read(k->tid, k->call.args[0], &flags, sizeof(flags));
	if (flags & (CLONE_NAMESPACES | CLONE_UNTRACED))
		return refuse_flags(t, k, flags, ENOSYS);
	return refuse(k, ENOSYS);
}

void leave_setsid(struct tracer *t, struct task *k)
{
	(void)t;
	if (!call_err(&k->call))
		k->proc->setsid = true;
}

/* --- looking into others --- */

static const char *ptrace_request(uint64_t request)
{
	static const struct { uint64_t number; const char *name; } names[] = {
		{ PTRACE_TRACEME, "PTRACE_TRACEME" },
		{ PTRACE_ATTACH, "PTRACE_ATTACH" },
		{ PTRACE_SEIZE, "PTRACE_SEIZE" },
		{ PTRACE_PEEKDATA, "PTRACE_PEEKDATA" },
		{ PTRACE_PEEKTEXT, "PTRACE_PEEKTEXT" },
		{ PTRACE_POKEDATA, "PTRACE_POKEDATA" },
		{ PTRACE_POKETEXT, "PTRACE_POKETEXT" },
		{ PTRACE_DETACH, "PTRACE_DETACH" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].number == request)
			return names[i].name;
	return "other";
}

void leave_ptrace(struct tracer *t, struct task *k)
{
	bool self = k->call.args[0] == PTRACE_TRACEME;

	emit_words(t, k, self ? EV_EVASION : EV_PROCESS_INSPECT,
		   call_err(&k->call), "ptrace(%s)",
		   ptrace_request(k->call.args[0]));
}

void leave_inspect(struct tracer *t, struct task *k)
{
	emit(t, k, EV_PROCESS_INSPECT, str_c(k->row->name), STR(""),
	     call_err(&k->call));
}

/* --- standard error: its end explains a failed exit --- */

static void keep_tail(struct proc *p, const char *text, size_t len)
{
	if (len > STDERR_TAIL) {
		text += len - STDERR_TAIL;
		len = STDERR_TAIL;
	}
	if (p->tail_len + len > STDERR_TAIL) {
		size_t drop = p->tail_len + len - STDERR_TAIL;

		memmove(p->tail, p->tail + drop, p->tail_len - drop);
		p->tail_len -= (unsigned)drop;
	}
	memcpy(p->tail + p->tail_len, text, len);
	p->tail_len += (unsigned)len;
}

static void read_tail(struct task *k, uint64_t at, uint64_t len)
{
	char text[STDERR_TAIL];
	ssize_t n;

	if (len > sizeof(text)) {
		at += len - sizeof(text);
		len = sizeof(text);
	}
	n = len ? mem_read(k->tid, at, text, len) : 0;
	if (n > 0)
		keep_tail(k->proc, text, (size_t)n);
}

enum next enter_stderr(struct tracer *t, struct task *k)
{
	read_tail(k, k->call.args[1], k->call.args[2]);
	shell_says(t, k->proc);
	return NEXT_GO;
}

enum next enter_stderr_v(struct tracer *t, struct task *k)
{
	struct iovec iov[8];
	uint64_t n = k->call.args[2] < 8 ? k->call.args[2] : 8;

	if (mem_read(k->tid, k->call.args[1], iov, n * sizeof(*iov)) ==
	    (ssize_t)(n * sizeof(*iov)))
		for (uint64_t i = 0; i < n; i++)
			read_tail(k, (uintptr_t)iov[i].iov_base,
				  iov[i].iov_len);
	shell_says(t, k->proc);
	return NEXT_GO;
}

static bool in_no_tree(void *ctx, struct str rel)
{
	(void)ctx;
	(void)rel;
	return false;
}

/* The line of it that names the error, else the last that says something. */
static struct str error_of(const struct proc *p, struct arena *arena)
{
	const struct error_tree none = { STR("/"), STR(""), in_no_tree, NULL };
	struct error_line e;

	error_line_find(&e, arena, (struct str){ p->tail, p->tail_len },
			&none);
	return e.text;
}

/* --- ends --- */

/* Its last words; of who was killed, who sent the signal in front of them. */
static void set_note(struct proc *p, int status)
{
	struct arena arena = ARENA_INIT;
	struct str line = error_of(p, &arena);
	char note[NOTE_MAX];
	size_t n = WIFSIGNALED(status) ?
		   signal_sender(p, WTERMSIG(status), note, sizeof(note)) : 0;

	if (n && line.len && n + 2 < sizeof(note)) {
		memcpy(note + n, "; ", 2);
		n += 2;
	}
	if (line.len > sizeof(note) - n)
		line.len = sizeof(note) - n;
	memcpy(note + n, line.p, line.len);
	memcpy(p->tail, note, n + line.len);
	p->tail_len = (unsigned)(n + line.len);
	arena_free(&arena);
}

static void remember_dead(struct tracer *t, struct proc *p)
{
	struct dead *d;

	if (t->dead.n == DEAD_MAX) {
		d = &t->dead.v[0];
		free(d->exe);
		free(d->chain);
		memmove(d, d + 1, (DEAD_MAX - 1) * sizeof(*d));
		t->dead.n--;
	}
	d = vec_push(&t->dead);
	d->pid = p->tgid;
	d->ns = now_ns();
	d->exe = p->exe ? mem_strdup(p->exe) : NULL;
	d->chain = p->chain ? mem_strdup(p->chain) : NULL;
	d->step = p->step;
}

static void report_exit(struct tracer *t, struct proc *p, int status)
{
	char words[64];

	if (p->told && (WIFSIGNALED(status) ? WTERMSIG(status) == p->told :
			WEXITSTATUS(status) == 128 + p->told))
		return;
	if (WIFEXITED(status)) {
		snprintf(words, sizeof(words), "status=%d",
			 WEXITSTATUS(status));
	} else {
		const char *name = sigabbrev_np(WTERMSIG(status));

		snprintf(words, sizeof(words), "signal=%s%d",
			 name ? "SIG" : "", WTERMSIG(status));
		if (name)
			snprintf(words, sizeof(words), "signal=SIG%s", name);
	}
	set_note(p, status);
	emit_proc(t, p, EV_PROCESS_EXIT, str_c(p->exe ? p->exe : "?"),
		  str_c(words), 0, STR("exit"));
}

/*
 * daemon(3) ends the parent and then leaves its session, or the other way
 * round, as the scheduler likes, and setsid(1) executes another program after
 * that: only at its own end, or the run's, is there one answer to all of it.
 */
void proc_outlived(struct tracer *t, struct proc *p)
{
	if (p->live && p->setsid && p->parent && p->parent->ended)
		emit_proc(t, p, EV_PROCESS_DAEMON, str_c(p->exe ? p->exe : "?"),
			  STR(""), 0, STR("setsid"));
}

void proc_ended(struct tracer *t, struct proc *p, int status)
{
	p->ended = true;
	if (!t->ending) {
		exec_flush(t, p);
		if (p->live) {
			report_exit(t, p, status);
			proc_outlived(t, p);
			remember_dead(t, p);
		}
	}
	if (p->main && p->step != STEP_NONE && !t->ending)
		t->hooks->ended(t->hooks->ctx, p->step, status);
}
