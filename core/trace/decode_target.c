/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that change or look into a process that an argument names: limits,
 * priorities, processors, memory, descriptors (targets.def), and descriptors
 * that have the kernel signal a process (F_SETOWN).
 */
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/trace/decode_signal.h"
#include "core/trace/decode_target.h"
#include "core/trace/decode_request.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/procfs.h"
#include "core/trace/target.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

enum named_by { BY_PID, BY_PIDFD, BY_WHICH };
enum deed { DEED_SETS, DEED_FREES, DEED_LOOKS };

static const struct row {
	const char *call;
	unsigned argument;
	enum named_by by;
	enum deed deed;
} targets[] = {
#define TARGET(call, argument, by, deed) \
	{ #call, argument, BY_##by, DEED_##deed },
#include "core/event/targets.def"
#undef TARGET
};

/* --- by pid, descriptor, or group --- */

static void target_put_named(struct tracer *t, struct task *k, int pid,
			     struct buf *words)
{
	if (!pid)
		buf_c(words, "itself");
	else if (pid == 1)
		buf_c(words, "pid 1");
	else
		target_put_pid(t, k, pid, words);
}

/* No words: the descriptor is none of a process. */
static void target_put_pidfd(struct tracer *t, struct task *k, int fd,
			     struct buf *words)
{
	pid_t pid = procfs_pidfd_target(k->tid, fd);

	if (pid > 0)
		target_put_named(t, k, (int)procfs_sandbox_pid(pid), words);
	else if (pid)
		buf_c(words, "no process");
}

/* ioprio_set(2) has other numbers for the same. */
static void target_put_which(struct tracer *t, struct task *k, bool io,
			     int which, int who, struct buf *words)
{
	if (which == (io ? IOPRIO_WHO_PROCESS : PRIO_PROCESS))
		target_put_named(t, k, who, words);
	else if (which == (io ? IOPRIO_WHO_PGRP : PRIO_PGRP))
		target_put_signalled(t, k, -who, words);
	else
		buf_c(words, "every process of a user");
}

static void target_put_argument(struct tracer *t, struct task *k,
				const struct row *row, struct buf *words)
{
	const uint64_t *a = k->call.args;
	int value = (int)a[row->argument];

	if (row->by == BY_PID)
		target_put_named(t, k, value, words);
	else if (row->by == BY_PIDFD)
		target_put_pidfd(t, k, value, words);
	else
		target_put_which(t, k, !strcmp(row->call, "ioprio_set"),
				 (int)a[row->argument - 1], value, words);
}

/* The first row whose target is another than the caller, else the last one. */
static const struct row *target_find(struct tracer *t, struct task *k,
				     struct buf *words)
{
	const struct row *row = NULL;

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		if (strcmp(targets[i].call, k->desc->name) != 0)
			continue;
		row = &targets[i];
		buf_clear(words);
		target_put_argument(t, k, row, words);
		if (!target_is_own(buf_view(words)))
			break;
	}
	return row;
}

/* On entry, because the target may be gone afterwards. */
enum entry_action enter_target(struct tracer *t, struct task *k)
{
	const struct row *row;

	if (!k->process->after_first_exec)
		return ENTRY_CONTINUE;
	row = target_find(t, k, &k->call.words);
	k->call.aux = row->deed;
	return ENTRY_STOP_AT_EXIT;
}

void leave_target(struct tracer *t, struct task *k)
{
	struct str words = buf_view(&k->call.words);

	/* A pid that is no process's, or no pidfd, hits none. */
	if (k->call.aux != DEED_LOOKS &&
	    (target_is_own(words) || str_eq(words, STR("no process"))))
		leave_call(t, k);
	else
		target_emit(t, k, k->desc->name, words, call_err(&k->call));
}

/* --- tracing --- */

static const char *target_ptrace_request(uint64_t request)
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

enum entry_action enter_ptrace(struct tracer *t, struct task *k)
{
	if (k->process->after_first_exec && k->call.args[0] != PTRACE_TRACEME)
		target_put_named(t, k, (int)k->call.args[1], &k->call.words);
	return ENTRY_STOP_AT_EXIT;
}

void leave_ptrace(struct tracer *t, struct task *k)
{
	char deed[64];
	int err = call_err(&k->call);

	snprintf(deed, sizeof(deed), "ptrace(%s)",
		 target_ptrace_request(k->call.args[0]));
	if (k->call.args[0] == PTRACE_TRACEME)
		emit_event(t, k, EV_EVASION, str_c(deed), STR(""), err);
	else
		target_emit(t, k, deed, buf_view(&k->call.words), err);
}

/* --- the owner of a descriptor, which the kernel signals (fcntl(2)) --- */

/* The pid as kill(2) takes it; false: the request sets no owner. */
static bool target_owner_of_fcntl(const struct task *k, int *pid)
{
	struct { int type, pid; } ex = { F_OWNER_PID, 0 };

	*pid = (int)k->call.args[2];
	if (k->call.args[1] == F_SETOWN)
		return true;
	if (k->call.args[1] != F_SETOWN_EX)
		return false;
	tracee_read(k->tid, k->call.args[2], &ex, sizeof(ex));
	*pid = ex.type == F_OWNER_PGRP ? -ex.pid : ex.pid;
	return true;
}

static bool target_owner_of_ioctl(const struct task *k, int *pid)
{
	unsigned request = (unsigned)k->call.args[1];

	*pid = 0;
	if (request != FIOSETOWN && request != SIOCSPGRP)
		return false;
	tracee_read(k->tid, k->call.args[2], pid, sizeof(*pid));
	return true;
}

/*
 * From now on the kernel signals the owner when there is something to read,
 * with any signal (F_SETSIG): no later call sends it.  0 is no owner.
 */
bool target_sets_owner(struct tracer *t, struct task *k, bool ioctl)
{
	struct buf *words = &k->call.words;
	int pid;

	if (!(ioctl ? target_owner_of_ioctl(k, &pid) :
		      target_owner_of_fcntl(k, &pid)))
		return false;
	if (!pid || !k->process->after_first_exec)
		return true;
	target_put_signalled(t, k, pid, words);
	if (!target_is_own(buf_view(words)))
		signal_note_senders(t, k, pid, 0);
	return true;
}

void target_owner_set(struct tracer *t, struct task *k)
{
	const char *deed = k->desc->leave == leave_fcntl ?
			   "fcntl(F_SETOWN)" : "ioctl(FIOSETOWN)";

	if (!target_is_own(buf_view(&k->call.words)))
		target_emit(t, k, deed, buf_view(&k->call.words),
			    call_err(&k->call));
}

enum entry_action enter_fcntl(struct tracer *t, struct task *k)
{
	if (k->call.args[1] == F_DUPFD || k->call.args[1] == F_DUPFD_CLOEXEC)
		return enter_descriptor(t, k);
	if (target_sets_owner(t, k, false))
		return target_is_own(buf_view(&k->call.words)) ?
			       ENTRY_CONTINUE : ENTRY_STOP_AT_EXIT;
	return request_is_quiet(k) ? enter_lock(t, k) : ENTRY_STOP_AT_EXIT;
}

void leave_fcntl(struct tracer *t, struct task *k)
{
	if (k->call.args[1] == F_DUPFD || k->call.args[1] == F_DUPFD_CLOEXEC)
		return;
	if (k->call.words.len)
		target_owner_set(t, k);
	else
		leave_request(t, k);
}
