/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two programs compared, written as SARIF, which is JSON.  The first byte of
 * the input chooses which of the two formats, the rest is events.  A document
 * lists every rule, which takes ten times as long as any other: so it has a
 * target of its own, and report.c leaves it out.
 */
#include <string.h>

#include "tests/fuzz/comparison.h"

static void check_sarif(const struct report *r, unsigned choice)
{
	autobuf struct buf out = BUF_INIT;
	const char *name = choice & 1 ? "sarif" : "sarif-new";
	size_t n;
	const struct format *f = formats_table(&n);

	while (n && strcmp(f->name, name))
		f++, n--;
	must(n);
	f->write(&out, r);
	check_json(buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str events = bytes(data, size);
	unsigned choice = take_byte(&events);

	if (size > EVENTS_MAX_BYTES)
		return -1;
	check_comparison(events, choice, check_sarif);
	return 0;
}
