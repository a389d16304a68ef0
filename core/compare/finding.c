/* SPDX-License-Identifier: Apache-2.0 */
/* One finding: its level, whether it gates, its place in the list. */
#include <stdlib.h>

#include "core/compare/internal.h"

static const char *const level_names[] = {
	[LEVEL_NOTE] = "note",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
	[LEVEL_NEVER] = "never",
};

static const char *const change_names[] = {
	[CHANGE_NEW] = "new",
	[CHANGE_OUTCOME] = "outcome",
	[CHANGE_MORE] = "more",
	[CHANGE_GONE] = "gone",
	[CHANGE_UNSTABLE] = "unstable",
};

const char *level_name(enum level level)
{
	return level_names[level];
}

bool level_by_name(struct str name, enum level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (!str_eq(name, str_c(level_names[i])))
			continue;
		*out = (enum level)i;
		return true;
	}
	return false;
}

const char *change_name(enum change change)
{
	return change_names[change];
}

const char *finding_names_word(const struct finding *f)
{
	return fact_executes(f->fact) ? "program" : "name";
}

bool finding_is_news(const struct finding *f)
{
	return f->change == CHANGE_NEW || f->change == CHANGE_OUTCOME ||
	       f->change == CHANGE_MORE;
}

void finding_id(char out[HASH_ID_LEN + 1], struct str line, struct str step)
{
	autobuf struct buf text = BUF_INIT;

	buf_str(&text, line);
	/* No line has a line break. */
	if (step.len)
		buf_printf(&text, "\n%.*s", STR_ARG(step));
	hash_id(out, buf_view(&text));
}

/* --- the policy --- */

static enum level one_lower(enum level level)
{
	switch (level) {
	case LEVEL_ERROR:
		return LEVEL_WARNING;
	case LEVEL_WARNING: case LEVEL_NOTE:
		return LEVEL_NOTE;
	case LEVEL_NEVER:
		break;
	}
	return LEVEL_NEVER;
}

/*
 * What another step did in OLD: one level lower than what none did, but what
 * the policy says of this very step is the last word.
 */
static enum level step_level(const struct policy *policy,
			     const struct finding *f)
{
	const struct regrade *r = policy_regrade(policy, f->fact, f->step);

	if (r && r->step.len)
		return r->level;
	return one_lower(r ? r->level : f->rule->level);
}

enum level policy_fail_on(const struct policy *policy, struct str step)
{
	for (size_t i = 0; i < policy->n_steps; i++)
		if (str_eq(policy->steps[i].step, step))
			return policy->steps[i].fail_on;
	return policy->fail_on;
}

static bool level_fails(enum level level, enum level fail_on)
{
	return level != LEVEL_NEVER && fail_on != LEVEL_NEVER &&
	       level >= fail_on;
}

/* How strictly a step is judged for what it does: fails, then the level. */
static int strictness(const struct policy *policy, const struct fact *f,
		      struct str step, enum level dflt)
{
	enum level level = policy_level(policy, f, step, dflt);
	bool fails = level_fails(level, policy_fail_on(policy, step));

	return (level == LEVEL_NEVER ? -1 : (int)level) +
	       (fails ? LEVEL_NEVER + 1 : 0);
}

static struct str strictest_step(const struct policy *policy,
				 const struct finding *f)
{
	const struct evidence *ev = &f->fact->ev;
	struct str best = ev->step, step;
	enum level dflt = f->rule->level;

	if (f->step.len)
		return f->step;
	for (size_t i = 0; i < evidence_steps(ev); i++) {
		step = evidence_step(ev, f->fact->seen, i).step;
		if (strictness(policy, f->fact, step, dflt) >
		    strictness(policy, f->fact, best, dflt))
			best = step;
	}
	return best;
}

/* --- one finding --- */

/* What a result weighs that OLD never had; README.md, "What gates". */
static enum level finding_outcome_level(const struct fact *f,
					enum refusal refused)
{
	if (f->err || refused == REFUSED_NOT)
		return LEVEL_NOTE;
	if (f->kind == EV_EXEC || f->kind == EV_EXEC_ANON ||
	    f->kind == EV_PRIV || fact_writes_outside(f) ||
	    fact_reads_sensitive(f) || fact_beyond_loopback(f))
		return LEVEL_ERROR;
	return LEVEL_WARNING;
}

static enum level finding_level(const struct matching *m,
				const struct finding *f, struct str step,
				enum refusal refused)
{
	enum level level, regraded;

	switch (f->change) {
	case CHANGE_NEW:
		return f->step.len ? step_level(m->policy, f) :
		       policy_level(m->policy, f->fact, step, f->rule->level);
	case CHANGE_OUTCOME:
		level = finding_outcome_level(f->fact, refused);
		/* That it succeeds is no heavier than doing it at all. */
		if (level > f->rule->level)
			level = f->rule->level;
		if (f->step.len && level > one_lower(f->rule->level))
			level = one_lower(f->rule->level);
		/* The policy grades what is new; here it can only soothe. */
		regraded = policy_level(m->policy, f->fact, step, level);
		if (regraded == LEVEL_NEVER || regraded < level)
			return regraded;
		return level;
	case CHANGE_MORE:
		level = policy_level(m->policy, f->fact, step, f->rule->level);
		if (fact_executes(f->fact))
			return level;
		/* One more file is not as heavy as the first. */
		return level == LEVEL_ERROR ? LEVEL_WARNING : level;
	case CHANGE_GONE: case CHANGE_UNSTABLE: case CHANGE_COUNT:
		break;
	}
	return LEVEL_NOTE;
}

/*
 * Seen in some runs only: enough for what is an error, because a program that
 * does it by the throw of a die does it.  A changed result must be more than a
 * race between processes: then the throw of the die is the kernel's.
 */
static bool rare_but_grave(const struct matching *m, const struct finding *f,
			   enum refusal refused)
{
	/* It is not known what is drawn: a doubt says so. */
	if (m->drawn_full && !fact_executes(f->fact))
		return false;
	if (f->level != LEVEL_ERROR)
		return false;
	return f->change == CHANGE_NEW || f->change == CHANGE_MORE ||
	       refused == REFUSED_DENIED;
}

static void finding_grade(const struct matching *m, struct finding *f,
			  enum refusal refused)
{
	struct str step = strictest_step(m->policy, f);
	bool fresh = f->change == CHANGE_NEW || f->change == CHANGE_OUTCOME ||
		     f->change == CHANGE_MORE;
	bool counts;

	f->level = finding_level(m, f, step, refused);
	counts = fresh && f->level != LEVEL_NEVER;
	if (f->level == LEVEL_NEVER)
		f->level = LEVEL_NOTE;
	if (fresh && !fact_always(m->new, f->fact) &&
	    !rare_but_grave(m, f, refused)) {
		f->change = CHANGE_UNSTABLE;
		f->level = LEVEL_NOTE;
		counts = false;
	}
	f->gates = counts &&
		   level_fails(f->level, policy_fail_on(m->policy, step));
}

/* One in force is preferred to one that expired, a line to a pattern. */
static const struct accept *find_accept(const struct policy *policy,
					const struct finding *f)
{
	const struct accept *best = NULL;

	for (size_t i = 0; i < policy->n_accepts; i++) {
		const struct accept *a = &policy->accepts[i];

		/* Of one step only, or of the fact in every step. */
		if (a->step.len && !str_eq(a->step, f->step))
			continue;
		if (a->glob ? !fact_fits(a->fact, f->fact) :
			      !str_eq(a->fact, f->fact->line))
			continue;
		if (!best || (best->expired && !a->expired) ||
		    (best->expired == a->expired && best->glob && !a->glob))
			best = a;
	}
	return best;
}

static void finding_accept(const struct matching *m, struct finding *f)
{
	if (f->change != CHANGE_NEW && f->change != CHANGE_OUTCOME &&
	    f->change != CHANGE_MORE)
		return;
	f->accept = find_accept(m->policy, f);
	f->accepted = f->accept && !f->accept->expired;
	if (f->accepted)
		f->gates = false;
}

static void add(struct matching *m, struct finding f, enum refusal refused,
		bool by_turns)
{
	finding_id(f.id, f.fact->line, f.step);
	f.runs_old = m->old->runs;
	f.runs_new = m->new->runs;
	f.rule = f.seen_new ? rule_for(fold_first(m, true, f.fact),
				       &m->did_new, &m->did_old) :
			      rule_for(fold_first(m, false, f.fact),
				       &m->did_old, &m->did_new);
	finding_grade(m, &f, refused);
	if (by_turns && f.change == CHANGE_UNSTABLE)
		return;
	finding_accept(m, &f);
	*vec_push(&m->findings) = f;
	m->out->count[f.change]++;
}

void finding_add(struct matching *m, enum change change,
		 const struct fact *old, const struct fact *new,
		 enum refusal refused)
{
	struct finding f = {
		.change = change,
		.fact = new ? new : old,
		.seen_old = old ? old->seen : 0,
		.seen_new = new ? new->seen : 0,
		.step = STR(""),
	};

	if (change == CHANGE_NEW)
		f.drawn = fold_reason(m, new);
	if (change == CHANGE_MORE) {
		f.names_old = old->names_max;
		f.names_new = new->names_max;
	}
	add(m, f, refused, false);
}

/*
 * Does no step of OLD do it in every run of NEW?  Then the steps take turns,
 * and one that does it in some runs only comes first in these.
 */
static bool take_turns(const struct matching *m, const struct fact *old,
		       const struct fact *new)
{
	struct step_evidence s;

	for (size_t i = 0; i < evidence_steps(&old->ev); i++) {
		s = evidence_step(&old->ev, old->seen, i);
		if (fact_step(new, s.step, &s) && s.seen == m->new->runs)
			return false;
	}
	return true;
}

/* The fact as if this step alone had done it; the others stay known. */
static const struct fact *of_step(struct matching *m, const struct fact *f,
				  const struct step_evidence *step)
{
	struct fact *own = arena_alloc(&m->out->arena, sizeof(*own));

	*own = *f;
	own->seen = step->seen;
	own->ev.step = step->step;
	own->ev.count = step->count;
	own->ev.ns = step->ns;
	own->ev.process = step->process;
	own->ev.call = step->call;
	if (!str_eq(step->step, f->ev.step))
		own->ev.note = STR("");
	return own;
}

static const struct str *step_names(struct matching *m, const struct fact *f)
{
	size_t n = evidence_steps(&f->ev);
	struct str *names = arena_alloc(&m->out->arena, n * sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = evidence_step(&f->ev, f->seen, i).step;
	return names;
}

void finding_add_step(struct matching *m, enum change change,
		      const struct fact *fact, const struct fact *others,
		      const struct step_evidence *step, enum refusal refused)
{
	bool gone = change == CHANGE_GONE;
	struct finding f = {
		.change = change,
		.fact = of_step(m, fact, step),
		.seen_old = gone ? step->seen : 0,
		.seen_new = gone ? 0 : step->seen,
		.step = step->step,
	};

	f.n_others = evidence_steps(&others->ev);
	f.others = step_names(m, others);
	add(m, f, refused, !gone && take_turns(m, others, fact));
}

/* --- the list --- */

static int by_weight(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;

	if (a->level != b->level)
		return a->level > b->level ? -1 : 1;
	if (a->rule->category != b->rule->category)
		return a->rule->category < b->rule->category ? -1 : 1;
	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	if (a->fact->kind != b->fact->kind)
		return a->fact->kind < b->fact->kind ? -1 : 1;
	int c = str_cmp(a->fact->line, b->fact->line);

	return c ? c : str_cmp(a->step, b->step);
}

void findings_seal(struct matching *m)
{
	struct comparison *c = m->out;
	size_t size = m->findings.n * sizeof(*m->findings.v);

	c->n = m->findings.n;
	c->findings = arena_alloc(&c->arena, size + 1);
	if (size)
		memcpy(c->findings, m->findings.v, size);
	vec_free(&m->findings);
	qsort(c->findings, c->n, sizeof(*c->findings), by_weight);
	for (size_t i = 0; i < c->n; i++)
		c->findings[i].cause = i;
}

void comparison_free(struct comparison *c)
{
	arena_free(&c->arena);
	*c = (struct comparison){ .arena = ARENA_INIT };
}
