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

/* SOCKS, or a question whose length begins with the same byte. */
static enum payload_state payload_read_either(const struct payload *p,
					      const struct payload_sink *sink,
					      struct payload_end *end)
{
	enum payload_state dns = dns_read(p, sink, end), socks;

	if (dns == PAYLOAD_WHOLE)
		return dns;
	socks = socks_read(p, sink, end);
	return socks == PAYLOAD_OTHER ? dns : socks;
}

enum payload_state payload_read(const struct payload *p,
				const struct payload_sink *sink,
				struct payload_end *end)
{
	enum payload_state state;

	if (!p->bytes.len)
		return p->last ? PAYLOAD_OTHER : PAYLOAD_MORE;
	if (p->dns)
		return dns_read(p, sink, end);
	if ((unsigned char)*p->bytes.p == TLS_HANDSHAKE)
		return tls_read(p, sink, end);
	if (payload_may_be_socks(p->bytes))
		return payload_read_either(p, sink, end);
	state = http_read(p, sink, end);
	return state == PAYLOAD_OTHER ? dns_read(p, sink, end) : state;
}
