/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent over the sandbox's loopback, and by which process.
 *
 * A packet has ports and no process.  A process owns a port from the time it
 * connects, binds, listens or sends an address; a packet that is older than
 * that, or from a port without an owner, has no process in its evidence.  A
 * process that was given the socket by another one sends in that one's name.
 */
#include "core/trace/socket_owner.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/netcap/netcap.h"
#include "core/netcap/packet.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/emit.h"
#include "core/trace/tracer.h"

/* Of two ports in one place the later one is kept. */
#define PLACES 16384

struct owner {
	struct process *process;	/* counted; NULL: not known yet */
	struct endpoint endpoint;
	uint64_t since;		/* by netcap_clock() */
};

struct socket_owners {
	struct owner places[2][PLACES];	/* tcp, udp */
};

static struct owner *socket_owner_place(struct tracer *t, bool udp,
					unsigned port)
{
	return &t->traffic.owners->places[udp][port % PLACES];
}

static bool socket_owner_endpoint(struct endpoint *out,
				  const struct sockaddr_storage *sa,
				  socklen_t len)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	memset(out, 0, sizeof(*out));
	out->port = (uint16_t)sockaddr_port(sa, len);
	if (sa->ss_family == AF_INET6)
		out->addr = in6->sin6_addr;
	else if (in->sin_addr.s_addr)
		packet_map_ipv4(&out->addr, &in->sin_addr);
	return out->port;
}

void socket_owner_note(struct tracer *t, struct task *k, bool udp,
		       const struct sockaddr_storage *local, socklen_t len)
{
	struct owner *o;
	struct endpoint endpoint;

	if (!t->traffic.netcap || !socket_owner_endpoint(&endpoint, local, len))
		return;
	o = socket_owner_place(t, udp, endpoint.port);
	/* Packets of the former owner, sent before this call, come first. */
	if (o->process && o->process != k->process)
		netcap_read(t->traffic.netcap, k->call.started_at);
	if (o->process != k->process ||
	    memcmp(&o->endpoint, &endpoint, sizeof(endpoint)) != 0)
		o->since = k->call.started_at;
	k->process->refs++;
	process_put(o->process);
	o->process = k->process;
	o->endpoint = endpoint;
}

/* Bound to any address (all zero), it speaks from each. */
static struct process *socket_owner_find(struct tracer *t,
					 const struct segment *s, uint64_t at)
{
	static const struct in6_addr any;
	const struct owner *o = socket_owner_place(t, s->udp, s->from.port);

	if (!o->process || o->endpoint.port != s->from.port || at < o->since ||
	    (memcmp(&o->endpoint.addr, &any, sizeof(any)) != 0 &&
	     memcmp(&o->endpoint.addr, &s->from.addr, sizeof(any)) != 0))
		return NULL;
	return o->process;
}

/* "tcp 127.0.0.1:8080 host example.org"; a question has no peer. */
static void socket_owner_put_object(struct buf *out, const struct segment *s,
				    enum event_kind kind, struct str words)
{
	if (kind != EV_NET_DNS) {
		buf_c(out, s->udp ? "udp " : "tcp ");
		packet_endpoint_text(out, &s->to);
	}
	if (kind != EV_NET_DNS && words.len)
		buf_ch(out, ' ');
	buf_str(out, words);
}

static void socket_owner_put_evidence(struct buf *out, const struct segment *s)
{
	buf_c(out, s->udp ? "datagram from " : "segment from ");
	packet_endpoint_text(out, &s->from);
	buf_c(out, " to ");
	packet_endpoint_text(out, &s->to);
}

static uint64_t socket_owner_since_start(const struct tracer *t, uint64_t at)
{
	uint64_t now = netcap_clock(), ns = clock_ns() - t->start_ns;
	uint64_t age = now > at ? now - at : 0;

	return age < ns ? ns - age : 0;
}

static void socket_owner_report(void *ctx, const struct segment *s, uint64_t at,
				enum event_kind kind, struct str words)
{
	struct tracer *t = ctx;
	struct process *p = socket_owner_find(t, s, at);
	autobuf struct buf object = BUF_INIT;
	autobuf struct buf call = BUF_INIT;
	struct event ev = { .kind = kind,
			    .ns = socket_owner_since_start(t, at) };

	socket_owner_put_object(&object, s, kind, words);
	socket_owner_put_evidence(&call, s);
	ev.a = buf_view(&object);
	ev.call = buf_view(&call);
	if (p) {
		ev.pid = p->tgid;
		ev.step = emit_step_name(t, p->step);
		ev.process = str_c(p->chain ? p->chain : "");
	} else {
		ev.note = STR("sent by a process that is not known");
	}
	t->opt.sink.take(t->opt.sink.ctx, &ev);
}

void socket_owner_listen(struct tracer *t)
{
	const struct netcap_sink sink = { socket_owner_report, t };
	int sockets[NETCAP_SOCKETS];

	if (t->traffic.netcap || t->traffic.failed.code ||
	    t->hooks->network(t->hooks->ctx, sockets, &t->traffic.failed))
		return;
	netcap_open(&t->traffic.netcap, sockets, &sink);
	t->traffic.owners = mem_alloc(sizeof(*t->traffic.owners));
}

void socket_owner_ready(struct tracer *t)
{
	if (t->traffic.netcap && !t->traffic.failed.code)
		netcap_ready(t->traffic.netcap, &t->traffic.failed);
}

void socket_owner_free(struct traffic *f)
{
	netcap_close(f->netcap);
	for (size_t udp = 0; f->owners && udp < 2; udp++)
		for (size_t i = 0; i < PLACES; i++)
			process_put(f->owners->places[udp][i].process);
	free(f->owners);
}
