/* SPDX-License-Identifier: Apache-2.0 */
/* The question of a DNS message (RFC 1035, section 4.1); hostile bytes. */
#include <stdint.h>

#include "core/base/vec.h"
#include "core/netcap/payload.h"

#define HEADER 12

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
	size_t at = HEADER, total = 0;

	while (at < p.len && p.p[at]) {
		size_t len = (unsigned char)p.p[at++];

		total += len + 1;
		if (len > 63 || total > 255 || at + len > p.len)
			return 0;
		if (at > HEADER + 1)
			buf_ch(out, '.');
		for (size_t i = 0; i < len; i++) {
			if (p.p[at + i] == '.')
				buf_ch(out, '\\');
			/* Names compare without case (RFC 4343). */
			buf_lower(out, (struct str){ p.p + at + i, 1 });
		}
		at += len;
	}
	if (at == HEADER)
		buf_ch(out, '.');
	return at < p.len ? at + 1 : 0;
}

bool dns_question(struct buf *out, struct str packet)
{
	autobuf struct buf name = BUF_INIT;
	unsigned type;
	size_t at;

	/* A query (QR = 0, opcode 0) with one question. */
	if (packet.len < HEADER || (packet.p[2] & 0xf8) ||
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
