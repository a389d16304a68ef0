/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program asks of the kernel by netlink(7): by protocol and type of
 * message.  Lists of addresses and interfaces, which the C library asks for by
 * itself, leave no fact.
 */
#include "core/trace/decode_netlink.h"

#include <linux/audit.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/uio.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/netlink_calls.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define ASKED_MAX 256		/* messages of one send that are looked at */
#define NO_FACT EV_COUNT

static const struct { int number; const char *name; } netlink_protocols[] = {
#define PROTOCOL(name) { name, #name },
#define TYPE(protocol, name)
#define LISTS(protocol, name, why)
#define HARMLESS(protocol, name, why)
#include "core/trace/netlink.def"
#undef PROTOCOL
#undef TYPE
#undef LISTS
#undef HARMLESS
};

static const struct netlink_type netlink_types[] = {
#define PROTOCOL(name)
#define TYPE(protocol, name) { protocol, name, #name, EV_PRIV, NULL },
#define LISTS(protocol, name, why) { protocol, name, #name, EV_SYSCALL, why },
#define HARMLESS(protocol, name, why) { protocol, name, #name, NO_FACT, why },
#include "core/trace/netlink.def"
#undef PROTOCOL
#undef TYPE
#undef LISTS
#undef HARMLESS
};

const char *netlink_protocol_name(int protocol)
{
	for (size_t i = 0; i < ARRAY_LEN(netlink_protocols); i++)
		if (netlink_protocols[i].number == protocol)
			return netlink_protocols[i].name;
	return NULL;
}

const struct netlink_type *netlink_type(int protocol, int number)
{
	for (size_t i = 0; i < ARRAY_LEN(netlink_types); i++)
		if (netlink_types[i].protocol == protocol &&
		    netlink_types[i].number == number)
			return &netlink_types[i];
	return NULL;
}

static void netlink_put_protocol(struct buf *out, int protocol)
{
	const char *name = netlink_protocol_name(protocol);

	if (name)
		buf_c(out, name);
	else
		buf_printf(out, "%d", protocol);
}

void netlink_note(struct tracer *t, struct task *k, int protocol,
		  const char *detail)
{
	autobuf struct buf words = BUF_INIT;

	buf_c(&words, "netlink(");
	netlink_put_protocol(&words, protocol);
	buf_printf(&words, ", %s)", detail);
	emit_event(t, k, EV_PRIV, buf_view(&words), STR(""),
		   call_err(&k->call));
}

static void netlink_report(struct tracer *t, struct task *k, int protocol,
			   int number)
{
	const struct netlink_type *type = netlink_type(protocol, number);
	autobuf struct buf words = BUF_INIT;

	if (type && type->kind == NO_FACT)
		return;
	buf_c(&words, "netlink(");
	netlink_put_protocol(&words, protocol);
	if (type)
		buf_printf(&words, ", %s)", type->name);
	else
		buf_printf(&words, ", %d)", number);
	emit_event(t, k, type ? type->kind : EV_PRIV, buf_view(&words),
		   STR(""), call_err(&k->call));
}

int netlink_protocol(const struct task *k, int fd)
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

/* --- messages, in one place or several --- */

/* len bytes, `at` bytes behind the beginning; false: there are fewer. */
static bool netlink_gather(const struct task *k, const struct iovec *iov,
			   size_t n, uint64_t at, void *out, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used < len; i++) {
		size_t want;

		if (at >= iov[i].iov_len) {
			at -= iov[i].iov_len;
			continue;
		}
		want = iov[i].iov_len - at < len - used ?
			       iov[i].iov_len - at : len - used;
		if (tracee_read(k->tid, (uintptr_t)iov[i].iov_base + at,
				(char *)out + used, want) != (ssize_t)want)
			return false;
		used += want;
		at = 0;
	}
	return used == len;
}

static void netlink_parse(struct tracer *t, struct task *k, int protocol,
			  const struct iovec *iov, size_t n)
{
	struct nlmsghdr h;
	uint64_t at = 0;

	for (size_t i = 0; netlink_gather(k, iov, n, at, &h, sizeof(h)); i++) {
		if (i == ASKED_MAX) {
			netlink_note(t, k, protocol, "not read");
			return;
		}
		netlink_report(t, k, protocol, h.nlmsg_type);
		if (h.nlmsg_len < sizeof(h))
			return;
		at += NLMSG_ALIGN((uint64_t)h.nlmsg_len);
	}
}

void netlink_bytes(struct tracer *t, struct task *k, uint64_t at, uint64_t len)
{
	const struct iovec iov = { (void *)(uintptr_t)at, len };
	int protocol = netlink_protocol(k, (int)k->call.args[0]);

	if (protocol >= 0)
		netlink_parse(t, k, protocol, &iov, 1);
}

void netlink_iovs(struct tracer *t, struct task *k, uint64_t at, uint64_t n)
{
	struct iovec iov[UIO_MAXIOV];
	int protocol = netlink_protocol(k, (int)k->call.args[0]);
	ssize_t got;

	if (protocol < 0)
		return;
	got = tracee_read(k->tid, at, iov,
			  (n < UIO_MAXIOV ? n : UIO_MAXIOV) * sizeof(*iov));
	if (got > 0)
		netlink_parse(t, k, protocol, iov,
			      (size_t)got / sizeof(*iov));
}

void netlink_message(struct tracer *t, struct task *k,
		     const struct msghdr *msg)
{
	if (netlink_calls_wanted(k->process))
		netlink_iovs(t, k, (uintptr_t)msg->msg_iov, msg->msg_iovlen);
}

void netlink_rights(struct tracer *t, struct task *k, const char *fds,
		    size_t len)
{
	bool any = false;

	for (size_t i = 0; netlink_calls_wanted(k->process) &&
	     i + sizeof(int) <= len; i += sizeof(int)) {
		int fd, protocol;

		memcpy(&fd, fds + i, sizeof(fd));
		protocol = netlink_protocol(k, fd);
		if (protocol < 0)
			continue;
		netlink_note(t, k, protocol, "passed on");
		any = true;
	}
	if (any)
		netlink_calls_passed_on(t);
}
