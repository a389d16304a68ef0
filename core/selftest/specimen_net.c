/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way to speak.  Peers are documentation addresses (RFC 5737, RFC 3849),
 * names end in .example (RFC 2606).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/selftest/specimen.h"

#define PEER "203.0.113.7"
#define LOCAL "127.0.0.1"
#define RESOLVER "127.0.0.53"
#define CLOSED_PORT 9

static int net_socket(int family, int type)
{
	return specimen_need(socket(family, type | SOCK_CLOEXEC, 0), "socket");
}

static struct sockaddr_in inet(const char *host, unsigned short port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	inet_pton(AF_INET, host, &in.sin_addr);
	return in;
}

static void connect_inet(int fd, const char *host, unsigned short port)
{
	struct sockaddr_in in = inet(host, port);

	specimen_try(connect(fd, (struct sockaddr *)&in, sizeof(in)));
}

static int bind_inet(int type, unsigned short port)
{
	struct sockaddr_in in = inet(LOCAL, port);
	int fd = net_socket(AF_INET, type);

	specimen_need(bind(fd, (struct sockaddr *)&in, sizeof(in)), "bind");
	return fd;
}

/* A leading '@' stands for the NUL byte of an abstract name (unix(7)). */
static socklen_t unix_address(struct sockaddr_un *un, const char *name)
{
	size_t len = strlen(name);

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, name, len);
	if (*name == '@')
		un->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* --- sockets --- */

void specimen_net_tcp(void)
{
	connect_inet(net_socket(AF_INET, SOCK_STREAM), PEER, 4444);
}

void specimen_net_udp(void)
{
	connect_inet(net_socket(AF_INET, SOCK_DGRAM), PEER, 5555);
}

void specimen_net_inet6(void)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(4444),
	};

	inet_pton(AF_INET6, "2001:db8::7", &in6.sin6_addr);
	specimen_try(connect(net_socket(AF_INET6, SOCK_STREAM),
			     (struct sockaddr *)&in6, sizeof(in6)));
}

/* No matter how it ends, the wish is seen. */
static void wish(int family, int type, int protocol)
{
	specimen_try(socket(family, type | SOCK_CLOEXEC, protocol));
}

void specimen_net_raw(void)
{
	wish(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

void specimen_net_packet(void)
{
	wish(AF_PACKET, SOCK_DGRAM, 0);
}

void specimen_net_netlink(void)
{
	wish(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

void specimen_net_vsock(void)
{
	wish(AF_VSOCK, SOCK_STREAM, 0);
}

void specimen_net_alg(void)
{
	wish(AF_ALG, SOCK_SEQPACKET, 0);
}

void specimen_net_bluetooth(void)
{
	wish(AF_BLUETOOTH, SOCK_RAW, 1);
}

void specimen_net_family(void)
{
	wish(99, SOCK_STREAM, 0);
}

/* --- unix --- */

void specimen_net_unix(void)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "absent.sock");

	specimen_try(connect(net_socket(AF_UNIX, SOCK_STREAM),
			     (struct sockaddr *)&un, len));
}

void specimen_net_abstract(void)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "@specimen");

	specimen_try(connect(net_socket(AF_UNIX, SOCK_STREAM),
			     (struct sockaddr *)&un, len));
}

void specimen_net_unix_bind(void)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "/tmp/specimen.sock");

	specimen_try(bind(net_socket(AF_UNIX, SOCK_STREAM),
			  (struct sockaddr *)&un, len));
}

/* --- waiting for others --- */

void specimen_net_bind(void)
{
	bind_inet(SOCK_DGRAM, 5353);
}

void specimen_net_listen(void)
{
	specimen_try(listen(bind_inet(SOCK_STREAM, 8765), 1));
}

/* Bound by listen(2) itself, to a port of the kernel's choice (ip(7)). */
void specimen_net_listen_unbound(void)
{
	specimen_try(listen(net_socket(AF_INET, SOCK_STREAM), 1));
}

/* --- connections that connect(2) does not decide --- */

void specimen_net_nonblocking(void)
{
	connect_inet(net_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK), LOCAL,
		     CLOSED_PORT);
}

/* Nothing listens in the sandbox, whichever they are. */
void specimen_net_scan(void)
{
	for (unsigned short port = 40000; port < 40008; port++)
		connect_inet(net_socket(AF_INET, SOCK_STREAM), LOCAL, port);
}

void specimen_net_accepted(void)
{
	specimen_try(listen(bind_inet(SOCK_STREAM, 8766), 1));
	connect_inet(net_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK), LOCAL,
		     8766);
}

void specimen_net_fast_open(void)
{
	struct sockaddr_in in = inet(PEER, 443);

	specimen_try(sendto(net_socket(AF_INET, SOCK_STREAM), "x", 1,
			    MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&in,
			    sizeof(in)));
}

/* --- messages with an address --- */

void specimen_net_sendto(void)
{
	struct sockaddr_in in = inet(PEER, 6001);

	specimen_try(sendto(net_socket(AF_INET, SOCK_DGRAM), "x", 1, 0,
			    (struct sockaddr *)&in, sizeof(in)));
}

static struct msghdr message(struct sockaddr_in *to, struct iovec *iov)
{
	return (struct msghdr){
		.msg_name = to, .msg_namelen = to ? sizeof(*to) : 0,
		.msg_iov = iov, .msg_iovlen = 1,
	};
}

void specimen_net_sendmsg(void)
{
	struct sockaddr_in in = inet(PEER, 6002);
	struct iovec iov = { (char *)"x", 1 };
	struct msghdr msg = message(&in, &iov);

	specimen_try(sendmsg(net_socket(AF_INET, SOCK_DGRAM), &msg, 0));
}

/* The second of two: the first has nothing to say. */
void specimen_net_sendmmsg(void)
{
	struct sockaddr_in here = inet(LOCAL, CLOSED_PORT);
	struct sockaddr_in there = inet(PEER, 6003);
	struct iovec iov = { (char *)"x", 1 };
	struct mmsghdr v[2] = {
		{ .msg_hdr = message(&here, &iov) },
		{ .msg_hdr = message(&there, &iov) },
	};

	specimen_try(sendmmsg(net_socket(AF_INET, SOCK_DGRAM), v, 2, 0));
}

void specimen_net_unix_send(void)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "@syslog");

	specimen_try(sendto(net_socket(AF_UNIX, SOCK_DGRAM), "x", 1, 0,
			    (struct sockaddr *)&un, len));
}

/* --- names --- */

/* The resolver answers everything; after that, the question has come. */
static void answer(int fd)
{
	struct timeval tv = { 2, 0 };
	char packet[512];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	specimen_need(recv(fd, packet, sizeof(packet), 0), "no answer");
}

static int resolver(void)
{
	int fd = net_socket(AF_INET, SOCK_DGRAM);

	connect_inet(fd, RESOLVER, 53);
	return fd;
}

void specimen_dns_send(void)
{
	autobuf struct buf q = BUF_INIT;
	int fd = resolver();

	specimen_question(&q, "by-send");
	specimen_try(send(fd, q.p, q.len, 0));
	answer(fd);
}

void specimen_dns_write(void)
{
	autobuf struct buf q = BUF_INIT;
	int fd = resolver();

	specimen_question(&q, "by-write");
	specimen_try(write(fd, q.p, q.len));
	answer(fd);
}

void specimen_dns_sendmmsg(void)
{
	autobuf struct buf q = BUF_INIT;
	int fd = resolver();
	struct iovec iov;
	struct mmsghdr v = { .msg_hdr = message(NULL, &iov) };

	specimen_question(&q, "by-sendmmsg");
	iov = (struct iovec){ q.p, q.len };
	specimen_try(sendmmsg(fd, &v, 1, 0));
	answer(fd);
}

void specimen_dns_elsewhere(void)
{
	autobuf struct buf q = BUF_INIT;
	struct sockaddr_in in = inet(PEER, 53);

	specimen_question(&q, "by-sendto");
	specimen_try(sendto(net_socket(AF_INET, SOCK_DGRAM), q.p, q.len, 0,
			    (struct sockaddr *)&in, sizeof(in)));
}

/* Without connect and without an answer: as a tunnel would. */
void specimen_dns_unconnected(void)
{
	autobuf struct buf q = BUF_INIT;
	struct sockaddr_in in = inet(RESOLVER, 53);
	int fd = net_socket(AF_INET, SOCK_DGRAM);
	struct iovec iov;
	struct msghdr msg = message(&in, &iov);

	specimen_question(&q, "by-sendmsg");
	iov = (struct iovec){ q.p, q.len };
	specimen_try(sendmsg(fd, &msg, 0));
	answer(fd);
}
