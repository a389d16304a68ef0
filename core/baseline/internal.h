/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/baseline share. */
#ifndef BASELINE_INTERNAL_H
#define BASELINE_INTERNAL_H

#include "core/base/json_members.h"
#include "core/baseline/baseline.h"

/* Of a step that did not do its part in every run: its `unmet`. */
#define BASELINE_UNDONE "it did not do its part in every run"

/* The members of "environment" by name. */
extern const struct json_member environment_members[];
extern const size_t environment_n_members;

static inline struct str *environment_at(const struct environment *env,
					 const struct json_member *m)
{
	return (struct str *)((char *)env + m->at);
}

/*
 * --- repair_merge.c: a file put together line by line ---
 *
 * Drop conflict markers, doubled members and doubled facts, and set the
 * commas.  What is not of our own layout comes out as it was.
 */
void baseline_repair_merge(struct buf *out, struct str text);
/* The line of the first conflict marker, 0 when there is none. */
size_t baseline_conflict(struct str text);

/* --- steps.c --- */

/* "STEP FACT", the key of one step's line; and taken apart again. */
void step_key(struct buf *out, struct str step, struct str line);
bool step_key_split(struct buf *step, struct str *line, struct str key);
/*
 * The steps of to, a fact of out whose seen is set: those of f, seen in so many
 * runs, and those that before, the fact as old knows it, has beside them.
 * before and old may be NULL.  What old accepts of a step is left out.
 */
void steps_keep(struct fingerprint *out, struct fact *to,
		const struct fact *f, unsigned runs,
		const struct fact *before, const struct baseline *old);
/*
 * Does the fact show no other steps than it did in old, whose runs these are,
 * but for what comes and goes?
 */
bool steps_same(const struct fact *is, const struct fact *was, unsigned runs,
		const struct baseline *old);
/* One more step that does it, of a file. */
void steps_read(struct fingerprint *fp, struct fact *f, struct str step,
		unsigned seen);

/*
 * --- draws.c: names that are drawn anew in each run ---
 *
 * A fact of a place where the revision draws has the runs that saw it
 * (in_runs); of any other that some runs saw it is not known which.
 */
struct json;
struct json_out;
struct drawn_places;

/* Of facts that some runs saw and that are no draw, forget which. */
void draws_settle(struct fingerprint *fp);

/* Is the fact in one of the places, and no line of its own? */
bool draws_hold(struct drawn_places *d, const struct fact *f);
/* The member "drawn"; d: where the runs of fp draw. */
void draws_write(struct json_out *j, const struct fingerprint *fp,
		 struct drawn_places *d);
/*
 * The facts that places stand for, added to those of fp, which are sorted;
 * NULL, or the place that is wrong.
 */
const struct json *draws_read(struct fingerprint *fp,
			      const struct json *places);

/* Sort, by fact's line and acceptance's fact and step. */
void baseline_sort(struct baseline *b);

#endif
