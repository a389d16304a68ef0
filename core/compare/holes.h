/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a fact's line that may have been drawn. */
#ifndef COMPARE_HOLES_H
#define COMPARE_HOLES_H

#include "core/fingerprint/fingerprint.h"

#define HOLES_MAX 48		/* of one line */

struct span {
	size_t at, len;
};

/* One part, or two, of a line. */
struct hole {
	struct span a, b;	/* b.len 0: one */
};

struct holes {
	struct hole v[HOLES_MAX];
	size_t n;
};

/*
 * Words of names, digits behind letters, all from a word to the end of its
 * name; or, pairs, any two names.  None of a line of more than 1 KiB.
 */
struct holes holes_of(const struct fact *f, bool pairs);
/* A letter or a digit. */
bool hole_in_word(char c);

#endif
