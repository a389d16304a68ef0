/* SPDX-License-Identifier: Apache-2.0 */
/* The target of a SOCKS request; payload_read() asks. */
#ifndef NETCAP_SOCKS_H
#define NETCAP_SOCKS_H

#include "core/netcap/payload.h"

#define SOCKS_4 4		/* the first byte of a request */
#define SOCKS_5 5		/* and of a greeting */

/* As payload_read(): RFC 1928 and 1929 (SOCKS5), SOCKS4 and 4a. */
enum payload_state socks_read(const struct payload *p,
			      const struct payload_sink *sink,
			      struct payload_end *end);

#endif
