/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way to say a name over a connection.  The server is the specimen
 * itself: a connection that is never accepted takes what is sent all the same.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/selftest/specimen.h"

#define LOCAL "127.0.0.1"
#define PIECE 7

static struct sockaddr_in local(const char *host, unsigned short port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	inet_pton(AF_INET, host, &in.sin_addr);
	return in;
}

static int say_socket(int family, int type)
{
	return specimen_need(socket(family, type | SOCK_CLOEXEC, 0), "socket");
}

static void serve(const struct sockaddr *sa, socklen_t len)
{
	int fd = say_socket(sa->sa_family, SOCK_STREAM);

	specimen_need(bind(fd, sa, len), "bind");
	specimen_need(listen(fd, 1), "listen");
}

static int connected(const struct sockaddr *sa, socklen_t len)
{
	int fd = say_socket(sa->sa_family, SOCK_STREAM);

	serve(sa, len);
	specimen_need(connect(fd, sa, len), "connect");
	return fd;
}

static int connected_to(unsigned short port)
{
	struct sockaddr_in in = local(LOCAL, port);

	return connected((struct sockaddr *)&in, sizeof(in));
}

/* --- TLS --- */

static void put_number(struct buf *out, size_t value, unsigned bytes)
{
	while (bytes--)
		buf_ch(out, (char)(value >> 8 * bytes));
}

/* A ClientHello (RFC 8446, 4.1.2) with nothing but a server name. */
static void hello(struct buf *out, const char *name)
{
	size_t len = strlen(name), extension = len + 5;
	size_t body = 2 + 32 + 1 + 2 + 2 + 2 + 2 + 4 + extension;

	buf_add(out, "\x16\3\1", 3);
	put_number(out, body + 4, 2);
	put_number(out, 1, 1);
	put_number(out, body, 3);
	put_number(out, 0x0303, 2);
	for (int i = 0; i < 32; i++)
		buf_ch(out, 'r');
	put_number(out, 0, 1);			/* no session */
	put_number(out, 2, 2);
	put_number(out, 0x1301, 2);		/* one cipher suite */
	put_number(out, 0x0100, 2);		/* no compression */
	put_number(out, 4 + extension, 2);
	put_number(out, 0, 2);
	put_number(out, extension, 2);
	put_number(out, extension - 2, 2);
	put_number(out, 0, 1);
	put_number(out, len, 2);
	buf_c(out, name);
}

void specimen_tls_write(void)
{
	autobuf struct buf b = BUF_INIT;
	int fd = connected_to(8771);

	hello(&b, "By-Write.example");
	specimen_try(write(fd, b.p, b.len));
}

/* Without Nagle's algorithm each write is a segment (tcp(7)). */
static void say_in_pieces(int fd, struct str s)
{
	int on = 1;

	specimen_need(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)),
		      "TCP_NODELAY");
	for (size_t at = 0; at < s.len; at += PIECE)
		specimen_try(write(fd, s.p + at, s.len - at < PIECE ?
				   s.len - at : PIECE));
}

void specimen_tls_split(void)
{
	autobuf struct buf b = BUF_INIT;
	int fd = connected_to(8772);

	hello(&b, "by-pieces.example");
	say_in_pieces(fd, buf_view(&b));
}

/* --- HTTP --- */

static const char request[] = "GET / HTTP/1.1\r\nHost: by-";

void specimen_http_write(void)
{
	int fd = connected_to(8773);

	specimen_write(fd, "POST /a HTTP/1.1\r\nhost:By-Write.example:8080\r\n"
		       "Content-Length: 2\r\n\r\nhi");
}

/* Behind an empty line, by a method of its own. */
void specimen_http_method(void)
{
	specimen_write(connected_to(8779), "\r\nFETCH / HTTP/1.1\r\n"
		       "Host: by-method.example\r\n\r\n");
}

void specimen_http_method_split(void)
{
	say_in_pieces(connected_to(8784),
		      STR("FETCH / HTTP/1.1\r\n"
			  "Host: by-split.example\r\n\r\n"));
}

/* Without asking first (RFC 9113, 3.4). */
void specimen_http2(void)
{
	specimen_write(connected_to(8780), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

/* GET, and an authority in Huffman's code (RFC 7541). */
void specimen_http2_host(void)
{
	static const char said[] =
		PREFACE SETTINGS "\0\0\17\1\5\0\0\0\1\202\101\214"
		"\217\322\323\245\065\211\162\371\035\065\320\137";

	specimen_try(write(connected_to(8785), said, sizeof(said) - 1));
}

void specimen_http2_upgrade(void)
{
	static const char said[] =
		"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n\r\n"
		PREFACE SETTINGS "\0\0\21\1\5\0\0\0\3\202\101\216"
		"\217\322\326\327\065\203\220\253\227\310\351\256"
		"\202\377";

	specimen_try(write(connected_to(8786), said, sizeof(said) - 1));
}

/* SOCKS4a: the name stands behind an address that is none. */
void specimen_socks(void)
{
	static const char asked[] = "\4\1\1\xbb\0\0\0\1\0by-socks.example";
	int fd = connected_to(8781);

	specimen_try(write(fd, asked, sizeof(asked)));
}

void specimen_http_sendfile(void)
{
	int file = specimen_need(open("/tmp/request", O_RDWR | O_CREAT |
				      O_CLOEXEC, 0600), "a file");
	int fd = connected_to(8774);
	off_t from = 0;

	specimen_write(file, request);
	specimen_write(file, "sendfile.example\r\n\r\n");
	specimen_try(sendfile(fd, file, &from, 4096));
}

void specimen_http_splice(void)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(8775),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = connected((struct sockaddr *)&in6, sizeof(in6)), pipes[2];

	specimen_need(pipe(pipes), "pipe");
	specimen_write(pipes[1], request);
	specimen_write(pipes[1], "splice.example\r\n\r\n");
	specimen_try(splice(pipes[0], NULL, fd, NULL, 4096, 0));
}

/* Data with the address, no connect(2): tcp_fastopen, RFC 7413. */
void specimen_http_fast_open(void)
{
	static const char tunnel[] = "CONNECT by-fast-open.example:443 "
				     "HTTP/1.1\r\n\r\n";
	struct sockaddr_in in = local(LOCAL, 8776);

	serve((struct sockaddr *)&in, sizeof(in));
	specimen_try(sendto(say_socket(AF_INET, SOCK_STREAM), tunnel,
			    sizeof(tunnel) - 1, MSG_FASTOPEN | MSG_NOSIGNAL,
			    (struct sockaddr *)&in, sizeof(in)));
}

void specimen_http_unix(void)
{
	static const char name[] = "\0specimen-http";
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	memcpy(un.sun_path, name, sizeof(name) - 1);
	fd = connected((struct sockaddr *)&un, (socklen_t)(
		       offsetof(struct sockaddr_un, sun_path) +
		       sizeof(name) - 1));
	specimen_write(fd, request);
	specimen_write(fd, "unix.example\r\n\r\n");
}

/* --- what is no protocol --- */

void specimen_spoken_tcp(void)
{
	specimen_write(connected_to(8782), "hello");
}

static int datagrams_to(unsigned short port)
{
	struct sockaddr_in in = local(LOCAL, port);
	int fd = say_socket(AF_INET, SOCK_DGRAM);

	specimen_need(connect(fd, (struct sockaddr *)&in, sizeof(in)),
		      "connect");
	return fd;
}

void specimen_spoken_udp(void)
{
	specimen_write(datagrams_to(8783), "hello");
}

/* --- DNS --- */

static void ask(int fd, const char *name)
{
	autobuf struct buf b = BUF_INIT;

	specimen_question(&b, name);
	specimen_try(write(fd, b.p, b.len));
}

void specimen_dns_connected(void)
{
	ask(datagrams_to(53), "by-peer");
}

void specimen_dns_capitals(void)
{
	ask(datagrams_to(53), "bY-CapitalS");
}

void specimen_dns_port(void)
{
	ask(datagrams_to(5300), "by-port");
}

/* Behind a routing header (RFC 8754), which no router here would follow. */
void specimen_dns_routed(void)
{
	autobuf struct buf b = BUF_INIT;
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(53),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	unsigned char route[24] = { [1] = 2, [2] = 4, [23] = 1 };
	int fd = say_socket(AF_INET6, SOCK_DGRAM);

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, route, sizeof(route)))
		specimen_skip("no routing header: %s", strerror(errno));
	specimen_need(connect(fd, (struct sockaddr *)&in6, sizeof(in6)),
		      "connect");
	specimen_question(&b, "by-route");
	specimen_try(write(fd, b.p, b.len));
}

/* Longer than the loopback's MTU. */
void specimen_dns_fragments(void)
{
	static const char zeros[65450];
	autobuf struct buf b = BUF_INIT;
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(53),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = say_socket(AF_INET6, SOCK_DGRAM);

	specimen_need(connect(fd, (struct sockaddr *)&in6, sizeof(in6)),
		      "connect");
	specimen_question(&b, "by-fragment");
	buf_add(&b, zeros, sizeof(zeros));
	specimen_try(write(fd, b.p, b.len));
}

/* One call, and a datagram of each so many bytes of it (udp(7)). */
void specimen_dns_segments(void)
{
	autobuf struct buf b = BUF_INIT;
	int fd = datagrams_to(53), size;

	specimen_question(&b, "in-segment");
	size = (int)b.len;
	specimen_question(&b, "by-segment");
	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		specimen_skip("no UDP_SEGMENT: %s", strerror(errno));
	specimen_try(write(fd, b.p, b.len));
}

/* Its length in front (RFC 1035, 4.2.2). */
void specimen_dns_stream(void)
{
	autobuf struct buf b = BUF_INIT, whole = BUF_INIT;
	int fd = connected_to(8777);

	specimen_question(&b, "by-stream");
	put_number(&whole, b.len, 2);
	buf_add(&whole, b.p, b.len);
	specimen_try(write(fd, whole.p, whole.len));
}
