/* SPDX-License-Identifier: Apache-2.0 */
/* Privileged calls, refused ones, and the calls that are only recorded. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>

#include "core/base/cleanup.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/flags.h"
#include "core/trace/kernel.h"
#include "core/trace/tracer.h"

/* A call without a decoder: its name and how it ended. */
void leave_call(struct tracer *t, struct task *k)
{
	char name[64];

	emit_event(t, k, EV_SYSCALL, str_c(k->desc ? k->desc->name :
			syscall_name(k->call.nr, name, sizeof(name))),
		   STR(""), call_err(&k->call));
}

void leave_priv_call(struct tracer *t, struct task *k)
{
	emit_event(t, k, EV_PRIV, str_c(k->desc->name), STR(""),
		   call_err(&k->call));
}

void leave_priv_path(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	if (!k->process->after_first_exec)
		return;
	if (k->call.path1)
		resolve_path(t, k, AT_FDCWD, k->call.path1, true, &at);
	emit_event(t, k, EV_PRIV, str_c(k->desc->name), buf_view(&at),
		   call_err(&k->call));
}

/* The kind of file system is a name, no path. */
void leave_fsopen(struct tracer *t, struct task *k)
{
	emit_words(t, k, EV_PRIV, call_err(&k->call), "fsopen(%.100s)",
		   k->call.path1 ? k->call.path1 : "?");
}

void leave_mount(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	if (!k->process->after_first_exec)
		return;
	resolve_path(t, k, AT_FDCWD, k->call.path2, true, &at);
	emit_event(t, k, EV_PRIV, str_c(k->desc->name), buf_view(&at),
		   call_err(&k->call));
}

/*
 * So many arguments are ids; of setgroups the first is the length of its list.
 */
void leave_setid(struct tracer *t, struct task *k)
{
	const char *name = k->desc->name;
	size_t n = strstr(name, "setres") ? 3 : strstr(name, "setre") ? 2 : 1;
	char text[80];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%d", i ? ", " : "",
					 (int)k->call.args[i]);
	emit_words(t, k, EV_PRIV, call_err(&k->call), "%s(%s)", name, text);
}

enum entry_action enter_unshare(struct tracer *t, struct task *k)
{
	uint64_t flags = k->call.args[0];
	char text[200], words[220];

	/* Files, fs and semaphores of its own concern no other process. */
	if (!(flags & CLONE_NAMESPACES))
		return ENTRY_CONTINUE;
	flags_text(text, sizeof(text), clone_flags, flags & CLONE_NAMESPACES);
	snprintf(words, sizeof(words), "unshare(%s)", text);
	return call_refuse_with_event(t, k, EV_PRIV, words, EPERM);
}

enum entry_action enter_refused(struct tracer *t, struct task *k)
{
	return call_refuse_with_event(t, k, EV_PRIV, k->desc->name, EPERM);
}

/* Programs ask whether io_uring is there and fall back when it is not. */
enum entry_action enter_evasive(struct tracer *t, struct task *k)
{
	return call_refuse_with_event(t, k, EV_EVASION, k->desc->name, ENOSYS);
}

/*
 * A filter of the program's own may refuse calls before we see them; what it
 * refuses does not happen.  But one that asks a listener (SECCOMP_RET_USER_
 * NOTIF, since 5.0) outranks ours and could let calls pass unobserved.
 */
enum entry_action enter_seccomp(struct tracer *t, struct task *k)
{
	if (k->call.args[0] != SECCOMP_SET_MODE_FILTER &&
	    k->call.args[0] != SECCOMP_SET_MODE_STRICT)
		return ENTRY_CONTINUE;
	if (k->call.args[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		return call_refuse_with_event(t, k, EV_EVASION,
					      "seccomp(listener)", EPERM);
	return ENTRY_STOP_AT_EXIT;
}

void leave_seccomp(struct tracer *t, struct task *k)
{
	emit_event(t, k, EV_EVASION,
		   k->call.args[0] == SECCOMP_SET_MODE_STRICT ?
		   STR("seccomp(strict)") : STR("seccomp(filter)"),
		   STR(""), call_err(&k->call));
}

/*
 * With READ_IMPLIES_EXEC whatever is mapped readable may be executed, and
 * nothing asks for it any more.
 */
void leave_personality(struct tracer *t, struct task *k)
{
	int err = call_err(&k->call);

	emit_words(t, k, EV_SYSCALL, err, "personality(%#llx)",
		   (unsigned long long)k->call.args[0]);
	if (k->call.args[0] & READ_IMPLIES_EXEC &&
	    k->call.args[0] != PERSONALITY_QUERY)
		emit_event(t, k, EV_MEMORY_EXEC,
			   process_exe(k->process),
			   STR(""), err);
}
