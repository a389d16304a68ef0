/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two programs compared, out of a list of events (events.h): the first two runs
 * are OLD's, the third is NEW's.
 */
#ifndef FUZZ_COMPARISON_H
#define FUZZ_COMPARISON_H

#include "core/base/json.h"
#include "core/compare/compare.h"
#include "core/report/report.h"
#include "tests/fuzz/events.h"

#define DOCUMENT_MAX ((size_t)16 << 20)
/* Three or four events: each is normalised, merged and compared. */
#define COMPARISON_MAX_BYTES 48

static inline void check_json(struct str text)
{
	autojson struct json *doc = NULL;

	must(!json_parse(&doc, text, DOCUMENT_MAX, NULL));
}

/* check gets the comparison, and the byte that chooses. */
static inline void check_comparison(struct str events, unsigned choice,
				    void (*check)(const struct report *r,
						  unsigned choice))
{
	const struct policy policy = { .fail_on = LEVEL_NOTE };
	struct comparison cmp = { .arena = ARENA_INIT };
	struct fingerprint *old = merge_of(events, 0), *sides[2];
	struct fingerprint *new = run_of(events, 2);

	fingerprint_align(sides, old, new);
	compare(&cmp, sides[0], sides[1], &policy);
	check(&(struct report){
		.old = sides[0], .new = sides[1], .cmp = &cmp,
		.fail_on = LEVEL_NOTE, .old_from = "file", .new_from = "file",
		.version = "1", .verbosity = 1,
	}, choice);
	comparison_free(&cmp);
	fingerprint_free(sides[0]);
	fingerprint_free(sides[1]);
	fingerprint_free(old);
	fingerprint_free(new);
}

#endif
