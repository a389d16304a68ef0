/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From events to a fingerprint: its file is taken, it does not differ from
 * itself, and the order of the runs does not matter.  The first byte of the
 * input chooses which of these is looked at, the rest is events (events.h).
 */
#include <string.h>

#include "tests/fuzz/events.h"
#include "tests/fuzz/silence.h"

static void check_order(struct str events)
{
	autofingerprint struct fingerprint *a = merge_of(events, 0);
	autofingerprint struct fingerprint *b = merge_of(events, 1);

	must(!strcmp(a->digest, b->digest));
	must(a->n == b->n);
	for (size_t i = 0; i < a->n; i++)
		must(str_eq(a->facts[i].line, b->facts[i].line) &&
		     a->facts[i].seen == b->facts[i].seen);
}

static void check_one(struct str events, bool merged, bool file)
{
	autofingerprint struct fingerprint *back = NULL;
	autofingerprint struct fingerprint *fp =
		merged ? merge_of(events, 0) : run_of(events, 0);

	if (file)
		back = check_written(fp);
	else
		check_silence(fp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str events = bytes(data, size);
	unsigned choice = take_byte(&events) % 5;

	if (size > EVENTS_MAX_BYTES)
		return -1;
	if (choice == 4)
		check_order(events);
	else
		check_one(events, choice & 1, choice & 2);
	return 0;
}
