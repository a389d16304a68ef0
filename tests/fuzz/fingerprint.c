/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints that somebody gives us: one that is taken is written and read
 * as the same, and does not differ from itself.  Digests keep most mutations
 * out at the very end of reading; events.c makes fingerprints of its own.
 */
#include "tests/fuzz/silence.h"

#define MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofingerprint struct fingerprint *fp = NULL, *back = NULL;
	struct err err = ERR_INIT;

	if (size > MAX_BYTES)
		return -1;
	if (fingerprint_read(&fp, "fuzz", bytes(data, size), &err)) {
		must(err.code == ERR_TROUBLE && !fp);
		return 0;
	}
	back = check_written(fp);
	check_silence(back);
	return 0;
}
