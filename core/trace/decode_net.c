/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets.  What a descriptor speaks and where it is bound is asked of the
 * socket itself: pidfd_getfd(2), since 5.6, gives us the tracee's own.
 */
#include "core/trace/decode_net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/kernel.h"
#include "core/trace/made.h"
#include "core/trace/netlink_calls.h"
#include "core/trace/procfs.h"
#include "core/trace/scans.h"
#include "core/trace/tracer.h"

#define SIN6_LEN_LEAST 24		/* SIN6_LEN_RFC2133 of the kernel */
#define BOUND_MAX 4096
#define BOUND_BYTES (4U << 20)

/* Families that belong to a network namespace, or to nothing of the host. */
static bool net_family_allowed(int family)
{
	return family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
	       family == AF_NETLINK || family == AF_PACKET;
}

static void net_socket_event(struct tracer *t, struct task *k, int err)
{
	autobuf struct buf text = BUF_INIT;

	sockaddr_socket_text(&text, (int)k->call.args[0], (int)k->call.args[1],
			     (int)k->call.args[2]);
	emit_event(t, k, EV_NET_SOCKET, buf_view(&text), STR(""), err);
}

enum entry_action enter_socket(struct tracer *t, struct task *k)
{
	int family = (int)k->call.args[0];

	if (family != AF_UNIX && family != AF_NETLINK &&
	    net_family_allowed(family))
		socket_owner_listen(t);
	if (net_family_allowed(family))
		return ENTRY_STOP_AT_EXIT;
	/* vsock reaches the hypervisor, alg and bluetooth the kernel itself. */
	call_refuse(k, EAFNOSUPPORT);
	net_socket_event(t, k, EAFNOSUPPORT);
	return ENTRY_REFUSED;
}

void leave_socket(struct tracer *t, struct task *k)
{
	if ((int)k->call.args[0] == AF_NETLINK && !call_err(&k->call))
		netlink_calls_opened(t, k, (int)k->call.ret);
	net_socket_event(t, k, call_err(&k->call));
}

/* --- asking the socket --- */

/*
 * The tracee's own socket, as a descriptor of ours; -1 with errno.  A thread
 * may have descriptors of its own (CLONE_FILES not shared), so it is the
 * thread that is asked (PIDFD_THREAD, since 6.9), or the process when the
 * kernel knows only those.  A process's pidfd is its first thread's: of a
 * thread's own descriptors, and when the first thread has ended before the
 * others, facts then name the family (inet) instead of the protocol (tcp).
 */
int net_borrow_socket(const struct task *k, int fd)
{
	autofd int pidfd = (int)syscall(SYS_pidfd_open, k->tid, PIDFD_THREAD);

	if (pidfd < 0)
		pidfd = (int)syscall(SYS_pidfd_open, k->process->tgid, 0);
	if (pidfd < 0)
		return -1;
	return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

static int net_option(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) ? 0 : value;
}

/*
 * What it speaks ("tcp") and its local address, from which its process speaks
 * from now on; -1 when they cannot be had.
 */
static int net_query(struct tracer *t, struct task *k, int fd,
		     struct buf *proto, struct sockaddr_storage *local,
		     socklen_t *len)
{
	autofd int ours = net_borrow_socket(k, fd);
	int protocol;

	if (ours < 0)
		return -1;
	protocol = net_option(ours, SO_PROTOCOL);
	sockaddr_protocol_text(proto, net_option(ours, SO_DOMAIN),
			       net_option(ours, SO_TYPE), protocol);
	memset(local, 0, sizeof(*local));
	*len = sizeof(*local);
	if (getsockname(ours, (struct sockaddr *)local, len))
		return -1;
	if (*len > sizeof(*local))
		*len = sizeof(*local);
	if (!call_err(&k->call) &&
	    (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP))
		socket_owner_note(t, k, protocol == IPPROTO_UDP, local, *len);
	return 0;
}

/* The protocol when the socket is gone: by the address's family. */
static void net_protocol(struct tracer *t, struct task *k, int fd,
			 int family, struct buf *out)
{
	const char *name = sockaddr_family_name(family);
	struct sockaddr_storage local;
	socklen_t len;

	if (!net_query(t, k, fd, out, &local, &len))
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
static bool net_socket_inode(struct task *k, int fd, uint64_t *inode)
{
	autofd int ours = net_borrow_socket(k, fd);
	struct stat st;

	if (ours < 0 || fstat(ours, &st))
		return false;
	*inode = st.st_ino;
	return true;
}

static void net_keep_bound(struct tracer *t, struct task *k, int fd,
			   const char *path)
{
	uint64_t inode;

	if (!net_socket_inode(k, fd, &inode))
		return;
	if (t->net.bound.n >= BOUND_MAX ||
	    t->net.bound.arena.used > BOUND_BYTES)
		strmap_free(&t->net.bound);
	strmap_put(&t->net.bound, (struct str){ (char *)&inode, sizeof(inode) })
		->val.ptr = arena_c(&t->net.bound.arena, path);
}

/* NULL: not known, or no more. */
static const char *net_bound_path(struct tracer *t, struct task *k, int fd)
{
	struct strmap_entry *e;
	uint64_t inode;

	if (!net_socket_inode(k, fd, &inode))
		return NULL;
	e = strmap_get(&t->net.bound, (struct str){ (char *)&inode,
						sizeof(inode) });
	return e ? e->val.ptr : NULL;
}

static void net_unix_path(struct tracer *t, struct task *k,
			  enum event_kind kind, int fd, const char *path,
			  struct buf *out)
{
	const char *known = kind == EV_NET_LISTEN ? net_bound_path(t, k, fd) :
						    NULL;

	if (known)
		buf_c(out, known);
	else
		resolve_path(t, k, AT_FDCWD, path, true, out);
}

static void net_unix_event(struct tracer *t, struct task *k,
			   enum event_kind kind, int fd, const char *path,
			   int err)
{
	autobuf struct buf at = BUF_INIT;

	net_unix_path(t, k, kind, fd, path, &at);
	emit_event(t, k, kind, STR("unix"), buf_view(&at), err);
	if (kind != EV_NET_BIND || err)
		return;
	changed_paths_add(t, buf_view(&at));
	made_report_path(t, k, buf_view(&at), 0);
	net_keep_bound(t, k, fd, at.p);
}

/*
 * "tcp 127.0.0.1:8765", or "unix" with its path apart so that it is resolved
 * and normalised as one.
 */
void net_address_event(struct tracer *t, struct task *k, enum event_kind kind,
		       int fd, const struct sockaddr_storage *sa,
		       socklen_t len, int err)
{
	autobuf struct buf words = BUF_INIT;
	autobuf struct buf path = BUF_INIT;

	if (sockaddr_path(sa, len, &path)) {
		net_unix_event(t, k, kind, fd, path.p, err);
		return;
	}
	net_protocol(t, k, fd, sa->ss_family, &words);
	buf_ch(&words, ' ');
	if (len)
		sockaddr_text(&words, sa, len);
	else
		buf_c(&words, "(unreadable)");
	emit_event(t, k, kind, buf_view(&words), STR(""), err);
}

/*
 * udp_sendmsg() and inet_bind() take AF_UNSPEC for AF_INET, for the sake of
 * programs older than most of their users.
 */
void net_settle_family(struct sockaddr_storage *sa, socklen_t len)
{
	if (sa->ss_family == AF_UNSPEC && len >= sizeof(struct sockaddr_in))
		sa->ss_family = AF_INET;
}

void leave_bind(struct tracer *t, struct task *k)
{
	struct call *c = &k->call;

	net_settle_family(&c->addr, c->addr_len);
	/* To groups of netlink(7) the kernel speaks by itself. */
	t->quiescence.timers |= c->addr.ss_family == AF_NETLINK &&
				!call_err(c) &&
				((struct sockaddr_nl *)&c->addr)->nl_groups;
	net_address_event(t, k, EV_NET_BIND, (int)c->args[0], &c->addr,
			  c->addr_len, call_err(c));
}

static void net_report_listening(struct tracer *t, struct task *k, int fd,
				 const struct sockaddr_storage *local,
				 socklen_t len)
{
	autobuf struct buf where = BUF_INIT;
	autobuf struct buf path = BUF_INIT;

	if (sockaddr_path(local, len, &path))
		net_unix_path(t, k, EV_NET_LISTEN, fd, path.p, &where);
	else
		sockaddr_text(&where, local, len);
	t->hooks->listening(t->hooks->ctx, k->process->step, buf_view(&where));
}

void leave_listen(struct tracer *t, struct task *k)
{
	autobuf struct buf proto = BUF_INIT;
	struct sockaddr_storage local;
	socklen_t len = 0;
	int err = call_err(&k->call), fd = (int)k->call.args[0];

	if (net_query(t, k, fd, &proto, &local, &len)) {
		emit_event(t, k, EV_NET_LISTEN, STR("unknown"), STR(""), err);
		return;
	}
	net_address_event(t, k, EV_NET_LISTEN, fd, &local, len, err);
	if (!err && k->process->step != STEP_NONE)
		net_report_listening(t, k, fd, &local, len);
}

/*
 * On loopback a non-blocking connection is decided when connect returns: both
 * ends are this kernel.  TCP_INFO (tcp(7)) shows the outcome and leaves the
 * error to the program; SO_ERROR would take it away.
 */
static void net_settle_connect(struct task *k)
{
	autofd int ours = -1;
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (call_err(&k->call) != EINPROGRESS)
		return;
	ours = net_borrow_socket(k, (int)k->call.args[0]);
	if (ours < 0 ||
	    getsockopt(ours, IPPROTO_TCP, TCP_INFO, &info, &len))
		return;
	if (info.tcpi_state == TCP_ESTABLISHED)
		k->call.ret = 0;
	else if (info.tcpi_state == TCP_CLOSE)
		k->call.ret = -ECONNREFUSED;
}

/* The sandbox has one unless its kernel has no IPv6 (proc(5)). */
static bool net_has_loopback6(const struct tracer *t)
{
	autobuf struct buf text = BUF_INIT;

	return procfs_read(t->init, "net/if_inet6", &text, 1 << 16) &&
	       strstr(text.p ? text.p : "",
		      "00000000000000000000000000000001 ");
}

/* Loopback and no other: it is up, and there is a way to it. */
static bool net_is_loopback(const struct tracer *t,
			    const struct sockaddr_storage *sa, socklen_t len)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->ss_family == AF_INET6)
		return len >= SIN6_LEN_LEAST &&
		       IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) &&
		       net_has_loopback6(t);
	return sa->ss_family == AF_INET && len >= sizeof(*in) &&
	       ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool net_is_any6(const struct in6_addr *a)
{
	return IN6_IS_ADDR_UNSPECIFIED(a) ||
	       (IN6_IS_ADDR_V4MAPPED(a) && !a->s6_addr32[3]);
}

/*
 * Is the peer another than was asked for?  A connect to any address reaches the
 * loopback, and an IPv6 socket may connect to an IPv4 address: both are the
 * same.
 */
static bool net_is_other_peer(const struct sockaddr_storage *asked,
			      socklen_t len,
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
	       !net_is_any6(&a6->sin6_addr) &&
	       (!IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr) ||
		a6->sin6_port != b6->sin6_port);
}

/*
 * Memory that another process maps can still change under the call, and change
 * back.  What came of it belies such an address.
 */
static void net_check_peer(struct tracer *t, struct task *k)
{
	const struct call *c = &k->call;
	int err = call_err(c);
	autofd int ours = -1;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (err == ENETUNREACH && net_is_loopback(t, &c->addr, c->addr_len))
		emit_words(t, k, EV_EVASION, 0, "connect argument changed");
	if (err)
		return;
	ours = net_borrow_socket(k, (int)c->args[0]);
	if (ours < 0 || getpeername(ours, (struct sockaddr *)&peer, &len) ||
	    !net_is_other_peer(&c->addr, c->addr_len, &peer))
		return;
	emit_words(t, k, EV_EVASION, 0, "connect argument changed");
	net_address_event(t, k, EV_NET_CONNECT, (int)c->args[0], &peer, len, 0);
}

enum entry_action enter_connect(struct tracer *t, struct task *k)
{
	(void)k;
	/* Whatever the address: it may be another one when it is used. */
	socket_owner_ready(t);
	return ENTRY_STOP_AT_EXIT;
}

void leave_connect(struct tracer *t, struct task *k)
{
	const struct call *c = &k->call;

	net_settle_connect(k);
	net_check_peer(t, k);
	if (!c->addr_len && call_err(c) == EFAULT)
		return;
	/* AF_UNSPEC dissolves an association (connect(2)). */
	if (c->addr_len && c->addr.ss_family == AF_UNSPEC)
		return;
	net_address_event(t, k, EV_NET_CONNECT, (int)c->args[0], &c->addr,
			  c->addr_len, call_err(c));
	scans_note(t, k, &c->addr, c->addr_len, call_err(c));
}

void net_free(struct net *n)
{
	strmap_free(&n->bound);
}
