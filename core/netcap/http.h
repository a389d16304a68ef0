/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/1 request; payload_read() asks. */
#ifndef NETCAP_HTTP_H
#define NETCAP_HTTP_H

#include "core/netcap/payload.h"

/* As payload_read(). */
enum payload_state http_read(const struct payload *p,
			     const struct payload_sink *sink,
			     struct payload_end *end);

/*
 * A request elsewhere in the bytes, by any method: behind an empty line, or
 * behind a body.  MORE: it is not whole yet.
 */
enum payload_state http_search(const struct payload *p,
			       const struct payload_sink *sink,
			       struct payload_end *end);

#endif
