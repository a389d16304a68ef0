/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints for tests as runs leave them: sealed, merged, with a plan. */
#ifndef TESTS_UNIT_TRACED_H
#define TESTS_UNIT_TRACED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/fingerprint/fingerprint.h"
#include "tests/unit/plan.h"

/* One run that executes a program and ended so. */
static inline struct fingerprint *traced_run(const char *program,
					     const char *how)
{
	const struct places places = {
		.tree = STR("/home/auditor/app"), .home = STR("/home/auditor"),
	};
	const struct builder_limits limits = { 64, 1 << 16 };
	const struct run_end end = { .how = str_c(how), .ms = 1 };
	const struct event ev = { .kind = EV_EXEC, .a = str_c(program) };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);

	sink.take(sink.ctx, &ev);
	return builder_seal(b, &end, 1, 0);
}

/* So many runs of it, merged. */
static inline struct fingerprint *traced(const char *program, const char *how,
					 unsigned runs)
{
	struct fingerprint **all = mem_array(runs, sizeof(*all)), *fp;

	for (unsigned i = 0; i < runs; i++)
		all[i] = traced_run(program, how);
	fp = fingerprint_merge(all, runs);
	for (unsigned i = 0; i < runs; i++)
		fingerprint_free(all[i]);
	free(all);
	set_plan(fp, "none");
	return fp;
}

#endif
