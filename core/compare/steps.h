/* SPDX-License-Identifier: Apache-2.0 */
/* How the scenario's steps went, over all runs of one side. */
#ifndef COMPARE_STEPS_H
#define COMPARE_STEPS_H

#include "core/base/strmap.h"
#include "core/compare/internal.h"

/* One step.  Numbers without a unit count runs. */
struct step_tally {
	struct str name;
	unsigned runs;		/* that know it */
	unsigned started;
	unsigned ready;
	unsigned ended;		/* by itself */
	unsigned stopped;	/* by the scenario's own `stop` */
	unsigned failed;	/* ended by itself, not as it is meant to */
	unsigned crashed;	/* by a signal that is raised by mistake */
	unsigned unmet;		/* `expect` was not met */
	unsigned did;		/* it did its part: step_end_did() */
	/* The deadline came: while it ran (not yet ready), before it began. */
	unsigned cut, unready, late;
	struct str awaits;	/* see struct step_end */
	bool one_status;	/* those that failed had the same status */
	int status;		/* of the first that failed */
	/* The first run's in which it did not do its part, failed, ... */
	const struct step_end *undone, *bad, *waiting, *unmet_end;
	/* ms, the slowest: from its start until it was ready, or ended. */
	uint64_t ready_most, ended_most;
	uint64_t began_most;	/* ms, since the run began */
};

struct tallies {
	struct step_tally *v;	/* in the order of first appearance */
	size_t n, cap;
	struct strmap index;	/* name -> place in v, plus 1 */
};

struct tallies tallies_of(const struct fingerprint *fp);
void tallies_free(struct tallies *t);
#define autotallies __attribute__((cleanup(tallies_free)))
/* NULL: no run of that side knows the step. */
const struct step_tally *tallies_find(const struct tallies *t,
				      struct str name);

/* Did the deadline end the run? */
bool run_end_was_cut(const struct run_end *run);
/* The i-th name of s->after; false past the last. */
bool step_after(const struct step_end *s, size_t i, struct str *name);

/* "ended with status 1", "was killed by SIGSEGV" */
void steps_put_status(struct buf *out, int status);
/* What an exec failed with: "python9: ENOENT (no such program)". */
void steps_put_exec_error(struct buf *out, const struct step_end *s);
/* And what to do about it (remedy.c). */
void remedy_put_exec(struct buf *out, const struct step_end *s);

#endif
