/* SPDX-License-Identifier: Apache-2.0 */
/* Which protocol the bytes of a connection begin. */
#include "core/netcap/payload.h"

#include "core/netcap/dns.h"
#include "core/netcap/http.h"
#include "core/netcap/tls.h"

enum payload_state payload_read(const struct payload *p,
				const struct payload_sink *sink, size_t *used)
{
	enum payload_state state;

	*used = 0;
	if (!p->bytes.len)
		return p->last ? PAYLOAD_OTHER : PAYLOAD_MORE;
	if (p->dns)
		return dns_read(p, sink, used);
	if ((unsigned char)*p->bytes.p == TLS_HANDSHAKE)
		return tls_read(p, sink, used);
	state = http_read(p, sink, used);
	return state == PAYLOAD_OTHER ? dns_read(p, sink, used) : state;
}
