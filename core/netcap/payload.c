/* SPDX-License-Identifier: Apache-2.0 */
/* Which protocol the bytes of a connection begin. */
#include "core/netcap/payload.h"

#include "core/netcap/dns.h"
#include "core/netcap/http.h"
#include "core/netcap/socks.h"
#include "core/netcap/tls.h"

static bool payload_may_be_socks(struct str s)
{
	return *s.p == SOCKS_4 || *s.p == SOCKS_5;
}

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
	if (payload_may_be_socks(p->bytes)) {
		/* Its length may begin with the same byte. */
		state = dns_read(p, sink, used);
		return state == PAYLOAD_OTHER ? socks_read(p, sink, used) :
						state;
	}
	state = http_read(p, sink, used);
	return state == PAYLOAD_OTHER ? dns_read(p, sink, used) : state;
}
