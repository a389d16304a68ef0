/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of whole fingerprints: which ran, which count, which swapped. */
#include "core/fingerprint/drawn.h"
#include "core/fingerprint/internal.h"

void fingerprint_roles(struct strmap *out, const struct fingerprint *fp)
{
	for (size_t r = 0; r < fp->n_ends; r++)
		for (size_t i = 0; i < fp->ends[r].n_steps; i++) {
			const struct step_end *s = &fp->ends[r].steps[i];

			if (s->started)
				strmap_put(out, s->name)->val.num =
					s->fixture ? STEP_FIXTURE :
						     STEP_SUBJECT;
		}
}

static enum step_role role_of(const struct strmap *roles, struct str step)
{
	const struct strmap_entry *e = strmap_get(roles, step);

	return e ? (enum step_role)e->val.num : STEP_UNKNOWN;
}

/* --- without fixtures --- */

static bool has_fixture(const struct strmap *roles)
{
	for (size_t i = 0; i < roles->n; i++)
		if (roles->entries[i].val.num == STEP_FIXTURE)
			return true;
	return false;
}

/* Is the first event a fixture's? Then the fact begins with another. */
static void roles_set_first(struct evidence *ev,
			    const struct step_evidence *steps, size_t n)
{
	const struct step_evidence *first = &steps[0];

	for (size_t i = 1; i < n; i++)
		if (steps[i].ns < first->ns)
			first = &steps[i];
	ev->step = first->step;
	ev->ns = first->ns;
	ev->process = first->process;
	ev->call = first->call;
	ev->note = STR("");
}

/* Only what subjects did of it; false where that is nothing. */
static bool without_fixtures(struct arena *a, struct fact *f,
			     const struct strmap *roles)
{
	struct step_evidence left[FACT_STEPS_MAX];
	size_t n = 0, all = evidence_steps(&f->ev);
	uint64_t count = 0;
	unsigned seen = 0;

	for (size_t i = 0; i < all; i++) {
		struct step_evidence s = evidence_step(&f->ev, f->seen, i);

		if (role_of(roles, s.step) == STEP_FIXTURE)
			continue;
		left[n++] = s;
		count += s.count;
		seen = s.seen > seen ? s.seen : seen;
	}
	if (!n || n == all)
		return n;
	if (role_of(roles, f->ev.step) == STEP_FIXTURE)
		roles_set_first(&f->ev, left, n);
	f->seen = seen;
	f->ev.count = count;
	fact_set_steps(a, f, left, n);
	return true;
}

struct fingerprint *fingerprint_subjects(const struct fingerprint *fp)
{
	struct fingerprint *out = fingerprint_share(fp);
	struct strmap roles = STRMAP_INIT;

	fingerprint_roles(&roles, fp);
	if (has_fixture(&roles)) {
		out->facts = arena_alloc(&out->arena,
					 fp->n * sizeof(*out->facts));
		out->n = 0;
		for (size_t i = 0; i < fp->n; i++) {
			out->facts[out->n] = fp->facts[i];
			out->n += without_fixtures(&out->arena,
						   &out->facts[out->n], &roles);
		}
	}
	strmap_free(&roles);
	return out;
}

/* --- what differs from run to run, and from side to side --- */

void fingerprint_steps_digest(const struct fingerprint *fp,
			      char out[HASH_HEX_LEN + 1])
{
	struct hash_state *all = hash_begin();

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		size_t n = evidence_steps(&f->ev);

		for (size_t k = 0; k < n && n > 1; k++) {
			struct step_evidence s = evidence_step(&f->ev, f->seen,
							       k);

			hash_field(all, f->line);
			hash_field(all, s.step);
			hash_field(all, s.seen == fp->runs ? STR("always") :
							     STR("sometimes"));
		}
	}
	hash_end(all, out);
}

/* One step did it in some of the runs that saw it. */
static bool steps_differ(const struct fact *f)
{
	for (size_t i = 0; i < evidence_steps(&f->ev); i++)
		if (evidence_step(&f->ev, f->seen, i).seen != f->seen)
			return true;
	return false;
}

bool fingerprint_is_unstable(const struct fingerprint *fp, bool settled)
{
	struct drawn_places *d = settled ? drawn_find(fp, fp, NULL) : NULL;
	bool unstable = false;

	for (size_t i = 0; i < fp->n && !unstable; i++) {
		const struct fact *f = &fp->facts[i];

		if (fact_always(fp, f))
			unstable = steps_differ(f) ||
				 f->names_min != f->names_max;
		else
			unstable = steps_differ(f) ||
				 (!fact_depends_on_timing(f) &&
				  !drawn_is_certain(d, f));
	}
	drawn_free(d);
	return unstable;
}

/* Have some runs of NEW a line at a place where OLD draws nothing? */
static bool draws_other(struct drawn_places *d, const struct fingerprint *old,
			const struct fingerprint *new)
{
	bool other = false;

	for (size_t i = 0, at = 0; i < new->n && !other; i++) {
		const struct fact *f = &new->facts[i];

		other = !fingerprint_next(old, &at, f->line) &&
			!fact_always(new, f) && !fact_depends_on_timing(f) &&
			!drawn_explains(d, f) && !drawn_reason(d, f);
	}
	return other;
}

/* Is more behind a line than in OLD, which three runs show by chance? */
static bool has_more_names(const struct fingerprint *old,
			   const struct fingerprint *new)
{
	bool more = false;

	for (size_t i = 0, at = 0; i < new->n && !more; i++) {
		const struct fact *f = fingerprint_next(old, &at,
							new->facts[i].line);

		more = f && fact_has_more_names(f, &new->facts[i]);
	}
	return more;
}

bool fingerprint_draws_otherwise(const struct fingerprint *old,
				 const struct fingerprint *new)
{
	struct drawn_places *d = drawn_find(old, new, NULL);
	bool other = (d && (drawn_is_open(d) || draws_other(d, old, new))) ||
		     has_more_names(old, new);

	drawn_free(d);
	return other;
}

/* Did a step do the one, and not the other although it ran there? */
static bool lacks(const struct fact *one, const struct fact *other,
		  const struct strmap *ran)
{
	struct step_evidence s, found;

	for (size_t i = 0; i < evidence_steps(&one->ev); i++) {
		s = evidence_step(&one->ev, one->seen, i);
		if (s.step.len && role_of(ran, s.step) != STEP_UNKNOWN &&
		    !fact_step(other, s.step, &found))
			return true;
	}
	return false;
}

bool fingerprint_steps_swap(const struct fingerprint *old,
			    const struct fingerprint *new)
{
	struct strmap in_old = STRMAP_INIT, in_new = STRMAP_INIT;
	bool swap = false;

	fingerprint_roles(&in_old, old);
	fingerprint_roles(&in_new, new);
	for (size_t i = 0, k = 0; i < old->n && k < new->n && !swap;) {
		const struct fact *a = &old->facts[i], *b = &new->facts[k];
		int c = str_cmp(a->line, b->line);

		swap = !c && lacks(a, b, &in_new) && lacks(b, a, &in_old);
		i += c <= 0;
		k += c >= 0;
	}
	strmap_free(&in_old);
	strmap_free(&in_new);
	return swap;
}
