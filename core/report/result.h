/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comparison read back from behavdiff.result/1, and one of its findings in
 * full.  Pure.
 */
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/compare/compare.h"

/* No document is read, and none written with a bound, beyond this. */
#define RESULT_MAX ((size_t)16 << 20)

/* One finding, with what only the two fingerprints show. */
struct result_finding {
	struct finding f;	/* f.fact has the evidence, no task or names */
	struct str *before;	/* OLD's results of the same operation */
	size_t n_before;
	struct str path;	/* where to look, "" when not known */
	unsigned line;		/* of path, from 1 */
};

struct result_side {
	struct str spec, commit;
};

/* Owns everything in it. */
struct result {
	struct arena arena;
	enum level fail_on;
	struct result_side old, new;
	struct result_finding *v;	/* heaviest first */
	size_t n;
	/* Of the findings of v, in their order, and their causes. */
	struct comparison cmp;
	size_t left_out;	/* findings that were not written */
};

/*
 * text is a file that people may edit: every member is checked, lines are
 * parsed again, ids computed again, words made safe to show.  Members that are
 * not known are left alone.  On failure out is empty.
 */
int result_read(struct result *out, struct str text, struct err *err);
void result_free(struct result *r);

/* Fewer digits than these name nothing. */
#define RESULT_ID_MIN 4

/* The cause that the i-th finding of v leads, NULL if another one leads it. */
const struct cause *result_leads(const struct result *r, size_t i);

/*
 * The finding that word names: an id, its beginning, or the fact's whole line.
 * *matches: how many there are; NULL unless it is one.
 */
const struct result_finding *result_find(const struct result *r,
					 struct str word, size_t *matches);

/* For a terminal: all that is known of a finding, and what would accept it. */
void explain_finding(struct buf *out, const struct result *r,
		     const struct result_finding *f, bool color,
		     unsigned width);

#endif
