/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which step does it: a line that both sides have, step by step.
 *
 *   OLD's step   NEW's step   the operation, by the same step   finding
 *   did it       does it      -                                 none
 *   did not      does it      not attempted in OLD              new
 *   did not      does it      with another result in OLD        outcome
 *   always       does not     not attempted in NEW              gone
 *
 * Only of steps that ran on both sides, and only where the step is known.
 * What differs between two runs of one revision is no difference between two:
 * how often a step does it, when others do it too, is not compared; nor is what
 * a step does in some runs of NEW only, while no step of OLD does it in all.
 */
#include "core/compare/internal.h"

/* What a run meets is its own: which step is the first to is chance. */
static bool is_of_the_run(const struct fact *f)
{
	return f->kind == EV_LIMIT;
}

static bool did(const struct fact *f, struct str step)
{
	struct step_evidence s;

	return fact_step(f, step, &s);
}

/* Did the step attempt the operation, with any result? */
static bool attempted(const struct group *op, struct str step,
		      enum refusal *refused)
{
	bool some = false;

	*refused = REFUSED_DENIED;
	for (size_t i = 0; i < op->n; i++) {
		const struct fact *f = group_at(op, i);

		if (!did(f, step))
			continue;
		some = true;
		if (refusal_of(f->err) < *refused)
			*refused = refusal_of(f->err);
	}
	return some;
}

static void bystep_match_new(struct matching *m, const struct fact *old,
			     const struct group *old_op, const struct fact *new)
{
	for (size_t i = 0; i < evidence_steps(&new->ev); i++) {
		struct step_evidence s = evidence_step(&new->ev, new->seen, i);
		enum refusal refused;

		if (did(old, s.step) || !strmap_get(&m->ran_old, s.step))
			continue;
		if (attempted(old_op, s.step, &refused))
			finding_add_step(m, CHANGE_OUTCOME, new, old, &s,
					 refused);
		else
			finding_add_step(m, CHANGE_NEW, new, old, &s,
					 REFUSED_NOT);
	}
}

static void match_gone(struct matching *m, const struct fact *old,
		       const struct fact *new, const struct group *new_op)
{
	for (size_t i = 0; i < evidence_steps(&old->ev); i++) {
		struct step_evidence s = evidence_step(&old->ev, old->seen, i);
		enum refusal refused;

		if (s.seen == m->old->runs &&
		    strmap_get(&m->ran_new, s.step) &&
		    !attempted(new_op, s.step, &refused))
			finding_add_step(m, CHANGE_GONE, old, new, &s,
					 REFUSED_NOT);
	}
}

void bystep_match(struct matching *m, const struct fact *old,
		  const struct group *old_op, const struct fact *new,
		  const struct group *new_op)
{
	if (is_of_the_run(new) || !fact_knows_steps(old) ||
	    !fact_knows_steps(new))
		return;
	bystep_match_new(m, old, old_op, new);
	match_gone(m, old, new, new_op);
}
