/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of an HTTP/2 connection (RFC 9113); hostile bytes. */
#ifndef NETCAP_HTTP2_H
#define NETCAP_HTTP2_H

#include <stdbool.h>
#include <stddef.h>

#include "core/netcap/payload.h"

/* What a client says first (RFC 9113, 3.4). */
#define HTTP2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

/* What a client says, behind the preface. */
struct http2;

struct http2 *http2_new(void);
void http2_free(struct http2 *h);

/*
 * The next bytes: each request is reported as payload_sink says.  False from
 * where they can no longer be understood, which is reported as "cut-short".
 */
bool http2_read(struct http2 *h, struct str bytes,
		const struct payload_sink *sink);
/* Bytes that were not seen.  They may be what belongs to a body. */
bool http2_skip(struct http2 *h, size_t bytes, const struct payload_sink *sink);

#endif
