/* SPDX-License-Identifier: Apache-2.0 */
/* What the files drawn*.c share. */
#ifndef FINGERPRINT_DRAWN_INTERNAL_H
#define FINGERPRINT_DRAWN_INTERNAL_H

#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/fingerprint/drawn.h"
#include "core/fingerprint/holes.h"
#include "core/fingerprint/internal.h"

/* A line that may have been drawn. */
struct raw {
	const struct fact *f;
	uint64_t runs;
	bool new;		/* of NEW */
	bool one_sided;		/* the other side lacks it */
	bool wanted;		/* so it does, or a run */
	bool always;		/* of OLD, in all runs; not so in NEW's */
	bool explained;
	enum drawn_trust trust;
	const void *weight;
	struct hole *rest;	/* all names that not every run has, or NULL */
	struct member *first;	/* at its places, in the order of its holes */
	struct member *best;	/* at the best of them; NULL: none */
};

struct drawn_side {
	const struct fingerprint *fp;
	VEC(struct raw) raws;	/* in the order of the facts */
};

/* What stands in one part of a hole. */
struct part {
	struct str shown;	/* in the line */
	struct str text;	/* before it was escaped, up to a token */
};

/* A line at a place. */
struct member {
	struct raw *raw;
	struct place *place;
	struct member *other;	/* place of the line */
	struct member *next;	/* line of the place */
	struct part *part;
	struct str name;	/* texts of all parts one behind the other */
	struct str tokens;	/* of the last part that has, or "" */
	enum draw_judgement is[2];	/* of NEW: by itself; see judged */
};

enum known { KNOWN_NOT_YET, KNOWN_NO, KNOWN_YES };

struct place {
	struct str key;
	struct member *first;	/* lines of both sides */
	size_t parts;
	bool wide;		/* its hole is */
	bool words;		/* two of one name; no line's best place */
	double possible;	/* names, at most; 0: not known */
	uint64_t runs;		/* of OLD that draw here */
	bool new;		/* there are lines of NEW */
	bool explained;		/* some line is, as one of its draw */
	/* Of OLD's lines: one for all of them, else none is explained. */
	const void *weight;
	bool mixed;
	/* By its own lines; with those that have a better place, [1]. */
	bool judged[2];
	enum draw_judgement is[2];
	enum known one;		/* may all of them be one draw? */
	enum known endless;	/* does none come again? */
	enum known certain;	/* will further runs not change it? */
	bool asked[2];		/* would further runs decide it? */
};

struct drawn_places {
	struct drawn_side side[2];	/* OLD, NEW */
	struct drawn_rules rules;
	struct strmap keys;		/* ptr: struct place */
	struct arena arena;
	size_t entries;
	VEC(struct draw_name) names[2];	/* of drawn_draws() */
};

#define WHOLE SIZE_MAX		/* all parts of a name together */

/* --- drawn_lines.c --- */

/*
 * The lines of both sides that may have been drawn: those that not every run of
 * both has, and all with tokens.
 */
void drawn_lines(struct drawn_places *d);

/* Holes of all lines; beyond, nothing is explained and a doubt says so. */
#define ENTRIES_MAX (1u << 19)

/* --- drawn.c --- */

/*
 * What both sides drew at a place, each name once; of NEW those that may be of
 * the draw.  part: of its parts, or WHOLE.  all: also lines that have a better
 * place.  Holds until the next one is made.
 */
void drawn_draws(struct drawn_places *d, const struct place *p, size_t part,
		 bool all, struct draw out[2]);
/* Sorted, each once; returns how many there are. */
size_t drawn_distinct(struct draw_name *v, size_t n);
/* May a line there be explained?  Not where that hides that it weighs more. */
bool drawn_may_explain(struct drawn_places *d, struct place *p,
		       const struct raw *raw);

/* --- drawn_list.c --- */

/* The key's line, with a token for each part of the hole; appended to out. */
void drawn_put_line(struct buf *out, struct str key);

#endif
