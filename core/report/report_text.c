/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: what is new and heavy in full, the rest as counts, then how far
 * the comparison can be trusted, and the verdict as the last line.
 */
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/* Notes beyond this many are folded into a count. */
#define NOTES_SHOWN 10

#define INDENT "         "	/* as wide as a level and two blanks */

static const enum style level_styles[] = {
	[LEVEL_NOTE] = STYLE_FAINT,
	[LEVEL_WARNING] = STYLE_DOUBT,
	[LEVEL_ERROR] = STYLE_BAD,
	[LEVEL_NEVER] = STYLE_PLAIN,
};

static const enum style verdict_styles[] = {
	[VERDICT_PASS] = STYLE_GOOD,
	[VERDICT_REGRESSION] = STYLE_BAD,
	[VERDICT_INCONCLUSIVE] = STYLE_DOUBT,
};

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void put_seconds(struct buf *out, uint64_t ms)
{
	buf_printf(out, "%llu.%03llu s", (unsigned long long)(ms / 1000),
		   (unsigned long long)(ms % 1000));
}

/* --- the header --- */

static void put_side(struct buf *out, const char *label,
		     const struct fingerprint *fp, const char *from)
{
	struct str commit = fp->commit;

	if (commit.len > 12)
		commit.len = 12;
	buf_printf(out, "%s  ", label);
	safe_str(out, fp->spec);
	if (commit.len) {
		buf_c(out, "  ");
		safe_str(out, commit);
	}
	buf_printf(out, "  %s, %u run%s, %zu fact%s\n", from, fp->runs,
		   plural(fp->runs), fp->n, plural(fp->n));
	if (fp->entry.len) {
		buf_c(out, "     ");
		safe_str(out, fp->entry);
		buf_ch(out, '\n');
	}
}

static void put_header(struct buf *out, const struct report *r)
{
	put_side(out, "old", r->old, r->old_from);
	put_side(out, "new", r->new, r->new_from);
	if (r->config_from.len) {
		buf_c(out, "configuration: ");
		safe_str(out, r->config_from);
		buf_ch(out, '\n');
	}
	for (size_t i = 0; i < r->n_notes; i++) {
		safe_str(out, r->notes[i]);
		buf_ch(out, '\n');
	}
	buf_ch(out, '\n');
}

/* --- findings --- */

/* "accepted until 2025-12-31 by Ann: health checks" */
static void put_accept(struct buf *out, const struct accept *a)
{
	if (a->expired)
		buf_c(out, "  (accepted, but that expired on ");
	else
		buf_c(out, a->expires.len ? "  (accepted until " :
					    "  (accepted");
	safe_str(out, a->expires);
	if (a->by.len) {
		buf_c(out, " by ");
		safe_str(out, a->by);
	}
	buf_c(out, ": ");
	safe_str(out, a->reason);
	buf_ch(out, ')');
}

static void put_finding_line(struct buf *out, const struct report *r,
			     const struct finding *f)
{
	const char *level = level_name(f->level);

	style_c(out, r->color, level_styles[f->level], level);
	buf_printf(out, "%*s", (int)(sizeof(INDENT) - 1 - strlen(level)), "");
	safe_str(out, f->fact->line);
	if (f->change == CHANGE_GONE)
		buf_printf(out, "  (was %u/%u)", f->seen_old, f->runs_old);
	else if (f->change == CHANGE_UNSTABLE)
		buf_printf(out, "  (was %u/%u, is %u/%u)", f->seen_old,
			   f->runs_old, f->seen_new, f->runs_new);
	else
		buf_printf(out, "  (%u/%u)", f->seen_new, f->runs_new);
	if (f->accept)
		put_accept(out, f->accept);
	buf_ch(out, '\n');
}

static void put_evidence(struct buf *out, const struct report *r,
			 const struct finding *f)
{
	const struct evidence *ev = &f->fact->ev;
	autobuf struct buf text = BUF_INIT;

	if (ev->process.len)
		safe_wrapped(out, INDENT "by  ", ev->process, r->width);
	buf_str(&text, ev->call);
	buf_c(&text, text.len ? " after " : "after ");
	put_seconds(&text, ev->ns / 1000000);
	if (ev->step.len) {
		buf_c(&text, " in step ");
		buf_str(&text, ev->step);
	}
	if (ev->count > 1)
		buf_printf(&text, ", %llu times in all",
			   (unsigned long long)ev->count);
	safe_wrapped(out, INDENT "at  ", buf_view(&text), r->width);
	if (ev->note.len)
		safe_wrapped(out, INDENT "note: ", ev->note, r->width);
}

static void put_finding(struct buf *out, const struct report *r,
			const struct finding *f)
{
	autobuf struct buf text = BUF_INIT;

	put_finding_line(out, r, f);
	buf_printf(&text, "%s [%s]", finding_message(f), f->rule->id);
	safe_wrapped(out, INDENT, buf_view(&text), r->width);
	put_evidence(out, r, f);
	buf_ch(out, '\n');
}

/* What a reviewer must read before saying yes; has said yes is one line. */
static bool is_heavy(const struct finding *f)
{
	return !f->accepted && (f->gates || f->level > LEVEL_NOTE);
}

static bool is_light_news(const struct finding *f)
{
	return !is_heavy(f) &&
	       (f->change == CHANGE_NEW || f->change == CHANGE_OUTCOME);
}

static void put_heavy(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n; i++)
		if (is_heavy(&r->cmp->findings[i]))
			put_finding(out, r, &r->cmp->findings[i]);
}

static void put_notes(struct buf *out, const struct report *r)
{
	const struct comparison *c = r->cmp;
	size_t n = 0, shown = 0, limit = r->verbosity > 0 ? c->n : NOTES_SHOWN;

	for (size_t i = 0; i < c->n; i++)
		n += is_light_news(&c->findings[i]);
	for (size_t i = 0; i < c->n; i++) {
		const struct finding *f = &c->findings[i];

		if (!is_light_news(f) || (shown >= limit && !f->accepted))
			continue;
		put_finding_line(out, r, &c->findings[i]);
		shown++;
	}
	if (n > shown)
		buf_printf(out, INDENT "%zu more note%s (-v shows them)\n",
			   n - shown, plural(n - shown));
	if (n)
		buf_ch(out, '\n');
}

/* The ones that went away, and the ones nobody can rely on. */
static void put_folded(struct buf *out, const struct report *r,
		       enum change change, const char *what)
{
	const struct comparison *c = r->cmp;
	bool unfold = r->verbosity > 0;

	if (!c->count[change])
		return;
	buf_printf(out, "%zu %s%s\n", c->count[change], what,
		   unfold ? ":" : " (-v shows them)");
	for (size_t i = 0; unfold && i < c->n; i++)
		if (c->findings[i].change == change)
			put_finding_line(out, r, &c->findings[i]);
	if (unfold)
		buf_ch(out, '\n');
}

/* --- how far to trust it --- */

static void put_end(struct buf *out, const struct run_end *end)
{
	buf_str(out, end->how);
	if (end->alive)
		buf_printf(out, ", %u process%s alive", end->alive,
			   end->alive == 1 ? "" : "es");
	if (end->zombies)
		buf_printf(out, ", %u zombie%s", end->zombies,
			   plural(end->zombies));
	for (size_t i = 0; i < end->n_steps; i++) {
		buf_c(out, i ? ", " : "; ");
		step_end_text(out, &end->steps[i]);
	}
}

/* Runs that ended in the same way but for the time. */
struct alike {
	size_t first, n;
	uint64_t least, most;	/* ms */
};

struct alikes {
	struct alike *v;
	size_t n, cap;
	struct strmap index;	/* text -> place in v, plus 1 */
};

static void alikes_free(struct alikes *a)
{
	strmap_free(&a->index);
	vec_free(a);
}

static void alikes_add(struct alikes *a, size_t run, struct str text,
		       uint64_t ms)
{
	struct strmap_entry *e = strmap_put(&a->index, text);
	struct alike *v;

	if (!e->val.num) {
		*vec_push(a) = (struct alike){ run, 0, ms, ms };
		e->val.num = a->n;
	}
	v = &a->v[e->val.num - 1];
	v->n++;
	v->least = ms < v->least ? ms : v->least;
	v->most = ms > v->most ? ms : v->most;
}

static void put_alike(struct buf *out, const struct fingerprint *fp,
		      const struct alike *a)
{
	if (a->n == 1)
		buf_printf(out, "run %zu of %zu after ", a->first + 1,
			   fp->n_ends);
	else
		buf_printf(out, "%zu of %zu runs after ", a->n, fp->n_ends);
	put_seconds(out, a->least);
	if (a->most > a->least) {
		buf_c(out, " to ");
		put_seconds(out, a->most);
	}
	buf_c(out, ": ");
	put_end(out, &fp->ends[a->first]);
}

static void put_ends(struct buf *out, const struct report *r,
		     const char *label, const struct fingerprint *fp)
{
	__attribute__((cleanup(alikes_free)))
	struct alikes alikes = { .index = STRMAP_INIT };
	autobuf struct buf text = BUF_INIT;

	for (size_t i = 0; i < fp->n_ends; i++) {
		/* A baseline knows its steps, but of no run. */
		if (!fp->ends[i].how.len)
			continue;
		buf_clear(&text);
		put_end(&text, &fp->ends[i]);
		alikes_add(&alikes, i, buf_view(&text), fp->ends[i].ms);
	}
	for (size_t i = 0; i < alikes.n; i++) {
		buf_clear(&text);
		put_alike(&text, fp, &alikes.v[i]);
		safe_wrapped(out, label, buf_view(&text), r->width);
	}
}

static void put_blind_spots(struct buf *out, const struct report *r)
{
	size_t io = 0, in = 0;
	struct str spot;

	if (!next_blind_spot(r, &io, &in, &spot)) {
		buf_c(out, "blind spots: none\n");
		return;
	}
	do
		safe_wrapped(out, "blind spot: ", spot, r->width);
	while (next_blind_spot(r, &io, &in, &spot));
}

static void put_trust(struct buf *out, const struct report *r)
{
	const struct comparison *c = r->cmp;

	put_ends(out, r, "old: ", r->old);
	put_ends(out, r, "new: ", r->new);
	buf_printf(out, "null comparison: %zu of %zu old facts and %zu of %zu "
		   "new facts differ from run to run\n",
		   count_sometimes(r->old), r->old->n,
		   count_sometimes(r->new), r->new->n);
	buf_printf(out, "lost %llu, dropped %llu\n",
		   (unsigned long long)c->lost,
		   (unsigned long long)(r->old->ledger.dropped +
					r->new->ledger.dropped));
	put_blind_spots(out, r);
	buf_printf(out, "%zu of %zu behaviour%s seen again\n\n",
		   c->seen_again, c->old_always, plural(c->old_always));
}

/* --- the verdict --- */

static void put_reasons(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n_reasons; i++) {
		style_c(out, r->color, STYLE_DOUBT, "doubt");
		safe_wrapped(out, ": ", r->cmp->reasons[i], 0);
	}
}

static void put_regression_counts(struct buf *out, const struct report *r)
{
	static const enum level order[] = {
		LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTE
	};
	const char *sep = ": ";

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		size_t n = count_gating(r->cmp, order[i]);

		if (!n)
			continue;
		if (*sep == ':')
			buf_printf(out, ": %zu new behaviour%s at %s", n,
				   plural(n), level_name(order[i]));
		else
			buf_printf(out, ", %zu at %s", n,
				   level_name(order[i]));
		sep = ", ";
	}
}

static void put_verdict(struct buf *out, const struct report *r)
{
	enum verdict verdict = r->cmp->verdict;

	style_c(out, r->color, verdict_styles[verdict],
		verdict_name(verdict));
	switch (verdict) {
	case VERDICT_REGRESSION:
		put_regression_counts(out, r);
		break;
	case VERDICT_INCONCLUSIVE:
		buf_printf(out, ": %zu doubt%s", r->cmp->n_reasons,
			   plural(r->cmp->n_reasons));
		break;
	case VERDICT_PASS:
		if (r->fail_on == LEVEL_NEVER)
			buf_c(out, ": no level fails");
		else if (r->fail_on == LEVEL_ERROR)
			buf_c(out, ": nothing new at error");
		else
			buf_printf(out, ": nothing new at %s or above",
				   level_name(r->fail_on));
		break;
	}
	buf_printf(out, ", exit %d\n", verdict_exit(verdict));
}

/* Quiet: what failed, one line each, and nothing at all on a pass. */
static void put_quiet(struct buf *out, const struct report *r)
{
	if (r->cmp->verdict == VERDICT_PASS)
		return;
	for (size_t i = 0; i < r->cmp->n; i++)
		if (r->cmp->findings[i].gates)
			put_finding_line(out, r, &r->cmp->findings[i]);
	put_reasons(out, r);
	put_verdict(out, r);
	buf_str(out, r->closing);
}

void report_text(struct buf *out, const struct report *r)
{
	if (r->verbosity < 0) {
		put_quiet(out, r);
		return;
	}
	put_header(out, r);
	put_heavy(out, r);
	put_notes(out, r);
	put_folded(out, r, CHANGE_GONE,
		   "gone: always seen before, never now");
	put_folded(out, r, CHANGE_UNSTABLE,
		   "unstable: seen in some runs only");
	put_trust(out, r);
	put_reasons(out, r);
	put_verdict(out, r);
	buf_str(out, r->closing);
}
