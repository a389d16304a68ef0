/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a fact's line that may have been drawn. */
#ifndef FINGERPRINT_HOLES_H
#define FINGERPRINT_HOLES_H

#include "core/base/buf.h"
#include "core/fingerprint/fingerprint.h"

#define HOLES_MAX 96		/* of one line */
#define HOLE_PARTS 8		/* that are drawn together */
/* Stands for the parts in a key; is in no line, since they are escaped. */
#define HOLE_FIRST '\x01'

struct span {
	size_t at, len;
};

/* Parts of a line that are drawn, from left to right. */
struct hole {
	struct span v[HOLE_PARTS];
	size_t n;
};

struct holes {
	struct hole v[HOLES_MAX];
	size_t n;
};

/* The names of a line: what slashes, blanks, quotes and '=' set apart. */
struct hole_names {
	struct span v[HOLES_MAX];
	size_t n;
};

/*
 * One part: words of names, digits behind letters, all from a word to the end
 * of its name; then any two names.  None of a line of more than 1 KiB.
 */
struct holes holes_of(const struct fact *f);
struct hole_names hole_names_of(const struct fact *f);
/*
 * The line with a byte from HOLE_FIRST on for each part, wherever it stands
 * again as a word of its own ("x1.tmp -> x1"); appended to out.
 */
void hole_key(struct buf *out, struct str line, const struct hole *h);

#endif
