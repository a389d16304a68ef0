/* SPDX-License-Identifier: Apache-2.0 */
/* The question of a DNS message (RFC 1035); hostile bytes. */
#ifndef NETCAP_DNS_H
#define NETCAP_DNS_H

#include "core/netcap/payload.h"

#define DNS_PORT 53
#define DNS_QUESTIONS 64

/*
 * Report each question of a message, DNS_QUESTIONS at most: how many.  One that
 * was asked with capital letters is reported a second time as such.
 */
size_t dns_questions(struct str packet, const struct payload_sink *sink);

/*
 * On any port: a query without answers, all of its questions and of its
 * additional records whole.  Where it ends; 0: it is none.
 */
size_t dns_message_end(struct str packet);
/*
 * Questions behind a message.  One send may be several datagrams (UDP_SEGMENT,
 * udp(7), since 4.18), of which a packet socket sees one packet with one
 * header.  How long each of them is only kernels since 6.2 say, by
 * PACKET_VNET_HDR.
 * True: something else stands there, too.
 */
bool dns_segments(struct str packet, const struct payload_sink *sink);
/* What a resolver sends back, as far as its header says. */
bool dns_is_answer(struct str packet);

/* Over TCP, as payload_read(): RFC 1035 4.2.2. */
enum payload_state dns_read(const struct payload *p,
			    const struct payload_sink *sink,
			    struct payload_end *end);

#endif
