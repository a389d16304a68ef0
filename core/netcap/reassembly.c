/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages over several segments.  Most are whole in their first one and leave
 * nothing here; of the others the bytes are kept, in order, until payload.h
 * has enough of them.
 */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/netcap/packet.h"

#define BUCKETS 256
/* No window is so wide: another connection between the same ports. */
#define FAR (1 << 20)

struct flow {
	struct flow *next;		/* in its bucket */
	struct flow *older, *newer;	/* by their beginning */
	struct segment first;		/* without its payload */
	uint64_t at;			/* when it began */
	uint32_t expected;		/* the sequence number to come */
	struct buf bytes;
};

struct flows {
	struct flows_sink sink;
	struct flow *buckets[BUCKETS];
	struct flow *oldest, *newest;
	size_t n;
	uint64_t dropped;	/* until then continuations may be missing */
	const struct segment *telling;
	uint64_t telling_at;
};

struct flows *flows_new(const struct flows_sink *sink)
{
	struct flows *f = mem_alloc(sizeof(*f));

	f->sink = *sink;
	return f;
}

/* --- the table --- */

static struct flow **bucket_of(struct flows *f, const struct segment *s)
{
	uint32_t hash = (uint32_t)s->from.port << 16 | s->to.port;

	return &f->buckets[hash * 0x9e3779b1U >> 24];
}

static bool same_end(const struct end *a, const struct end *b)
{
	return a->port == b->port && !memcmp(&a->addr, &b->addr, 16);
}

static struct flow *find(struct flows *f, const struct segment *s)
{
	struct flow *w = f->n ? *bucket_of(f, s) : NULL;

	while (w && !(same_end(&w->first.from, &s->from) &&
		      same_end(&w->first.to, &s->to)))
		w = w->next;
	return w;
}

static void forget(struct flows *f, struct flow *w)
{
	struct flow **at = bucket_of(f, &w->first);

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	*(w->older ? &w->older->newer : &f->oldest) = w->newer;
	*(w->newer ? &w->newer->older : &f->newest) = w->older;
	f->n--;
	buf_free(&w->bytes);
	free(w);
}

static struct flow *remember(struct flows *f, const struct segment *s,
			     uint64_t at)
{
	struct flow **bucket = bucket_of(f, s), *w = mem_alloc(sizeof(*w));

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

static void told(void *ctx, enum event_kind kind, struct str words)
{
	struct flows *f = ctx;

	f->sink.take(f->sink.ctx, f->telling, f->telling_at, kind, words);
}

/*
 * As many messages as stand there one behind the other.  What is left of the
 * bytes is the beginning of another one when the result says MORE.
 */
static enum payload_state read_all(struct flows *f, const struct segment *s,
				   uint64_t at, struct str *bytes, bool last)
{
	const struct payload_sink sink = { told, f };
	enum payload_state state = PAYLOAD_WHOLE;
	size_t used;

	f->telling = s;
	f->telling_at = at;
	while (state == PAYLOAD_WHOLE && bytes->len) {
		const struct payload p = {
			.bytes = *bytes, .last = last,
			.dns = s->to.port == PORT_DNS,
		};

		state = payload_read(&p, &sink, &used);
		if (state == PAYLOAD_WHOLE)
			*bytes = str_sub(*bytes, used);
	}
	return state;
}

/* What there is of it is all there will be. */
static void conclude(struct flows *f, struct flow *w, bool missed)
{
	struct str bytes = buf_view(&w->bytes);

	if (missed)
		f->sink.missed(f->sink.ctx);
	else
		read_all(f, &w->first, w->at, &bytes, true);
	forget(f, w);
}

static void begin(struct flows *f, const struct segment *s, uint64_t at)
{
	struct str bytes = s->payload;

	if (s->udp) {
		autobuf struct buf words = BUF_INIT;

		/* To a resolver, and no question: it carries something else. */
		bool asks = dns_question(&words, bytes);

		f->sink.take(f->sink.ctx, s, at,
			     asks ? EV_NET_DNS : EV_NET_SEND,
			     asks ? buf_view(&words) : STR(""));
		return;
	}
	if (read_all(f, s, at, &bytes, s->cut) != PAYLOAD_MORE)
		return;
	if (f->n == FLOWS_MAX)
		conclude(f, f->oldest, true);
	buf_str(&remember(f, s, at)->bytes, bytes);
}

/* False when the segment does not belong to the message, or ends it badly. */
static bool go_on(struct flows *f, struct flow *w, const struct segment *s)
{
	int64_t ahead = (int32_t)(s->seq - w->expected);
	struct str rest = s->payload, bytes;
	enum payload_state state;

	if (ahead > 0 || ahead < -FAR) {
		conclude(f, w, ahead > 0 && ahead <= FAR);
		return false;
	}
	/* Sent before, all of it or its beginning. */
	if ((size_t)-ahead >= rest.len)
		return true;
	rest = str_sub(rest, (size_t)-ahead);
	w->expected += (uint32_t)rest.len;
	buf_str(&w->bytes, rest);
	bytes = buf_view(&w->bytes);
	state = read_all(f, &w->first, w->at, &bytes,
			 s->cut || bytes.len >= PAYLOAD_MAX);
	if (state != PAYLOAD_MORE)
		forget(f, w);
	return state != PAYLOAD_OTHER;
}

void flows_take(struct flows *f, const struct segment *s, uint64_t at,
		bool begins)
{
	struct flow *w = s->udp ? NULL : find(f, s);

	if (w && go_on(f, w, s))
		return;
	if (begins)
		begin(f, s, at);
}

void flows_dropped(struct flows *f, uint64_t until)
{
	f->dropped = until;
}

void flows_end(struct flows *f)
{
	while (f->oldest)
		conclude(f, f->oldest, f->oldest->at < f->dropped);
}

void flows_free(struct flows *f)
{
	if (!f)
		return;
	while (f->oldest)
		forget(f, f->oldest);
	free(f);
}
