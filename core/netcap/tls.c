/* SPDX-License-Identifier: Apache-2.0 */
/* The server name of a TLS ClientHello. */
#include "core/netcap/tls.h"

/* A reader of bytes of which more may be to come. */
struct cursor {
	struct str rest;
	bool ended;		/* something lies behind what we have */
};

static unsigned tls_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

static struct str tls_take(struct cursor *c, size_t len)
{
	struct str got = { c->rest.p, len };

	if (c->ended || len > c->rest.len) {
		c->ended = true;
		return STR("");
	}
	c->rest = str_sub(c->rest, len);
	return got;
}

/* A number of 1 to 3 bytes; 0 when it is not there. */
static size_t tls_take_number(struct cursor *c, size_t bytes)
{
	struct str s = tls_take(c, bytes);
	size_t value = 0;

	for (size_t i = 0; i < s.len; i++)
		value = value << 8 | tls_byte(s, i);
	return value;
}

enum {
	RECORD_HEADER = 5,
	RECORD_MAX = 16384,
	HANDSHAKE_HEADER = 4,
	HELLO_LEAST = 41,	/* one cipher suite, no session, no extension */
	CLIENT_HELLO = 1,
	EXTENSION_SERVER_NAME = 0,
	NAME_HOST = 0
};

/*
 * The handshake's bytes, which may lie in several records (RFC 8446, 5.1).
 * False when these are no records of a handshake.
 */
static bool tls_join_records(struct buf *out, struct str s)
{
	while (s.len) {
		size_t len;

		if (tls_byte(s, 0) != TLS_HANDSHAKE)
			return out->len;	/* what follows the hello */
		if (s.len > 1 && tls_byte(s, 1) != 3)
			return false;
		if (s.len < RECORD_HEADER)
			return true;
		len = tls_byte(s, 3) << 8 | tls_byte(s, 4);
		if (!len || len > RECORD_MAX)
			return false;
		s = str_sub(s, RECORD_HEADER);
		if (len > s.len)
			len = s.len;
		buf_add(out, s.p, len);
		s = str_sub(s, len);
	}
	return true;
}

/* The extension's first host name; false when it holds none. */
static bool tls_server_name(struct buf *out, struct str data)
{
	struct cursor c = { data, false };
	struct str name;

	tls_take_number(&c, 2);	/* of the list, which is all there is */
	if (tls_take_number(&c, 1) != NAME_HOST)
		return false;
	name = tls_take(&c, tls_take_number(&c, 2));
	if (c.ended || !name.len)
		return false;
	buf_lower(out, name);
	return true;
}

/*
 * Through the hello up to the server name.  WHOLE with an empty name: it has
 * none.  What its fields cannot be is no hello.
 */
static enum payload_state tls_read_hello(struct buf *name, struct str hello)
{
	struct cursor c = { hello, false };
	size_t kind = tls_take_number(&c, 1), whole, len;

	if (!c.ended && kind != CLIENT_HELLO)
		return PAYLOAD_OTHER;
	whole = tls_take_number(&c, 3);
	if (!c.ended && whole < HELLO_LEAST)
		return PAYLOAD_OTHER;
	if (!c.ended && c.rest.len > whole)
		c.rest.len = whole;
	len = tls_take_number(&c, 1); /* legacy_version 0x03.. */
	if (!c.ended && len != 3)
		return PAYLOAD_OTHER;
	tls_take(&c, 1 + 32);			/* random */
	len = tls_take_number(&c, 1);		/* legacy_session_id */
	if (len > 32)
		return PAYLOAD_OTHER;
	tls_take(&c, len);
	len = tls_take_number(&c, 2);		/* cipher_suites */
	if (!c.ended && (len < 2 || len % 2))
		return PAYLOAD_OTHER;
	tls_take(&c, len);
	tls_take(&c, tls_take_number(&c, 1)); /* compression methods */
	if (!c.ended && !c.rest.len && hello.len >= HANDSHAKE_HEADER + whole)
		return PAYLOAD_WHOLE;		/* no extensions: before 1.3 */
	len = tls_take_number(&c, 2);
	if (!c.ended && c.rest.len > len)
		c.rest.len = len;
	while (!c.ended && (c.rest.len ||
			    hello.len < HANDSHAKE_HEADER + whole)) {
		size_t type = tls_take_number(&c, 2);
		struct str data = tls_take(&c, tls_take_number(&c, 2));

		if (c.ended || type != EXTENSION_SERVER_NAME)
			continue;
		tls_server_name(name, data);
		return PAYLOAD_WHOLE;
	}
	if (!c.ended)
		return PAYLOAD_WHOLE;
	/* Its own lengths do not fit together. */
	return hello.len >= HANDSHAKE_HEADER && hello.len - HANDSHAKE_HEADER >=
	       whole ? PAYLOAD_OTHER : PAYLOAD_MORE;
}

static void tls_report(const struct payload_sink *sink, struct str name)
{
	autobuf struct buf words = BUF_INIT;

	buf_c(&words, "host ");
	buf_str(&words, name);
	sink->take(sink->ctx, EV_NET_TLS,
		   name.len ? buf_view(&words) : STR("no-host"));
}

enum payload_state tls_read(const struct payload *p,
			    const struct payload_sink *sink,
			    struct payload_end *end)
{
	autobuf struct buf hello = BUF_INIT;
	autobuf struct buf name = BUF_INIT;
	enum payload_state state;

	if (!tls_join_records(&hello, p->bytes))
		return PAYLOAD_OTHER;
	state = tls_read_hello(&name, buf_view(&hello));
	/* What follows it is for the peer alone. */
	end->used = p->bytes.len;
	end->opaque = true;
	if (state == PAYLOAD_WHOLE)
		tls_report(sink, buf_view(&name));
	if (state != PAYLOAD_MORE || !p->last)
		return state;
	/* Up to its version, at least: less is no hello. */
	if (hello.len <= HANDSHAKE_HEADER)
		return PAYLOAD_OTHER;
	sink->take(sink->ctx, EV_NET_TLS, STR("cut-short"));
	return PAYLOAD_WHOLE;
}
