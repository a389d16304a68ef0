/* SPDX-License-Identifier: Apache-2.0 */
/* From fingerprints to an exit status: what diff, check and trace share. */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include "cmd/cmd.h"
#include "core/compare/compare.h"
#include "core/report/report.h"

/* --- cmd_diff.c --- */

/* One -o FORMAT:FILE. */
struct destination {
	const struct format *format;
	const char *path;
};

struct destinations {
	struct destination *v;
	size_t n, cap;
};

struct regrades {
	struct regrade *v;
	size_t n, cap;
};

void destinations_free(struct destinations *d);
void regrades_free(struct regrades *r);
/* NULL with err set when there is none of this name. */
const struct format *find_format(struct str name, struct err *err);
int parse_destinations(struct destinations *out, const struct opt_list *args,
		       struct err *err);
/* The command line is stronger than the configuration. */
int make_policy(struct policy *out, struct regrades *regrades,
		const struct settings *set, const struct config *cfg,
		struct err *err);
/* The files, then standard output. */
int write_report(const struct report *r, const struct format *format,
		 const struct destinations *to, struct err *err);

/* --- cmd_trace.c --- */

/* Print the doubts about the runs of one fingerprint; an enum status. */
int judge_alone(const struct fingerprint *fp);

#endif
