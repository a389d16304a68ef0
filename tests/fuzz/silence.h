/* SPDX-License-Identifier: Apache-2.0 */
/* A fingerprint is read as it was written, and is not unlike itself. */
#ifndef FUZZ_SILENCE_H
#define FUZZ_SILENCE_H

#include "core/compare/compare.h"
#include "core/fingerprint/fingerprint.h"
#include "tests/fuzz/fuzz.h"

static inline void check_silence(const struct fingerprint *fp)
{
	const struct policy policy = { .fail_on = LEVEL_NOTE };
	struct comparison cmp = { .arena = ARENA_INIT };
	struct fingerprint *sides[2];

	fingerprint_align(sides, fp, fp);
	compare(&cmp, sides[0], sides[1], &policy);
	must(cmp.verdict != VERDICT_REGRESSION);
	for (size_t i = 0; i < cmp.n; i++)
		must(!cmp.findings[i].gates);
	comparison_free(&cmp);
	fingerprint_free(sides[0]);
	fingerprint_free(sides[1]);
}

/* Its file is read as it was written; the caller frees what was read. */
static inline struct fingerprint *check_written(const struct fingerprint *fp)
{
	autobuf struct buf first = BUF_INIT, second = BUF_INIT;
	struct fingerprint *back = NULL;
	struct err err = ERR_INIT;

	fingerprint_write(&first, fp);
	if (fingerprint_read(&back, "again", buf_view(&first), &err)) {
		fprintf(stderr, "%s\n%s\n", err.msg, first.p);
		must(!"a file of our own is taken");
	}
	fingerprint_write(&second, back);
	must(str_eq(buf_view(&first), buf_view(&second)));
	return back;
}

#endif
