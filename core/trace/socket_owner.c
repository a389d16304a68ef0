/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was said over the sandbox's loopback, and by whom.
 *
 * A packet tells its ports, not its process.  Whose a port is, is learned when
 * a process connects, binds, listens or sends an address; a packet that is
 * older than that, or of a port nobody is known for, has no process in its
 * evidence.  A process that was given the socket by another one speaks in that
 * one's name.
 */
#include <netinet/in.h>
#include <stdlib.h>

#include "core/base/vec.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/tracer.h"

/* Of two ports in one place the later one is remembered. */
#define PLACES 16384

struct owner {
	struct proc *proc;	/* counted reference, NULL: nobody yet */
	struct end end;
	uint64_t since;		/* by wire_clock() */
};

struct speakers {
	struct owner places[2][PLACES];	/* tcp, udp */
};

static struct owner *place_of(struct tracer *t, bool udp, unsigned port)
{
	return &t->speakers->places[udp][port % PLACES];
}

static bool end_of(struct end *out, const struct sockaddr_storage *sa,
		   socklen_t len)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	memset(out, 0, sizeof(*out));
	out->port = (uint16_t)sockaddr_port(sa, len);
	if (sa->ss_family == AF_INET6)
		out->addr = in6->sin6_addr;
	else if (in->sin_addr.s_addr)
		packet_map(&out->addr, &in->sin_addr);
	return out->port;
}

void speaker_note(struct tracer *t, struct task *k, bool udp,
		  const struct sockaddr_storage *local, socklen_t len)
{
	struct owner *o;
	struct end end;

	if (!t->wire || !end_of(&end, local, len))
		return;
	o = place_of(t, udp, end.port);
	/* What its former owner sent before this call is still to be told. */
	if (o->proc && o->proc != k->proc)
		wire_read(t->wire, k->call.began);
	if (o->proc != k->proc || memcmp(&o->end, &end, sizeof(end)) != 0)
		o->since = k->call.began;
	k->proc->refs++;
	proc_put(o->proc);
	o->proc = k->proc;
	o->end = end;
}

/* Bound to any address (all zero), it speaks from each. */
static struct proc *speaker_of(struct tracer *t, const struct segment *s,
			       uint64_t at)
{
	static const struct in6_addr any;
	const struct owner *o = place_of(t, s->udp, s->from.port);

	if (!o->proc || o->end.port != s->from.port || at < o->since ||
	    (memcmp(&o->end.addr, &any, sizeof(any)) != 0 &&
	     memcmp(&o->end.addr, &s->from.addr, sizeof(any)) != 0))
		return NULL;
	return o->proc;
}

/* "tcp 127.0.0.1:8080 host example.org"; a question has no peer. */
static void put_object(struct buf *out, const struct segment *s,
		       enum event_kind kind, struct str words)
{
	if (kind != EV_NET_DNS) {
		buf_c(out, s->udp ? "udp " : "tcp ");
		packet_end_text(out, &s->to);
	}
	if (kind != EV_NET_DNS && words.len)
		buf_ch(out, ' ');
	buf_str(out, words);
}

static void put_evidence(struct buf *out, const struct segment *s)
{
	buf_c(out, s->udp ? "datagram from " : "segment from ");
	packet_end_text(out, &s->from);
	buf_c(out, " to ");
	packet_end_text(out, &s->to);
}

static uint64_t since_start(const struct tracer *t, uint64_t at)
{
	uint64_t now = wire_clock(), ns = now_ns() - t->start_ns;
	uint64_t age = now > at ? now - at : 0;

	return age < ns ? ns - age : 0;
}

static void said(void *ctx, const struct segment *s, uint64_t at,
		 enum event_kind kind, struct str words)
{
	struct tracer *t = ctx;
	struct proc *p = speaker_of(t, s, at);
	autobuf struct buf object = BUF_INIT;
	autobuf struct buf call = BUF_INIT;
	struct event ev = { .kind = kind, .ns = since_start(t, at) };

	put_object(&object, s, kind, words);
	put_evidence(&call, s);
	ev.a = buf_view(&object);
	ev.call = buf_view(&call);
	if (p) {
		ev.pid = p->tgid;
		ev.step = step_name(t, p->step);
		ev.process = str_c(p->chain ? p->chain : "");
	} else {
		ev.note = STR("sent by a process that is not known");
	}
	t->opt.sink.take(t->opt.sink.ctx, &ev);
}

void speakers_listen(struct tracer *t)
{
	const struct wire_sink sink = { said, t };
	int sockets[WIRE_SOCKETS];

	if (t->wire || t->failed.code ||
	    t->hooks->network(t->hooks->ctx, sockets, &t->failed))
		return;
	wire_open(&t->wire, sockets, &sink);
	t->speakers = mem_alloc(sizeof(*t->speakers));
}

void speakers_ready(struct tracer *t)
{
	if (t->wire && !t->failed.code)
		wire_ready(t->wire, &t->failed);
}

void speakers_close(struct tracer *t)
{
	wire_close(t->wire);
	for (size_t udp = 0; t->speakers && udp < 2; udp++)
		for (size_t i = 0; i < PLACES; i++)
			proc_put(t->speakers->places[udp][i].proc);
	free(t->speakers);
}
