/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/baseline share. */
#ifndef BASELINE_INTERNAL_H
#define BASELINE_INTERNAL_H

#include "core/baseline/baseline.h"

/* The members of "environment" by name. */
struct environment_field {
	const char *name;
	size_t offset;
};
extern const struct environment_field environment_fields[];
extern const size_t environment_n_fields;

static inline struct str *environment_at(const struct environment *env,
					 const struct environment_field *f)
{
	return (struct str *)((char *)env + f->offset);
}

/*
 * --- mend.c: a file put together line by line ---
 *
 * Drop conflict markers, doubled members and doubled facts, and set the
 * commas.  What is not of our own layout comes out as it was.
 */
void baseline_mend(struct buf *out, struct str text);
/* The line of the first conflict marker, 0 when there is none. */
size_t baseline_conflict(struct str text);

/* Sort, by fact's line and acceptance's fact. */
void baseline_sort(struct baseline *b);

#endif
