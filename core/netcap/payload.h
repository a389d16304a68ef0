/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that the bytes of a connection hold: the server name of a TLS
 * ClientHello, the host of an HTTP/1 request, the question of a DNS message.
 * Pure; the bytes are hostile, and so are the names: they are escaped when
 * shown.
 */
#ifndef NETCAP_PAYLOAD_H
#define NETCAP_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/event/event.h"

/* No more of a head or a hello is looked at: bytes. */
#define PAYLOAD_MAX 8192

/*
 * The receiver of a message.  kind and words:
 *   EV_NET_TLS   "host NAME", "no-host" or "cut-short"
 *   EV_NET_HTTP  the same, or "connect NAME:PORT" of a tunnel that an HTTP or
 *                SOCKS proxy is asked for, or "http2"
 *   EV_NET_DNS   "NAME TYPE", and "NAME TYPE capitals" of a name that was not
 *                asked for in small letters only
 * Names are in lower case; a host has no port and no user.  "no-host": the
 * message is whole and has no name; "cut-short": the name is not in the bytes
 * given.
 */
struct payload_sink {
	void (*take)(void *ctx, enum event_kind kind, struct str words);
	void *ctx;
};

struct payload {
	struct str bytes;	/* from where a message may begin */
	bool dns;		/* to port 53: DNS over TCP may come in parts */
	bool first;		/* a message must begin here */
	bool last;		/* no more will come: make do with it */
};

/* Where a message lies, and what the sender may say behind it. */
struct payload_end {
	size_t from;		/* bytes in front of it */
	size_t used;		/* and with it */
	uint64_t body;		/* bytes that belong to it; then the next one */
	bool opaque;		/* anything follows: */
	bool http2;		/* frames of HTTP/2 */
	bool weak;		/* of MORE: little speaks for a message yet */
};

enum payload_state {
	PAYLOAD_OTHER,		/* nothing that is named here */
	PAYLOAD_MORE,		/* may become one; nothing reported yet */
	PAYLOAD_WHOLE		/* reported; end->used bytes are done with */
};

/*
 * Read one message: RFC 8446 4.1.2 and RFC 6066 3 (TLS), RFC 9112 (HTTP/1),
 * RFC 1035 4.2.2 (DNS over TCP), or as socks.h says.  *end is all zero before.
 * Never PAYLOAD_MORE when p->last is set.
 */
enum payload_state payload_read(const struct payload *p,
				const struct payload_sink *sink,
				struct payload_end *end);

#endif
