/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages over several segments, and what is no message.
 *
 * Of a connection whose SYN was seen it is known where a message has to begin:
 * at its beginning, and behind each message that says how long it is.  What
 * begins otherwise there is reported as unknown, once; from then on, and behind
 * a message that anything may follow, only messages are looked for, and nothing
 * is kept but one that is not whole.
 */
#include "core/netcap/reassembly.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/netcap/datagram.h"
#include "core/netcap/dns.h"
#include "core/netcap/http.h"
#include "core/netcap/http2.h"
#include "core/netcap/payload.h"

#define BUCKETS 4096
#define PENDING_MAX (8U << 20)	/* bytes of all messages that are not whole */
/* No window is so wide: another connection between the same ports. */
#define FAR (1 << 20)
#define HTTP2_MAX 256		/* connections; each has a table of its own */

/* One direction of a connection. */
struct stream {
	struct stream *next;		/* in its bucket */
	struct stream *older, *newer;	/* by their beginning */
	struct segment first;		/* of the message, no payload */
	uint64_t at;			/* when it began */
	uint32_t opened;		/* the number behind its SYN */
	uint32_t expected;		/* the sequence number to come */
	bool framed;		/* where the next message begins is known: */
	uint64_t body;		/* behind so many bytes */
	bool weak;		/* `bytes` may be no message at all */
	struct http2 *http2;	/* it is nothing but its frames from now on */
	struct buf bytes;	/* of a message that is not whole */
};

struct reassembly {
	struct reassembly_sink sink;
	struct stream *buckets[BUCKETS];
	struct stream *oldest, *newest;
	size_t n, pending, http2;
	uint64_t dropped;	/* until then continuations may be missing */
	const struct segment *reading;
	uint64_t reading_at;
	struct datagrams *datagrams;
};

struct reassembly *reassembly_new(const struct reassembly_sink *sink)
{
	struct reassembly *f = mem_alloc(sizeof(*f));

	f->sink = *sink;
	f->datagrams = datagrams_new();
	return f;
}

/* --- the table --- */

static struct stream **reassembly_bucket(struct reassembly *f,
					 const struct segment *s)
{
	return &f->buckets[packet_hash_ports(s) % BUCKETS];
}

static struct stream *reassembly_find(struct reassembly *f,
				      const struct segment *s)
{
	struct stream *w = f->n ? *reassembly_bucket(f, s) : NULL;

	while (w && !(packet_same_endpoint(&w->first.from, &s->from) &&
		      packet_same_endpoint(&w->first.to, &s->to)))
		w = w->next;
	return w;
}

static void reassembly_leave_http2(struct reassembly *f, struct stream *w)
{
	f->http2 -= w->http2 != NULL;
	http2_free(w->http2);
	w->http2 = NULL;
}

static void reassembly_remove(struct reassembly *f, struct stream *w)
{
	struct stream **at = reassembly_bucket(f, &w->first);

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	*(w->older ? &w->older->newer : &f->oldest) = w->newer;
	*(w->newer ? &w->newer->older : &f->newest) = w->older;
	f->n--;
	f->pending -= w->bytes.len;
	buf_free(&w->bytes);
	reassembly_leave_http2(f, w);
	free(w);
}

static struct stream *reassembly_add(struct reassembly *f,
				     const struct segment *s, uint64_t at)
{
	struct stream **bucket = reassembly_bucket(f, s),
		      *w = mem_alloc(sizeof(*w));

	w->first = *s;
	w->first.payload = STR("");
	w->at = at;
	w->opened = w->expected = s->seq;
	w->next = *bucket;
	*bucket = w;
	w->older = f->newest;
	*(w->older ? &w->older->newer : &f->oldest) = w;
	f->newest = w;
	f->n++;
	return w;
}

/* --- reading --- */

static void reassembly_report(void *ctx, enum event_kind kind, struct str words)
{
	struct reassembly *f = ctx;

	f->sink.take(f->sink.ctx, f->reading, f->reading_at, kind, words);
}

static void reassembly_report_unknown(struct reassembly *f, struct stream *w)
{
	w->framed = false;
	reassembly_report(f, EV_NET_SPOKEN, STR("unknown"));
}

/* An empty line in front of a request is ignored (RFC 9112, 2.2). */
static struct str reassembly_without_empty_lines(struct str s)
{
	while (s.len && (*s.p == '\r' || *s.p == '\n'))
		s = str_sub(s, 1);
	return s;
}

/*
 * The message that the bytes begin; without one, a request further on.  The
 * bytes in front of it and its own are taken away.
 */
static enum payload_state reassembly_read_one(struct payload p,
					      const struct payload_sink *sink,
					      struct str *bytes,
					      struct payload_end *end)
{
	enum payload_state state = payload_read(&p, sink, end);

	if (state == PAYLOAD_OTHER && !p.dns) {
		p.bytes = reassembly_without_empty_lines(p.bytes);
		if (!p.bytes.len) {
			end->weak = p.first && !p.last;
			return end->weak ? PAYLOAD_MORE : PAYLOAD_OTHER;
		}
		state = payload_read(&p, sink, end);
	}
	if (state == PAYLOAD_OTHER && !p.dns)
		state = http_search(&p, sink, end);
	if (state != PAYLOAD_OTHER)
		*bytes = str_sub(p.bytes, state == PAYLOAD_MORE ? end->from :
								  end->used);
	return state;
}

/* What belongs to a message; a request may stand in it all the same. */
static enum payload_state reassembly_read_body(struct stream *w,
					       struct payload p,
					       const struct payload_sink *sink,
					       struct str *bytes)
{
	struct payload_end end = { 0 };
	struct str rest;
	enum payload_state state;

	if (w->body <= p.bytes.len) {
		p.bytes.len = (size_t)w->body;
		p.last = true;
	}
	rest = p.bytes;
	state = reassembly_read_one(p, sink, &rest, &end);
	if (state == PAYLOAD_OTHER) {
		rest = str_sub(rest, rest.len);
		state = PAYLOAD_WHOLE;
	}
	w->weak = false;
	w->body -= p.bytes.len - rest.len;
	*bytes = str_sub(*bytes, p.bytes.len - rest.len);
	return state;
}

/* Names that are behind the bound were missed. */
static void reassembly_enter_http2(struct reassembly *f, struct stream *w)
{
	if (f->http2 == HTTP2_MAX) {
		f->sink.missed(f->sink.ctx);
		return;
	}
	w->http2 = http2_new();
	w->framed = true;
	f->http2++;
}

/* What has to begin a message. */
static enum payload_state reassembly_read_first(struct reassembly *f,
						struct stream *w,
						struct payload p,
						const struct payload_sink *sink,
						struct str *bytes)
{
	struct payload_end end = { 0 };
	enum payload_state state;

	p.first = true;
	state = reassembly_read_one(p, sink, bytes, &end);
	w->weak = end.weak;
	if (state == PAYLOAD_OTHER) {
		reassembly_report_unknown(f, w);
		return PAYLOAD_WHOLE;	/* the same bytes again, unframed */
	}
	if (state == PAYLOAD_MORE)
		return state;
	w->body = end.body;
	w->framed &= !end.opaque;
	if (end.http2)
		reassembly_enter_http2(f, w);
	return state;
}

static enum payload_state reassembly_read_http2(struct reassembly *f,
						struct stream *w,
						const struct payload_sink *sink,
						struct str *bytes)
{
	w->framed = http2_read(w->http2, *bytes, sink);
	if (!w->framed)
		reassembly_leave_http2(f, w);
	*bytes = str_sub(*bytes, bytes->len);
	return PAYLOAD_WHOLE;
}

/*
 * As many messages as stand there one behind the other.  What is left of the
 * bytes is the beginning of another one when the result says MORE.
 */
static enum payload_state reassembly_read(struct reassembly *f,
					  struct stream *w,
					  struct str *bytes, bool last)
{
	const struct payload_sink sink = { reassembly_report, f };
	enum payload_state state = PAYLOAD_WHOLE;

	while (state == PAYLOAD_WHOLE && bytes->len) {
		struct payload_end end = { 0 };
		const struct payload p = {
			.bytes = *bytes, .last = last,
			.dns = w->first.to.port == DNS_PORT,
		};

		if (!w->framed)
			state = reassembly_read_one(p, &sink, bytes, &end);
		else if (w->http2)
			state = reassembly_read_http2(f, w, &sink, bytes);
		else if (w->body)
			state = reassembly_read_body(w, p, &sink, bytes);
		else
			state = reassembly_read_first(f, w, p, &sink, bytes);
	}
	return state;
}

/* What there is of it is all there will be. */
static void reassembly_conclude(struct reassembly *f, struct stream *w,
				bool missed)
{
	struct str bytes = buf_view(&w->bytes);

	f->reading = &w->first;
	f->reading_at = w->at;
	if (missed && !(bytes.len && w->weak))
		f->sink.missed(f->sink.ctx);
	else
		reassembly_read(f, w, &bytes, true);
	reassembly_remove(f, w);
}

/* The oldest give way to what is to be kept now. */
static void reassembly_make_room(struct reassembly *f, size_t bytes)
{
	while (f->oldest && (f->n >= REASSEMBLY_MAX ||
			     f->pending + bytes > PENDING_MAX))
		reassembly_conclude(f, f->oldest, true);
}

/* --- segments of a connection --- */

static void reassembly_begin(struct reassembly *f, const struct segment *s,
			     uint64_t at)
{
	struct stream none = { .first = *s }, *w;
	struct str bytes = s->payload;

	f->reading = s;
	f->reading_at = at;
	if (reassembly_read(f, &none, &bytes, s->cut) != PAYLOAD_MORE)
		return;
	reassembly_make_room(f, bytes.len);
	w = reassembly_add(f, s, at);
	w->expected += (uint32_t)s->length;
	buf_str(&w->bytes, bytes);
	f->pending += bytes.len;
}

/* Are they part of a body? */
static void reassembly_skip_http2(struct reassembly *f, struct stream *w,
				  size_t bytes)
{
	const struct payload_sink sink = { reassembly_report, f };

	w->framed = http2_skip(w->http2, bytes, &sink);
	if (!w->framed)
		reassembly_leave_http2(f, w);
}

/* Bytes that were sent and not seen. */
static void reassembly_skip(struct reassembly *f, struct stream *w,
			    uint32_t bytes)
{
	struct str pending = buf_view(&w->bytes);

	if (pending.len) {
		if (w->weak)
			reassembly_read(f, w, &pending, true);
		else
			f->sink.missed(f->sink.ctx);
		f->pending -= w->bytes.len;
		buf_clear(&w->bytes);
		w->framed = false;
	} else if (w->http2) {
		reassembly_skip_http2(f, w, bytes);
	} else if (w->framed && w->body < bytes) {
		/* No known message, which would be in the other ring. */
		reassembly_report_unknown(f, w);
	} else if (w->framed) {
		w->body -= bytes;
	}
	w->expected += bytes;
}

/* What was reported is done with; `rest` is the end of the bytes. */
static void reassembly_keep(struct reassembly *f, struct stream *w,
			    struct str rest)
{
	f->pending -= w->bytes.len;
	if (w->bytes.len) {
		memmove(w->bytes.p, rest.p, rest.len);
		w->bytes.len = rest.len;
	} else {
		buf_str(&w->bytes, rest);
	}
	f->pending += w->bytes.len;
}

/* The segment's bytes from `from` on, behind those that are there. */
static enum payload_state reassembly_read_on(struct reassembly *f,
					     struct stream *w,
					     const struct segment *s,
					     size_t from)
{
	struct str bytes = from < s->payload.len ? str_sub(s->payload, from) :
						   STR("");
	size_t unseen = s->length - from - bytes.len;
	enum payload_state state;

	if (w->bytes.len) {
		buf_str(&w->bytes, bytes);
		f->pending += bytes.len;
		bytes = buf_view(&w->bytes);
	}
	w->expected = s->seq + (uint32_t)s->length;
	state = reassembly_read(f, w, &bytes,
				unseen || bytes.len >= PAYLOAD_MAX);
	if (state == PAYLOAD_MORE)
		reassembly_keep(f, w, bytes);
	else
		reassembly_keep(f, w, STR(""));
	if (w->http2) {
		reassembly_skip_http2(f, w, unseen);
		return state;
	}
	/* What is out of sight behind it may be another one, with a name. */
	if (w->framed && unseen > w->body) {
		w->framed = false;
		reassembly_report(f, EV_NET_HTTP, STR("cut-short"));
	}
	w->body -= w->framed ? unseen : w->body;
	return state;
}

/*
 * Of a stream whose SYN was seen: everything that it said, in order.  Nothing
 * is left to do with it once it is not framed.
 */
static void reassembly_follow(struct reassembly *f, struct stream *w,
			      const struct segment *s, uint64_t at)
{
	int64_t ahead = (int32_t)(s->seq - w->expected);

	if (!w->bytes.len) {
		w->first = *s;
		w->first.payload = STR("");
		w->at = at;
	}
	f->reading = &w->first;
	f->reading_at = w->at;
	if (ahead > 0)
		reassembly_skip(f, w, (uint32_t)ahead);
	else if ((size_t)-ahead >= s->length)
		return;			/* sent before */
	reassembly_read_on(f, w, s, ahead > 0 ? 0 : (size_t)-ahead);
	if (!w->framed && !w->bytes.len)
		reassembly_remove(f, w);
	else
		reassembly_make_room(f, 0);
}

/* False when the segment does not belong to the message, or ends it badly. */
static bool reassembly_continue(struct reassembly *f, struct stream *w,
				const struct segment *s)
{
	int64_t ahead = (int32_t)(s->seq - w->expected);
	enum payload_state state;

	if (ahead > 0 || ahead < -FAR) {
		reassembly_conclude(f, w, ahead > 0 && ahead <= FAR);
		return false;
	}
	/* Sent before, all of it or its beginning. */
	if ((size_t)-ahead >= s->length)
		return true;
	f->reading = &w->first;
	f->reading_at = w->at;
	state = reassembly_read_on(f, w, s, (size_t)-ahead);
	if (state != PAYLOAD_MORE)
		reassembly_remove(f, w);
	else
		reassembly_make_room(f, 0);
	return state != PAYLOAD_OTHER;
}

/* --- how connections begin and end --- */

static void reassembly_open(struct reassembly *f, const struct segment *s,
			    uint64_t at)
{
	struct stream *w = reassembly_find(f, s);

	if (w && w->framed && w->opened == s->seq)
		return;			/* sent again */
	if (w)
		reassembly_conclude(f, w, false);
	reassembly_make_room(f, 0);
	reassembly_add(f, s, at)->framed = true;
}

/* A FIN says how much was sent before it. */
static void reassembly_close(struct reassembly *f, const struct segment *s)
{
	struct stream *w = reassembly_find(f, s);
	int64_t ahead;

	if (!w || !w->framed)
		return;
	ahead = (int32_t)(s->seq + (uint32_t)s->length - w->expected);
	f->reading = &w->first;
	f->reading_at = w->at;
	if (s->fin && ahead > 0)
		reassembly_skip(f, w, (uint32_t)ahead);
	reassembly_conclude(f, w, false);
}

static void reassembly_reset(struct reassembly *f, const struct segment *s)
{
	const struct segment back = { .from = s->to, .to = s->from };

	reassembly_close(f, s);
	reassembly_close(f, &back);
}

static void reassembly_take_segment(struct reassembly *f,
				    const struct segment *s, uint64_t at,
				    bool begins)
{
	struct stream *w;

	if (s->syn)
		reassembly_open(f, s, at);
	w = reassembly_find(f, s);
	if (s->length && w && w->framed)
		reassembly_follow(f, w, s, at);
	else if (s->length && !(w && reassembly_continue(f, w, s)) && begins)
		reassembly_begin(f, s, at);
	if (s->rst)
		reassembly_reset(f, s);
	else if (s->fin)
		reassembly_close(f, s);
}

void reassembly_take(struct reassembly *f, const struct segment *s, uint64_t at,
		     bool begins)
{
	const struct payload_sink sink = { reassembly_report, f };

	if (!s->udp) {
		reassembly_take_segment(f, s, at, begins);
		return;
	}
	f->reading = s;
	f->reading_at = at;
	datagram_take(f->datagrams, s, &sink);
}

void reassembly_dropped(struct reassembly *f, uint64_t until)
{
	f->dropped = until;
}

void reassembly_end(struct reassembly *f)
{
	while (f->oldest)
		reassembly_conclude(f, f->oldest, f->oldest->bytes.len &&
				    f->oldest->at < f->dropped);
}

void reassembly_free(struct reassembly *f)
{
	if (!f)
		return;
	while (f->oldest)
		reassembly_remove(f, f->oldest);
	free(f->datagrams);
	free(f);
}
