/* SPDX-License-Identifier: Apache-2.0 */
/* From fingerprints to an exit status: what diff, check and trace share. */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include "cmd/cmd.h"
#include "cmd/formats.h"
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

void regrades_free(struct regrades *r);
void step_lines_free(struct step_lines *s);
/* The command line is stronger than the configuration. */
int make_policy(struct policy *out, struct regrades *regrades,
		const struct settings *set, const struct config *cfg,
		struct err *err);
/* Where the steps stand, when the configuration is one of the repository. */
void find_step_lines(struct step_lines *out, const struct config *cfg);
/* A writer (formats.h) of a struct report. */
void report_comparison(struct buf *out, const struct format *format,
		       const void *what, bool terminal);

/* --- cmd_trace.c --- */

/* Print the doubts about the runs of one fingerprint; an enum status. */
int judge_alone(const struct fingerprint *fp);

#endif
