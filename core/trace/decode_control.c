/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages (cmsg(3)): requests.def says which are harmless, by level
 * and type.  They are read one by one, as the kernel does: however many
 * harmless ones stand in front, none is left out.
 */
#include "core/trace/decode_control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/trace/decode_netlink.h"
#include "core/trace/decode_request.h"
#include "core/trace/emit.h"
#include "core/trace/netlink_calls.h"
#include "core/trace/requests.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define CONTROLS_MAX 1024	/* of one message */
#define DATA_MAX 2048		/* the longest routing header */
#define HEAD CMSG_LEN(0)

static void control_unknown(struct tracer *t, struct task *k,
			    const struct cmsghdr *c)
{
	int err = call_err(&k->call);

	emit_words(t, k, err == EINVAL ? EV_SYSCALL : EV_PRIV, err,
		   "sendmsg(%d, %d)", c->cmsg_level, c->cmsg_type);
}

/* Up to DATA_MAX bytes of data stand at `at`. */
static void control_one(struct tracer *t, struct task *k,
			const struct cmsghdr *c, uint64_t at)
{
	const struct request *r = request_find("sendmsg", c->cmsg_level,
					       (uint32_t)c->cmsg_type);
	char data[DATA_MAX];
	size_t want = c->cmsg_len - HEAD;
	ssize_t got = tracee_read(k->tid, at, data,
				  want < sizeof(data) ? want : sizeof(data));
	size_t len = got > 0 ? (size_t)got : 0;

	if (!r)
		control_unknown(t, k, c);
	else if (r->leave == request_routing_header ||
		 r->leave == request_ip_options)
		request_route(t, k, r, data, len);
	else if (r->leave)
		r->leave(t, k, r);
	if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		netlink_rights(t, k, data, len);
}

static void control_all(struct tracer *t, struct task *k,
			const struct msghdr *msg)
{
	uint64_t at = (uintptr_t)msg->msg_control;
	size_t left = msg->msg_controllen;
	struct cmsghdr c;

	for (size_t i = 0; i < CONTROLS_MAX && left >= HEAD; i++) {
		size_t whole;

		if (tracee_read(k->tid, at, &c, sizeof(c)) != sizeof(c) ||
		    c.cmsg_len < HEAD || c.cmsg_len > left)
			return;
		control_one(t, k, &c, at + HEAD);
		whole = CMSG_ALIGN(c.cmsg_len);
		if (whole > left)
			return;
		at += whole;
		left -= whole;
	}
	if (left >= HEAD)
		emit_words(t, k, EV_PRIV, call_err(&k->call),
			   "sendmsg(not read)");
}

/*
 * sendmmsg(2), BUGS: the error of a message that fails after others went out is
 * lost.
 */
static void control_message(struct tracer *t, struct task *k, uint64_t index)
{
	struct msghdr msg;
	int64_t ret = k->call.ret;

	if (tracee_read(k->tid,
			k->call.args[1] + index * sizeof(struct mmsghdr), &msg,
			sizeof(msg)) != sizeof(msg))
		return;
	if (ret >= 0 && index && index >= (uint64_t)ret)
		k->call.ret = -ECANCELED;
	if (msg.msg_control)
		control_all(t, k, &msg);
	netlink_message(t, k, &msg);
	k->call.ret = ret;
}

void control_sent(struct tracer *t, struct task *k)
{
	const char *name = k->desc->name;
	uint32_t n = !strcmp(name, "sendmmsg") ? (uint32_t)k->call.args[2] : 1;

	/* An address of no length is none (netlink_sendmsg() in the kernel). */
	if (!strcmp(name, "sendto")) {
		if (netlink_calls_wanted(k->process))
			netlink_bytes(t, k, k->call.args[1], k->call.args[2]);
		return;
	}
	for (uint32_t i = 0; i < n && i < UIO_MAXIOV; i++)
		control_message(t, k, i);
}
