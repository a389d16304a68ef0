/* SPDX-License-Identifier: Apache-2.0 */
/* The question of a DNS message (RFC 1035); hostile bytes. */
#ifndef NETCAP_DNS_H
#define NETCAP_DNS_H

#include "core/netcap/payload.h"

#define DNS_PORT 53

/* Decode the question of a message: "example.org A"; false if malformed. */
bool dns_question(struct buf *out, struct str packet);

/* Over TCP, as payload_read(): RFC 1035 4.2.2. */
enum payload_state dns_read(const struct payload *p,
			    const struct payload_sink *sink, size_t *used);

#endif
