/* SPDX-License-Identifier: Apache-2.0 */
/* What the files drawn*.c share. */
#ifndef FINGERPRINT_DRAWN_INTERNAL_H
#define FINGERPRINT_DRAWN_INTERNAL_H

#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/fingerprint/drawn.h"
#include "core/fingerprint/holes.h"
#include "core/fingerprint/internal.h"

_Static_assert(ARRAY_LEN(((struct drawn_name *)0)->part) == HOLE_PARTS,
	       "a name has as many parts as a hole");

/* A line that may have been drawn. */
struct raw {
	const struct fact *f;
	uint64_t runs;
	struct hole rest;	/* all names that not every run has; n 0: few */
	struct place *place;	/* the best; NULL: none */
	bool placed;		/* it was looked for */
	bool explained;
};

struct drawn_side {
	const struct fingerprint *fp;
	VEC(struct raw) raws;	/* in the order of the facts */
};

/* A line of a side at a place. */
struct member {
	struct raw *raw;
	struct hole at;		/* where its name stands */
	struct str name;	/* all parts one behind the other */
	struct str part[HOLE_PARTS];	/* up to their tokens */
	bool cut;		/* some have one */
	struct str tokens;	/* the last part that has, from there on */
	bool new;
	enum draw_judgement is;	/* of NEW: by itself */
};

struct place {
	struct str key;
	VEC(struct member) members;
	size_t parts;
	bool wide;		/* its hole is */
	double possible;	/* names, at most; 0: not known */
	uint64_t runs;		/* of OLD that draw here */
	size_t new;		/* members of NEW */
	size_t explained;	/* lines, as one of its draw */
	size_t fixed;		/* characters around the hole */
	/* Of OLD's lines: one for all of them, else none is explained. */
	const void *weight;
	bool mixed;
	bool all;		/* also lines that have a better place */
	struct place *around;	/* the same with all; NULL: not made, or */
	bool no_around;		/* they are of several draws */
	bool judged;
	bool asked;		/* whether further runs would tell */
	struct draw_opinion opinion;
	/* Will further runs not change it? */
	enum { CERTAIN_UNKNOWN, CERTAIN_NOT, CERTAIN } certain;
};

struct drawn_places {
	struct drawn_side side[2];	/* OLD, NEW */
	struct drawn_rules rules;
	struct strmap keys;		/* ptr: struct place */
	struct arena arena;
	size_t entries;
};

static inline uint64_t drawn_all_runs(const struct fingerprint *fp)
{
	return fp->runs < 64 ? (1ULL << fp->runs) - 1 : UINT64_MAX;
}

#define WHOLE SIZE_MAX		/* all parts of a name together */

/* --- drawn_lines.c --- */

/*
 * The lines of a side that may have been drawn: those that not every run of it,
 * or of NEW that not every run of OLD has, and all with tokens.
 */
void drawn_lines(struct drawn_side *s, const struct fingerprint *other,
		 bool new);
/* Has this side the line of the fact in all of its runs? */
bool drawn_lacks(const struct fingerprint *fp, const struct fact *f);
struct str drawn_text(struct str line, struct span part);

/* Holes of all lines; beyond, nothing is explained and a doubt says so. */
#define ENTRIES_MAX (1u << 19)

/* --- drawn_find.c --- */

/* All holes that a line may have. */
struct holes drawn_holes(const struct raw *raw);
/* The line with such a hole, and its step: what does not differ. */
void drawn_put_key(struct buf *out, const struct raw *raw,
		   const struct hole *h);
const void *drawn_weight(const struct drawn_places *d, const struct fact *f);
/* Does a run of its side lack it, or the other side? */
bool drawn_is_wanted(const struct drawn_places *d, const struct raw *raw,
		     bool new);

/* --- drawn.c --- */

/*
 * What one side drew at a place, each name once; of NEW those that may be of
 * the draw.  part: of its parts, or WHOLE.
 */
struct draw drawn_draw(struct drawn_places *d, const struct place *p,
		       size_t part, bool new);

/* --- drawn_list.c --- */

/* The key's line, with a token for each part of the hole; appended to out. */
void drawn_put_line(struct buf *out, struct str key);

#endif
