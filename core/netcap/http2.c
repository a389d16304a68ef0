/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames, of which those with fields are read.  All of a connection's blocks
 * are decoded, in their order: each changes the table that the next one needs.
 */
#include "core/netcap/http2.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/netcap/hpack.h"
#include "core/netcap/http_hosts.h"

#define BLOCK_MAX 16384		/* bytes of one request's fields */

enum {
	HEADER = 9,		/* length, type, flags, stream */
	HEADERS = 1, CONTINUATION = 9,
	END_HEADERS = 4, PADDED = 8, PRIORITY = 0x20, PRIORITY_FIELDS = 5
};

struct http2 {
	struct hpack table;
	unsigned char header[HEADER];	/* of the frame, as it comes */
	size_t got;
	size_t left;			/* bytes of the frame to come */
	struct buf block;
	size_t begin;			/* of this frame's bytes in it */
};

/* A request: its fields as far as they name hosts. */
struct request {
	struct buf hosts;		/* each with its length in front */
	bool is_one, connects, tunnels;
};

struct http2 *http2_new(void)
{
	struct http2 *h = mem_alloc(sizeof(*h));

	h->table = (struct hpack)HPACK_INIT;
	return h;
}

void http2_free(struct http2 *h)
{
	if (!h)
		return;
	hpack_free(&h->table);
	buf_free(&h->block);
	free(h);
}

static bool http2_has_fields(const struct http2 *h)
{
	return h->header[3] == HEADERS || h->header[3] == CONTINUATION;
}

/* --- fields --- */

static void http2_take_field(void *ctx, struct str name, struct str value)
{
	struct request *r = ctx;

	if (str_eq(name, STR(":method"))) {
		r->is_one = true;
		r->connects = str_eq(value, STR("CONNECT"));
	} else if (str_eq(name, STR(":protocol"))) {
		r->tunnels = true;	/* RFC 8441 */
	} else if (str_eq(name, STR(":authority")) ||
		   str_eq(name, STR("host"))) {
		buf_add(&r->hosts, &value.len, sizeof(value.len));
		buf_str(&r->hosts, value);
	}
}

static void http2_report(const struct request *r,
			 const struct payload_sink *sink)
{
	struct http_hosts hosts = HTTP_HOSTS_INIT(sink);
	bool connect = r->connects && !r->tunnels;

	for (size_t at = 0; at < r->hosts.len;) {
		struct str host = { r->hosts.p + at + sizeof(host.len), 0 };

		memcpy(&host.len, r->hosts.p + at, sizeof(host.len));
		http_hosts_put(&hosts, connect ? "connect" : "host", host,
			       connect);
		at += sizeof(host.len) + host.len;
	}
	http_hosts_end(&hosts, true);
}

static bool http2_end_block(struct http2 *h, const struct payload_sink *sink)
{
	struct request r = { .hosts = BUF_INIT };
	bool fine = hpack_decode(&h->table, buf_view(&h->block),
				 http2_take_field, &r);

	/* What follows a body has no method. */
	if (fine && r.is_one)
		http2_report(&r, sink);
	buf_free(&r.hosts);
	buf_clear(&h->block);
	return fine;
}

/* --- frames --- */

/* Without padding and priority (RFC 9113, 6.2). */
static bool http2_trim_block(struct http2 *h)
{
	unsigned flags = h->header[4];
	size_t front = 0, pad = 0, len = h->block.len - h->begin;

	if (h->header[3] != HEADERS)
		return true;
	if (flags & PADDED && len) {
		pad = (unsigned char)h->block.p[h->begin];
		front = 1;
	}
	front += flags & PRIORITY ? PRIORITY_FIELDS : 0;
	if (front + pad > len || (flags & PADDED && !len))
		return false;
	len -= front + pad;
	if (len)
		memmove(h->block.p + h->begin, h->block.p + h->begin + front,
			len);
	buf_cut(&h->block, h->begin + len);
	return true;
}

static bool http2_end_frame(struct http2 *h, const struct payload_sink *sink)
{
	h->got = 0;
	if (!http2_has_fields(h))
		return true;
	return http2_trim_block(h) && (!(h->header[4] & END_HEADERS) ||
				       http2_end_block(h, sink));
}

static bool http2_begin_frame(struct http2 *h)
{
	h->left = (size_t)h->header[0] << 16 | (size_t)h->header[1] << 8 |
		  h->header[2];
	h->begin = h->block.len;
	return !http2_has_fields(h) || h->left + h->block.len <= BLOCK_MAX;
}

static bool http2_read_part(struct http2 *h, struct str *bytes,
			    const struct payload_sink *sink)
{
	bool header = h->got < HEADER;
	size_t want = header ? HEADER - h->got : h->left;
	size_t n = want < bytes->len ? want : bytes->len;

	if (header) {
		memcpy(h->header + h->got, bytes->p, n);
		h->got += n;
	} else {
		if (http2_has_fields(h))
			buf_add(&h->block, bytes->p, n);
		h->left -= n;
	}
	*bytes = str_sub(*bytes, n);
	if (h->got < HEADER)
		return true;
	if (header && !http2_begin_frame(h))
		return false;
	return h->left || http2_end_frame(h, sink);
}

bool http2_read(struct http2 *h, struct str bytes,
		const struct payload_sink *sink)
{
	while (bytes.len) {
		if (http2_read_part(h, &bytes, sink))
			continue;
		sink->take(sink->ctx, EV_NET_HTTP, STR("cut-short"));
		return false;
	}
	return true;
}

bool http2_skip(struct http2 *h, size_t bytes, const struct payload_sink *sink)
{
	if (!bytes)
		return true;
	if (h->got == HEADER && !http2_has_fields(h) && bytes <= h->left) {
		h->left -= bytes;
		return h->left || http2_end_frame(h, sink);
	}
	sink->take(sink->ctx, EV_NET_HTTP, STR("cut-short"));
	return false;
}
