/* SPDX-License-Identifier: Apache-2.0 */
/* The question of a DNS message. */
#include "core/netcap/dns.h"
#include "tests/fuzz/fuzz.h"

#define HEADER 12
#define NAME_MAX_BYTES 255

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobuf struct buf out = BUF_INIT;
	struct str packet = bytes(data, size);

	if (!dns_question(&out, packet)) {
		must(!out.len);
		return 0;
	}
	/* One blank in front of the type; a dot may be escaped. */
	must(size >= HEADER + 5);
	must(out.len > 2 && out.len <= 2 * NAME_MAX_BYTES + 16);
	must(memrchr(out.p, ' ', out.len));
	/* A query, and what stands behind the question is not looked at. */
	must(!(data[2] & 0x80));
	for (size_t n = 0; n < HEADER + 5; n++) {
		autobuf struct buf none = BUF_INIT;

		must(!dns_question(&none, (struct str){ packet.p, n }));
	}
	return 0;
}
