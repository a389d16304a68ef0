/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/compare share. */
#ifndef COMPARE_INTERNAL_H
#define COMPARE_INTERNAL_H

#include "core/base/vec.h"
#include "core/compare/compare.h"
#include "core/compare/deeds.h"

/* A step that no longer does its part (breakage.c). */
struct broken {
	struct str step;
	struct str cause;	/* the broken step that it comes after, or "" */
};

/* One comparison while it is being made. */
struct matching {
	struct comparison *out;
	const struct fingerprint *old, *new;
	const struct policy *policy;
	struct deeds did_old, did_new;
	VEC(struct finding) findings;
	/* Of the steps that ran on each side: fingerprint_roles(). */
	struct strmap ran_old, ran_new;
	VEC(struct broken) broken;
	/* fold.c: as they were, and what was made of them. */
	const struct fingerprint *raw_old, *raw_new;
	struct fingerprint *folded[2];
	struct drawn_places *drawn;	/* NULL: nothing differs */
	struct strmap templates[2];	/* of OLD and NEW, by line */
	bool drawn_full;	/* too much to find what it draws */
};

/* --- match.c --- */

/* The facts of one operation on one side. */
struct group {
	const struct fact *facts;
	const uint32_t *v;	/* indices */
	size_t n;
};

static inline const struct fact *group_at(const struct group *g, size_t i)
{
	return &g->facts[g->v[i]];
}

/* --- fold.c --- */

/*
 * Take names that are drawn anew in each run out of m->old and m->new, where
 * they may be of OLD's draw, and put those of one template together.
 */
void fold_drawn(struct matching *m);
/* Could this fact of NEW, not in all runs of both, be of OLD's draw? */
bool fold_explains(struct matching *m, const struct fact *f);
/* Why it is of no draw of OLD, where OLD draws such names; else NULL. */
const char *fold_reason(const struct matching *m, const struct fact *f);
/* Does the fact of NEW stand for several with drawn names? */
bool fold_is_template(const struct matching *m, const struct fact *f);
/* One of the lines that a template stands for; f itself where it is none. */
const struct fact *fold_first(const struct matching *m, bool new,
			      const struct fact *f);
/* Hand the places that explained something to m->out. */
void fold_seal(struct matching *m);

/* --- object.c --- */

/* Up to the first blank, which object_cut_word() cuts off too. */
struct str object_first_word(struct str s);
struct str object_cut_word(struct str *rest);
/* "A -> B"; normalise_object() sees to it that no name holds an arrow. */
bool object_split_arrow(struct str s, struct str *a, struct str *b);
/* "PATH 4755", "PATH made 0666": the four digits; NULL: no mode is set. */
const char *object_mode(struct str s);

/* --- rules.c --- */

/*
 * The first row of rules.def that fits; there is one for every kind.  did: what
 * the side did that the fact is of, other: what the other did, or both NULL.
 */
const struct rule *rule_for(const struct fact *f, struct deeds *did,
			    struct deeds *other);
/* What runs the file of the tree that the fact changes, or NULL. */
const char *fact_run_by(const struct fact *f);
bool fact_executes(const struct fact *f);
/* Is the fact a change of a file outside the program's tree? */
bool fact_writes_outside(const struct fact *f);
/* Does the fact name a peer that is not on this host's loopback? */
bool fact_beyond_loopback(const struct fact *f);
/* Does the fact open a sensitive file? */
bool fact_reads_sensitive(const struct fact *f);

/* --- message.c --- */

/*
 * Cut the first word off a command line that quote_word() has made: without its
 * quotes, what is escaped in it stays.
 */
struct str message_command_word(struct str *rest);

/* "client.py" of "python3 -u client.py --port 1", "git" of "git status". */
struct str message_program(struct str command);
/* Is the program of this base name an interpreter (interpreters.def)? */
bool message_is_interpreter(struct str name);

/* --- finding.c --- */

/*
 * Grade one difference and keep it.  old and new are the line's fact on each
 * side, NULL where it was not seen.  CHANGE_NEW and CHANGE_OUTCOME that were
 * seen in some runs only and weigh too little become CHANGE_UNSTABLE.
 * refused: the failures OLD saw of the operation, for CHANGE_OUTCOME.
 */
enum refusal {
	REFUSED_NOT,		/* it succeeded, or had not ended yet */
	REFUSED_STATE,		/* no such file, no listener */
	REFUSED_DENIED		/* by permission or policy */
};
void finding_add(struct matching *m, enum change change,
		 const struct fact *old, const struct fact *new,
		 enum refusal refused);
/*
 * The same of what one step does (NEW) or did (CHANGE_GONE): fact is the line
 * as that side knows it, others as the other side does, of other steps.
 */
void finding_add_step(struct matching *m, enum change change,
		      const struct fact *fact, const struct fact *others,
		      const struct step_evidence *step, enum refusal refused);
/* How it was kept from success. */
enum refusal refusal_of(int err);
/* The level from which on what this step does fails. */
enum level policy_fail_on(const struct policy *policy, struct str step);
/* Sort the findings and hand them to m->out. */
void findings_seal(struct matching *m);

/* --- regrade.c --- */

bool regrade_fits(const struct regrade *r, const struct fact *f);
/* What the policy says of the fact when this step did it, or NULL. */
const struct regrade *policy_regrade(const struct policy *policy,
				     const struct fact *f, struct str step);
/* The level the policy gives the fact when this step did it, or dflt. */
enum level policy_level(const struct policy *policy, const struct fact *f,
			struct str step, enum level dflt);

/* --- group.c --- */

/*
 * Set `cause` of the findings that have one in common and no cause yet, and
 * make the list of causes; the findings are sealed and judged.
 */
void causes_find(struct matching *m);

/* --- bystep.c --- */

/*
 * Of a line that both sides have: what one step does, and did not do in OLD,
 * and the other way round.  old_op and new_op: all results of its operation.
 */
void bystep_match(struct matching *m, const struct fact *old,
		  const struct group *old_op, const struct fact *new,
		  const struct group *new_op);

/* --- breakage.c --- */

/* Add what no longer does its part, before the findings are sealed. */
void breakage_find(struct matching *m);
/* The step among those that are broken, NULL when it is not. */
const struct broken *broken_of(const struct matching *m, struct str step);
/* Is the step a broken one, or does it wait for one? */
bool breakage_of(const struct matching *m, struct str step);

/* --- consequences.c --- */

/* Put what follows from broken steps below them; the findings are sealed. */
void consequences_find(struct matching *m);

/* --- doubts.c --- */

/* Say what the runs did not prove: m->out->reasons. */
void doubts_raise(struct matching *m);
/*
 * Are they of one plan?  Else nothing that differs is the programs'.  how:
 * which settings differ, "" where the plans do not say.
 */
bool doubts_plans_differ(struct buf *how, const struct fingerprint *old,
			 const struct fingerprint *new);

/* --- verdict.c --- */

/* Fill in reasons and verdict; the findings are sealed. */
void verdict_reach(struct matching *m);

#endif
