/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a change the runs exercised.  Pure. */
#ifndef COMPARE_EXERCISED_H
#define COMPARE_EXERCISED_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/strmap.h"
#include "core/fingerprint/fingerprint.h"

/* A file that a change touches. */
struct changed_file {
	struct str path;	/* below the tree; any bytes */
	uint64_t lines;		/* added and removed; 0 of what is binary */
	bool gone;		/* NEW has it no longer */
	bool fed;		/* a step's stdin or input */
	bool judged;		/* what judges or runs the check: not counted */
};

struct exercised {
	/* Files, and lines of those whose lines are known. */
	size_t files, files_run;
	uint64_t lines, lines_run;
	size_t inert;		/* further files, see inert.def */
	bool cut;		/* of some files the lines are not known */
	struct str *missed;	/* paths, sorted bytewise */
	size_t n_missed;
};

/*
 * A file counts as exercised when a run of NEW opened it to read or executed
 * it; one that is gone, when a run of OLD did, or one of NEW looked for it.
 * The paths are in a.
 */
void exercised_find(struct exercised *out, struct arena *a,
		    const struct changed_file *files, size_t n,
		    const struct fingerprint *old,
		    const struct fingerprint *new);

/*
 * Does one of these objects of facts name the file?  What looks drawn in a path
 * (a date, a hash) is a token there, or is not, where it came in every run.
 */
bool exercised_has(const struct strmap *objects, struct str path);

/* "not exercised: setup.py (1 of 5 changed files; ...)"; nothing if none is. */
void exercised_sentence(struct buf *out, const struct exercised *e);

/* "a, b, c and 2 more": escaped, at most a few and cut when long. */
void exercised_names(struct buf *out, const struct str *paths, size_t n);

#endif
