/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts that one HTTP request names, of any version; hostile bytes. */
#ifndef NETCAP_HTTP_HOSTS_H
#define NETCAP_HTTP_HOSTS_H

#include <stdbool.h>

#include "core/base/vec.h"
#include "core/netcap/payload.h"

struct http_hosts {
	const struct payload_sink *sink;
	VEC(struct str) recorded;	/* hosts, in lower case */
	struct buf lower;		/* of which they are parts */
};

#define HTTP_HOSTS_INIT(to) { .sink = (to), .lower = BUF_INIT }

/*
 * An authority (RFC 3986, 3.2): "host NAME" or "connect NAME:PORT" is reported,
 * once of each name and up to a bound.
 */
void http_hosts_put(struct http_hosts *h, const char *word,
		    struct str authority, bool port);
/* Is it a port, or any number of digits?  "" is one. */
bool http_hosts_is_digits(struct str s);
/* Without any, "no-host" is reported, or "cut-short" of what is not whole. */
void http_hosts_end(struct http_hosts *h, bool whole);

#endif
