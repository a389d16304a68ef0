/* SPDX-License-Identifier: Apache-2.0 */
/* The server name of a TLS ClientHello; payload_read() asks. */
#ifndef NETCAP_TLS_H
#define NETCAP_TLS_H

#include "core/netcap/payload.h"

#define TLS_HANDSHAKE 0x16	/* the first byte of its record */

/* As payload_read(): RFC 8446 4.1.2 and RFC 6066 3. */
enum payload_state tls_read(const struct payload *p,
			    const struct payload_sink *sink,
			    struct payload_end *end);

#endif
