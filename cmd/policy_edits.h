/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about the change itself, added to NEW's: policy.edit for configuration,
 * baselines and jobs (jobs.def), policy.input for what steps read, policy.entry
 * for entry points that were not run; and policy.bind for folders of
 * sandbox.bind that held something else when OLD was run.
 */
#ifndef CMD_POLICY_EDITS_H
#define CMD_POLICY_EDITS_H

#include "cmd/check.h"

/*
 * The i-th bound folder of NEW when it held something else for OLD, and what
 * that was; else NULL.
 */
const struct bound *bound_change(const struct fingerprint *old,
				 const struct fingerprint *new, size_t i,
				 const struct bound **was);
int policy_edits_check(struct check *c, struct err *err);
/*
 * Where the change starts that is judged, the folder of REV:DIR in it; of the
 * work tree that is its own judge, at what is checked out.  1, 0 when that is
 * not known, -1.
 */
int policy_edits_from(struct rev *out, const struct check *c,
		      const struct rev *rev,
		      struct err *err);
/* What NEW edits since it left OLD; two unrelated revisions edit nothing. */
int policy_edits_diff(struct session *s, struct err *err);

/* Is it a workflow or a hook (jobs.def)? */
bool policy_edits_is_job(struct str path);

/* For qsort(). */
int policy_edits_by_line(const void *a, const void *b);

#endif
