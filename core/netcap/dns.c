/* SPDX-License-Identifier: Apache-2.0 */
/* The question of a DNS message (RFC 1035, section 4.1); hostile bytes. */
#include "core/netcap/dns.h"

#include <stdint.h>

#include "core/base/vec.h"

/*
 * Bytes: of the length in front of a message over TCP, of its header, and of a
 * message with one question at least.
 */
enum { DNS_LENGTH = 2, DNS_HEADER = 12, DNS_LEAST = 17 };

static const struct { unsigned number; const char *name; } types[] = {
	{ 1, "A" }, { 2, "NS" }, { 5, "CNAME" }, { 6, "SOA" }, { 12, "PTR" },
	{ 15, "MX" }, { 16, "TXT" }, { 28, "AAAA" }, { 33, "SRV" },
	{ 35, "NAPTR" }, { 43, "DS" }, { 48, "DNSKEY" }, { 64, "SVCB" },
	{ 65, "HTTPS" }, { 255, "ANY" }, { 257, "CAA" },
};

static unsigned dns_word(struct str s, size_t at)
{
	return (unsigned)(unsigned char)s.p[at] << 8 |
	       (unsigned char)s.p[at + 1];
}

/*
 * Labels up to the root label.  A question holds no compression pointer: it
 * is the first name in the message.  A dot inside a label is shown as "\.".
 */
static size_t dns_put_name(struct buf *out, struct str p)
{
	size_t at = DNS_HEADER, total = 0;

	while (at < p.len && p.p[at]) {
		size_t len = (unsigned char)p.p[at++];

		total += len + 1;
		if (len > 63 || total > 255 || at + len > p.len)
			return 0;
		if (at > DNS_HEADER + 1)
			buf_ch(out, '.');
		for (size_t i = 0; i < len; i++) {
			if (p.p[at + i] == '.')
				buf_ch(out, '\\');
			/* Names compare without case (RFC 4343). */
			buf_lower(out, (struct str){ p.p + at + i, 1 });
		}
		at += len;
	}
	if (at == DNS_HEADER)
		buf_ch(out, '.');
	return at < p.len ? at + 1 : 0;
}

bool dns_question(struct buf *out, struct str packet)
{
	autobuf struct buf name = BUF_INIT;
	unsigned type;
	size_t at;

	/* A query (QR = 0, opcode 0) with one question. */
	if (packet.len < DNS_HEADER || (packet.p[2] & 0xf8) ||
	    dns_word(packet, 4) != 1)
		return false;
	at = dns_put_name(&name, packet);
	if (!at || at + 4 > packet.len)
		return false;
	type = dns_word(packet, at);
	buf_str(out, buf_view(&name));
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].number == type) {
			buf_printf(out, " %s", types[i].name);
			return true;
		}
	}
	buf_printf(out, " TYPE%u", type);
	return true;
}

/* --- over TCP --- */

static unsigned dns_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

/*
 * Elsewhere than on port 53 only what is exactly one question: its length in
 * front, no answer and no authority in it.
 */
static bool dns_is_question(const struct payload *p)
{
	static const char none[4] = { 0, 0, 0, 0 };
	struct str s = p->bytes;

	return s.len >= DNS_LENGTH + DNS_LEAST &&
	       (dns_byte(s, 0) << 8 | dns_byte(s, 1)) ==
		       s.len - DNS_LENGTH &&
	       !(dns_byte(s, 4) & 0xf8) && !dns_byte(s, 6) &&
	       dns_byte(s, 7) == 1 &&
	       !memcmp(s.p + 8, none, sizeof(none));
}

enum payload_state dns_read(const struct payload *p,
			    const struct payload_sink *sink, size_t *used)
{
	autobuf struct buf words = BUF_INIT;
	struct str s = p->bytes;
	size_t len;

	if (!p->dns && !dns_is_question(p))
		return PAYLOAD_OTHER;
	if (s.len < DNS_LENGTH)
		return p->last ? PAYLOAD_OTHER : PAYLOAD_MORE;
	len = dns_byte(s, 0) << 8 | dns_byte(s, 1);
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
