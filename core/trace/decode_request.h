/* SPDX-License-Identifier: Apache-2.0 */
/* What requests of setsockopt, ioctl, fcntl and prctl do (requests.def). */
#ifndef TRACE_DECODE_REQUEST_H
#define TRACE_DECODE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct request;
struct task;
struct tracer;

/* Of the call at hand: a request with no fact, or none at its end. */
bool request_is_quiet(const struct task *k);

/* --- at the end of a call with such a request --- */

typedef void request_leave(struct tracer *t, struct task *k,
			   const struct request *r);

request_leave request_note;		/* a fact of kind syscall */
request_leave request_priv;
request_leave request_evade;
request_leave request_inspect;
request_leave request_name;		/* a name for ps(1) */
request_leave request_attributes;
request_leave request_signal, request_terminal_signal;
request_leave request_device, request_device_number;
request_leave request_join, request_join6, request_join_any;
request_leave request_netlink_join;
request_leave request_v6only;
request_leave request_routing_header;	/* each hop is a net.connect */
request_leave request_ip_options;
/* A routing header or source route of a packet, and each of its hops. */
void request_route(struct tracer *t, struct task *k, const struct request *r,
		   const char *at, size_t len);

/* decode_mode.c: what chattr(1) changes, of a descriptor. */
void mode_attributes(struct tracer *t, struct task *k);

#endif
