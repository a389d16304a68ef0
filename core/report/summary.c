/* SPDX-License-Identifier: Apache-2.0 */
/* The whole in a few sentences: verdict, counts, what it rests on. */
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/* --- counts by category --- */

struct tally {
	size_t n;
	size_t by[CATEGORY_COUNT];
};

static void tally_add(struct tally *t, const struct finding *f)
{
	t->n++;
	t->by[f->rule->category]++;
}

static void summary_put_tally(struct buf *out, const struct tally *t)
{
	buf_c(out, " (");
	categories_text(out, t->by);
	buf_ch(out, ')');
}

/* What gates; a broken step is no new behaviour. */
static struct tally tally_gating(const struct comparison *c)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < c->n; i++)
		if (c->findings[i].gates)
			tally_add(&t, &c->findings[i]);
	return t;
}

void summary_gating_counts(const struct comparison *c,
			   size_t counts[CATEGORY_COUNT])
{
	struct tally t = tally_gating(c);

	memcpy(counts, t.by, sizeof(t.by));
}

/*
 * New, and neither accepted nor counted for the verdict.  What a broken step
 * brings with it is reported there.
 */
static bool summary_is_beside(const struct comparison *c,
			      const struct finding *f)
{
	const struct finding *leader = &c->findings[f->cause];

	return finding_is_news(f) && !f->gates && !f->accepted &&
	       (f == leader || leader->rule->category != CATEGORY_BREAKAGE);
}

void summary_beside_counts(const struct comparison *c,
			   size_t counts[CATEGORY_COUNT])
{
	memset(counts, 0, CATEGORY_COUNT * sizeof(*counts));
	for (size_t i = 0; i < c->n; i++)
		if (summary_is_beside(c, &c->findings[i]))
			counts[c->findings[i].rule->category]++;
}

static void put_fixtures_new(struct buf *out, size_t start,
			     const struct report *r)
{
	struct tally t = { 0 };

	fixtures_counts(r->old, r->new, t.by);
	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		t.n += t.by[i];
	if (!t.n)
		return;
	buf_printf(out, "%s%zu new of fixtures", out->len > start ? ", " : "",
		   t.n);
	summary_put_tally(out, &t);
}

bool summary_beside_text(struct buf *out, const struct report *r)
{
	static const enum level levels[] = {
		LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTE
	};
	struct tally accepted = { 0 };
	size_t start = out->len;

	for (size_t l = 0; l < ARRAY_LEN(levels); l++) {
		struct tally t = { 0 };

		for (size_t i = 0; i < r->cmp->n; i++)
			if (summary_is_beside(r->cmp, &r->cmp->findings[i]) &&
			    r->cmp->findings[i].level == levels[l])
				tally_add(&t, &r->cmp->findings[i]);
		if (!t.n)
			continue;
		buf_printf(out, "%s%zu new %s%s", out->len > start ? ", " : "",
			   t.n, level_name(levels[l]), str_plural(t.n));
		summary_put_tally(out, &t);
	}
	for (size_t i = 0; i < r->cmp->n; i++)
		if (r->cmp->findings[i].accepted)
			tally_add(&accepted, &r->cmp->findings[i]);
	if (accepted.n) {
		buf_printf(out, "%s%zu accepted", out->len > start ? ", " : "",
			   accepted.n);
		summary_put_tally(out, &accepted);
	}
	put_fixtures_new(out, start, r);
	return out->len > start;
}

/* --- the verdict --- */

static const enum style verdict_styles[] = {
	[VERDICT_PASS] = STYLE_GOOD,
	[VERDICT_REGRESSION] = STYLE_BAD,
	[VERDICT_INCONCLUSIVE] = STYLE_DOUBT,
};

static void put_gating(struct buf *out, const struct comparison *c)
{
	struct tally t = tally_gating(c);
	size_t broken = t.by[CATEGORY_BREAKAGE], follow = 0;

	for (size_t i = 0; i < c->n; i++)
		follow += c->findings[i].fact->kind == EV_STEP &&
			  c->findings[i].cause != i;
	if (broken)
		buf_printf(out, ": %zu broken step%s", broken,
			   str_plural(broken));
	if (broken && follow)
		buf_printf(out, " and %zu that wait%s for %s", follow,
			   follow == 1 ? "s" : "", broken == 1 ? "it" :
			   "them");
	t.n -= broken;
	t.by[CATEGORY_BREAKAGE] = 0;
	if (!t.n)
		return;
	buf_printf(out, "%s %zu new behaviour%s", broken ? "," : ":", t.n,
		   str_plural(t.n));
	summary_put_tally(out, &t);
}

void summary_verdict_line(struct buf *out, const struct report *r, bool color)
{
	enum verdict verdict = r->cmp->verdict;

	style_c(out, color, verdict_styles[verdict],
		verdict_name(verdict));
	switch (verdict) {
	case VERDICT_REGRESSION:
		put_gating(out, r->cmp);
		break;
	case VERDICT_INCONCLUSIVE:
		buf_printf(out, ": %zu doubt%s", r->cmp->n_reasons,
			   str_plural(r->cmp->n_reasons));
		break;
	case VERDICT_PASS:
		if (r->fail_on == LEVEL_NEVER)
			buf_printf(out, ": the gate is off (fail-on = never "
				   "in %.*s)", STR_ARG(r->fail_on_from));
		else if (r->fail_on == LEVEL_ERROR)
			buf_c(out, ": nothing new at error");
		else
			buf_printf(out, ": nothing new at %s or above",
				   level_name(r->fail_on));
		break;
	}
	buf_printf(out, ", exit %d", report_exit(r));
}

bool report_only_text(struct buf *out, const struct report *r)
{
	int would = verdict_exit(r->cmp->verdict);

	if (!r->report_only || !would)
		return false;
	buf_printf(out, "report-only: would have exited %d", would);
	return true;
}

/* --- what it rests on --- */

static void put_same(struct buf *out, const struct report *r)
{
	const struct fingerprint *old = r->old, *new = r->new;

	if (old->n == 1 && new->n == 1)
		buf_c(out, "the only fact was");
	else if (old->n == new->n)
		buf_printf(out, "all %zu facts were", old->n);
	else
		buf_printf(out, "all %zu old fact%s and all %zu new fact%s "
			   "were", old->n, str_plural(old->n), new->n,
			   str_plural(new->n));
	buf_c(out, " the same in all ");
	if (old->runs == new->runs)
		buf_printf(out, "%u ", old->runs);
	buf_c(out, "runs");
}

void summary_repeatability_text(struct buf *out, const struct report *r)
{
	const struct fingerprint *old = r->old, *new = r->new;
	/* Names that both draw anew are reported behind it. */
	size_t differ_old = report_count_sometimes(old) - r->cmp->drawn_old;
	size_t differ_new = report_count_sometimes(new) - r->cmp->drawn_new;

	buf_c(out, "Repeatability: ");
	if (old->runs < 2 || new->runs < 2)
		buf_printf(out, "not known of %s, which had one run",
			   old->runs > 1 ? "new" : new->runs > 1 ? "old" :
			   "either side");
	else if (!differ_old && !differ_new)
		put_same(out, r);
	else
		buf_printf(out, "%zu of %zu old fact%s and %zu of %zu new "
			   "fact%s differ from run to run", differ_old, old->n,
			   str_plural(old->n), differ_new, new->n,
			   str_plural(new->n));
	if (r->cmp->n_drawn)
		buf_printf(out, "; names are drawn anew at %zu place%s, on "
			   "both sides alike", r->cmp->n_drawn,
			   str_plural(r->cmp->n_drawn));
}

void summary_loss_text(struct buf *out, const struct report *r)
{
	uint64_t dropped = r->old->ledger.dropped + r->new->ledger.dropped;

	if (!r->cmp->lost && !dropped)
		buf_c(out, "No events were lost");
	else
		buf_printf(out, "Lost events: %llu, dropped: %llu",
			   (unsigned long long)r->cmp->lost,
			   (unsigned long long)dropped);
}

/* Why there are fewer than the header has facts. */
static void put_fixtures(struct buf *out, const struct fingerprint *old)
{
	autofingerprint struct fingerprint *own = fingerprint_subjects(old);
	size_t n = old->n - own->n;

	if (n)
		buf_printf(out, "; %zu old fact%s of fixtures %s not compared",
			   n, str_plural(n), n == 1 ? "is" : "are");
}

void summary_again_text(struct buf *out, const struct report *r)
{
	buf_printf(out, "%zu of %zu old behaviour%s seen again",
		   r->cmp->seen_again, r->cmp->old_always,
		   r->cmp->old_always == 1 ? " was" : "s were");
	put_fixtures(out, r->old);
}
