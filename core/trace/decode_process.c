/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: forks, signals, sessions and ends. */
#include "core/trace/decode_process.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "core/event/error_line.h"
#include "core/trace/decode_exec.h"
#include "core/trace/decode_signal.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/flags.h"
#include "core/trace/kernel.h"
#include "core/trace/shell.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

/* --- forks --- */

enum entry_action process_refuse_flags(struct tracer *t, struct task *k,
				       uint64_t flags)
{
	char text[200], words[220];

	flags_text(text, sizeof(text), clone_flags,
		   flags & (CLONE_NAMESPACES | CLONE_UNTRACED));
	snprintf(words, sizeof(words), "%s(%s)", k->desc->name, text);
	return call_refuse_with_event(
		t, k, flags & CLONE_UNTRACED ? EV_EVASION : EV_PRIV, words,
		EPERM);
}

/*
 * The filter lets every clone pass that asks for nothing of this, and whose
 * child signals its end by SIGCHLD or not at all.
 */
enum entry_action enter_clone(struct tracer *t, struct task *k)
{
	uint64_t flags = k->call.args[0];

	if (flags & CLONE_NOTABLE)
		return process_refuse_flags(t, k, flags & CLONE_NOTABLE);
	/* The end of a thread is none; CLONE_PARENT: the caller's signal. */
	k->call.aux = flags & (CLONE_THREAD | CLONE_PARENT) ?
		      0 : flags & CSIGNAL;
	return ENTRY_STOP_AT_EXIT;
}

/* The kernel will signal the caller when the child ends. */
void leave_clone(struct tracer *t, struct task *k)
{
	int sig = (int)k->call.aux;

	if (sig && sig != SIGCHLD)
		signal_by_child(t, k, sig);
}

void leave_setsid(struct tracer *t, struct task *k)
{
	(void)t;
	if (!call_err(&k->call))
		k->process->setsid = true;
}

/* --- standard error: its end explains a failed exit --- */

static void process_keep_stderr(struct process *p, const char *text, size_t len)
{
	if (len > STDERR_TAIL) {
		text += len - STDERR_TAIL;
		len = STDERR_TAIL;
	}
	if (p->stderr_len + len > STDERR_TAIL) {
		size_t drop = p->stderr_len + len - STDERR_TAIL;

		memmove(p->stderr_tail, p->stderr_tail + drop,
			p->stderr_len - drop);
		p->stderr_len -= (unsigned)drop;
	}
	memcpy(p->stderr_tail + p->stderr_len, text, len);
	p->stderr_len += (unsigned)len;
}

static void process_read_stderr(struct task *k, uint64_t at, uint64_t len)
{
	char text[STDERR_TAIL];
	ssize_t n;

	if (len > sizeof(text)) {
		at += len - sizeof(text);
		len = sizeof(text);
	}
	n = len ? tracee_read(k->tid, at, text, len) : 0;
	if (n > 0)
		process_keep_stderr(k->process, text, (size_t)n);
}

enum entry_action enter_stderr(struct tracer *t, struct task *k)
{
	process_read_stderr(k, k->call.args[1], k->call.args[2]);
	shell_wrote(t, k->process);
	return ENTRY_CONTINUE;
}

enum entry_action enter_stderr_v(struct tracer *t, struct task *k)
{
	struct iovec iov[8];
	uint64_t n = k->call.args[2] < 8 ? k->call.args[2] : 8;

	if (tracee_read(k->tid, k->call.args[1], iov, n * sizeof(*iov)) ==
	    (ssize_t)(n * sizeof(*iov)))
		for (uint64_t i = 0; i < n; i++)
			process_read_stderr(k, (uintptr_t)iov[i].iov_base,
					    iov[i].iov_len);
	shell_wrote(t, k->process);
	return ENTRY_CONTINUE;
}

static bool process_in_no_tree(void *ctx, struct str rel)
{
	(void)ctx;
	(void)rel;
	return false;
}

/* The line of it that names the error, else the last that says something. */
static struct str process_error_line(const struct process *p,
				     struct arena *arena)
{
	const struct error_tree none = {
		STR("/"), STR(""), process_in_no_tree, NULL,
	};
	struct error_line e;

	error_line_find(&e, arena,
			(struct str){ p->stderr_tail, p->stderr_len }, &none);
	return e.text;
}

/* --- ends --- */

/* Bytes of it in the evidence of an end. */
#define NOTE_MAX 256

/*
 * Its note: the line that names the error; of a killed process, the signal's
 * sender in front of it.
 */
static void process_set_note(struct process *p, int status)
{
	struct arena arena = ARENA_INIT;
	struct str line = process_error_line(p, &arena);
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
	memcpy(p->stderr_tail, note, n + line.len);
	p->stderr_len = (unsigned)(n + line.len);
	arena_free(&arena);
}

static void process_report_exit(struct tracer *t, struct process *p, int status)
{
	char words[64];

	if (p->ending_signal &&
	    (WIFSIGNALED(status) ? WTERMSIG(status) == p->ending_signal :
	     WEXITSTATUS(status) == 128 + p->ending_signal))
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
	process_set_note(p, status);
	emit_process(t, p, 0, EV_PROCESS_EXIT, process_exe(p),
		     str_c(words), 0, STR("exit"));
}

/*
 * daemon(3) ends the parent and then leaves its session, or the other way
 * round, as the scheduler likes, and setsid(1) executes another program after
 * that: only at its own end, or the run's, is there one answer to all of it.
 */
void process_check_daemon(struct tracer *t, struct process *p)
{
	if (p->after_first_exec && p->setsid && p->parent &&
	    p->parent->ended)
		emit_process(t, p, 0, EV_PROCESS_DAEMON,
			     process_exe(p), STR(""), 0,
			     STR("setsid"));
}

static bool process_has_leader(const struct tracer *t, size_t step)
{
	for_each_process(t, p)
		if (p->is_step_leader && p->step == step)
			return true;
	return false;
}

/*
 * Where the deadline cuts a step short, which processes are on their way is
 * chance.
 */
void process_check_left(struct tracer *t, struct process *p, bool cut)
{
	if (p->left_checked || p->is_init || !p->after_first_exec)
		return;
	p->left_checked = true;
	if (p->parent && p->parent->ended &&
	    !(cut && process_has_leader(t, p->step)))
		emit_process(t, p, 0, EV_PROCESS_LEFT, process_exe(p), STR(""),
			     0, STR("alive"));
}

void process_ended(struct tracer *t, struct process *p, int status)
{
	p->ended = true;
	signal_note_child(p);
	if (!t->ending) {
		exec_report_pending(t, p);
		overwrite_check(t, p);
		if (p->after_first_exec) {
			process_report_exit(t, p, status);
			process_check_daemon(t, p);
			zombies_add(t, p);
		}
	}
	if (p->is_step_leader && p->step != STEP_NONE && !t->ending)
		t->hooks->ended(t->hooks->ctx, p->step, status);
}
