/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of requests, and the part of the filter that is made of it.
 *
 * Which argument a call has its request in is known here; the kernel takes all
 * of them as int or unsigned int, from the lower half of the register.
 */
#include "core/trace/requests.h"

#include <fcntl.h>
#include <linux/f2fs.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/tls.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/base/vec.h"
#include "core/trace/decode_request.h"
#include "core/trace/kernel.h"
#include "core/trace/syscalls.h"

/* What stands for a deed: how, and its function. */
#define HOW_PASS REQUEST_PASSES, false, 0, NULL
#define HOW_QUIET REQUEST_QUIET, false, 0, NULL
#define HOW_note REQUEST_STOPS, false, 0, request_note
#define HOW_priv REQUEST_STOPS, false, 0, request_priv
#define HOW_evade REQUEST_STOPS, false, 0, request_evade
#define HOW_inspect REQUEST_STOPS, false, 0, request_inspect
#define HOW_name REQUEST_STOPS, false, 0, request_name
#define HOW_attributes REQUEST_STOPS, false, 0, request_attributes
#define HOW_signal REQUEST_STOPS, false, 0, request_signal
#define HOW_terminal_signal REQUEST_STOPS, false, 0, request_terminal_signal
#define HOW_device REQUEST_STOPS, false, 0, request_device
#define HOW_device_number REQUEST_STOPS, false, 0, request_device_number
#define HOW_join REQUEST_STOPS, false, 0, request_join
#define HOW_join6 REQUEST_STOPS, false, 0, request_join6
#define HOW_join_any REQUEST_STOPS, false, 0, request_join_any
#define HOW_netlink_join REQUEST_STOPS, false, 0, request_netlink_join
#define HOW_v6only REQUEST_STOPS, false, 0, request_v6only
#define HOW_routing_header REQUEST_STOPS, false, 0, request_routing_header
#define HOW_ip_options REQUEST_STOPS, false, 0, request_ip_options

static const struct request requests[] = {
#define REQUEST(call, level, name, deed, why) \
	{ #call, level, (uint32_t)name, #name, HOW_##deed, why },
#define PASS_UNLESS(call, name, mask, why)				\
	{ #call, NO_LEVEL, (uint32_t)name, #name, REQUEST_PASSES, false, \
	  mask, request_note, why },
#define PASS_LEVEL(call, level, why) \
	{ #call, level, 0, #level, REQUEST_PASSES, true, 0, NULL, why },
#include "core/trace/requests.def"
#undef REQUEST
#undef PASS_UNLESS
#undef PASS_LEVEL
};

const struct request *request_table(size_t *n)
{
	*n = ARRAY_LEN(requests);
	return requests;
}

const struct request *request_find(const char *call, int level,
				   uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const struct request *r = &requests[i];

		if (r->level == level &&
		    (r->whole_level || r->number == number) &&
		    !strcmp(r->call, call))
			return r;
	}
	return NULL;
}

/* --- the filter --- */

/*
 * Each call is one block: another number jumps over it, a harmless request
 * passes at its row, and the end of the block stops.  Two instructions a row,
 * of which the kernel's compiler makes one comparison each.
 */
static const struct {
	const char *name;
	int level_arg;		/* NO_LEVEL: it has none */
	int arg;
} requests_calls[] = {
	{ "ioctl", NO_LEVEL, 1 }, { "fcntl", NO_LEVEL, 1 },
	{ "prctl", NO_LEVEL, 0 }, { "setsockopt", 1, 2 },
	{ "getsockopt", 1, 2 },
};

bool request_has_call(const char *name)
{
	for (size_t c = 0; c < ARRAY_LEN(requests_calls); c++)
		if (!strcmp(requests_calls[c].name, name))
			return true;
	return false;
}

static void requests_put(struct buf *out, struct sock_filter op)
{
	buf_add(out, &op, sizeof(op));
}

/* Both architectures have the lower half first. */
static void requests_load(struct buf *out, int arg)
{
	requests_put(out, (struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS,
			(uint32_t)(offsetof(struct seccomp_data, args) +
				   (size_t)arg * sizeof(uint64_t))));
}

static void requests_return(struct buf *out, uint32_t action)
{
	requests_put(out, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						       action));
}

static void requests_row(struct buf *out, const struct request *r, int arg,
			 uint32_t stop)
{
	if (r->whole_level) {
		requests_return(out, SECCOMP_RET_ALLOW);
		return;
	}
	requests_put(out, (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, r->number, 0,
			r->unless ? 4 : 1));
	if (r->unless) {
		requests_load(out, arg + 1);
		requests_put(out, (struct sock_filter)BPF_JUMP(
				BPF_JMP | BPF_JSET | BPF_K, r->unless, 0, 1));
		requests_return(out, stop);
	}
	requests_return(out, SECCOMP_RET_ALLOW);
}

/* The rows of one level, which stand together. */
static void requests_level(struct buf *out, size_t first, int arg,
			   uint32_t stop)
{
	const struct request *head = &requests[first];

	requests_load(out, arg);
	for (size_t i = first; i < ARRAY_LEN(requests) &&
	     !strcmp(requests[i].call, head->call); i++)
		if (requests[i].level == head->level &&
		    requests[i].how == REQUEST_PASSES)
			requests_row(out, &requests[i], arg, stop);
	requests_return(out, stop);
}

/* Over the instructions of inner, unless A is that value. */
static void requests_enclose(struct buf *out, uint32_t value,
			     const struct buf *inner)
{
	requests_put(out, (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
	requests_put(out, (struct sock_filter)BPF_STMT(
			BPF_JMP | BPF_JA,
			(uint32_t)(inner->len / sizeof(struct sock_filter))));
	buf_str(out, buf_view(inner));
}

static void requests_call(struct buf *out, size_t c, uint32_t stop)
{
	const char *name = requests_calls[c].name;
	int before = NO_LEVEL - 1;

	if (requests_calls[c].level_arg != NO_LEVEL)
		requests_load(out, requests_calls[c].level_arg);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const struct request *r = &requests[i];
		struct buf inner = BUF_INIT;

		if (strcmp(r->call, name) != 0 || r->level == before)
			continue;
		before = r->level;
		requests_level(&inner, i, requests_calls[c].arg, stop);
		if (r->level == NO_LEVEL)
			buf_str(out, buf_view(&inner));
		else
			requests_enclose(out, (uint32_t)r->level, &inner);
		buf_free(&inner);
	}
	requests_return(out, stop);
}

void requests_filter(struct buf *out, uint32_t stop)
{
	requests_put(out, (struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)));
	for (size_t c = 0; c < ARRAY_LEN(requests_calls); c++) {
		int nr = syscall_number(requests_calls[c].name);
		struct buf inner = BUF_INIT;

		if (nr < 0)
			continue;
		requests_call(&inner, c, stop);
		requests_enclose(out, (uint32_t)nr, &inner);
		buf_free(&inner);
	}
}
