/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that raise doubts share. */
#ifndef COMPARE_DOUBTS_H
#define COMPARE_DOUBTS_H

#include "core/compare/steps.h"

struct doubts {
	struct matching *m;
	struct tallies old, new;
	struct strmap said;	/* each once, in the order of saying */
};

/* A sentence: what was not proved and, behind a colon, what to do. */
void doubt(struct doubts *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* --- deadlines.c --- */

/*
 * What the deadline kept from being seen; findings that OLD was cut before it
 * could have shown do not gate.
 */
void doubt_deadlines(struct doubts *d);

/* --- alike.c --- */

/* Steps that fail in the same way on both sides before they did anything. */
void doubt_failures(struct doubts *d);

/* --- unsteady.c --- */

/*
 * Behind "n facts differ from run to run": where most of them are, and what to
 * do; appended to out.
 */
void unsteady_text(struct buf *out, const struct fingerprint *fp, size_t n);

#endif
