/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sides, one set of learned rules.
 *
 * Each side's own runs have taught what differs between them.  Left to decide
 * is what one side could not know:
 *
 *   line of one side only                 it becomes the learned form when
 *   in one of its runs                    the runs of a side taught that form
 *   in more, with a number of few digits  the other side's runs taught exactly
 *                                         this form, for as many names or
 *                                         more, and its own side lacks it
 *   in more, otherwise                    never: no random name comes again
 *
 * A name that came in every run of one side stands for itself only when the
 * other side, too, could tell such names from drawn ones; else both have the
 * tokens.
 */
#include <stdlib.h>

#include "core/fingerprint/internal.h"

/* In one run of several: it may have been drawn. */
static bool is_volatile(const struct fingerprint *fp, const struct fact *f)
{
	return fp->runs > 1 && f->seen == 1;
}

/* What the fact counts as, where names that come again can be told or not. */
static struct str line_of(const struct fact *f, bool told)
{
	return told || !fact_form(f).len ? f->line : fact_form(f);
}

static size_t collect(struct sighting *out, const struct fingerprint *fp,
		      unsigned side, bool told)
{
	for (size_t i = 0; i < fp->n; i++)
		out[i] = (struct sighting){
			.line = line_of(&fp->facts[i], told),
			.fact = &fp->facts[i],
			.run = side,
			.steady = !is_volatile(fp, &fp->facts[i]),
		};
	return fp->n;
}

/* Each learned line, and how many names stood behind it in one run at most. */
static void add_taught(struct strmap *taught, const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if (fact_learned(f).len)
			strmap_put(taught, f->line)->val.num =
				f->names_max ? f->names_max : 1;
	}
}

static bool was_rewritten(const struct sighting *s)
{
	return s->learned && s->steady;
}

/* Those of the number that stood where the line now has `<n>`. */
static bool had_few_digits(const struct sighting *s)
{
	struct str token = str_c(token_text(TOKEN_N));
	size_t tokens = 0, before = s->fact->line.len;

	for (size_t i = 0; i < s->line.len; i++)
		tokens += str_starts(str_sub(s->line, i), token);
	for (size_t i = 0; i < s->fact->line.len; i++)
		tokens -= str_starts(str_sub(s->fact->line, i), token);
	return before + tokens * token.len <=
	       s->line.len + tokens * NUMBER_FEW;
}

/*
 * A steady line may only become what the other side was taught, and no more
 * lines than that side had names for: one number did not vary, the other is
 * news, and nobody knows which.
 */
static void keep_taught(struct sighting *s, size_t n, struct strmap *taught)
{
	struct strmap used = STRMAP_INIT;

	for (size_t i = 0; i < n; i++)
		if (was_rewritten(&s[i]))
			strmap_put(&used, s[i].line)->val.num++;
	for (size_t i = 0; i < n; i++) {
		const struct strmap_entry *e;

		if (!was_rewritten(&s[i]))
			continue;
		e = strmap_get(taught, s[i].line);
		if (e && had_few_digits(&s[i]) &&
		    strmap_get(&used, s[i].line)->val.num <= e->val.num)
			continue;
		s[i].line = s[i].fact->line;
		s[i].learned = false;
	}
	strmap_free(&used);
}

/* Does merging leave the fact as it is, where its line stays? */
static bool is_settled(const struct fingerprint *fp, const struct fact *f)
{
	return !fact_learned(f).len &&
	       (!f->names_min || f->seen >= fp->runs);
}

/* The facts of one side, those that the sightings of it say. */
static void settle(struct fingerprint *out, const struct sighting *all,
		   size_t n, unsigned side)
{
	struct sighting *s = mem_array(out->n + 1, sizeof(*s));
	bool same = true;
	size_t got = 0;

	for (size_t i = 0; i < n; i++) {
		if (all[i].run != side)
			continue;
		s[got++] = all[i];
		same &= !all[i].learned && is_settled(out, all[i].fact) &&
			all[i].line.p == all[i].fact->line.p;
	}
	if (!same)
		merge_sightings(out, s, got);
	free(s);
}

/* Is there nothing that could become anything else? */
static bool all_settled(const struct fingerprint *fp, bool told)
{
	for (size_t i = 0; i < fp->n; i++)
		if (!is_settled(fp, &fp->facts[i]) ||
		    (!told && fact_form(&fp->facts[i]).len))
			return false;
	return true;
}

static void unify(struct fingerprint *out[2], bool told)
{
	struct sighting *s = mem_array(out[0]->n + out[1]->n + 1, sizeof(*s));
	struct strmap taught = STRMAP_INIT;
	struct arena scratch = ARENA_INIT;
	size_t n = collect(s, out[0], 0, told);

	n += collect(s + n, out[1], 1, told);
	add_taught(&taught, out[0]);
	add_taught(&taught, out[1]);
	sightings_sort(s, n);
	stability_apply(&scratch, s, n, &taught);
	keep_taught(s, n, &taught);
	sightings_sort(s, n);
	settle(out[0], s, n, 0);
	settle(out[1], s, n, 1);
	free(s);
	strmap_free(&taught);
	arena_free(&scratch);
}

void fingerprint_unify(struct fingerprint *out[2],
		       const struct fingerprint *old,
		       const struct fingerprint *new)
{
	bool told = fingerprint_told(old) && fingerprint_told(new);

	out[0] = fingerprint_share(old);
	out[1] = fingerprint_share(new);
	for (size_t i = 0; i < 2; i++) {
		out[i]->told = told;
		out[i]->names = NULL;
		out[i]->n_names = 0;
		/* The caller may have added facts since it was made. */
		fingerprint_digest(out[i]);
	}
	if (!all_settled(old, told) || !all_settled(new, told))
		unify(out, told);
}
