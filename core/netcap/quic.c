/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The long header of RFC 9000, 17.2: fixed bit, version, two connection ids.
 * The ClientHello inside is encrypted with keys that follow from the ids (RFC
 * 9001, 5.2), which takes AES and HKDF: it is not read here.
 */
#include "core/netcap/quic.h"

#include <stdint.h>

enum {
	LONG_FIXED = 0xc0, HEADER = 7, ID_MAX = 20,
	/* A client's first datagram is padded to this (RFC 9000, 14.1). */
	INITIAL_LEAST = 1200
};

static const uint32_t versions[] = { 1, 0x6b3343cf /* RFC 9369 */ };

static unsigned quic_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

bool quic_is_initial(struct str datagram)
{
	uint32_t version = 0;

	if (datagram.len < INITIAL_LEAST ||
	    (quic_byte(datagram, 0) & LONG_FIXED) != LONG_FIXED ||
	    quic_byte(datagram, 5) > ID_MAX)
		return false;
	for (size_t i = 1; i <= 4; i++)
		version = version << 8 | quic_byte(datagram, i);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (version == versions[i])
			return true;
	return false;
}
