/* SPDX-License-Identifier: Apache-2.0 */
/* From fingerprints to an exit status: what diff, check and trace share. */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include "cmd/cmd.h"
#include "core/compare/compare.h"
#include "core/report/report.h"

/* --- cmd_diff.c --- */

struct regrades {
	struct regrade *v;
	size_t n, cap;
};

struct step_lines {
	struct step_line *v;
	size_t n, cap;
};

void step_lines_free(struct step_lines *s);
void regrades_free(struct regrades *r);
/* The command line is stronger than the configuration. */
int make_policy(struct policy *out, struct regrades *regrades,
		const struct settings *set, const struct config *cfg,
		struct err *err);
/*
 * What every report of this session says; steps keeps where the steps of the
 * configuration stand, and must live as long.
 */
struct report report_start(const struct session *s, const struct settings *set,
			   struct step_lines *steps);
/* For struct writer. */
void write_report(struct buf *out, const struct format *format,
		  const void *what, bool terminal);

/* --- cmd_trace.c --- */

/* Print the doubts about the runs of one fingerprint; an enum status. */
int judge_alone(const struct fingerprint *fp);

#endif
