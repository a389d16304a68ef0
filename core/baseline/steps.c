/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps are known to do what: lines of "STEP FACT" of their own, so that
 * a merge line by line joins what two branches say.  A blank in the name of a
 * step is \x20 there, and a backslash \x5c.
 */
#include "core/baseline/internal.h"

/* --- the key --- */

void step_key(struct buf *out, struct str step, struct str line)
{
	for (size_t i = 0; i < step.len; i++) {
		if (step.p[i] == ' ')
			buf_c(out, "\\x20");
		else if (step.p[i] == '\\')
			buf_c(out, "\\x5c");
		else
			buf_ch(out, step.p[i]);
	}
	buf_ch(out, ' ');
	buf_str(out, line);
}

bool step_key_split(struct buf *step, struct str *line, struct str key)
{
	const struct str blank = STR("\\x20"), slash = STR("\\x5c");
	size_t i = 0;

	while (i < key.len && key.p[i] != ' ') {
		struct str rest = str_sub(key, i);

		if (str_starts(rest, blank) || str_starts(rest, slash)) {
			buf_ch(step, str_starts(rest, blank) ? ' ' : '\\');
			i += blank.len;
		} else {
			buf_ch(step, key.p[i++]);
		}
	}
	*line = str_sub(key, i < key.len ? i + 1 : i);
	return step->len && line->len;
}

/* --- making --- */

/* Of one fact, while it is put together. */
struct known {
	struct step_evidence v[FACT_STEPS_MAX];
	size_t n;
};

static void steps_add(struct known *k, struct str step, unsigned seen)
{
	if (k->n < FACT_STEPS_MAX)
		k->v[k->n++] = (struct step_evidence){
			.step = step, .seen = seen, .process = STR(""),
			.call = STR(""),
		};
}

static bool always_before(const struct fact *before, unsigned runs,
			  struct str step)
{
	struct step_evidence s;

	return !before || (fact_step(before, step, &s) && s.seen >= runs);
}

/* What is accepted of a step is no fact, unless nothing else is known. */
static void leave_accepted(struct known *k, struct str line,
			   const struct baseline *old)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->n; i++) {
		if (k->n > 1 && baseline_accepted(old, line, k->v[i].step) &&
		    (kept || i + 1 < k->n))
			continue;
		k->v[kept++] = k->v[i];
	}
	k->n = kept;
}

void steps_keep(struct fingerprint *out, struct fact *to,
		const struct fact *f, unsigned runs,
		const struct fact *before, const struct baseline *old)
{
	struct known k = { .n = 0 };
	struct step_evidence s;
	bool always;

	if (!fact_knows_steps(f))
		return;
	if (before && !fact_knows_steps(before))
		before = NULL;
	for (size_t i = 0; i < evidence_steps(&f->ev); i++) {
		s = evidence_step(&f->ev, f->seen, i);
		always = s.seen >= runs &&
			 always_before(before, old ? old->fp->runs : 0, s.step);
		steps_add(&k, s.step, always ? to->seen : out->runs - 1);
	}
	for (size_t i = 0; before && i < evidence_steps(&before->ev); i++) {
		struct str step = evidence_step(&before->ev, 0, i).step;

		if (!fact_step(f, step, &s))
			steps_add(&k, step, out->runs - 1);
	}
	if (old)
		leave_accepted(&k, f->line, old);
	for (size_t i = 0; i < k.n; i++)
		k.v[i].step = arena_str(&out->arena, k.v[i].step);
	to->ev.step = k.v[0].step;
	fact_set_steps(&out->arena, to, k.v, k.n);
}

bool steps_same(const struct fact *is, const struct fact *was, unsigned runs,
		const struct baseline *old)
{
	struct step_evidence s, found;

	if (!fact_knows_steps(is) || !fact_knows_steps(was))
		return true;
	for (size_t i = 0; i < evidence_steps(&is->ev); i++) {
		s = evidence_step(&is->ev, is->seen, i);
		if (!fact_step(was, s.step, &found) &&
		    !baseline_accepted(old, is->line, s.step))
			return false;
	}
	for (size_t i = 0; i < evidence_steps(&was->ev); i++) {
		s = evidence_step(&was->ev, was->seen, i);
		if (s.seen >= runs && !fact_step(is, s.step, &found))
			return false;
	}
	return true;
}

void steps_read(struct fingerprint *fp, struct fact *f, struct str step,
		unsigned seen)
{
	const struct step_evidence s = {
		.step = arena_str(&fp->arena, step), .seen = seen,
		.process = STR(""), .call = STR(""),
	};
	struct fact one = { .seen = seen, .ev = { .step = s.step } };

	if (f->ev.step.len) {
		fact_join_steps(&fp->arena, f, &one);
		return;
	}
	f->ev.step = s.step;
	fact_set_steps(&fp->arena, f, &s, 1);
}
