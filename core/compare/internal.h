/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/compare share. */
#ifndef COMPARE_INTERNAL_H
#define COMPARE_INTERNAL_H

#include "core/base/vec.h"
#include "core/compare/compare.h"

/* One comparison while it is being made. */
struct matching {
	struct comparison *out;
	const struct fingerprint *old, *new;
	const struct policy *policy;
	VEC(struct finding) findings;
};

/* --- rules.c --- */

/* The first row of rules.def that fits; there is one for every kind. */
const struct rule *rule_for(const struct fact *f);
bool fact_executes(const struct fact *f);
/* Is the fact a change of a file outside the program's tree? */
bool fact_writes_outside(const struct fact *f);
/* Does the fact name a peer that is not on this host's loopback? */
bool fact_beyond_loopback(const struct fact *f);
/* Does the fact open a sensitive file? */
bool fact_reads_sensitive(const struct fact *f);

/* --- finding.c --- */

/*
 * Grade one difference and keep it.  old and new are the line's fact on each
 * side, NULL where it was not seen.  CHANGE_NEW and CHANGE_OUTCOME that were
 * seen in some runs only and weigh too little become CHANGE_UNSTABLE.
 * refused: the failures OLD saw of the operation, for CHANGE_OUTCOME.
 */
enum refusal {
	REFUSED_NOT,		/* it succeeded, or had not ended yet */
	REFUSED_STATE,		/* no such file, nobody listens */
	REFUSED_DENIED		/* by permission or policy */
};
void finding_add(struct matching *m, enum change change,
		 const struct fact *old, const struct fact *new,
		 enum refusal refused);
/* Sort the findings and hand them to m->out. */
void findings_seal(struct matching *m);

/* --- regrade.c --- */

bool regrade_fits(const struct regrade *r, const struct fact *f);
/* The level the policy gives the fact when this step did it, or dflt. */
enum level policy_level(const struct policy *policy, const struct fact *f,
			struct str step, enum level dflt);

/* --- group.c --- */

/*
 * Set `cause` of the findings that have one in common and no cause yet, and
 * make the list of causes; the findings are sealed and judged.
 */
void causes_find(struct matching *m);

/* --- verdict.c --- */

/* Fill in reasons and verdict; the findings are sealed. */
void verdict_reach(struct matching *m);

#endif
