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
#define ADDITIONAL_MAX 4	/* EDNS, a signature */
#define RECORD 10	/* type, class, time, length */

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

/* Names compare without case (RFC 4343), so a letter's case is a bit free. */
static void dns_put_label(struct buf *out, struct str label, bool *capitals)
{
	for (size_t i = 0; i < label.len; i++) {
		if (label.p[i] == '.')
			buf_ch(out, '\\');
		*capitals |= label.p[i] >= 'A' && label.p[i] <= 'Z';
		buf_lower(out, (struct str){ label.p + i, 1 });
	}
}

/*
 * Labels up to the root label, from `at` on; where they end, or 0.  A pointer
 * (RFC 1035, 4.1.4) may stand for what an earlier question said; it goes back
 * only, so this ends.  A dot inside a label is shown as "\.".
 */
static size_t dns_put_name(struct buf *out, struct str p, size_t at,
			   bool *capitals)
{
	size_t total = 0, end = 0, start = out->len;

	while (at < p.len && p.p[at]) {
		size_t len = (unsigned char)p.p[at++];

		if (len >= 0xc0) {
			size_t to = at < p.len ? (len & 0x3f) << 8 |
				    (unsigned char)p.p[at] : p.len;

			if (to < DNS_HEADER || to + 1 >= at)
				return 0;
			end = end ? end : at + 1;
			total++;	/* bounds the pointers, too */
			at = to;
			continue;
		}
		total += len + 1;
		if (len > 63 || total > 255 || at + len > p.len)
			return 0;
		if (out->len > start)
			buf_ch(out, '.');
		dns_put_label(out, (struct str){ p.p + at, len }, capitals);
		at += len;
	}
	if (out->len == start)
		buf_ch(out, '.');
	return at >= p.len ? 0 : end ? end : at + 1;
}

/* The question at `at`; where it ends, or 0. */
static size_t dns_put_question(struct buf *out, struct str packet, size_t at,
			       bool *capitals)
{
	autobuf struct buf name = BUF_INIT;
	unsigned type;

	at = dns_put_name(&name, packet, at, capitals);
	if (!at || at + 4 > packet.len)
		return 0;
	type = dns_word(packet, at);
	buf_str(out, buf_view(&name));
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].number == type) {
			buf_printf(out, " %s", types[i].name);
			return at + 4;
		}
	}
	buf_printf(out, " TYPE%u", type);
	return at + 4;
}

/* A query (QR = 0, opcode 0) with a question. */
static bool dns_is_query(struct str packet)
{
	return packet.len >= DNS_HEADER && !(packet.p[2] & 0xf8) &&
	       dns_word(packet, 4);
}

/*
 * A resolver of its own may draw each letter's case (0x20), and then does so
 * for each name it asks for; that it is done is a fact beside the name.
 */
static void dns_report(const struct payload_sink *sink, struct buf *words,
		       bool capitals)
{
	sink->take(sink->ctx, EV_NET_DNS, buf_view(words));
	if (!capitals)
		return;
	buf_c(words, " capitals");
	sink->take(sink->ctx, EV_NET_DNS, buf_view(words));
}

size_t dns_questions(struct str packet, const struct payload_sink *sink)
{
	size_t at = DNS_HEADER, n = 0;

	if (!dns_is_query(packet))
		return 0;
	while (n < dns_word(packet, 4) && n < DNS_QUESTIONS) {
		autobuf struct buf words = BUF_INIT;
		bool capitals = false;

		at = dns_put_question(&words, packet, at, &capitals);
		if (!at)
			break;
		dns_report(sink, &words, capitals);
		n++;
	}
	return n;
}

/* Behind a record without data, or 0 (RFC 1035, 4.1.3). */
static size_t dns_skip_record(struct str packet, size_t at)
{
	autobuf struct buf ignored = BUF_INIT;
	bool capitals = false;
	size_t len;

	at = dns_put_name(&ignored, packet, at, &capitals);
	if (!at || at + RECORD > packet.len)
		return 0;
	len = dns_word(packet, at + RECORD - 2);
	at += RECORD;
	return at + len <= packet.len ? at + len : 0;
}

/* As some client asks it: the class without its highest bit, see RFC 6762. */
static bool dns_is_class(unsigned class)
{
	class &= 0x7fff;
	return class == 1 || class == 3 || class == 4 ||
	       class == 254 || class == 255;
}

size_t dns_message_end(struct str packet)
{
	autobuf struct buf ignored = BUF_INIT;
	size_t at = DNS_HEADER;
	bool capitals = false;

	/* Neither answers nor authorities; additional records are few. */
	if (!dns_is_query(packet) || dns_word(packet, 6) ||
	    dns_word(packet, 8) || dns_word(packet, 10) > ADDITIONAL_MAX)
		return 0;
	for (size_t n = dns_word(packet, 4); n && at; n--) {
		at = dns_put_question(&ignored, packet, at, &capitals);
		if (at && !dns_is_class(dns_word(packet, at - 2)))
			return 0;
	}
	for (size_t n = dns_word(packet, 10); n && at; n--)
		at = dns_skip_record(packet, at);
	return at;
}

bool dns_segments(struct str packet, const struct payload_sink *sink)
{
	size_t at = dns_message_end(packet), end;
	bool others = false;

	/* Its end is not known: one may stand anywhere. */
	for (at = at ? at : DNS_HEADER; at < packet.len; at += end ? end : 1) {
		struct str rest = str_sub(packet, at);

		end = dns_message_end(rest);
		if (end)
			dns_questions(rest, sink);
		others |= !end;
	}
	return others;
}

bool dns_is_answer(struct str packet)
{
	return packet.len >= DNS_HEADER &&
	       (dns_word(packet, 2) & 0xf800) == 0x8000;
}

/* --- over TCP --- */

static unsigned dns_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

/* A question with its length in front, no answer and no authority in it. */
static bool dns_is_question(struct str s)
{
	static const char none[4] = { 0, 0, 0, 0 };

	return s.len >= DNS_LENGTH + DNS_LEAST &&
	       dns_word(s, 0) >= DNS_LEAST &&
	       dns_word(s, 0) <= s.len - DNS_LENGTH &&
	       !(dns_byte(s, 4) & 0xf8) && !dns_byte(s, 6) &&
	       dns_byte(s, 7) && !memcmp(s.p + 8, none, sizeof(none));
}

/* Elsewhere than on port 53 only what is nothing but questions. */
static bool dns_is_all_questions(struct str s)
{
	while (s.len && dns_is_question(s))
		s = str_sub(s, DNS_LENGTH + dns_word(s, 0));
	return !s.len;
}

/* Its length may come alone; as far as it is there, it fits. */
static bool dns_may_be_question(struct str s)
{
	static const struct { size_t at; unsigned mask, is; } fixed[] = {
		{ 4, 0xf8, 0 }, { 6, 0xff, 0 }, { 8, 0xff, 0 }, { 9, 0xff, 0 },
		{ 10, 0xff, 0 }, { 11, 0xff, 0 },
	};

	if (s.len < DNS_LENGTH || dns_word(s, 0) < DNS_LEAST ||
	    (s.len > 7 && !dns_byte(s, 7)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(fixed) && fixed[i].at < s.len; i++)
		if ((dns_byte(s, fixed[i].at) & fixed[i].mask) != fixed[i].is)
			return false;
	return s.len < DNS_LENGTH + dns_word(s, 0);
}

enum payload_state dns_read(const struct payload *p,
			    const struct payload_sink *sink,
			    struct payload_end *end)
{
	struct str s = p->bytes;
	size_t len;

	if (!p->dns && !dns_is_all_questions(p->bytes)) {
		end->weak = p->first && !p->last && dns_may_be_question(s);
		return end->weak ? PAYLOAD_MORE : PAYLOAD_OTHER;
	}
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
	if (!dns_questions(s, sink))
		return PAYLOAD_OTHER;
	end->used = DNS_LENGTH + s.len;
	return PAYLOAD_WHOLE;
}
