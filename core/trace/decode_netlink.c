/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program asks of the kernel by netlink(7): by protocol and type of
 * message.  Lists of addresses and interfaces, which the C library asks for by
 * itself, leave no fact.
 */
#include "core/trace/decode_netlink.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <linux/ptrace.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/kernel.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define REQUEST_BYTES 16384	/* of one send that are looked at */
#define IOVS_MAX 64

static const struct { int number; const char *name; } netlink_protocols[] = {
#define PROTOCOL(name) { name, #name },
#define TYPE(protocol, name)
#define HARMLESS(protocol, name, why)
#include "core/trace/netlink.def"
#undef PROTOCOL
#undef TYPE
#undef HARMLESS
};

static const struct {
	int protocol, number;
	const char *name, *harmless;
} netlink_types[] = {
#define PROTOCOL(name)
#define TYPE(protocol, name) { protocol, name, #name, NULL },
#define HARMLESS(protocol, name, why) { protocol, name, #name, why },
#include "core/trace/netlink.def"
#undef PROTOCOL
#undef TYPE
#undef HARMLESS
};

static void netlink_put_protocol(struct buf *out, int protocol)
{
	for (size_t i = 0; i < ARRAY_LEN(netlink_protocols); i++) {
		if (netlink_protocols[i].number == protocol) {
			buf_c(out, netlink_protocols[i].name);
			return;
		}
	}
	buf_printf(out, "%d", protocol);
}

static void netlink_report(struct tracer *t, struct task *k, int protocol,
			   int type)
{
	autobuf struct buf words = BUF_INIT;

	buf_c(&words, "netlink(");
	netlink_put_protocol(&words, protocol);
	for (size_t i = 0; i < ARRAY_LEN(netlink_types); i++) {
		if (netlink_types[i].protocol != protocol ||
		    netlink_types[i].number != type)
			continue;
		if (netlink_types[i].harmless)
			return;
		buf_printf(&words, ", %s)", netlink_types[i].name);
		emit_event(t, k, EV_PRIV, buf_view(&words), STR(""),
			   call_err(&k->call));
		return;
	}
	buf_printf(&words, ", %d)", type);
	emit_event(t, k, EV_PRIV, buf_view(&words), STR(""),
		   call_err(&k->call));
}

/* Its protocol; -1: no netlink socket. */
static int netlink_protocol(struct task *k, int fd)
{
	autofd int ours = net_borrow_socket(k, fd);
	int domain = 0, protocol = 0;
	socklen_t len = sizeof(int);

	if (ours < 0 || getsockopt(ours, SOL_SOCKET, SO_DOMAIN, &domain, &len)
	    || domain != AF_NETLINK)
		return -1;
	getsockopt(ours, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	return protocol;
}

static void netlink_parse(struct tracer *t, struct task *k, int protocol,
			  const char *bytes, size_t len)
{
	for (size_t i = 0; i + sizeof(struct nlmsghdr) <= len; ) {
		struct nlmsghdr h;

		memcpy(&h, bytes + i, sizeof(h));
		netlink_report(t, k, protocol, h.nlmsg_type);
		if (h.nlmsg_len < sizeof(h))
			break;
		i += NLMSG_ALIGN((size_t)h.nlmsg_len);
	}
}

static void netlink_parse_iov(struct tracer *t, struct task *k, int protocol,
			      const struct iovec *iov, size_t n)
{
	char bytes[REQUEST_BYTES];
	size_t used = 0;

	for (size_t i = 0; i < n && used < sizeof(bytes); i++) {
		size_t want = iov[i].iov_len < sizeof(bytes) - used ?
			      iov[i].iov_len : sizeof(bytes) - used;
		ssize_t got = want ? tracee_read(k->tid,
						 (uintptr_t)iov[i].iov_base,
						 bytes + used, want) : 0;

		used += got > 0 ? (size_t)got : 0;
	}
	netlink_parse(t, k, protocol, bytes, used);
}

void netlink_bytes(struct tracer *t, struct task *k, uint64_t at, uint64_t len)
{
	const struct iovec iov = { (void *)(uintptr_t)at, len };
	int protocol = netlink_protocol(k, (int)k->call.args[0]);

	if (protocol >= 0)
		netlink_parse_iov(t, k, protocol, &iov, 1);
}

static void netlink_iovs(struct tracer *t, struct task *k, uint64_t at,
			 uint64_t n)
{
	struct iovec iov[IOVS_MAX];
	int protocol = netlink_protocol(k, (int)k->call.args[0]);
	ssize_t got;

	if (protocol < 0)
		return;
	got = tracee_read(k->tid, at, iov,
			  (n < IOVS_MAX ? n : IOVS_MAX) * sizeof(*iov));
	if (got > 0)
		netlink_parse_iov(t, k, protocol, iov,
				  (size_t)got / sizeof(*iov));
}

void netlink_message(struct tracer *t, struct task *k,
		     const struct msghdr *msg)
{
	if (netlink_wanted(k->process))
		netlink_iovs(t, k, (uintptr_t)msg->msg_iov, msg->msg_iovlen);
}

/* --- sockets of a process --- */

void netlink_opened(struct process *p, int fd)
{
	if (fd >= 0 && fd < 64)
		p->netlink.fds |= UINT64_C(1) << fd;
	else
		p->netlink.others = true;
}

bool netlink_wanted(const struct process *p)
{
	return p->netlink.fds || p->netlink.others;
}

static bool netlink_has(const struct process *p, uint64_t fd)
{
	return p->netlink.others ||
	       (fd < 64 && p->netlink.fds & UINT64_C(1) << fd);
}

void netlink_executed(struct task *k)
{
	struct netlink_fds *n = &k->process->netlink;

	for (int fd = 0; n->fds && fd < 64; fd++)
		if (n->fds & UINT64_C(1) << fd && netlink_protocol(k, fd) < 0)
			n->fds &= ~(UINT64_C(1) << fd);
}

/* --- calls that the filter lets pass --- */

static bool netlink_dups(const struct call *c, const char *name)
{
	return !strcmp(name, "dup") || !strcmp(name, "dup2") ||
	       !strcmp(name, "dup3") ||
	       (!strcmp(name, "fcntl") && ((int)c->args[1] == F_DUPFD ||
					   (int)c->args[1] == F_DUPFD_CLOEXEC));
}

static void netlink_unread(struct tracer *t, struct task *k, uint64_t fd)
{
	autobuf struct buf words = BUF_INIT;
	int protocol = netlink_protocol(k, (int)fd);

	if (protocol < 0)
		return;
	buf_c(&words, "netlink(");
	netlink_put_protocol(&words, protocol);
	buf_c(&words, ", not read)");
	emit_event(t, k, EV_PRIV, buf_view(&words), STR(""), 0);
}

static void netlink_look(struct tracer *t, struct task *k)
{
	const struct call *c = &k->call;
	struct process *p = k->process;
	char buf[64];
	const char *name = syscall_name(c->nr, buf, sizeof(buf));

	if (!strcmp(name, "splice") && netlink_has(p, c->args[2]))
		netlink_unread(t, k, c->args[2]);
	if (!netlink_has(p, (uint32_t)c->args[0]))
		return;
	if (!strcmp(name, "write") ||
	    (!strcmp(name, "sendto") && !c->args[4]))
		netlink_bytes(t, k, c->args[1], c->args[2]);
	else if (!strcmp(name, "writev") || !strcmp(name, "pwritev2"))
		netlink_iovs(t, k, c->args[1], c->args[2]);
	else if (!strcmp(name, "sendfile"))
		netlink_unread(t, k, c->args[0]);
	else if (!strcmp(name, "close") && c->args[0] < 64)
		p->netlink.fds &= ~(UINT64_C(1) << c->args[0]);
	else if (netlink_dups(c, name))
		p->netlink.others |= netlink_protocol(k, (int)c->args[0]) >= 0;
}

void netlink_stopped(struct tracer *t, struct task *k)
{
	struct ptrace_syscall_info info;
	struct call *c = &k->call;

	memset(&info, 0, sizeof(info));
	if (ptrace(PTRACE_GET_SYSCALL_INFO, k->tid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY || info.arch != NATIVE_ARCH)
		return;
	call_clear(c);
	c->nr = (int)info.entry.nr;
	c->arch = info.arch;
	for (int i = 0; i < 6; i++)
		c->args[i] = info.entry.args[i];
	k->desc = c->nr >= 0 && c->nr < CALLS_MAX ? t->syscalls.descs[c->nr] :
						    NULL;
	netlink_look(t, k);
	call_clear(c);
	k->desc = NULL;
}
