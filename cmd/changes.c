/* SPDX-License-Identifier: Apache-2.0 */
/* What changed from one baseline to another, for people. */
#include "cmd/changes.h"

const char *changes_how_often(const struct fingerprint *fp,
			      const struct fact *f)
{
	return fact_always(fp, f) ? "always" : "sometimes";
}

/* Steps that do the fact in one and not in the other, where both know. */
static void changes_put_steps(struct buf *out, const struct fact *in,
			      const struct fact *other, char sign)
{
	struct step_evidence s, found;

	if (!fact_knows_steps(in) || !fact_knows_steps(other))
		return;
	for (size_t i = 0; i < evidence_steps(&in->ev); i++) {
		s = evidence_step(&in->ev, in->seen, i);
		if (!fact_step(other, s.step, &found))
			buf_printf(out, "%c %.*s (by step %.*s)\n", sign,
				   STR_ARG(in->line), STR_ARG(s.step));
	}
}

void changes_put(struct buf *out, const struct fingerprint *was,
		 const struct fingerprint *is)
{
	for (size_t i = 0; i < is->n; i++) {
		const struct fact *f = &is->facts[i];
		const struct fact *before = fingerprint_find(was, f->line);

		if (!before)
			buf_printf(out, "+ %.*s (%s)\n", STR_ARG(f->line),
				   changes_how_often(is, f));
		else if (fact_always(was, before) != fact_always(is, f))
			buf_printf(out, "~ %.*s (%s -> %s)\n",
				   STR_ARG(f->line),
				   changes_how_often(was, before),
				   changes_how_often(is, f));
		else if (before->names_max != f->names_max)
			buf_printf(out, "~ %.*s (%u -> %u names)\n",
				   STR_ARG(f->line), before->names_max,
				   f->names_max);
		if (before) {
			changes_put_steps(out, before, f, '-');
			changes_put_steps(out, f, before, '+');
		}
	}
	for (size_t i = 0; i < was->n; i++)
		if (!fingerprint_find(is, was->facts[i].line))
			buf_printf(out, "- %.*s\n",
				   STR_ARG(was->facts[i].line));
}
