/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fixtures do that they did not before.  It does not count for the
 * verdict; a number says that there is something.
 */
#include "core/compare/internal.h"

void fixtures_counts(const struct fingerprint *old,
		     const struct fingerprint *new,
		     size_t counts[CATEGORY_COUNT])
{
	autofingerprint struct fingerprint *subjects =
		fingerprint_subjects(new);

	autofingerprint struct fingerprint *known = fingerprint_subjects(old);

	memset(counts, 0, CATEGORY_COUNT * sizeof(*counts));
	/* A baseline has nothing of fixtures. */
	if (known->n == old->n)
		return;
	for (size_t i = 0; subjects->n < new->n && i < new->n; i++) {
		const struct fact *f = &new->facts[i];

		if (!fingerprint_find(subjects, f->line) &&
		    !fingerprint_find(old, f->line))
			counts[rule_for(f, NULL, NULL)->category]++;
	}
}
