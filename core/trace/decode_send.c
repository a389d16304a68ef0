/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to an address: sendto, sendmsg, sendmmsg. */
#include "core/trace/decode_send.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/base/cleanup.h"
#include "core/netcap/dns.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/decode_control.h"
#include "core/trace/decode_net.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define PACKET_MAX 1500		/* of a question that did not go out */

/*
 * One addressed message, read on entry: afterwards its memory may hold
 * something else, or be gone with the process.
 */
struct sent {
	struct sockaddr_storage addr;
	socklen_t len;		/* 0: could not be read */
	uint32_t index;		/* among the messages of one call */
	size_t packet;		/* bytes that follow: of a DNS question */
};

/* The beginning of a message that lies in several places. */
static size_t send_gather(struct task *k, const struct iovec *iov, size_t n,
			  char *packet)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used < PACKET_MAX; i++) {
		size_t want = iov[i].iov_len < PACKET_MAX - used ?
			      iov[i].iov_len : PACKET_MAX - used;
		ssize_t got = want ? tracee_read(k->tid,
						 (uintptr_t)iov[i].iov_base,
						 packet + used, want) : 0;

		used += got > 0 ? (size_t)got : 0;
		if (got != (ssize_t)want)
			break;
	}
	return used;
}

static void send_keep(struct task *k, uint64_t name, uint64_t len,
		      const struct iovec *iov, size_t n, uint32_t index)
{
	struct buf *out = &k->call.words;
	struct sent s = { .index = index };
	char packet[PACKET_MAX];

	s.len = tracee_read_sockaddr(k->tid, name, len, &s.addr);
	net_settle_family(&s.addr, s.len);
	if (sockaddr_port(&s.addr, s.len) == DNS_PORT)
		s.packet = send_gather(k, iov, n, packet);
	buf_add(out, &s, sizeof(s));
	buf_add(out, packet, s.packet);
}

enum entry_action enter_sendto(struct tracer *t, struct task *k)
{
	const uint64_t *a = k->call.args;
	const struct iovec iov = { (void *)(uintptr_t)a[1], a[2] };

	socket_owner_ready(t);
	/* An address of no length is none, as in a sendmsg. */
	if (a[5])
		send_keep(k, a[4], a[5], &iov, 1, 0);
	return ENTRY_STOP_AT_EXIT;
}

static void send_keep_message(struct task *k, uint64_t at, uint32_t index)
{
	struct iovec iov[UIO_MAXIOV];
	struct msghdr msg;
	size_t n;
	ssize_t got;

	if (tracee_read(k->tid, at, &msg, sizeof(msg)) != sizeof(msg) ||
	    !msg.msg_name || !msg.msg_namelen)
		return;
	n = msg.msg_iovlen < UIO_MAXIOV ? msg.msg_iovlen : UIO_MAXIOV;
	got = n ? tracee_read(k->tid, (uintptr_t)msg.msg_iov, iov,
			      n * sizeof(*iov)) : 0;
	send_keep(k, (uintptr_t)msg.msg_name, msg.msg_namelen, iov,
		  got > 0 ? (size_t)got / sizeof(*iov) : 0, index);
}

enum entry_action enter_sendmsg(struct tracer *t, struct task *k)
{
	socket_owner_ready(t);
	send_keep_message(k, k->call.args[1], 0);
	return ENTRY_STOP_AT_EXIT;
}

enum entry_action enter_sendmmsg(struct tracer *t, struct task *k)
{
	uint32_t n = (uint32_t)k->call.args[2];

	socket_owner_ready(t);
	for (uint32_t i = 0; i < n && i < UIO_MAXIOV; i++)
		send_keep_message(
			k, k->call.args[1] + i * sizeof(struct mmsghdr), i);
	return ENTRY_STOP_AT_EXIT;
}

/* The receiver of questions that did not go out. */
struct unasked {
	struct tracer *t;
	struct task *k;
	int err;
};

static void send_report_unasked(void *ctx, enum event_kind kind,
				struct str words)
{
	const struct unasked *u = ctx;

	emit_event(u->t, u->k, kind, words, STR(""), u->err);
}

static void send_report(struct tracer *t, struct task *k,
			const struct sent *s, struct str packet)
{
	int err = call_err(&k->call);
	struct unasked unasked = { t, k, 0 };
	const struct payload_sink sink = { send_report_unasked, &unasked };

	/*
	 * sendmmsg(2), BUGS: when a message fails after others went out, the
	 * call says how many, and the error is lost.
	 */
	if (!err && s->index && s->index >= (uint64_t)k->call.ret)
		err = ECANCELED;
	/* What is asked of the kernel: decode_netlink.c. */
	if (s->addr.ss_family == AF_NETLINK || (!s->len && err == EFAULT))
		return;
	net_address_event(t, k, EV_NET_SEND, (int)k->call.args[0], &s->addr,
			  s->len, err);
	/* What did go out is seen on its way (socket_owner.c). */
	unasked.err = err;
	if (err && s->packet)
		dns_questions(packet, &sink);
}

/*
 * Each message is an event, also those behind one that failed: no later call
 * sends them.
 */
void leave_send(struct tracer *t, struct task *k)
{
	const struct buf *in = &k->call.words;
	struct sent s;

	control_sent(t, k);
	for (size_t at = 0; at + sizeof(s) <= in->len; ) {
		memcpy(&s, in->p + at, sizeof(s));
		at += sizeof(s);
		send_report(t, k, &s, (struct str){ in->p + at, s.packet });
		at += s.packet;
	}
}

bool send_next_path(const struct task *k, size_t *at, struct buf *out)
{
	const struct buf *in = &k->call.words;
	struct sent s;

	while (*at + sizeof(s) <= in->len) {
		memcpy(&s, in->p + *at, sizeof(s));
		*at += sizeof(s) + s.packet;
		if (s.len && sockaddr_path(&s.addr, s.len, out))
			return true;
	}
	return false;
}

/* The same call again, to see whether it still says the same. */
void send_check(struct tracer *t, struct task *k)
{
	struct buf was = k->call.words;
	bool changed;

	k->call.words = (struct buf)BUF_INIT;
	k->desc->enter(t, k);
	changed = !str_eq(buf_view(&was), buf_view(&k->call.words));
	if (changed) {
		emit_words(t, k, EV_EVASION, 0, "%s argument changed",
			   k->desc->name);
		leave_send(t, k);
	}
	buf_free(&k->call.words);
	k->call.words = was;
}
