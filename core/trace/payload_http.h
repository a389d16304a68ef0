/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/1 request; payload_read() asks. */
#ifndef TRACE_PAYLOAD_HTTP_H
#define TRACE_PAYLOAD_HTTP_H

#include "core/trace/payload.h"

/* As payload_read(). */
enum payload_state http_read(const struct payload *p,
			     const struct payload_sink *sink, size_t *used);

#endif
