/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses as text: unix(7), ip(7), ipv6(7), netlink(7), vsock(7). */
#include "core/netcap/sockaddr.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "core/base/vec.h"

static const struct { int number; const char *name; } families[] = {
	{ AF_UNSPEC, "unspec" }, { AF_UNIX, "unix" }, { AF_INET, "inet" },
	{ AF_AX25, "ax25" }, { AF_IPX, "ipx" }, { AF_APPLETALK, "appletalk" },
	{ AF_X25, "x25" }, { AF_INET6, "inet6" }, { AF_NETLINK, "netlink" },
	{ AF_PACKET, "packet" }, { AF_RDS, "rds" }, { AF_CAN, "can" },
	{ AF_TIPC, "tipc" }, { AF_BLUETOOTH, "bluetooth" }, { AF_ALG, "alg" },
	{ AF_NFC, "nfc" }, { AF_VSOCK, "vsock" }, { AF_KCM, "kcm" },
	{ AF_QIPCRTR, "qipcrtr" }, { AF_SMC, "smc" }, { AF_XDP, "xdp" },
	{ AF_KEY, "key" }, { AF_LLC, "llc" }, { AF_RXRPC, "rxrpc" },
	{ AF_PPPOX, "pppox" }, { AF_IB, "ib" }, { AF_MPLS, "mpls" },
};

const char *sockaddr_family_name(int family)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].number == family)
			return families[i].name;
	return NULL;
}

static void sockaddr_put_inet(struct buf *out,
			      const struct sockaddr_storage *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	buf_printf(out, "%s:%u", text, ntohs(in->sin_port));
}

static void sockaddr_put_inet6(struct buf *out,
			       const struct sockaddr_storage *sa)
{
	const struct sockaddr_in6 *in = (const void *)sa;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof(text));
	buf_printf(out, "[%s]:%u", text, ntohs(in->sin6_port));
}

static void sockaddr_put_unix(struct buf *out,
			      const struct sockaddr_storage *sa, socklen_t len)
{
	const struct sockaddr_un *un = (const void *)sa;
	size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t n = len > head ? len - head : 0;

	if (n > sizeof(un->sun_path))
		n = sizeof(un->sun_path);
	if (!n) {
		buf_c(out, "unnamed");
	} else if (un->sun_path[0]) {
		buf_add(out, un->sun_path, strnlen(un->sun_path, n));
	} else {
		/* Abstract: every byte counts, NUL included (unix(7)). */
		buf_ch(out, '@');
		buf_add(out, un->sun_path + 1, n - 1);
	}
}

void sockaddr_text(struct buf *out, const struct sockaddr_storage *sa,
		   socklen_t len)
{
	const struct sockaddr_vm *vm = (const void *)sa;
	const struct sockaddr_nl *nl = (const void *)sa;
	const char *name = sockaddr_family_name(sa->ss_family);

	switch (sa->ss_family) {
	case AF_INET:
		sockaddr_put_inet(out, sa);
		break;
	case AF_INET6:
		sockaddr_put_inet6(out, sa);
		break;
	case AF_UNIX:
		sockaddr_put_unix(out, sa, len);
		break;
	case AF_VSOCK:
		buf_printf(out, "vsock %u:%u", vm->svm_cid, vm->svm_port);
		break;
	case AF_NETLINK:
		buf_printf(out, "netlink groups=%u", nl->nl_groups);
		break;
	default:
		if (name)
			buf_c(out, name);
		else
			buf_printf(out, "family %u", sa->ss_family);
	}
}

bool sockaddr_path(const struct sockaddr_storage *sa, socklen_t len,
		   struct buf *path)
{
	const struct sockaddr_un *un = (const void *)sa;

	if (sa->ss_family != AF_UNIX ||
	    len <= offsetof(struct sockaddr_un, sun_path) || !un->sun_path[0])
		return false;
	sockaddr_put_unix(path, sa, len);
	return true;
}

unsigned sockaddr_port(const struct sockaddr_storage *sa, socklen_t len)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->ss_family == AF_INET && len >= sizeof(*in))
		return ntohs(in->sin_port);
	if (sa->ss_family == AF_INET6 && len >= sizeof(*in6) - 4)
		return ntohs(in6->sin6_port);
	return 0;
}

static const char *sockaddr_type_name(int type)
{
	static const char *const names[] = {
		[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "dgram",
		[SOCK_RAW] = "raw", [SOCK_RDM] = "rdm",
		[SOCK_SEQPACKET] = "seqpacket", [10] = "packet",
	};

	type &= 0xf;
	return (size_t)type < ARRAY_LEN(names) ? names[type] : NULL;
}

static const char *sockaddr_inet_protocol(int protocol)
{
	static const struct { int number; const char *name; } names[] = {
		{ IPPROTO_ICMP, "icmp" }, { IPPROTO_TCP, "tcp" },
		{ IPPROTO_UDP, "udp" }, { IPPROTO_ICMPV6, "icmpv6" },
		{ IPPROTO_SCTP, "sctp" }, { IPPROTO_UDPLITE, "udplite" },
		{ IPPROTO_RAW, "raw" }, { IPPROTO_MPTCP, "mptcp" },
		{ IPPROTO_DCCP, "dccp" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].number == protocol)
			return names[i].name;
	return NULL;
}

static void sockaddr_put_protocol(struct buf *out, const char *name,
				  int protocol)
{
	if (name)
		buf_c(out, name);
	else
		buf_printf(out, "protocol-%d", protocol);
}

void sockaddr_protocol_text(struct buf *out, int family, int type, int protocol)
{
	bool inet = family == AF_INET || family == AF_INET6;
	const char *name = inet ? sockaddr_inet_protocol(protocol) :
				  sockaddr_family_name(family);

	type &= 0xf;
	if (inet && !protocol)
		name = type == SOCK_STREAM ? "tcp" :
		       type == SOCK_DGRAM ? "udp" : NULL;
	if (inet && type == SOCK_RAW)
		name = "raw";
	sockaddr_put_protocol(out, name, protocol);
}

/* In network byte order (packet(7)); 0 hears nothing before a bind. */
static void sockaddr_packet_protocol(struct buf *out, int protocol)
{
	static const struct { int number; const char *name; } names[] = {
		{ ETH_P_ALL, "all" }, { ETH_P_IP, "ip" },
		{ ETH_P_ARP, "arp" }, { ETH_P_IPV6, "ipv6" },
	};
	unsigned number = ntohs((uint16_t)protocol);

	if (!number)
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].number == (int)number) {
			buf_printf(out, " %s", names[i].name);
			return;
		}
	}
	buf_printf(out, " protocol-0x%04x", number);
}

void sockaddr_socket_text(struct buf *out, int family, int type, int protocol)
{
	const char *name = sockaddr_family_name(family),
		   *kind = sockaddr_type_name(type);

	if (name)
		buf_c(out, name);
	else
		buf_printf(out, "family-%d", family);
	if (kind)
		buf_printf(out, " %s", kind);
	else
		buf_printf(out, " type-%d", type & 0xf);
	if (family == AF_INET || family == AF_INET6) {
		buf_ch(out, ' ');
		/* What a raw socket hears: its type is said already. */
		if ((type & 0xf) == SOCK_RAW)
			sockaddr_put_protocol(out,
					      sockaddr_inet_protocol(protocol),
					      protocol);
		else
			sockaddr_protocol_text(out, family, type, protocol);
	} else if (family == AF_PACKET) {
		sockaddr_packet_protocol(out, protocol);
	} else if (protocol) {
		buf_printf(out, " %d", protocol);
	}
}
