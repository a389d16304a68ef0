/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places at which OLD draws names, and what NEW drew there (README.md, "Drawn
 * names").
 *
 * A place is a line with a hole: step, kind, outcome and everything around a
 * part that differs from run to run.  Could what NEW has there have come from
 * the draw that OLD makes (draw.h)?
 */
#ifndef FINGERPRINT_DRAWN_H
#define FINGERPRINT_DRAWN_H

#include "core/fingerprint/draw.h"
#include "core/fingerprint/fingerprint.h"

struct drawn_places;

/* The draw of OLD that a fact of NEW is explained by. */
enum drawn_trust {
	DRAWN_SOMETIMES,	/* in two runs or more */
	DRAWN_EVERY_RUN,
	DRAWN_ANEW		/* in every run, names that never come again */
};

/* What the user of the places knows of facts; each may be NULL. */
struct drawn_rules {
	/*
	 * What weighs such a fact: a draw of facts of one weight explains none
	 * of another.  NULL: the lists of secrets and start-up places.
	 */
	const void *(*weight)(const struct fact *f);
	/* What it takes to explain it; NULL: a draw of OLD. */
	enum drawn_trust (*trust)(const struct fact *f);
};

/*
 * Neither fingerprint is changed, and both must outlive the places, which the
 * caller frees.  NULL: there are none, as both sides have the same lines.
 * One fingerprint for both is asked what it draws.
 */
struct drawn_places *drawn_find(const struct fingerprint *old,
				const struct fingerprint *new,
				const struct drawn_rules *rules);
void drawn_free(struct drawn_places *d);
/*
 * The facts of a side that the other side, or a run, lacks, among others, in
 * their order; at: 0 at first.  NULL: no more.  one_sided: does the other side
 * lack it?
 */
const struct fact *drawn_next(const struct drawn_places *d, bool new,
			      size_t *at, bool *one_sided);
/*
 * Could this fact of one of the sides, of which the other side or a run of its
 * own lacks the line, have come from a draw of OLD?  d may be NULL.
 */
bool drawn_explains(struct drawn_places *d, const struct fact *f);
/*
 * Does OLD draw there in a way that further runs will not change: a name that
 * never comes again, and as many in every run?
 */
bool drawn_is_certain(struct drawn_places *d, const struct fact *f);
/* Why it is of no draw of OLD, where OLD draws such names; else NULL. */
const char *drawn_reason(struct drawn_places *d, const struct fact *f);
/*
 * The line of the place at which OLD draws the fact, which is of OLD, with
 * "<drawn>" for the names; appended to out.  False where it draws no such.
 */
bool drawn_template(struct buf *out, struct drawn_places *d,
		    const struct fact *f);
/* Would further runs show whether NEW draws more names than OLD? */
bool drawn_is_open(struct drawn_places *d);
/* There was too much to look at: nothing is explained. */
bool drawn_is_full(const struct drawn_places *d);

/* A place of which something was explained. */
struct drawn_place {
	/* "file.create /srv/<drawn>"; <drawn2>, ... for further parts. */
	struct str line;
	struct str step;
	struct str old, new;	/* what was drawn: "6 names of [0-9a-f], ..." */
	/*
	 * Of OLD what was explained, sorted; tokens may stand in it.  There is
	 * a blank between parts.
	 */
	struct draw_name *names;
	size_t n_names;
};

/*
 * The line of a place with such a name in it; appended to out.  False, and out
 * is as it was, where it has a part that the name has not.
 */
bool drawn_line(struct buf *out, struct str place, struct str name);
/* All such places by line and step, made in a; n of them. */
struct drawn_place *drawn_list(struct drawn_places *d, struct arena *a,
			       size_t *n);

#endif
