/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages over several segments.  Most are whole in their first one and leave
 * nothing here; of the others the bytes are kept, in order, until payload.h
 * has enough of them.
 */
#include "core/netcap/reassembly.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/netcap/dns.h"
#include "core/netcap/http.h"
#include "core/netcap/payload.h"

#define BUCKETS 256
/* No window is so wide: another connection between the same ports. */
#define FAR (1 << 20)

struct partial {
	struct partial *next;		/* in its bucket */
	struct partial *older, *newer;	/* by their beginning */
	struct segment first;		/* without its payload */
	uint64_t at;			/* when it began */
	uint32_t expected;		/* the sequence number to come */
	struct buf bytes;
};

struct reassembly {
	struct reassembly_sink sink;
	struct partial *buckets[BUCKETS];
	struct partial *oldest, *newest;
	size_t n;
	uint64_t dropped;	/* until then continuations may be missing */
	const struct segment *reading;
	uint64_t reading_at;
};

struct reassembly *reassembly_new(const struct reassembly_sink *sink)
{
	struct reassembly *f = mem_alloc(sizeof(*f));

	f->sink = *sink;
	return f;
}

/* --- the table --- */

static struct partial **reassembly_bucket(struct reassembly *f,
					  const struct segment *s)
{
	uint32_t hash = (uint32_t)s->from.port << 16 | s->to.port;

	return &f->buckets[hash * 0x9e3779b1U >> 24];
}

static bool reassembly_same_endpoint(const struct endpoint *a,
				     const struct endpoint *b)
{
	return a->port == b->port && !memcmp(&a->addr, &b->addr, 16);
}

static struct partial *reassembly_find(struct reassembly *f,
				       const struct segment *s)
{
	struct partial *w = f->n ? *reassembly_bucket(f, s) : NULL;

	while (w && !(reassembly_same_endpoint(&w->first.from, &s->from) &&
		      reassembly_same_endpoint(&w->first.to, &s->to)))
		w = w->next;
	return w;
}

static void reassembly_remove(struct reassembly *f, struct partial *w)
{
	struct partial **at = reassembly_bucket(f, &w->first);

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	*(w->older ? &w->older->newer : &f->oldest) = w->newer;
	*(w->newer ? &w->newer->older : &f->newest) = w->older;
	f->n--;
	buf_free(&w->bytes);
	free(w);
}

static struct partial *reassembly_add(struct reassembly *f,
				      const struct segment *s, uint64_t at)
{
	struct partial **bucket = reassembly_bucket(f, s),
		       *w = mem_alloc(sizeof(*w));

	w->first = *s;
	w->first.payload = STR("");
	w->at = at;
	w->expected = s->seq + (uint32_t)s->payload.len;
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

/* An empty line in front of a request is ignored (RFC 9112, 2.2). */
static struct str reassembly_without_empty_lines(struct str s)
{
	while (s.len && (*s.p == '\r' || *s.p == '\n'))
		s = str_sub(s, 1);
	return s;
}

/* The message that the bytes begin; without one, a request further on. */
static enum payload_state reassembly_read_one(struct payload p,
					      const struct payload_sink *sink,
					      struct str *bytes)
{
	enum payload_state state;
	size_t used;

	state = payload_read(&p, sink, &used);
	if (state == PAYLOAD_OTHER && !p.dns) {
		p.bytes = reassembly_without_empty_lines(p.bytes);
		state = payload_read(&p, sink, &used);
	}
	if (state == PAYLOAD_OTHER && !p.dns && p.bytes.len)
		state = http_search(&p, sink, &used);
	else if (state == PAYLOAD_MORE)
		used = 0;
	if (state != PAYLOAD_OTHER)
		*bytes = str_sub(p.bytes, used);
	return state;
}

/*
 * As many messages as stand there one behind the other.  What is left of the
 * bytes is the beginning of another one when the result says MORE.
 */
static enum payload_state reassembly_read(struct reassembly *f,
					  const struct segment *s, uint64_t at,
					  struct str *bytes, bool last)
{
	const struct payload_sink sink = { reassembly_report, f };
	enum payload_state state = PAYLOAD_WHOLE;

	f->reading = s;
	f->reading_at = at;
	while (state == PAYLOAD_WHOLE && bytes->len) {
		const struct payload p = {
			.bytes = *bytes, .last = last,
			.dns = s->to.port == DNS_PORT,
		};

		state = reassembly_read_one(p, &sink, bytes);
	}
	return state;
}

/* What there is of it is all there will be. */
static void reassembly_conclude(struct reassembly *f, struct partial *w,
				bool missed)
{
	struct str bytes = buf_view(&w->bytes);

	if (missed)
		f->sink.missed(f->sink.ctx);
	else
		reassembly_read(f, &w->first, w->at, &bytes, true);
	reassembly_remove(f, w);
}

static void reassembly_begin(struct reassembly *f, const struct segment *s,
			     uint64_t at)
{
	struct str bytes = s->payload;

	if (s->udp) {
		const struct payload_sink sink = { reassembly_report, f };

		f->reading = s;
		f->reading_at = at;
		/* To a resolver, and no question: it carries something else. */
		if (!dns_questions(bytes, &sink))
			reassembly_report(f, EV_NET_SEND, STR(""));
		return;
	}
	if (reassembly_read(f, s, at, &bytes, s->cut) != PAYLOAD_MORE)
		return;
	if (f->n == REASSEMBLY_MAX)
		reassembly_conclude(f, f->oldest, true);
	buf_str(&reassembly_add(f, s, at)->bytes, bytes);
}

/* What was reported is done with; `rest` is the end of the bytes. */
static void reassembly_keep(struct partial *w, struct str rest)
{
	memmove(w->bytes.p, rest.p, rest.len);
	w->bytes.len = rest.len;
}

/* False when the segment does not belong to the message, or ends it badly. */
static bool reassembly_continue(struct reassembly *f, struct partial *w,
				const struct segment *s)
{
	int64_t ahead = (int32_t)(s->seq - w->expected);
	struct str rest = s->payload, bytes;
	enum payload_state state;

	if (ahead > 0 || ahead < -FAR) {
		reassembly_conclude(f, w, ahead > 0 && ahead <= FAR);
		return false;
	}
	/* Sent before, all of it or its beginning. */
	if ((size_t)-ahead >= rest.len)
		return true;
	rest = str_sub(rest, (size_t)-ahead);
	w->expected += (uint32_t)rest.len;
	buf_str(&w->bytes, rest);
	bytes = buf_view(&w->bytes);
	state = reassembly_read(f, &w->first, w->at, &bytes,
				s->cut || bytes.len >= PAYLOAD_MAX);
	if (state != PAYLOAD_MORE)
		reassembly_remove(f, w);
	else
		reassembly_keep(w, bytes);
	return state != PAYLOAD_OTHER;
}

void reassembly_take(struct reassembly *f, const struct segment *s, uint64_t at,
		     bool begins)
{
	struct partial *w = s->udp ? NULL : reassembly_find(f, s);

	if (w && reassembly_continue(f, w, s))
		return;
	if (begins)
		reassembly_begin(f, s, at);
}

void reassembly_dropped(struct reassembly *f, uint64_t until)
{
	f->dropped = until;
}

void reassembly_end(struct reassembly *f)
{
	while (f->oldest)
		reassembly_conclude(f, f->oldest, f->oldest->at < f->dropped);
}

void reassembly_free(struct reassembly *f)
{
	if (!f)
		return;
	while (f->oldest)
		reassembly_remove(f, f->oldest);
	free(f);
}
