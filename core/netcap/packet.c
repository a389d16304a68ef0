/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293) and UDP headers. */
#include "core/netcap/packet.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>

#include "core/netcap/sockaddr.h"

enum {
	V4_HEADER = 20, V6_HEADER = 40, TCP_HEADER = 20, UDP_HEADER = 8,
	PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44, FRAGMENT_HEADER = 8
};

static unsigned packet_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

static unsigned packet_word(struct str s, size_t at)
{
	return packet_byte(s, at) << 8 | packet_byte(s, at + 1);
}

void packet_map_ipv4(struct in6_addr *out, const void *v4)
{
	static const unsigned char prefix[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(out, prefix, sizeof(prefix));
	memcpy((char *)out + sizeof(prefix), v4, 4);
}

/* The length of the header, 0 when it is none; the protocol inside. */
static size_t packet_parse_ipv4(struct segment *out, struct str p,
				unsigned *protocol)
{
	size_t len;

	if (p.len < V4_HEADER)
		return 0;
	len = (packet_byte(p, 0) & 15) * 4;
	/* A fragment behind the first begins with anything. */
	if (len < V4_HEADER || packet_word(p, 6) & 0x1fff)
		return 0;
	*protocol = packet_byte(p, 9);
	packet_map_ipv4(&out->from.addr, p.p + 12);
	packet_map_ipv4(&out->to.addr, p.p + 16);
	return len;
}

/*
 * Of the extension headers a program without privileges may send one routing
 * header (IPV6_RTHDR, ipv6_set_opt_hdr() in net/ipv6/ipv6_sockglue.c); the
 * others need CAP_NET_RAW.  A datagram longer than the loopback's MTU goes out
 * in fragments (RFC 8200, 4.5): the first one holds the transport header.
 */
static size_t packet_parse_ipv6(struct segment *out, struct str p,
				unsigned *protocol)
{
	size_t len = V6_HEADER;

	if (p.len < V6_HEADER)
		return 0;
	*protocol = packet_byte(p, 6);
	memcpy(&out->from.addr, p.p + 8, 16);
	memcpy(&out->to.addr, p.p + 24, 16);
	if (*protocol == PROTOCOL_ROUTING) {
		if (p.len < V6_HEADER + 2)
			return 0;
		*protocol = packet_byte(p, V6_HEADER);
		len += (packet_byte(p, V6_HEADER + 1) + 1) * 8;
	}
	if (*protocol == PROTOCOL_FRAGMENT) {
		if (p.len < len + FRAGMENT_HEADER ||
		    packet_word(p, len + 2) & 0xfff8)
			return 0;
		*protocol = packet_byte(p, len);
		len += FRAGMENT_HEADER;
	}
	return len;
}

static size_t packet_parse_tcp(struct segment *out, struct str p)
{
	unsigned flags;
	size_t len;

	if (p.len < TCP_HEADER)
		return 0;
	out->seq = (uint32_t)packet_word(p, 4) << 16 | packet_word(p, 6);
	flags = packet_byte(p, 13);
	/* A SYN takes a number; its data, if it has any, comes after. */
	if (flags & TH_SYN)
		out->seq++;
	out->syn = (flags & (TH_SYN | TH_ACK)) == TH_SYN;
	out->fin = flags & TH_FIN;
	out->rst = flags & TH_RST;
	len = (packet_byte(p, 12) >> 4) * 4U;
	return len < TCP_HEADER ? 0 : len;
}

bool packet_parse(struct segment *out, struct str packet, size_t whole)
{
	unsigned protocol = 0;
	struct str p = packet;
	size_t len;

	memset(out, 0, sizeof(*out));
	out->cut = packet.len < whole;
	if (!p.len)
		return false;
	len = packet_byte(p, 0) >> 4 == 4 ?
		      packet_parse_ipv4(out, p, &protocol) :
	      packet_byte(p, 0) >> 4 == 6 ?
		      packet_parse_ipv6(out, p, &protocol) :
		      0;
	if (!len || len > p.len)
		return false;
	p = str_sub(p, len);
	if (p.len < UDP_HEADER)
		return false;
	out->from.port = (uint16_t)packet_word(p, 0);
	out->to.port = (uint16_t)packet_word(p, 2);
	out->udp = protocol == PROTOCOL_UDP;
	len = out->udp ? UDP_HEADER :
	      protocol == PROTOCOL_TCP ? packet_parse_tcp(out, p) : 0;
	if (!len || len > p.len)
		return false;
	out->payload = str_sub(p, len);
	out->length = out->payload.len +
		      (out->cut ? whole - packet.len : 0);
	return true;
}

bool packet_same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(&a->addr, &b->addr, 16);
}

uint32_t packet_hash_ports(const struct segment *s)
{
	uint32_t hash = (uint32_t)s->from.port << 16 | s->to.port;

	/* The upper half has to count below, too. */
	return hash * 0x9e3779b1U >> 16;
}

void packet_endpoint_text(struct buf *out, const struct endpoint *end)
{
	struct sockaddr_storage ss;
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;

	memset(&ss, 0, sizeof(ss));
	if (IN6_IS_ADDR_V4MAPPED(&end->addr)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(end->port);
		memcpy(&in->sin_addr, end->addr.s6_addr + 12, 4);
		sockaddr_text(out, &ss, sizeof(*in));
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(end->port);
		in6->sin6_addr = end->addr;
		sockaddr_text(out, &ss, sizeof(*in6));
	}
}
