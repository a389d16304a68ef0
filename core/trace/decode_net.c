/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets.  What a descriptor speaks and where it is bound is asked of the
 * socket itself: pidfd_getfd(2), since 5.6, gives us the tracee's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/trace/kernel.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/tracer.h"

#define SIN6_LEN_LEAST 24		/* SIN6_LEN_RFC2133 of the kernel */
#define PACKET_MAX 1500		/* of a question that did not go out */
#define BOUND_MAX 4096
#define BOUND_BYTES (4U << 20)
#define MESSAGES_MAX 1024		/* UIO_MAXIOV, the kernel's own bound */

/* Families that belong to a network namespace, or to nothing of the host. */
static bool family_held(int family)
{
	return family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
	       family == AF_NETLINK || family == AF_PACKET;
}

static void socket_event(struct tracer *t, struct task *k, int err)
{
	autobuf struct buf text = BUF_INIT;

	socket_text(&text, (int)k->call.args[0], (int)k->call.args[1],
		    (int)k->call.args[2]);
	emit(t, k, EV_NET_SOCKET, buf_view(&text), STR(""), err);
}

enum next enter_socket(struct tracer *t, struct task *k)
{
	int family = (int)k->call.args[0];

	if (family != AF_UNIX && family != AF_NETLINK && family_held(family))
		speakers_listen(t);
	if (family_held(family))
		return NEXT_LEAVE;
	/* vsock reaches the hypervisor, alg and bluetooth the kernel itself. */
	refuse(k, EAFNOSUPPORT);
	socket_event(t, k, EAFNOSUPPORT);
	return NEXT_REFUSED;
}

void leave_socket(struct tracer *t, struct task *k)
{
	socket_event(t, k, call_err(&k->call));
}

/* --- asking the socket --- */

/*
 * The tracee's own socket, as a descriptor of ours; -1 with errno.  A thread
 * may have descriptors of its own (CLONE_FILES not shared), so it is the
 * thread that is asked (PIDFD_THREAD, since 6.9), or the process when the
 * kernel knows only those.
 */
int sock_borrow(struct task *k, int fd)
{
	autofd int pidfd = (int)syscall(SYS_pidfd_open, k->tid, PIDFD_THREAD);

	if (pidfd < 0)
		pidfd = (int)syscall(SYS_pidfd_open, k->proc->tgid, 0);
	if (pidfd < 0)
		return -1;
	return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

static int option(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) ? 0 : value;
}

/*
 * What it speaks ("tcp") and its local address, from which its process speaks
 * from now on; -1 when they cannot be had.
 */
static int sock_query(struct tracer *t, struct task *k, int fd,
		      struct buf *proto, struct sockaddr_storage *local,
		      socklen_t *len)
{
	autofd int ours = sock_borrow(k, fd);
	int protocol;

	if (ours < 0)
		return -1;
	protocol = option(ours, SO_PROTOCOL);
	protocol_text(proto, option(ours, SO_DOMAIN), option(ours, SO_TYPE),
		      protocol);
	memset(local, 0, sizeof(*local));
	*len = sizeof(*local);
	if (getsockname(ours, (struct sockaddr *)local, len))
		return -1;
	if (*len > sizeof(*local))
		*len = sizeof(*local);
	if (!call_err(&k->call) &&
	    (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP))
		speaker_note(t, k, protocol == IPPROTO_UDP, local, *len);
	return 0;
}

/* The protocol when the socket is gone: by the address's family. */
static void socket_protocol(struct tracer *t, struct task *k, int fd,
			    int family, struct buf *out)
{
	const char *name = family_name(family);
	struct sockaddr_storage local;
	socklen_t len;

	if (!sock_query(t, k, fd, out, &local, &len))
		return;
	buf_clear(out);
	buf_c(out, name ? name : "unknown");
}

/*
 * The kernel keeps a socket's name as it was given to bind: a relative one
 * says nothing after a chdir, and any may lead elsewhere when a link on the
 * way has changed.  The socket is known again by its inode, which every
 * descriptor of it has.
 */
static bool socket_inode(struct task *k, int fd, uint64_t *inode)
{
	autofd int ours = sock_borrow(k, fd);
	struct stat st;

	if (ours < 0 || fstat(ours, &st))
		return false;
	*inode = st.st_ino;
	return true;
}

static void remember_bound(struct tracer *t, struct task *k, int fd,
			   const char *path)
{
	uint64_t inode;

	if (!socket_inode(k, fd, &inode))
		return;
	if (t->bound.n >= BOUND_MAX || t->bound.arena.used > BOUND_BYTES)
		strmap_free(&t->bound);
	strmap_put(&t->bound, (struct str){ (char *)&inode, sizeof(inode) })
		->val.ptr = arena_c(&t->bound.arena, path);
}

/* NULL: not known, or no more. */
static const char *bound_path(struct tracer *t, struct task *k, int fd)
{
	struct strmap_entry *e;
	uint64_t inode;

	if (!socket_inode(k, fd, &inode))
		return NULL;
	e = strmap_get(&t->bound, (struct str){ (char *)&inode,
						sizeof(inode) });
	return e ? e->val.ptr : NULL;
}

static void unix_path(struct tracer *t, struct task *k, enum event_kind kind,
		      int fd, const char *path, struct buf *out)
{
	const char *known = kind == EV_NET_LISTEN ? bound_path(t, k, fd) :
						    NULL;

	if (known)
		buf_c(out, known);
	else
		resolve_path(t, k, AT_FDCWD, path, true, out);
}

static void unix_event(struct tracer *t, struct task *k, enum event_kind kind,
		       int fd, const char *path, int err)
{
	autobuf struct buf at = BUF_INIT;

	unix_path(t, k, kind, fd, path, &at);
	emit(t, k, kind, STR("unix"), buf_view(&at), err);
	if (kind != EV_NET_BIND || err)
		return;
	touch(t, buf_view(&at));
	remember_bound(t, k, fd, at.p);
}

/*
 * "tcp 127.0.0.1:8765", or "unix" with its path apart so that it is resolved
 * and normalised as one.
 */
static void address_event(struct tracer *t, struct task *k,
			  enum event_kind kind, int fd,
			  const struct sockaddr_storage *sa, socklen_t len,
			  int err)
{
	autobuf struct buf words = BUF_INIT;
	autobuf struct buf path = BUF_INIT;

	if (sockaddr_path(sa, len, &path)) {
		unix_event(t, k, kind, fd, path.p, err);
		return;
	}
	socket_protocol(t, k, fd, sa->ss_family, &words);
	buf_ch(&words, ' ');
	if (len)
		sockaddr_text(&words, sa, len);
	else
		buf_c(&words, "(unreadable)");
	emit(t, k, kind, buf_view(&words), STR(""), err);
}

/*
 * udp_sendmsg() and inet_bind() take AF_UNSPEC for AF_INET, for the sake of
 * programs older than most of their users.
 */
static void settle_family(struct sockaddr_storage *sa, socklen_t len)
{
	if (sa->ss_family == AF_UNSPEC && len >= sizeof(struct sockaddr_in))
		sa->ss_family = AF_INET;
}

void leave_bind(struct tracer *t, struct task *k)
{
	struct call *c = &k->call;

	settle_family(&c->sa, c->sa_len);
	/* To groups of netlink(7) the kernel speaks by itself. */
	t->timers |= c->sa.ss_family == AF_NETLINK && !call_err(c) &&
		     ((struct sockaddr_nl *)&c->sa)->nl_groups;
	address_event(t, k, EV_NET_BIND, (int)c->args[0], &c->sa, c->sa_len,
		      call_err(c));
}

static void tell_listening(struct tracer *t, struct task *k, int fd,
			   const struct sockaddr_storage *local, socklen_t len)
{
	autobuf struct buf where = BUF_INIT;
	autobuf struct buf path = BUF_INIT;

	if (sockaddr_path(local, len, &path))
		unix_path(t, k, EV_NET_LISTEN, fd, path.p, &where);
	else
		sockaddr_text(&where, local, len);
	t->hooks->listening(t->hooks->ctx, k->proc->step, buf_view(&where));
}

void leave_listen(struct tracer *t, struct task *k)
{
	autobuf struct buf proto = BUF_INIT;
	struct sockaddr_storage local;
	socklen_t len = 0;
	int err = call_err(&k->call), fd = (int)k->call.args[0];

	if (sock_query(t, k, fd, &proto, &local, &len)) {
		emit(t, k, EV_NET_LISTEN, STR("unknown"), STR(""), err);
		return;
	}
	address_event(t, k, EV_NET_LISTEN, fd, &local, len, err);
	if (!err && k->proc->step != STEP_NONE)
		tell_listening(t, k, fd, &local, len);
}

/*
 * On loopback a connection that does not block is decided when connect
 * returns: both ends are this kernel.  TCP_INFO (tcp(7)) tells without taking
 * the error away from the program, as SO_ERROR would.
 */
static void settle_connect(struct task *k)
{
	autofd int ours = -1;
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (call_err(&k->call) != EINPROGRESS)
		return;
	ours = sock_borrow(k, (int)k->call.args[0]);
	if (ours < 0 ||
	    getsockopt(ours, IPPROTO_TCP, TCP_INFO, &info, &len))
		return;
	if (info.tcpi_state == TCP_ESTABLISHED)
		k->call.ret = 0;
	else if (info.tcpi_state == TCP_CLOSE)
		k->call.ret = -ECONNREFUSED;
}

/* The sandbox has one unless its kernel has no IPv6 (proc(5)). */
static bool has_loopback6(const struct tracer *t)
{
	autobuf struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/net/if_inet6", t->init);
	return !fd_read_file(AT_FDCWD, path, &text, 1 << 16, &ignored) &&
	       strstr(text.p ? text.p : "",
		      "00000000000000000000000000000001 ");
}

/* Loopback and no other: it is up, and there is a way to it. */
static bool is_loopback(const struct tracer *t,
			const struct sockaddr_storage *sa, socklen_t len)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->ss_family == AF_INET6)
		return len >= SIN6_LEN_LEAST &&
		       IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) &&
		       has_loopback6(t);
	return sa->ss_family == AF_INET && len >= sizeof(*in) &&
	       ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool is_any6(const struct in6_addr *a)
{
	return IN6_IS_ADDR_UNSPECIFIED(a) ||
	       (IN6_IS_ADDR_V4MAPPED(a) && !a->s6_addr32[3]);
}

/*
 * Is the peer another than was asked for?  Whoever asks for any address gets
 * the loopback, and an IPv6 socket may be asked for an IPv4 address.
 */
static bool is_elsewhere(const struct sockaddr_storage *asked, socklen_t len,
			 const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *a = (const void *)asked;
	const struct sockaddr_in *b = (const void *)peer;
	const struct sockaddr_in6 *a6 = (const void *)asked;
	const struct sockaddr_in6 *b6 = (const void *)peer;

	if (asked->ss_family != peer->ss_family)
		return false;
	if (asked->ss_family == AF_INET)
		return len >= sizeof(*a) &&
		       a->sin_addr.s_addr != htonl(INADDR_ANY) &&
		       (a->sin_addr.s_addr != b->sin_addr.s_addr ||
			a->sin_port != b->sin_port);
	return asked->ss_family == AF_INET6 && len >= SIN6_LEN_LEAST &&
	       !is_any6(&a6->sin6_addr) &&
	       (!IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr) ||
		a6->sin6_port != b6->sin6_port);
}

/*
 * Memory that another process maps can still change under the call, and change
 * back.  What came of it belies such an address.
 */
static void check_peer(struct tracer *t, struct task *k)
{
	const struct call *c = &k->call;
	int err = call_err(c);
	autofd int ours = -1;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (err == ENETUNREACH && is_loopback(t, &c->sa, c->sa_len))
		emit_words(t, k, EV_EVASION, 0, "connect argument changed");
	if (err)
		return;
	ours = sock_borrow(k, (int)c->args[0]);
	if (ours < 0 || getpeername(ours, (struct sockaddr *)&peer, &len) ||
	    !is_elsewhere(&c->sa, c->sa_len, &peer))
		return;
	emit_words(t, k, EV_EVASION, 0, "connect argument changed");
	address_event(t, k, EV_NET_CONNECT, (int)c->args[0], &peer, len, 0);
}

enum next enter_connect(struct tracer *t, struct task *k)
{
	(void)k;
	/* Whatever the address: it may be another one when it is used. */
	speakers_ready(t);
	return NEXT_LEAVE;
}

void leave_connect(struct tracer *t, struct task *k)
{
	const struct call *c = &k->call;

	settle_connect(k);
	check_peer(t, k);

	if (!c->sa_len && call_err(c) == EFAULT)
		return;
	/* AF_UNSPEC dissolves an association (connect(2)). */
	if (c->sa_len && c->sa.ss_family == AF_UNSPEC)
		return;
	address_event(t, k, EV_NET_CONNECT, (int)c->args[0], &c->sa,
		      c->sa_len, call_err(c));
}

/* --- messages --- */

/*
 * One addressed message, read on entry: afterwards its memory may hold
 * something else, or be gone with the process.
 */
struct sent {
	struct sockaddr_storage sa;
	socklen_t len;		/* 0: could not be read */
	uint32_t index;		/* among the messages of one call */
	size_t packet;		/* bytes that follow: of a DNS question */
};

/* The beginning of a message that lies in several places. */
static size_t gather(struct task *k, const struct iovec *iov, size_t n,
		     char *packet)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used < PACKET_MAX; i++) {
		size_t want = iov[i].iov_len < PACKET_MAX - used ?
			      iov[i].iov_len : PACKET_MAX - used;
		ssize_t got = want ? mem_read(k->tid,
					      (uintptr_t)iov[i].iov_base,
					      packet + used, want) : 0;

		used += got > 0 ? (size_t)got : 0;
		if (got != (ssize_t)want)
			break;
	}
	return used;
}

static void keep_sent(struct task *k, uint64_t name, uint64_t len,
		      const struct iovec *iov, size_t n, uint32_t index)
{
	struct buf *out = &k->call.words;
	struct sent s = { .index = index };
	char packet[PACKET_MAX];

	s.len = mem_read_sockaddr(k->tid, name, len, &s.sa);
	settle_family(&s.sa, s.len);
	if (sockaddr_port(&s.sa, s.len) == PORT_DNS)
		s.packet = gather(k, iov, n, packet);
	buf_add(out, &s, sizeof(s));
	buf_add(out, packet, s.packet);
}

enum next enter_sendto(struct tracer *t, struct task *k)
{
	const uint64_t *a = k->call.args;
	const struct iovec iov = { (void *)(uintptr_t)a[1], a[2] };

	speakers_ready(t);
	keep_sent(k, a[4], a[5], &iov, 1, 0);
	return NEXT_LEAVE;
}

static void keep_message(struct task *k, uint64_t at, uint32_t index)
{
	struct iovec iov[MESSAGES_MAX];
	struct msghdr msg;
	size_t n;
	ssize_t got;

	if (mem_read(k->tid, at, &msg, sizeof(msg)) != sizeof(msg) ||
	    !msg.msg_name || !msg.msg_namelen)
		return;
	n = msg.msg_iovlen < MESSAGES_MAX ? msg.msg_iovlen : MESSAGES_MAX;
	got = n ? mem_read(k->tid, (uintptr_t)msg.msg_iov, iov,
			   n * sizeof(*iov)) : 0;
	keep_sent(k, (uintptr_t)msg.msg_name, msg.msg_namelen, iov,
		  got > 0 ? (size_t)got / sizeof(*iov) : 0, index);
}

enum next enter_sendmsg(struct tracer *t, struct task *k)
{
	speakers_ready(t);
	keep_message(k, k->call.args[1], 0);
	return NEXT_LEAVE;
}

enum next enter_sendmmsg(struct tracer *t, struct task *k)
{
	uint32_t n = (uint32_t)k->call.args[2];

	speakers_ready(t);
	for (uint32_t i = 0; i < n && i < MESSAGES_MAX; i++)
		keep_message(k, k->call.args[1] + i * sizeof(struct mmsghdr),
			     i);
	return NEXT_LEAVE;
}

static void report_sent(struct tracer *t, struct task *k, const struct sent *s,
			struct str packet)
{
	autobuf struct buf name = BUF_INIT;
	int err = call_err(&k->call);

	/*
	 * sendmmsg(2), BUGS: when a message fails after others went out, the
	 * call says how many, and the error is lost.
	 */
	if (!err && s->index && s->index >= (uint64_t)k->call.ret)
		err = ECANCELED;
	/* Talking to the kernel over netlink is net.socket's business. */
	if (s->sa.ss_family == AF_NETLINK)
		return;
	if (!s->len && err == EFAULT)
		return;
	address_event(t, k, EV_NET_SEND, (int)k->call.args[0], &s->sa, s->len,
		      err);
	/* What did go out is seen on its way (socket_owner.c). */
	if (err && s->packet && dns_question(&name, packet))
		emit(t, k, EV_NET_DNS, buf_view(&name), STR(""), err);
}

/*
 * What was to be sent is told of each message, also of those behind one that
 * failed: nobody sends them otherwise.
 */
void leave_send(struct tracer *t, struct task *k)
{
	const struct buf *in = &k->call.words;
	struct sent s;

	for (size_t at = 0; at + sizeof(s) <= in->len; ) {
		memcpy(&s, in->p + at, sizeof(s));
		at += sizeof(s);
		report_sent(t, k, &s, (struct str){ in->p + at, s.packet });
		at += s.packet;
	}
}

/* The same call again, to see whether it still says the same. */
void check_sent(struct tracer *t, struct task *k)
{
	struct buf was = k->call.words;
	bool changed;

	k->call.words = (struct buf)BUF_INIT;
	k->row->enter(t, k);
	changed = !str_eq(buf_view(&was), buf_view(&k->call.words));
	if (changed) {
		emit_words(t, k, EV_EVASION, 0, "%s argument changed",
			   k->row->name);
		leave_send(t, k);
	}
	buf_free(&k->call.words);
	k->call.words = was;
}
