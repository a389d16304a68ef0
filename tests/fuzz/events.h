/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs out of a list of events, for the targets that have no file to read.
 * An event: kind, errno, a byte of bits (the three lowest: runs that did not
 * see it; two: its step; one: whether its fields are its evidence too), field a
 * up to a byte 255, field b up to 254.
 */
#ifndef FUZZ_EVENTS_H
#define FUZZ_EVENTS_H

#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/plan.h"

/* Half a dozen events: what more of them do, fewer do as well. */
#define EVENTS_MAX_BYTES 88
#define EVENTS_RUNS 3

static inline void take_event(struct event *ev, unsigned *bits,
			      struct str *rest)
{
	static const struct str steps[] = {
		STR(""), STR("server"), STR("client"), STR("db"),
	};

	*ev = (struct event){ .kind = take_byte(rest) % EV_COUNT };
	ev->err = (int)take_byte(rest);
	*bits = take_byte(rest);
	ev->a = take_until(rest, '\377');
	ev->b = take_until(rest, '\376');
	ev->step = steps[*bits >> EVENTS_RUNS & 3];
	if (*bits >> (EVENTS_RUNS + 2) & 1) {
		ev->process = ev->b;
		ev->call = ev->a;
		ev->note = ev->a;
	}
}

/* One of the EVENTS_RUNS runs; the caller frees. */
static inline struct fingerprint *run_of(struct str events, unsigned run)
{
	static const struct places places = {
		.tree = STR("/home/auditor/app"), .home = STR("/home/auditor"),
		.now = 1700000000, .tree_time = 1600000000,
	};
	const struct builder_limits limits = { 64, 1 << 16 };
	const struct run_end end = { .how = STR("exit") };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);
	struct fingerprint *fp;

	while (events.len) {
		struct event ev;
		unsigned bits;

		take_event(&ev, &bits, &events);
		if (!(bits & 1U << run))
			sink.take(sink.ctx, &ev);
	}
	fp = builder_seal(b, &end, 1, 0);
	set_plan(fp, "none");
	return fp;
}

/* The first two runs, merged in this order; the caller frees. */
static inline struct fingerprint *merge_of(struct str events, unsigned first)
{
	struct fingerprint *runs[] = {
		run_of(events, first), run_of(events, !first),
	};
	struct fingerprint *fp = fingerprint_merge(runs, ARRAY_LEN(runs));

	set_plan(fp, "none");
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		fingerprint_free(runs[i]);
	return fp;
}

#endif
