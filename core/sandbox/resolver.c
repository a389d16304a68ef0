/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox's resolver: answers NXDOMAIN to every question (RFC 1035).  It
 * reads hostile bytes with capabilities, so it understands no more than it
 * must: the end of the first question.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/sandbox/init.h"

#define HEADER 12

/* Length of header and first question, or 0. */
static size_t resolver_question_end(const unsigned char *p, size_t len)
{
	size_t at = HEADER;

	if (len < HEADER || (p[2] & 0x80) || p[4] || p[5] != 1)
		return 0;
	while (at < len && p[at]) {
		if (p[at] > 63)
			return 0;
		at += 1 + p[at];
	}
	return at + 5 <= len ? at + 5 : 0;
}

void resolver_answer(int dns)
{
	unsigned char p[1500];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(dns, p, sizeof(p), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &from_len);
	size_t end = n > 0 ? resolver_question_end(p, (size_t)n) : 0;

	if (!end)
		return;
	p[2] = (unsigned char)(0x80 | (p[2] & 0x79));	/* a response */
	p[3] = 0x83;			/* recursion available, NXDOMAIN */
	memset(p + 6, 0, 6);		/* no other section */
	sendto(dns, p, end, MSG_DONTWAIT, (struct sockaddr *)&from, from_len);
}
