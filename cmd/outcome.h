/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From fingerprints to an exit status: what diff and check share.  An outcome
 * is first given its policy, then the two sides, then it is told.
 */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include "cmd/cmd.h"
#include "cmd/formats.h"
#include "cmd/gate.h"
#include "cmd/last.h"
#include "core/base/vec.h"
#include "core/compare/compare.h"
#include "core/compare/exercised.h"
#include "core/report/report.h"

struct outcome {
	VEC(struct regrade) regrades;
	VEC(struct step_policy) step_policies;
	struct accepts accepts;
	struct policy policy;
	struct comparison cmp;
	VEC(struct step_line) steps;
	VEC(struct str) notes;	/* in the arena of cmp */
	struct exercised exercised;
	/* Of cmp; a command adds what it knows. */
	struct report report;
	struct last_place place;	/* for last_write() */
};

#define OUTCOME_INIT { .cmp = { .arena = ARENA_INIT } }
void outcome_free(struct outcome *o);
#define autooutcome __attribute__((cleanup(outcome_free)))

/*
 * What the command line and the trusted configuration say; the command line is
 * stronger.  accepts: whose accepted facts count, or NULL.
 */
int outcome_policy(struct outcome *o, const struct settings *set,
		   const struct config *cfg, const struct baseline *accepts,
		   struct err *err);
/* Is it a policy?  Said before minutes are spent on tracing. */
int outcome_check(const struct settings *set, const struct session *s,
		  struct err *err);
/*
 * Compare under that policy.  The report lacks old_from and new_from, the place
 * is empty.
 */
void outcome_compare(struct outcome *o, const struct session *s,
		     const struct settings *set, const struct fingerprint *old,
		     const struct fingerprint *new);
/* A line for the report's header, behind outcome_compare(). */
void outcome_note(struct outcome *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A side of the session, by a name that stays. */
struct str outcome_side(const struct session *s, size_t side);
/* Write the report everywhere and remember the findings; an enum status. */
int outcome_tell(struct outcome *o, struct session *s,
		 const struct destinations *to, struct err *err);

/* The destinations and a session, as a command that reports begins. */
int command_begin(struct session **s, struct destinations *to,
		  const struct settings *set, enum subject subject,
		  struct err *err);

/* Does nothing fail?  As the option or the trusted configuration says. */
bool report_only(const struct settings *set, const struct session *s);
/*
 * A command that is inconclusive before there is anything to report: in
 * report-only mode the error is told here, and the status is 0; else -1.
 */
int outcome_forgive(const struct settings *set, const struct session *s,
		    const struct err *err);

/* --- cmd_trace.c --- */

/* Print the doubts about the runs of one fingerprint; an enum status. */
int judge_alone(const struct fingerprint *fp);

#endif
