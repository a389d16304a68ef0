/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two fingerprints side by side, operation by operation.
 *
 *   line in OLD   line in NEW   operation elsewhere   finding
 *   always        always        -                     none, or more, when
 *                                   more names stand behind it in every run
 *   sometimes     sometimes     -                     none
 *   one always, the other sometimes                   unstable
 *   never         any           not in OLD            new
 *   never         any           in OLD                outcome
 *   always        never         not in NEW            gone
 *   sometimes     never         not in NEW            unstable
 *   any           never         in NEW                unstable, unless the
 *                                   outcome that took its place is a finding
 *
 * finding_add() turns what is new but rare and of little weight into unstable.
 * Of a line on both sides, bystep.c asks which steps did it.  What only
 * fixtures did is on neither.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/base/sort.h"
#include "core/compare/internal.h"

static int by_operation(const void *pa, const void *pb)
{
	const struct fact *a = pa, *b = pb;
	int c = str_cmp(fact_operation(a), fact_operation(b));

	return c ? c : str_cmp(a->line, b->line);
}

/*
 * Lines in their own order do not keep an operation together: "X (1)" sorts
 * between "X" and "X = ENOENT".
 */
static uint32_t *order_facts(struct group *all, const struct fingerprint *fp)
{
	uint32_t *order = sort_order(fp->facts, fp->n, sizeof(*fp->facts),
				     by_operation);

	*all = (struct group){ fp->facts, order, fp->n };
	return order;
}

/* Cut the facts of operation op off the front of rest. */
static struct group take_group(struct group *rest, struct str op)
{
	struct group g = { rest->facts, rest->v, 0 };

	while (g.n < rest->n &&
	       str_eq(fact_operation(group_at(rest, g.n)), op))
		g.n++;
	rest->v += g.n;
	rest->n -= g.n;
	return g;
}

static struct str next_operation(const struct group *a, const struct group *b)
{
	if (!a->n)
		return fact_operation(group_at(b, 0));
	if (!b->n || str_cmp(fact_operation(group_at(a, 0)),
			     fact_operation(group_at(b, 0))) < 0)
		return fact_operation(group_at(a, 0));
	return fact_operation(group_at(b, 0));
}

static const struct fact *match_find_line(const struct group *g,
					  struct str line)
{
	for (size_t i = 0; i < g->n; i++)
		if (str_eq(group_at(g, i)->line, line))
			return group_at(g, i);
	return NULL;
}

/* A non-blocking call that is under way was not refused. */
enum refusal refusal_of(int err)
{
	switch (err) {
	case 0: case EINPROGRESS: case EALREADY: case EAGAIN: case EINTR:
		return REFUSED_NOT;
	case EPERM: case EACCES: case EROFS: case ENOSYS:
	case ENETUNREACH: case EHOSTUNREACH: case ENETDOWN:
	case EAFNOSUPPORT: case EPROTONOSUPPORT: case EADDRNOTAVAIL:
		return REFUSED_DENIED;
	default:
		return REFUSED_STATE;
	}
}

/* What kept OLD from the success it never had: the mildest of its results. */
static enum refusal group_refusal(const struct group *g)
{
	enum refusal mildest = REFUSED_DENIED;

	for (size_t i = 0; i < g->n; i++)
		if (refusal_of(group_at(g, i)->err) < mildest)
			mildest = refusal_of(group_at(g, i)->err);
	return mildest;
}

/*
 * One extra file among random names: every run of OLD made so many, and every
 * run of NEW makes more.  Of programs that are executed it is how many there
 * are, by what they hold, however often each is.
 */
static bool has_more(const struct matching *m, const struct fact *old,
		     const struct fact *new)
{
	return m->old->runs > 1 && m->new->runs > 1 &&
	       fact_has_more_names(old, new);
}

/* Both draw there, and NEW in another way: what could be OLD's is taken out. */
static void match_template(struct matching *m, const struct fact *old,
			   const struct fact *new)
{
	bool more = new->names_min > old->names_max;

	finding_add(m, more ? CHANGE_MORE : CHANGE_NEW, more ? old : NULL, new,
		    REFUSED_NOT);
}

/* The facts of NEW; returns how many of them OLD knew with other results. */
static size_t match_new(struct matching *m, const struct group *old,
			const struct group *new)
{
	size_t outcomes = 0;

	for (size_t i = 0; i < new->n; i++) {
		const struct fact *f = group_at(new, i);
		const struct fact *before = match_find_line(old, f->line);

		if (before && fold_is_template(m, f)) {
			match_template(m, before, f);
		} else if (before) {
			if (fact_always(m->old, before) !=
			    fact_always(m->new, f) &&
			    !fact_depends_on_timing(f) &&
			    !fold_explains(m, f))
				finding_add(m, CHANGE_UNSTABLE, before, f,
					    REFUSED_NOT);
			else if (has_more(m, before, f))
				finding_add(m, CHANGE_MORE, before, f,
					    REFUSED_NOT);
			bystep_match(m, before, old, f, new);
		} else if (old->n) {
			finding_add(m, CHANGE_OUTCOME, NULL, f,
				    group_refusal(old));
			outcomes++;
		} else if (fact_always(m->new, f) ||
			   !fact_depends_on_timing(f)) {
			finding_add(m, CHANGE_NEW, NULL, f, REFUSED_NOT);
		}
	}
	return outcomes;
}

static void match_old(struct matching *m, const struct group *old,
		      const struct group *new, size_t outcomes)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct fact *f = group_at(old, i);
		bool always = fact_always(m->old, f);

		m->out->old_always += always;
		if (match_find_line(new, f->line)) {
			m->out->seen_again += always;
			continue;
		}
		if (!new->n && always)
			finding_add(m, CHANGE_GONE, f, NULL, REFUSED_NOT);
		else if (!always && fact_depends_on_timing(f))
			continue;
		else if (!outcomes)
			finding_add(m, CHANGE_UNSTABLE, f, NULL, REFUSED_NOT);
	}
}

static void match(struct matching *m)
{
	struct group rest_old, rest_new;
	uint32_t *order_old = order_facts(&rest_old, m->old);
	uint32_t *order_new = order_facts(&rest_new, m->new);

	while (rest_old.n || rest_new.n) {
		struct str op = next_operation(&rest_old, &rest_new);
		struct group old = take_group(&rest_old, op);
		struct group new = take_group(&rest_new, op);

		match_old(m, &old, &new, match_new(m, &old, &new));
	}
	free(order_old);
	free(order_new);
}

/* Findings point to facts that were made for this comparison. */
static void keep_facts(struct comparison *out, struct fingerprint *of)
{
	arena_take(&out->arena, &of->arena);
	fingerprint_free(of);
}

void compare(struct comparison *out, const struct fingerprint *old,
	     const struct fingerprint *new, const struct policy *policy)
{
	struct fingerprint *was = fingerprint_subjects(old);
	struct fingerprint *is = fingerprint_subjects(new);

	*out = (struct comparison){ .arena = ARENA_INIT };

	struct matching m = {
		.out = out, .old = was, .new = is, .policy = policy,
		.did_old = DEEDS_INIT(was), .did_new = DEEDS_INIT(is),
		.ran_old = STRMAP_INIT, .ran_new = STRMAP_INIT,
	};

	fingerprint_roles(&m.ran_old, old);
	fingerprint_roles(&m.ran_new, new);
	fold_drawn(&m);
	match(&m);
	fold_seal(&m);
	breakage_find(&m);
	findings_seal(&m);
	consequences_find(&m);
	verdict_reach(&m);
	causes_find(&m);
	deeds_free(&m.did_old);
	deeds_free(&m.did_new);
	strmap_free(&m.ran_old);
	strmap_free(&m.ran_new);
	strmap_free(&m.templates[0]);
	strmap_free(&m.templates[1]);
	for (size_t i = 0; i < ARRAY_LEN(m.folded); i++)
		if (m.folded[i])
			keep_facts(out, m.folded[i]);
	keep_facts(out, was);
	keep_facts(out, is);
	vec_free(&m.broken);
}
