/* SPDX-License-Identifier: Apache-2.0 */
/* Which protocol it is, and the two short ones: DNS over TCP, TLS. */
#include "core/netcap/payload.h"

#include "core/netcap/http.h"

/* --- a cursor that knows the difference between short and wrong --- */

struct cursor {
	struct str rest;
	bool ended;		/* something lies behind what we have */
};

static unsigned payload_byte_at(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

static struct str payload_take(struct cursor *c, size_t len)
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
static size_t payload_take_number(struct cursor *c, size_t bytes)
{
	struct str s = payload_take(c, bytes);
	size_t value = 0;

	for (size_t i = 0; i < s.len; i++)
		value = value << 8 | payload_byte_at(s, i);
	return value;
}

/* --- TLS --- */

enum {
	RECORD_HANDSHAKE = 0x16,
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
static bool payload_join_records(struct buf *out, struct str s)
{
	while (s.len) {
		size_t len;

		if (payload_byte_at(s, 0) != RECORD_HANDSHAKE)
			return out->len;	/* what follows the hello */
		if (s.len > 1 && payload_byte_at(s, 1) != 3)
			return false;
		if (s.len < RECORD_HEADER)
			return true;
		len = payload_byte_at(s, 3) << 8 | payload_byte_at(s, 4);
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
static bool payload_server_name(struct buf *out, struct str data)
{
	struct cursor c = { data, false };
	struct str name;

	payload_take_number(&c, 2);	/* of the list, which is all there is */
	if (payload_take_number(&c, 1) != NAME_HOST)
		return false;
	name = payload_take(&c, payload_take_number(&c, 2));
	if (c.ended || !name.len)
		return false;
	buf_lower(out, name);
	return true;
}

/*
 * Through the hello up to the server name.  WHOLE with an empty name: it has
 * none.  What its fields cannot be is no hello.
 */
static enum payload_state payload_read_hello(struct buf *name, struct str hello)
{
	struct cursor c = { hello, false };
	size_t kind = payload_take_number(&c, 1), whole, len;

	if (!c.ended && kind != CLIENT_HELLO)
		return PAYLOAD_OTHER;
	whole = payload_take_number(&c, 3);
	if (!c.ended && whole < HELLO_LEAST)
		return PAYLOAD_OTHER;
	if (!c.ended && c.rest.len > whole)
		c.rest.len = whole;
	len = payload_take_number(&c, 1); /* legacy_version 0x03.. */
	if (!c.ended && len != 3)
		return PAYLOAD_OTHER;
	payload_take(&c, 1 + 32);			/* random */
	len = payload_take_number(&c, 1);		/* legacy_session_id */
	if (len > 32)
		return PAYLOAD_OTHER;
	payload_take(&c, len);
	len = payload_take_number(&c, 2);		/* cipher_suites */
	if (!c.ended && (len < 2 || len % 2))
		return PAYLOAD_OTHER;
	payload_take(&c, len);
	payload_take(&c, payload_take_number(&c, 1)); /* compression methods */
	if (!c.ended && !c.rest.len && hello.len >= HANDSHAKE_HEADER + whole)
		return PAYLOAD_WHOLE;		/* no extensions: before 1.3 */
	len = payload_take_number(&c, 2);
	if (!c.ended && c.rest.len > len)
		c.rest.len = len;
	while (!c.ended && (c.rest.len ||
			    hello.len < HANDSHAKE_HEADER + whole)) {
		size_t type = payload_take_number(&c, 2);
		struct str data = payload_take(&c, payload_take_number(&c, 2));

		if (c.ended || type != EXTENSION_SERVER_NAME)
			continue;
		payload_server_name(name, data);
		return PAYLOAD_WHOLE;
	}
	if (!c.ended)
		return PAYLOAD_WHOLE;
	/* Its own lengths do not fit together. */
	return hello.len >= HANDSHAKE_HEADER && hello.len - HANDSHAKE_HEADER >=
	       whole ? PAYLOAD_OTHER : PAYLOAD_MORE;
}

static void payload_report_tls(const struct payload_sink *sink, struct str name)
{
	autobuf struct buf words = BUF_INIT;

	buf_c(&words, "host ");
	buf_str(&words, name);
	sink->take(sink->ctx, EV_NET_TLS,
		   name.len ? buf_view(&words) : STR("no-host"));
}

static enum payload_state payload_read_tls(const struct payload *p,
					   const struct payload_sink *sink,
					   size_t *used)
{
	autobuf struct buf hello = BUF_INIT;
	autobuf struct buf name = BUF_INIT;
	enum payload_state state;

	if (!payload_join_records(&hello, p->bytes))
		return PAYLOAD_OTHER;
	state = payload_read_hello(&name, buf_view(&hello));
	/* What follows it is for the peer alone. */
	*used = p->bytes.len;
	if (state == PAYLOAD_WHOLE)
		payload_report_tls(sink, buf_view(&name));
	if (state != PAYLOAD_MORE || !p->last)
		return state;
	/* Up to its version, at least: less is no hello. */
	if (hello.len <= HANDSHAKE_HEADER)
		return PAYLOAD_OTHER;
	sink->take(sink->ctx, EV_NET_TLS, STR("cut-short"));
	return PAYLOAD_WHOLE;
}

/* --- DNS --- */

enum { DNS_LENGTH = 2, DNS_HEADER = 12, DNS_LEAST = 17 };

/*
 * Elsewhere than on port 53 only what is exactly one question: its length in
 * front, no answer and no authority in it.
 */
static bool payload_is_question(const struct payload *p)
{
	static const char none[4] = { 0, 0, 0, 0 };
	struct str s = p->bytes;

	return s.len >= DNS_LENGTH + DNS_LEAST &&
	       (payload_byte_at(s, 0) << 8 | payload_byte_at(s, 1)) ==
		       s.len - DNS_LENGTH &&
	       !(payload_byte_at(s, 4) & 0xf8) && !payload_byte_at(s, 6) &&
	       payload_byte_at(s, 7) == 1 &&
	       !memcmp(s.p + 8, none, sizeof(none));
}

static enum payload_state payload_read_dns(const struct payload *p,
					   const struct payload_sink *sink,
					   size_t *used)
{
	autobuf struct buf words = BUF_INIT;
	struct str s = p->bytes;
	size_t len;

	if (!p->dns && !payload_is_question(p))
		return PAYLOAD_OTHER;
	if (s.len < DNS_LENGTH)
		return p->last ? PAYLOAD_OTHER : PAYLOAD_MORE;
	len = payload_byte_at(s, 0) << 8 | payload_byte_at(s, 1);
	if (len < DNS_LEAST)
		return PAYLOAD_OTHER;
	s = str_sub(s, DNS_LENGTH);
	/* The question stands in front; the rest need not be there. */
	if (s.len < len && !p->last)
		return PAYLOAD_MORE;
	if (s.len > len)
		s.len = len;
	if (!dns_question(&words, s))
		return PAYLOAD_OTHER;
	sink->take(sink->ctx, EV_NET_DNS, buf_view(&words));
	*used = DNS_LENGTH + s.len;
	return PAYLOAD_WHOLE;
}

/* --- which one --- */

enum payload_state payload_read(const struct payload *p,
				const struct payload_sink *sink, size_t *used)
{
	enum payload_state state;

	*used = 0;
	if (!p->bytes.len)
		return p->last ? PAYLOAD_OTHER : PAYLOAD_MORE;
	if (p->dns)
		return payload_read_dns(p, sink, used);
	if (payload_byte_at(p->bytes, 0) == RECORD_HANDSHAKE)
		return payload_read_tls(p, sink, used);
	state = http_read(p, sink, used);
	return state == PAYLOAD_OTHER ? payload_read_dns(p, sink, used) : state;
}
