/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two programs compared, written as SARIF, which is JSON.  The first byte of
 * the input chooses which of the two formats, the rest is events.  A document
 * lists every rule, which is the same each time and takes ten times as long as
 * the rest: so this target includes the writer, and asks for a whole document
 * by one choice in 64 only.
 */
#include "core/report/report_sarif.c"
#include "tests/fuzz/comparison.h"

/* No value that mutations like: 0, 1, all bits. */
#define CHOICES 64
#define WHOLE 21

static void check_sarif(const struct report *r, unsigned choice)
{
	autobuf struct buf out = BUF_INIT;
	bool full = choice & 1;
	struct json_out j;

	if (choice / 2 % CHOICES != WHOLE) {
		json_out_init(&j, &out);
		json_begin_object(&j, NULL);
		report_sarif_put_findings(&j, r, full);
		json_end_object(&j);
		json_out_end(&j);
	} else if (full) {
		report_sarif(&out, r);
	} else {
		report_sarif_new(&out, r);
	}
	check_json(buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str events = bytes(data, size);
	unsigned choice = take_byte(&events);

	if (size > COMPARISON_MAX_BYTES)
		return -1;
	check_comparison(events, choice, check_sarif);
	return 0;
}
