/* SPDX-License-Identifier: Apache-2.0 */
/* Runs side by side: one worker process each, every one on its own CPU. */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/fingerprint/fingerprint.h"
#include "core/run/one_run.h"

struct job {
	const struct one_run *what;
	const char *label;		/* "impl04" */
	unsigned number;		/* of the run, from 0 on each side */
	unsigned runs;			/* planned, for the progress line */
	struct fingerprint *result;	/* the caller frees */
};

/*
 * Do all jobs, at most `jobs` at a time (0: one for each CPU we may use).
 * The first that fails ends the others.
 */
int pool_run(struct job *jobs, size_t n, unsigned at_once, bool progress,
	     struct err *err);

#endif
