/* SPDX-License-Identifier: Apache-2.0 */
/* The system call a task is in: its arguments, its end, its refusal. */
#include "core/trace/call.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <linux/ptrace.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/decode_send.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/path_guard.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

void call_clear(struct call *c)
{
	free(c->path1);
	free(c->path2);
	buf_free(&c->words);
	buf_free(&c->starts);
	memset(c, 0, sizeof(*c));
}

/*
 * An int argument is the lower half of its register; a program may put what
 * it likes into the upper, and no decoder shall take that for another value.
 */
static void call_narrow(struct call *c, const struct syscall_desc *desc)
{
	const struct syscall_args *s = &desc->args;
	const int8_t fds_and_length[] = { s->dir1, s->dir2, s->addr_len };
	unsigned ints = desc->ints;

	for (size_t i = 0; i < ARRAY_LEN(fds_and_length); i++)
		if (fds_and_length[i] >= 0)
			ints |= 1U << fds_and_length[i];
	for (int i = 0; i < 6; i++)
		if (ints & 1U << i)
			c->args[i] = (uint32_t)c->args[i];
}

void call_read_arguments(struct task *k)
{
	const struct syscall_args *s = &k->desc->args;
	struct call *c = &k->call;

	call_narrow(c, k->desc);
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
		path_guard_end(t, k);
	limits_check(t, k);
	if (k->desc)
		k->desc->leave(t, k);
	else
		leave_call(t, k);
	call_clear(&k->call);
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

char *call_path_in_root(char *path)
{
	size_t slashes = path ? strspn(path, "/") : 0;
	char *below;

	if (!slashes)
		return path;
	below = mem_strdup(path[slashes] ? path + slashes : ".");
	free(path);
	return below;
}

static void call_check_path(struct tracer *t, struct task *k, int8_t arg,
			    const char *was)
{
	autofree char *now = NULL;

	if (arg < 0)
		return;
	now = tracee_read_string(k->tid, k->call.args[arg], PATH_MAX);
	if (k->call.in_root)
		now = call_path_in_root(now);
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
		send_check(t, k);
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

int call_dir1(const struct task *k)
{
	int8_t d = k->desc->args.dir1;

	return d >= 0 ? (int)k->call.args[d] : AT_FDCWD;
}

int call_dir2(const struct task *k)
{
	int8_t d = k->desc->args.dir2;

	return d >= 0 ? (int)k->call.args[d] : AT_FDCWD;
}
