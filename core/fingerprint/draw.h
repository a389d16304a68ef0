/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Could what NEW drew at a place have come from the draw that OLD makes there?
 * Pure arithmetic over names and the runs that had them; README.md, "Drawn
 * names", has the model and what was measured of it.
 */
#ifndef FINGERPRINT_DRAW_H
#define FINGERPRINT_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/str.h"

/* One name, and a bit for each run (of 64 at most) that had it. */
struct draw_name {
	struct str text;
	uint64_t runs;
	/* Only a part of it is known: a token stood for the rest. */
	bool cut;
};

/* What one side drew at a place; the names are distinct. */
struct draw {
	const struct draw_name *v;
	size_t n;
	unsigned runs;		/* that were made, with names or without */
	/* So many names are possible at most; 0: not known. */
	double possible;
};

enum draw_judgement {
	DRAW_SAME,		/* nothing speaks against it */
	DRAW_NONE,		/* OLD does not draw here */
	DRAW_ALPHABET,		/* other characters */
	DRAW_FORM,		/* without the beginning or end all have */
	DRAW_WIDTH,		/* longer or shorter than names are here */
	DRAW_RANGE,		/* numbers far from those of OLD */
	DRAW_FIXED,		/* a name comes again, and OLD's do not */
	DRAW_UNKNOWN,		/* not of the few that OLD draws from */
	DRAW_MORE		/* more names in a run */
};

struct draw_opinion {
	enum draw_judgement is;
	/* That an innocent draw looks so: small, or it is DRAW_SAME. */
	double chance;
};

/* An innocent draw is taken for another one less often than this. */
#define DRAW_CHANCE 1e-3

/* Of names in several parts each part is judged, and how many all are. */
enum draw_tests { DRAW_ALL_TESTS, DRAW_NAMES_ONLY, DRAW_NUMBER_ONLY };

/* Is new another draw than old?  Both stay the caller's. */
struct draw_opinion draw_judge(const struct draw *old, const struct draw *new,
			       enum draw_tests tests);
/*
 * Each name of NEW by itself: those of other characters, another width and so
 * on.  out has a place for each; DRAW_SAME where nothing speaks against it.
 */
void draw_judge_names(enum draw_judgement *out, const struct draw *old,
		      const struct draw *new);

/*
 * Does NEW draw more names in each run than OLD in any, in too few runs to
 * rule out chance?
 */
bool draw_is_open(const struct draw *old, const struct draw *new);
/* Are there so many possible names that none comes again by chance? */
bool draw_is_endless(const struct draw *d);
/*
 * Do all runs draw as many names, of so many possible ones that none comes
 * again?  Then further runs show nothing that is not known.
 */
bool draw_is_certain(const struct draw *d);

/* "6 names of [0-9a-v], 26 characters wide, 2 in each run" */
void draw_describe(struct buf *out, const struct draw *d);
/* What such a name is: "one that comes again, as OLD's do not". */
const char *draw_reason(enum draw_judgement is);

#endif
