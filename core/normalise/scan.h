/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner behind every object; private to this room. */
#ifndef NORMALISE_SCAN_H
#define NORMALISE_SCAN_H

#include "core/normalise/normalise.h"

enum {
	SCAN_PATH = 1,		/* s is one path: only '/' separates names */
	SCAN_NAMES = 2,		/* words of s are names, even without a '/' */
	SCAN_QUOTED = 4,	/* inside quotes: escape a quote */
	SCAN_NO_BLANK = 8,	/* something follows after a blank */
	SCAN_EVIDENCE = 16,	/* as it was: places are named, nothing else */
	SCAN_TODAY = 32,	/* of times, today's only; see time_window() */
	SCAN_NAMED = 64		/* times enum recur: such names stay */
};

/* Append s: places named, volatile parts replaced, the rest escaped. */
void scan_text(struct buf *out, struct str s, const struct places *places,
	       unsigned flags);

#endif
