/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls by which a netlink socket may be written to, and those that make or
 * close its descriptors.
 *
 * They are looked at when they have ended: until then freeze.c keeps the memory
 * as it is, and the result is known.
 */
#include "core/trace/netlink_calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <linux/ptrace.h>
#include <unistd.h>

#include "core/base/vec.h"
#include "core/trace/decode_netlink.h"
#include "core/trace/emit.h"
#include "core/trace/freeze.h"
#include "core/trace/kernel.h"
#include "core/trace/procfs.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define FDS 64			/* bits of struct netlink_fds */
#define SOCKET "socket:["	/* how such a link of /proc/PID/fd begins */
#define SUBMITTED_MAX 64	/* of one io_submit(2) that are looked at */

/* --- sockets of a process --- */

bool netlink_calls_wanted(const struct process *p)
{
	return p->netlink.fds || p->netlink.others;
}

static void netlink_note_fd(struct process *p, int fd)
{
	if (fd >= 0 && fd < FDS)
		p->netlink.fds |= UINT64_C(1) << fd;
	else
		p->netlink.others = true;
}

static void netlink_forget(struct process *p, uint64_t fd)
{
	if (fd < FDS)
		p->netlink.fds &= ~(UINT64_C(1) << fd);
}

static bool netlink_has(const struct task *k, uint64_t fd)
{
	const struct netlink_fds *n = &k->process->netlink;

	if (fd < FDS && n->fds & UINT64_C(1) << fd)
		return true;
	return n->others && netlink_protocol(k, (int)fd) >= 0;
}

/* Those with the same descriptors (CLONE_FILES), or with more in common. */
static bool netlink_shares(const struct process *p, const struct process *o)
{
	return o == p || (p->sharing && o->sharing &&
			  o->sharing_set == p->sharing_set);
}

/*
 * A task that runs, or sleeps in a call, goes on without stops at its calls
 * until it stops once.
 */
void netlink_calls_opened(struct tracer *t, struct task *k, int fd)
{
	for_each_process(t, p)
		if (netlink_shares(k->process, p))
			netlink_note_fd(p, fd);
	for_each_task(t, o)
		if (o != k && o->process &&
		    netlink_shares(k->process, o->process))
			freeze_stop_once(o);
}

void netlink_calls_passed_on(struct tracer *t)
{
	for_each_process(t, p)
		if (!p->is_init)
			p->netlink.others = true;
	for_each_task(t, o)
		if (o->process && !o->process->is_init)
			freeze_stop_once(o);
}

/* All descriptors are looked at: it may have been given some. */
void netlink_calls_executed(struct task *k)
{
	struct process *p = k->process;
	char link[sizeof(SOCKET)];
	struct dirent *e;
	DIR *d;
	int fd;

	if (!netlink_calls_wanted(p))
		return;
	fd = procfs_open(k->tid, O_RDONLY | O_DIRECTORY, "fd");
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return;
	p->netlink.fds = 0;
	p->netlink.others = false;
	while ((e = readdir(d)))
		if (readlinkat(dirfd(d), e->d_name, link, sizeof(SOCKET) - 1) ==
			    sizeof(SOCKET) - 1 &&
		    !memcmp(link, SOCKET, sizeof(SOCKET) - 1) &&
		    netlink_protocol(k, atoi(e->d_name)) >= 0)
			netlink_note_fd(p, atoi(e->d_name));
	closedir(d);
}

/* --- calls that the filter lets pass --- */

enum netlink_does {
	NETLINK_WRITES, NETLINK_WRITES_IOVS, NETLINK_COPIES, NETLINK_SUBMITS,
	NETLINK_CLOSES, NETLINK_DUPLICATES,
};

static const struct {
	int nr;
	unsigned fd;		/* the argument */
	enum netlink_does does;
} netlink_calls[] = {
	{ SYS_write, 0, NETLINK_WRITES },
	{ SYS_sendto, 0, NETLINK_WRITES },
	{ SYS_writev, 0, NETLINK_WRITES_IOVS },
	{ SYS_pwritev2, 0, NETLINK_WRITES_IOVS },
	{ SYS_sendfile, 0, NETLINK_COPIES },
	{ SYS_splice, 2, NETLINK_COPIES },
	{ SYS_io_submit, 0, NETLINK_SUBMITS },
	{ SYS_close, 0, NETLINK_CLOSES },
	{ SYS_dup, 0, NETLINK_DUPLICATES },
#ifdef SYS_dup2
	{ SYS_dup2, 0, NETLINK_DUPLICATES },
#endif
	{ SYS_dup3, 0, NETLINK_DUPLICATES },
	{ SYS_fcntl, 0, NETLINK_DUPLICATES },
};

/* Its row, -1: it is none of them, or of no descriptor that matters. */
static int netlink_find_call(const struct task *k)
{
	const struct netlink_call *c = &k->netlink;
	int cmd = (int)c->args[1];

	for (size_t i = 0; i < ARRAY_LEN(netlink_calls); i++) {
		if (netlink_calls[i].nr != c->nr)
			continue;
		/* The filter stops it: decode_net.c. */
		if (c->nr == SYS_sendto && c->args[4])
			return -1;
		if (c->nr == SYS_fcntl && cmd != F_DUPFD &&
		    cmd != F_DUPFD_CLOEXEC)
			return -1;
		return c->nr == SYS_io_submit ||
		       netlink_has(k, (uint32_t)c->args[netlink_calls[i].fd]) ?
			       (int)i : -1;
	}
	return -1;
}

static void netlink_submitted(struct tracer *t, struct task *k)
{
	const uint64_t *a = k->call.args;
	uint64_t at[SUBMITTED_MAX];
	ssize_t got = tracee_read(k->tid, a[2], at,
				  (a[1] < SUBMITTED_MAX ? a[1] :
				   SUBMITTED_MAX) * sizeof(*at));

	for (size_t i = 0; got > 0 && i < (size_t)got / sizeof(*at); i++) {
		struct iocb cb;
		int protocol;

		if (tracee_read(k->tid, at[i], &cb, sizeof(cb)) != sizeof(cb))
			continue;
		protocol = netlink_protocol(k, (int)cb.aio_fildes);
		if (protocol >= 0 && (cb.aio_lio_opcode == IOCB_CMD_PWRITE ||
				      cb.aio_lio_opcode == IOCB_CMD_PWRITEV))
			netlink_note(t, k, protocol, "not read");
	}
}

static void netlink_did(struct tracer *t, struct task *k, int row)
{
	const uint64_t *a = k->call.args;
	int fd = (int)a[netlink_calls[row].fd];
	int protocol = netlink_protocol(k, fd);

	if (netlink_calls[row].does == NETLINK_SUBMITS) {
		netlink_submitted(t, k);
		return;
	}
	/* Closed, by this call or by a dup2 over it. */
	if (protocol < 0) {
		netlink_forget(k->process, (uint32_t)fd);
		return;
	}
	switch (netlink_calls[row].does) {
	case NETLINK_WRITES:
		netlink_bytes(t, k, a[1], a[2]);
		break;
	case NETLINK_WRITES_IOVS:
		netlink_iovs(t, k, a[1], a[2]);
		break;
	case NETLINK_COPIES:
		netlink_note(t, k, protocol, "not read");
		break;
	case NETLINK_DUPLICATES:
		if (!call_err(&k->call))
			netlink_calls_opened(t, k, (int)k->call.ret);
		break;
	default:
		break;
	}
}

/* --- stops --- */

static bool netlink_entered(struct task *k,
			    const struct ptrace_syscall_info *info)
{
	struct netlink_call *c = &k->netlink;

	c->nr = (int)info->entry.nr;
	for (int i = 0; i < 6; i++)
		c->args[i] = info->entry.args[i];
	c->row = info->arch == NATIVE_ARCH ? netlink_find_call(k) : -1;
	c->pending = c->row >= 0;
	return c->pending;
}

/* ERESTARTSYS and its kin: it was interrupted, and begins again. */
static bool netlink_begins_again(int64_t ret)
{
	return ret <= -512 && ret >= -530;
}

/* As the call at hand, with its result. */
static void netlink_call_of(struct tracer *t, struct task *k, int64_t ret)
{
	const struct netlink_call *n = &k->netlink;
	struct call *c = &k->call;

	call_clear(c);
	c->nr = n->nr;
	c->arch = NATIVE_ARCH;
	memcpy(c->args, n->args, sizeof(c->args));
	c->ret = ret;
	k->desc = c->nr >= 0 && c->nr < CALLS_MAX ? t->syscalls.descs[c->nr] :
						    NULL;
}

static void netlink_ended(struct tracer *t, struct task *k, int64_t ret)
{
	struct netlink_call *n = &k->netlink;

	n->pending = false;
	if (netlink_begins_again(ret))
		return;
	netlink_call_of(t, k, ret);
	netlink_did(t, k, n->row);
	call_clear(&k->call);
	k->desc = NULL;
}

/* What it sent can no longer be read. */
void netlink_calls_died(struct tracer *t, struct task *k)
{
	enum netlink_does does;

	if (!k->netlink.pending)
		return;
	k->netlink.pending = false;
	does = netlink_calls[k->netlink.row].does;
	if (does == NETLINK_CLOSES || does == NETLINK_DUPLICATES)
		return;
	netlink_call_of(t, k, -EINTR);
	emit_words(t, k, EV_PRIV, EINTR, "netlink(not read)");
	call_clear(&k->call);
	k->desc = NULL;
}

bool netlink_calls_stopped(struct tracer *t, struct task *k)
{
	struct ptrace_syscall_info info;

	if (!k->netlink.pending && !netlink_calls_wanted(k->process))
		return false;
	memset(&info, 0, sizeof(info));
	if (ptrace(PTRACE_GET_SYSCALL_INFO, k->tid, sizeof(info), &info) <= 0)
		return false;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		return netlink_entered(k, &info);
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && k->netlink.pending)
		netlink_ended(t, k, info.exit.rval);
	return false;
}
