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

static size_t collect(struct sighting *out, const struct fingerprint *fp,
		      size_t side, bool told)
{
	for (size_t i = 0; i < fp->n; i++)
		out[i] = (struct sighting){
			.line = told || !fp->facts[i].form.len ?
				fp->facts[i].line : fp->facts[i].form,
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

		if (f->learned.len)
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

static struct fingerprint *side_of(const struct sighting *all, size_t n,
				   const struct fingerprint *fp, size_t side)
{
	struct sighting *s = mem_array(fp->n + 1, sizeof(*s));
	struct fingerprint *out;
	size_t got = 0;

	for (size_t i = 0; i < n; i++)
		if (all[i].run == side)
			s[got++] = all[i];
	out = merge_sightings(s, got, &fp, 1);
	free(s);
	return out;
}

void fingerprint_unify(struct fingerprint *out[2],
		       const struct fingerprint *old,
		       const struct fingerprint *new)
{
	struct sighting *s = mem_array(old->n + new->n + 1, sizeof(*s));
	struct strmap taught = STRMAP_INIT;
	struct arena scratch = ARENA_INIT;
	bool told = fingerprint_told(old) && fingerprint_told(new);
	size_t n = collect(s, old, 0, told);

	n += collect(s + n, new, 1, told);
	add_taught(&taught, old);
	add_taught(&taught, new);
	sightings_sort(s, n);
	stability_apply(&scratch, s, n, &taught);
	keep_taught(s, n, &taught);
	sightings_sort(s, n);
	out[0] = side_of(s, n, old, 0);
	out[1] = side_of(s, n, new, 1);
	out[0]->told = out[1]->told = told;
	free(s);
	strmap_free(&taught);
	arena_free(&scratch);
}

bool fingerprint_wavers(const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++)
		if (!fact_always(fp, &fp->facts[i]) ||
		    fp->facts[i].names_min != fp->facts[i].names_max)
			return true;
	return false;
}
