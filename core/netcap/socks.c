/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a SOCKS proxy is asked to reach.  Greeting, user name and request may
 * come in one segment or in three; a client that waits for no answer sends all
 * of them at once.  Hostile bytes.
 */
#include "core/netcap/socks.h"

enum {
	REQUEST_4 = 8,		/* version, command, port, address */
	REQUEST_5 = 4,		/* version, command, reserved, type */
	TYPE_IPV4 = 1, TYPE_NAME = 3, TYPE_IPV6 = 4,
	AUTHENTICATION = 1,	/* its version, RFC 1929 */
	TEXT_MAX = 255
};

static unsigned socks_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

static bool socks_is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (socks_byte(s, i) <= ' ' || socks_byte(s, i) >= 0x7f)
			return false;
	return s.len;
}

static void socks_put_ipv4(struct buf *out, struct str s)
{
	buf_printf(out, "%u.%u.%u.%u", socks_byte(s, 0), socks_byte(s, 1),
		   socks_byte(s, 2), socks_byte(s, 3));
}

static void socks_put_ipv6(struct buf *out, struct str s)
{
	buf_ch(out, '[');
	for (size_t i = 0; i < 16; i += 2)
		buf_printf(out, "%s%x", i ? ":" : "",
			   socks_byte(s, i) << 8 | socks_byte(s, i + 1));
	buf_ch(out, ']');
}

static void socks_put_port(struct buf *out, struct str s)
{
	buf_printf(out, ":%u", socks_byte(s, 0) << 8 | socks_byte(s, 1));
}

/* A text that a zero byte ends, in front of *rest. */
static enum payload_state socks_take_text(struct str *rest, struct str *text)
{
	const char *end = rest->len ? memchr(rest->p, 0, rest->len) : NULL;

	if (!end)
		return rest->len > TEXT_MAX ? PAYLOAD_OTHER : PAYLOAD_MORE;
	*text = (struct str){ rest->p, (size_t)(end - rest->p) };
	*rest = str_sub(*rest, text->len + 1);
	return text->len > TEXT_MAX ? PAYLOAD_OTHER : PAYLOAD_WHOLE;
}

/* CONNECT or BIND; of 4a the address is 0.0.0.x, and the name stands behind. */
static enum payload_state socks_read_4(struct buf *words, struct str s,
				       size_t *used)
{
	struct str rest, user, name, address;
	enum payload_state state;

	if (s.len > 1 && socks_byte(s, 1) != 1 && socks_byte(s, 1) != 2)
		return PAYLOAD_OTHER;
	if (s.len < REQUEST_4)
		return PAYLOAD_MORE;
	rest = str_sub(s, REQUEST_4);
	state = socks_take_text(&rest, &user);
	if (state != PAYLOAD_WHOLE)
		return state;
	address = str_sub(s, 4);
	if (socks_byte(s, 4) || socks_byte(s, 5) || socks_byte(s, 6)) {
		socks_put_ipv4(words, address);
	} else {
		state = socks_take_text(&rest, &name);
		if (state != PAYLOAD_WHOLE)
			return state;
		if (!socks_is_name(name))
			return PAYLOAD_OTHER;
		buf_lower(words, name);
	}
	socks_put_port(words, str_sub(s, 2));
	*used = s.len - rest.len;
	return PAYLOAD_WHOLE;
}

/* Bytes of the address, with a length in front where there is one; or 0. */
static size_t socks_address_length(struct str s)
{
	switch (socks_byte(s, 3)) {
	case TYPE_IPV4:
		return 4;
	case TYPE_IPV6:
		return 16;
	case TYPE_NAME:
		return s.len > REQUEST_5 ? 1 + socks_byte(s, REQUEST_5) : 1;
	default:
		return 0;
	}
}

static bool socks_put_target(struct buf *words, struct str s, size_t len)
{
	struct str address = { s.p + REQUEST_5, len }, name;

	if (len == 4 && socks_byte(s, 3) == TYPE_IPV4) {
		socks_put_ipv4(words, address);
	} else if (socks_byte(s, 3) == TYPE_IPV6) {
		socks_put_ipv6(words, address);
	} else {
		name = str_sub(address, 1);
		if (!socks_is_name(name))
			return false;
		buf_lower(words, name);
	}
	socks_put_port(words, str_sub(s, REQUEST_5 + len));
	return true;
}

static enum payload_state socks_read_request(struct buf *words, struct str s,
					     size_t *used)
{
	size_t len;

	if (s.len && socks_byte(s, 0) != SOCKS_5)
		return PAYLOAD_OTHER;
	if (s.len > 1 && (!socks_byte(s, 1) || socks_byte(s, 1) > 3))
		return PAYLOAD_OTHER;
	if (s.len > 2 && socks_byte(s, 2))
		return PAYLOAD_OTHER;
	if (s.len < REQUEST_5)
		return PAYLOAD_MORE;
	len = socks_address_length(s);
	if (!len)
		return PAYLOAD_OTHER;
	if (s.len < REQUEST_5 + len + 2 || s.len == REQUEST_5)
		return PAYLOAD_MORE;
	if (!socks_put_target(words, s, len))
		return PAYLOAD_OTHER;
	*used = REQUEST_5 + len + 2;
	return PAYLOAD_WHOLE;
}

/* Past user name and password; false when they are not all there. */
static bool socks_skip_user(struct str *s)
{
	size_t at = 1;

	if (socks_byte(*s, 0) != AUTHENTICATION)
		return true;
	for (int i = 0; i < 2; i++) {
		if (s->len <= at)
			return false;
		at += 1 + socks_byte(*s, at);
	}
	if (s->len <= at)
		return false;
	*s = str_sub(*s, at);
	return true;
}

/*
 * A request, or a greeting and the request behind it.  Three bytes may be
 * either, as what follows shows.
 */
static enum payload_state socks_read_5(struct buf *words, struct str s,
				       size_t *used)
{
	enum payload_state first = socks_read_request(words, s, used), second;
	struct str rest;
	size_t greeting;

	if (first == PAYLOAD_WHOLE || s.len < 2)
		return first;
	greeting = 2 + socks_byte(s, 1);
	if (greeting == 2)
		return PAYLOAD_OTHER;
	if (s.len <= greeting)
		return PAYLOAD_MORE;
	rest = str_sub(s, greeting);
	if (!socks_skip_user(&rest))
		return PAYLOAD_MORE;
	second = socks_read_request(words, rest, used);
	if (second == PAYLOAD_WHOLE)
		*used += s.len - rest.len;
	return second == PAYLOAD_OTHER ? first : second;
}

enum payload_state socks_read(const struct payload *p,
			      const struct payload_sink *sink,
			      struct payload_end *end)
{
	autobuf struct buf words = BUF_INIT;
	enum payload_state state;

	buf_c(&words, "connect ");
	state = socks_byte(p->bytes, 0) == SOCKS_5 ?
			socks_read_5(&words, p->bytes, &end->used) :
			socks_read_4(&words, p->bytes, &end->used);
	if (state == PAYLOAD_WHOLE)
		sink->take(sink->ctx, EV_NET_HTTP, buf_view(&words));
	return state == PAYLOAD_MORE && p->last ? PAYLOAD_OTHER : state;
}
