/* SPDX-License-Identifier: Apache-2.0 */
/* From findings and doubts to the verdict. */
#include <string.h>

#include "core/compare/internal.h"

static const char *const verdict_names[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_REGRESSION] = "regression",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

/* A difference between two plans is no difference between two programs. */
static bool regression_found(struct matching *m)
{
	autobuf struct buf how = BUF_INIT;
	bool other_plan = doubts_plans_differ(&how, m->old, m->new);
	bool found = false;

	for (size_t i = 0; i < m->out->n; i++) {
		if (other_plan)
			m->out->findings[i].gates = false;
		found |= m->out->findings[i].gates;
	}
	return found;
}

void comparison_add_reason(struct comparison *c, struct str sentence)
{
	struct str *all = arena_alloc(&c->arena,
				      (c->n_reasons + 1) * sizeof(*all));

	if (c->n_reasons)
		memcpy(all, c->reasons, c->n_reasons * sizeof(*all));
	all[c->n_reasons++] = arena_str(&c->arena, sentence);
	c->reasons = all;
	if (c->verdict == VERDICT_PASS)
		c->verdict = VERDICT_INCONCLUSIVE;
}

bool comparison_excuse_breakage(struct comparison *c)
{
	bool excused = false, found = false;

	for (size_t i = 0; i < c->n; i++) {
		struct finding *f = &c->findings[i];

		if (f->gates && c->findings[f->cause].fact->kind == EV_STEP) {
			f->gates = false;
			excused = true;
		}
		found |= f->gates;
	}
	if (c->verdict == VERDICT_REGRESSION && !found)
		c->verdict = c->n_reasons ? VERDICT_INCONCLUSIVE :
			     VERDICT_PASS;
	return excused;
}

void verdict_reach(struct matching *m)
{
	struct comparison *c = m->out;

	c->lost = m->old->ledger.lost + m->new->ledger.lost;
	doubts_raise(m);
	c->verdict = c->n_reasons ? VERDICT_INCONCLUSIVE : VERDICT_PASS;
	if (regression_found(m))
		c->verdict = VERDICT_REGRESSION;
}
