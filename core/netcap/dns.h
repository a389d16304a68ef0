/* SPDX-License-Identifier: Apache-2.0 */
/* The question of a DNS message (RFC 1035); hostile bytes. */
#ifndef NETCAP_DNS_H
#define NETCAP_DNS_H

#include "core/netcap/payload.h"

#define DNS_PORT 53
#define DNS_QUESTIONS 64

/* Decode the first question: "example.org A"; false if malformed. */
bool dns_question(struct buf *out, struct str packet);

/* Report each question of a message, DNS_QUESTIONS at most: how many. */
size_t dns_questions(struct str packet, const struct payload_sink *sink);

/* Over TCP, as payload_read(): RFC 1035 4.2.2. */
enum payload_state dns_read(const struct payload *p,
			    const struct payload_sink *sink, size_t *used);

#endif
