/* SPDX-License-Identifier: Apache-2.0 */
/* Assessment, recommendations and conclusion: audit.def applied. */
#include "core/report/audit_internal.h"

struct area {
	const char *title, *attention, *ordinary;
	const char *remark_attention, *remark_ordinary;
};

static const struct area areas[] = {
#define AREA(title, attention, ordinary, remark_a, remark_o) \
	{ title, attention, ordinary, remark_a, remark_o },
#include "core/report/audit.def"
};

static const struct {
	const char *rules, *sentence;
} advice[] = {
#define ADVICE(rules, sentence) { rules, sentence },
#include "core/report/audit.def"
};

static void put_area(struct document *d, const struct area *area)
{
	struct basis attention = audit_facts_by_rule(d, area->attention);
	struct basis ordinary = audit_facts_by_rule(d, area->ordinary);
	struct str what, remark;
	const char *status;

	if (attention.n) {
		what = audit_sprintf(d, "%zu fact%s", attention.n,
				     str_plural(attention.n));
		status = "review";
		remark = str_c(area->remark_attention);
	} else if (ordinary.n) {
		what = audit_sprintf(d,
				     "%zu fact%s, none that calls for a review",
				     ordinary.n, str_plural(ordinary.n));
		status = "ordinary";
		remark = str_c(area->remark_ordinary);
	} else {
		what = STR("nothing of the kind");
		status = "not observed";
		remark = audit_sprintf(d, "In %s under this scenario.",
				       audit_span_of_runs(d).p);
	}
	if (d->all.n_reasons && !attention.n)
		status = "incomplete";
	audit_put_row(d, attention.n ? attention : ordinary,
		      (struct str[CELLS_MAX]){ str_c(area->title), what,
					 str_c(status), remark });
}

void audit_assessment(struct document *d)
{
	static const char *const columns[] = {
		"area", "observation", "status", "remark", NULL
	};

	chapter_begin(d, "assessment", "Assessment", columns, 0);
	d->chapters.v[d->chapters.n - 1].prose = true;
	for (size_t i = 0; i < ARRAY_LEN(areas); i++)
		put_area(d, &areas[i]);
}

void audit_advice(struct document *d)
{
	size_t n = 0;

	chapter_begin(d, "recommendations", "Recommendations", NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(advice); i++) {
		struct basis b = audit_facts_by_rule(d, advice[i].rules);

		if (!b.n)
			continue;
		audit_say(d, b, "%s", advice[i].sentence);
		n++;
	}
	if (d->all.n_reasons)
		audit_say(d, NO_BASIS,
			  "Settle the doubts under \"What could not be "
			  "observed\" and run again before relying on this "
			  "report");
	else if (!n)
		audit_say(d, NO_BASIS, "Nothing that was seen calls for one");
}

/* Facts that any area wants looked at, each once. */
static struct basis facts_for_review(struct document *d)
{
	autobuf struct buf globs = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
		buf_c(&globs, i ? " " : "");
		buf_c(&globs, areas[i].attention);
	}
	return audit_facts_by_rule(d, globs.p);
}

void audit_conclusion(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	struct basis review = facts_for_review(d);

	chapter_begin(d, "conclusion", "Conclusion", NULL, 0);
	if (!fp->n) {
		audit_say(d, NO_BASIS,
			  "Nothing was seen in %s: this proves nothing about "
			  "the program",
			  audit_span_of_runs(d).p);
		return;
	}
	if (review.n)
		audit_say(d, review,
			  "In %s under this scenario, %zu of %zu fact%s call%s "
			  "for a review",
			  audit_span_of_runs(d).p, review.n, fp->n,
			  str_plural(fp->n), review.n == 1 ? "s" : "");
	else
		audit_say(d, NO_BASIS,
			  "In %s under this scenario, none of %zu fact%s calls "
			  "for a review",
			  audit_span_of_runs(d).p, fp->n, str_plural(fp->n));
	audit_say(d, NO_BASIS,
		  "This states what was seen, and nothing about what the "
		  "program would do elsewhere, later, or with other input");
}
