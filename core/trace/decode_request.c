/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that are not harmless.  One function for each deed of requests.def;
 * a request without a row is a fact by its number.
 */
#include "core/trace/decode_request.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/kernel.h"
#include "core/trace/procfs.h"
#include "core/trace/requests.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define HOPS_MAX 2048		/* bytes of a routing header */
#define SIOC_TYPE 0x89		/* sockets and interfaces: linux/sockios.h */

static int request_level(const struct task *k)
{
	return strstr(k->desc->name, "sockopt") ? (int)k->call.args[1] :
						   NO_LEVEL;
}

static uint32_t request_number(const struct task *k)
{
	const char *name = k->desc->name;
	int arg = !strcmp(name, "prctl") ? 0 : strstr(name, "sockopt") ? 2 : 1;

	return (uint32_t)k->call.args[arg];
}

static const struct request *request_of(const struct task *k)
{
	return request_find(k->desc->name, request_level(k),
			    request_number(k));
}

bool request_is_quiet(const struct task *k)
{
	const struct request *r = request_of(k);

	return r && r->how == REQUEST_QUIET;
}

/*
 * Where the kernel has no such request, nothing came of it; else it is one
 * that has no row yet.
 */
static void request_unknown(struct tracer *t, struct task *k)
{
	int err = call_err(&k->call), level = request_level(k);
	uint32_t number = request_number(k);
	bool none = err == EINVAL || err == ENOPROTOOPT || err == ENOTTY ||
		    err == EOPNOTSUPP || err == EBADF;
	/* getsockopt(2) asks, and changes nothing. */
	bool asks = !strcmp(k->desc->name, "getsockopt");
	enum event_kind kind = none || asks ? EV_SYSCALL : EV_PRIV;

	if (level != NO_LEVEL)
		emit_words(t, k, kind, err, "%s(%d, %u)", k->desc->name, level,
			   number);
	else if (strcmp(k->desc->name, "ioctl") != 0)
		emit_words(t, k, kind, err, "%s(%u)", k->desc->name, number);
	else
		emit_words(t, k, _IOC_TYPE(number) == SIOC_TYPE ? EV_PRIV :
			   kind, err, "ioctl(%#x)", number);
}

void leave_request(struct tracer *t, struct task *k)
{
	const struct request *r = request_of(k);

	if (!r)
		request_unknown(t, k);
	else if (r->leave)
		r->leave(t, k, r);
}

/* --- recorded by name --- */

static void request_emit(struct tracer *t, struct task *k,
			 const struct request *r, enum event_kind kind)
{
	emit_words(t, k, kind, call_err(&k->call), "%s(%s)", r->call, r->name);
}

void request_note(struct tracer *t, struct task *k, const struct request *r)
{
	request_emit(t, k, r, EV_SYSCALL);
}

void request_priv(struct tracer *t, struct task *k, const struct request *r)
{
	request_emit(t, k, r, EV_PRIV);
}

void request_evade(struct tracer *t, struct task *k, const struct request *r)
{
	request_emit(t, k, r, EV_EVASION);
}

void request_inspect(struct tracer *t, struct task *k, const struct request *r)
{
	request_emit(t, k, r, EV_PROCESS_INSPECT);
}

void request_attributes(struct tracer *t, struct task *k,
			const struct request *r)
{
	(void)r;
	mode_attributes(t, k);
}

/* --- names --- */

static bool request_is_kernel_thread(const char *name)
{
	static const char *const begins[] = {
#define KERNEL_THREAD(name) name,
#include "core/trace/kernel_threads.def"
#undef KERNEL_THREAD
	};

	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static bool request_begins_base(struct str path, const char *name)
{
	return str_starts(path_base(path), str_c(name));
}

/*
 * "python3" of python3.11 is its own, and "npm" where the command is
 * "node --no-warnings /usr/bin/npm install".
 */
static bool request_is_own_name(const struct task *k, const char *name)
{
	struct str command = str_c(k->process->label ? k->process->label : "");
	struct str word;
	bool program = true, more = true;

	if (request_begins_base(process_exe(k->process), name))
		return true;
	for (; more; program = false) {
		more = str_cut(command, STR(" "), &word, &command);
		if (!program && str_starts(word, STR("-")))
			continue;
		if (request_begins_base(word, name))
			return true;
		if (!program)
			break;
	}
	return false;
}

static bool request_is_known_program(const char *name)
{
	static const char *const names[] = {
#define PROGRAM_NAME(name) name,
#include "core/trace/program_names.def"
#undef PROGRAM_NAME
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool request_is_program(struct tracer *t, struct task *k,
			       const char *name)
{
	static const char *const dirs[] = {
		"/usr/bin", "/usr/sbin", "/usr/lib/systemd", "/usr/libexec",
	};
	struct stat st;
	char path[64];

	if (request_is_known_program(name))
		return true;
	if (!*name || strchr(name, '/'))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (!resolve_stat(t, k, AT_FDCWD, path, &st))
			return true;
	}
	return false;
}

/*
 * Thread pools name their threads, and that says nothing.  The first thread's
 * name is the process's.
 */
void request_name(struct tracer *t, struct task *k, const struct request *r)
{
	char name[PROCFS_NAME_MAX];

	/* What the kernel has now: the memory may have changed since. */
	if (call_err(&k->call) || !procfs_name(k->tid, name) ||
	    request_is_own_name(k, name))
		return;
	if (request_is_kernel_thread(name) ||
	    (k->tid == k->process->tgid && request_is_program(t, k, name)))
		emit_words(t, k, EV_EVASION, call_err(&k->call), "%s(%s, %s)",
			   r->call, r->name, name);
}

/* --- signals that a descriptor sends --- */

/* 0 is SIGIO, of which programs know that it comes. */
void request_signal(struct tracer *t, struct task *k, const struct request *r)
{
	int sig = (int)k->call.args[2];
	const char *name = sigabbrev_np(sig);
	enum event_kind kind = !sig || sig == SIGIO ? EV_SYSCALL : EV_PRIV;

	if (name)
		emit_words(t, k, kind, call_err(&k->call), "%s(%s, SIG%s)",
			   r->call, r->name, name);
	else
		emit_words(t, k, kind, call_err(&k->call), "%s(%s, %d)",
			   r->call, r->name, sig);
}

void request_terminal_signal(struct tracer *t, struct task *k,
			     const struct request *r)
{
	const char *name = sigabbrev_np((int)k->call.args[2]);

	emit_words(t, k, EV_PRIV, call_err(&k->call), "%s(%s, SIG%s)", r->call,
		   r->name, name ? name : "?");
}

/* --- where packets go --- */

/* What a socket speaks: "udp". */
static void request_protocol(struct task *k, struct buf *out)
{
	autofd int ours = net_borrow_socket(k, (int)k->call.args[0]);
	int domain = AF_INET, type = 0, protocol = 0;
	socklen_t len = sizeof(int);

	if (ours >= 0) {
		getsockopt(ours, SOL_SOCKET, SO_DOMAIN, &domain, &len);
		getsockopt(ours, SOL_SOCKET, SO_TYPE, &type, &len);
		getsockopt(ours, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	}
	sockaddr_protocol_text(out, domain, type, protocol);
}

static void request_words(struct tracer *t, struct task *k,
			  enum event_kind kind, const char *detail)
{
	autobuf struct buf words = BUF_INIT;

	request_protocol(k, &words);
	buf_printf(&words, " %s", detail);
	emit_event(t, k, kind, buf_view(&words), STR(""), call_err(&k->call));
}

void request_device(struct tracer *t, struct task *k, const struct request *r)
{
	char name[IFNAMSIZ + 1] = "", words[64];
	size_t want = (uint32_t)k->call.args[4];

	(void)r;
	tracee_read(k->tid, k->call.args[3], name,
		    want < IFNAMSIZ ? want : IFNAMSIZ);
	snprintf(words, sizeof(words), "device %s", *name ? name : "any");
	request_words(t, k, EV_NET_BIND, words);
}

/* "WHAT NUMBER", of an int. */
static void request_bind_number(struct tracer *t, struct task *k,
				const char *what)
{
	char words[64];
	int number = 0;

	tracee_read(k->tid, k->call.args[3], &number, sizeof(number));
	snprintf(words, sizeof(words), "%s %d", what, number);
	request_words(t, k, EV_NET_BIND, words);
}

void request_device_number(struct tracer *t, struct task *k,
			   const struct request *r)
{
	(void)r;
	request_bind_number(t, k, "device number");
}

static void request_group(struct tracer *t, struct task *k, int family,
			  const void *address)
{
	char text[INET6_ADDRSTRLEN] = "?", words[80];

	inet_ntop(family, address, text, sizeof(text));
	snprintf(words, sizeof(words), "group %s", text);
	request_words(t, k, EV_NET_BIND, words);
}

/* struct ip_mreq, ip_mreqn and ip_mreq_source begin with the group. */
void request_join(struct tracer *t, struct task *k, const struct request *r)
{
	struct in_addr group = { 0 };

	(void)r;
	tracee_read(k->tid, k->call.args[3], &group, sizeof(group));
	request_group(t, k, AF_INET, &group);
}

void request_join6(struct tracer *t, struct task *k, const struct request *r)
{
	struct in6_addr group = IN6ADDR_ANY_INIT;

	(void)r;
	tracee_read(k->tid, k->call.args[3], &group, sizeof(group));
	request_group(t, k, AF_INET6, &group);
}

/* struct group_req and group_source_req (RFC 3678). */
void request_join_any(struct tracer *t, struct task *k,
		      const struct request *r)
{
	struct group_req req;
	const struct sockaddr_in *in = (const void *)&req.gr_group;
	const struct sockaddr_in6 *in6 = (const void *)&req.gr_group;

	(void)r;
	memset(&req, 0, sizeof(req));
	tracee_read(k->tid, k->call.args[3], &req, sizeof(req));
	if (in->sin_family == AF_INET6)
		request_group(t, k, AF_INET6, &in6->sin6_addr);
	else
		request_group(t, k, AF_INET, &in->sin_addr);
}

void request_netlink_join(struct tracer *t, struct task *k,
			  const struct request *r)
{
	(void)r;
	request_bind_number(t, k, "group");
}

void request_v6only(struct tracer *t, struct task *k, const struct request *r)
{
	int value = 0;

	tracee_read(k->tid, k->call.args[3], &value, sizeof(value));
	emit_words(t, k, value ? EV_SYSCALL : EV_PRIV, call_err(&k->call),
		   "%s(%s, %d)", r->call, r->name, value != 0);
}

/* The port of its peer, 0: it has none yet. */
static unsigned request_peer_port(struct task *k)
{
	autofd int ours = net_borrow_socket(k, (int)k->call.args[0]);
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	memset(&peer, 0, sizeof(peer));
	if (ours < 0 || getpeername(ours, (struct sockaddr *)&peer, &len))
		return 0;
	return sockaddr_port(&peer, len);
}

static void request_hop(struct tracer *t, struct task *k, int family,
			const void *address)
{
	char text[INET6_ADDRSTRLEN] = "?", words[80];
	unsigned port = request_peer_port(k);

	inet_ntop(family, address, text, sizeof(text));
	snprintf(words, sizeof(words), family == AF_INET6 ? "[%s]:%u" :
		 "%s:%u", text, port);
	request_words(t, k, EV_NET_CONNECT, words);
}

/*
 * RFC 8200, section 4.4 and RFC 8754: after 8 bytes come the addresses.  Those
 * of 0 are room that the kernel fills.
 */
static void request_hops6(struct tracer *t, struct task *k, const char *at,
			  size_t len)
{
	for (size_t i = 8; i + sizeof(struct in6_addr) <= len;
	     i += sizeof(struct in6_addr)) {
		struct in6_addr hop;

		memcpy(&hop, at + i, sizeof(hop));
		if (!IN6_IS_ADDR_UNSPECIFIED(&hop))
			request_hop(t, k, AF_INET6, &hop);
	}
}

/* RFC 791, section 3.1: loose and strict source routes. */
static void request_hops4(struct tracer *t, struct task *k,
			  const unsigned char *at, size_t len)
{
	for (size_t i = 0; i < len && at[i] != 0; ) {
		size_t n = at[i] == 1 ? 1 : i + 1 < len ? at[i + 1] : 0;

		if (at[i] == 131 || at[i] == 137)
			for (size_t h = i + 3; h + 4 <= i + n && h + 4 <= len;
			     h += 4)
				request_hop(t, k, AF_INET, at + h);
		if (!n)
			break;
		i += n;
	}
}

/* Both are requests for themselves as well: they may hold no hop. */
void request_route(struct tracer *t, struct task *k, const struct request *r,
		   const char *at, size_t len)
{
	request_priv(t, k, r);
	if (r->level == IPPROTO_IPV6)
		request_hops6(t, k, at, len);
	else
		request_hops4(t, k, (const unsigned char *)at, len);
}

static void request_route_option(struct tracer *t, struct task *k,
				 const struct request *r)
{
	size_t want = (uint32_t)k->call.args[4];
	char bytes[HOPS_MAX];
	ssize_t got = tracee_read(k->tid, k->call.args[3], bytes,
				  want < sizeof(bytes) ? want : sizeof(bytes));

	request_route(t, k, r, bytes, got > 0 ? (size_t)got : 0);
}

void request_routing_header(struct tracer *t, struct task *k,
			    const struct request *r)
{
	request_route_option(t, k, r);
}

void request_ip_options(struct tracer *t, struct task *k,
			const struct request *r)
{
	request_route_option(t, k, r);
}
