/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From fingerprints to an exit status: what diff and check share.  An outcome
 * is first given its policy, then the two sides, then it is reported.
 */
#ifndef CMD_PIPELINE_H
#define CMD_PIPELINE_H

#include "cmd/baseline_file.h"
#include "cmd/cmd.h"
#include "cmd/formats.h"
#include "cmd/last_result.h"
#include "core/base/vec.h"
#include "core/compare/compare.h"
#include "core/compare/exercised.h"
#include "core/report/report.h"

struct pipeline {
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
	struct last_result_place place;	/* for last_result_write() */
};

#define PIPELINE_INIT { .cmp = { .arena = ARENA_INIT } }
void pipeline_free(struct pipeline *o);
#define autopipeline __attribute__((cleanup(pipeline_free)))

/*
 * What the command line and the trusted configuration say; the command line is
 * stronger.  accepts: whose accepted facts count, or NULL.
 */
int pipeline_policy(struct pipeline *o, const struct settings *set,
		    const struct config *cfg, const struct baseline *accepts,
		    struct err *err);
/* Is it a policy?  Said before minutes are spent on tracing. */
int pipeline_check(const struct settings *set, const struct session *s,
		   struct err *err);
/*
 * Compare under that policy.  The report lacks old_from and new_from, the place
 * is empty.
 */
void pipeline_compare(struct pipeline *o, const struct session *s,
		      const struct settings *set, const struct fingerprint *old,
		      const struct fingerprint *new);
/* A line for the report's header, behind pipeline_compare(). */
void pipeline_note(struct pipeline *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A side of the session, by a name that stays. */
struct str pipeline_side(const struct session *s, size_t side);
/* Write the report everywhere and cache the findings; an enum status. */
int pipeline_report(struct pipeline *o, struct session *s,
		    const struct destinations *to, struct err *err);

/* The destinations and a session, as a command that reports begins. */
int command_begin(struct session **s, struct destinations *to,
		  const struct settings *set, enum subject subject,
		  struct err *err);

/* Does nothing fail?  As the option or the trusted configuration says. */
bool pipeline_report_only(const struct settings *set, const struct session *s);
/*
 * A command that is inconclusive before there is anything to report: in
 * report-only mode the error is printed here, and the status is 0; else -1.
 */
int pipeline_forgive(const struct settings *set, const struct session *s,
		     const struct err *err);

/* --- cmd_trace.c --- */

/* Print the doubts about the runs of one fingerprint; an enum status. */
int trace_judge_alone(const struct fingerprint *fp);

#endif
