/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an event to its line and back: whatever a program puts into its names,
 * the line is one line, and says of which kind the event was and how it ended.
 * Input: kind, errno, how often field a stands there, field a up to a byte 255,
 * field b.  Repeated, a short input reaches the bounds of a long line.
 */
#include "core/base/text.h"
#include "core/fingerprint/internal.h"
#include "tests/fuzz/fuzz.h"

#define LINE_MAX_BYTES 20000
#define MAX_BYTES 256
#define REPEAT 250		/* from this byte on: 16 times and more, */
#define REPEATED_MAX 80		/* of what is short, up to PATH_SHOWN_MAX */

static const struct places places = {
	.tree = STR("/home/auditor/app"), .home = STR("/home/auditor"),
	.now = 1700000000, .tree_time = 1600000000,
};

static void check_line(const struct event *ev, struct str line)
{
	struct fact f = { .line = line };
	struct str operation;

	must(line.len <= LINE_MAX_BYTES);
	must(text_is_safe(line));
	must(fact_parse(&f));
	must(f.kind == ev->kind && f.err == ev->err);
	operation = fact_operation(&f);
	must(str_starts(line, operation) && str_ends(operation, f.object));
	must(f.object.len);
}

static void check_evidence(struct str s)
{
	autobuf struct buf out = BUF_INIT;

	normalise_evidence(&out, s, &places);
	must(text_is_safe(buf_view(&out)));
}

static void repeat(struct buf *out, struct str s, unsigned byte)
{
	bool once = byte < REPEAT || s.len > REPEATED_MAX;
	unsigned times = once ? 1 : 16 + byte - REPEAT;

	for (unsigned i = 0; i < times; i++)
		buf_str(out, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = bytes(data, size);
	autobuf struct buf line = BUF_INIT, same = BUF_INIT, a = BUF_INIT;
	struct event ev = { .kind = take_byte(&rest) % EV_COUNT };
	struct fact f = { .line = bytes(data, size) };
	unsigned times;

	if (size > MAX_BYTES)
		return -1;
	ev.err = (int)take_byte(&rest);
	times = take_byte(&rest);
	repeat(&a, take_until(&rest, '\377'), times);
	ev.a = buf_view(&a);
	ev.b = rest;
	fact_line(&line, &ev, &places);
	check_line(&ev, buf_view(&line));
	fact_line(&same, &ev, &places);
	must(str_eq(buf_view(&line), buf_view(&same)));
	normalise_keeps(&ev, &places);
	check_evidence(ev.a);
	/* A line that somebody wrote by hand. */
	if (fact_parse(&f))
		must(f.object.len && text_is_safe(bytes(data, size)));
	return 0;
}
