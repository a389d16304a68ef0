/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a fact's line that may have been drawn. */
#ifndef FINGERPRINT_HOLES_H
#define FINGERPRINT_HOLES_H

#include "core/base/buf.h"
#include "core/fingerprint/fingerprint.h"

#define HOLES_MAX 128		/* of one line */
#define HOLES_LINE_MAX 1024	/* bytes of a line that has any */
#define HOLE_NAMES_MAX 512	/* of one line */
#define HOLE_PARTS 8		/* that are drawn together */
/* Stands for the parts in a key; is in no line, since they are escaped. */
#define HOLE_FIRST '\x01'

struct span {
	size_t at, len;
};

static inline struct str hole_text(struct str line, struct span part)
{
	return (struct str){ line.p + part.at, part.len };
}

/* Parts of a line that are drawn, from left to right. */
struct hole {
	struct span v[HOLE_PARTS];
	size_t n;
	/* One part: names in any order; what they are is not drawn. */
	bool shuffled;
	bool wide;		/* one part, over what sets names apart */
	bool words;		/* two parts of one name: a kind and which */
};

struct holes {
	struct hole v[HOLES_MAX];
	size_t n;
};

/* The names of a line: what slashes, blanks, quotes and '=' set apart. */
struct hole_names {
	struct span v[HOLE_NAMES_MAX];
	size_t n;
};

/*
 * One part: words of names, digits behind letters, all from a word to the end
 * of its name, from a name to the end of its argument; then all arguments in
 * any order; any two names; and two words of one name that stand near each
 * other, one of them with a digit.  None of a line of more than HOLES_LINE_MAX
 * bytes, of which only all names at once are tried that not every run has.
 */
struct holes holes_of(const struct fact *f);
/* Where the first token of a fixed rule begins; its length where none does. */
size_t hole_token(struct str s);
bool hole_has_digit(struct str part);
struct hole_names hole_names_of(const struct fact *f);
/* Does the part begin here, or stand here again as a word of its own? */
bool hole_part_is_at(struct str line, size_t at, struct span part);
/*
 * The line with a byte from HOLE_FIRST on for each part, wherever it stands
 * again as a word of its own ("x1.tmp -> x1"); appended to out.  Behind a
 * shuffled part there is a line break and the names in order.
 */
void hole_key(struct buf *out, struct str line, const struct hole *h);

#endif
