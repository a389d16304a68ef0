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

/* Digits of an id; `explain` takes any beginning that is the only one. */
#define SHORT_ID 8

#define INDENT "         "	/* as wide as a level and two blanks */

const enum style level_styles[] = {
	[LEVEL_NOTE] = STYLE_FAINT,
	[LEVEL_WARNING] = STYLE_DOUBT,
	[LEVEL_ERROR] = STYLE_BAD,
	[LEVEL_NEVER] = STYLE_PLAIN,
};

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

/* What a reviewer must read before saying yes; has said yes is one line. */
static bool is_heavy(const struct finding *f)
{
	return !f->accepted && (f->gates || f->level > LEVEL_NOTE);
}

static void put_finding_line(struct buf *out, const struct report *r,
			     const struct finding *f)
{
	const char *level = level_name(f->level);

	style_c(out, r->color, level_styles[f->level], level);
	buf_printf(out, "%*s", (int)(sizeof(INDENT) - 1 - strlen(level)), "");
	safe_str(out, f->fact->line);
	buf_c(out, "  ");
	seen_text(out, f);
	if (r->verbosity > 0 || is_heavy(f))
		buf_printf(out, "  id %.*s", SHORT_ID, f->id);
	if (f->accept) {
		autobuf struct buf accept = BUF_INIT;

		accept_text(&accept, f->accept);
		buf_c(out, "  (");
		safe_str(out, buf_view(&accept));
		buf_ch(out, ')');
	}
	buf_ch(out, '\n');
}

/* Who did it, and one line of when and how. */
static void put_evidence(struct buf *out, const struct report *r,
			 const struct finding *f)
{
	const struct evidence *ev = &f->fact->ev;
	autobuf struct buf text = BUF_INIT;

	if (ev->process.len)
		safe_wrapped(out, INDENT "by  ", ev->process, r->width);
	evidence_line(&text, ev);
	safe_wrapped(out, INDENT "at  ", buf_view(&text), r->width);
}

static void put_finding(struct buf *out, const struct report *r,
			const struct finding *f)
{
	autobuf struct buf text = BUF_INIT;

	put_finding_line(out, r, f);
	finding_sentence(&text, f);
	buf_printf(&text, " [%s]", f->rule->id);
	safe_wrapped(out, INDENT, buf_view(&text), r->width);
	put_evidence(out, r, f);
	buf_ch(out, '\n');
}

void report_finding(struct buf *out, const struct finding *f, bool color,
		    unsigned width)
{
	const struct report r = { .color = color, .width = width };

	put_finding(out, &r, f);
}

static bool is_light_news(const struct finding *f)
{
	return !is_heavy(f) && finding_is_news(f);
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

/* What was learned from the runs, with what it was learned from. */
static void put_learned(struct buf *out, const struct report *r)
{
	const struct fingerprint *const sides[] = { r->old, r->new };
	struct strmap said = STRMAP_INIT;

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		for (size_t k = 0; k < sides[i]->n; k++) {
			const struct fact *f = &sides[i]->facts[k];
			struct strmap_entry *e;

			/* A baseline does not say of which names. */
			if (!fact_learned(f).len ||
			    str_eq(fact_learned(f), f->object))
				continue;
			e = strmap_put(&said, f->object);
			if (e->val.num)
				continue;
			if (said.n == 1)
				buf_c(out, "learned from what differs between "
				      "runs:\n");
			e->val.num = 1;
			buf_c(out, INDENT);
			safe_str(out, f->object);
			buf_c(out, "  from ");
			safe_str(out, fact_learned(f));
			buf_ch(out, '\n');
		}
	}
	if (said.n)
		buf_ch(out, '\n');
	strmap_free(&said);
}

/* --- how far to trust it --- */

static void put_ends(struct buf *out, const struct report *r,
		     const char *label, const struct fingerprint *fp)
{
	autobuf struct buf text = BUF_INIT;
	struct str lines, line;

	ends_lines(&text, fp);
	lines = buf_view(&text);
	while (next_line(&lines, &line))
		safe_wrapped(out, label, line, r->width);
}

/* What became of everything the tracer saw; facts are what is left. */
static void put_ledger(struct buf *out, const char *label,
		       const struct fingerprint *fp)
{
	const struct ledger *l = &fp->ledger;

	buf_printf(out, "%s ledger: stops %llu, events %llu, facts %zu, "
		   "merged %llu, dropped %llu, lost %llu, blind spots %zu\n",
		   label, (unsigned long long)l->stops,
		   (unsigned long long)l->events, fp->n,
		   (unsigned long long)l->merged,
		   (unsigned long long)l->dropped,
		   (unsigned long long)l->lost, fp->n_blind);
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
	autobuf struct buf text = BUF_INIT;

	put_ends(out, r, "old: ", r->old);
	put_ends(out, r, "new: ", r->new);
	buf_printf(&text, "%zu of %zu old facts and %zu of %zu new facts "
		   "differ from run to run", count_sometimes(r->old),
		   r->old->n, count_sometimes(r->new), r->new->n);
	safe_wrapped(out, "null comparison: ", buf_view(&text), r->width);
	if (r->verbosity > 0) {
		put_ledger(out, "old", r->old);
		put_ledger(out, "new", r->new);
	}
	buf_printf(out, "lost %llu, dropped %llu\n",
		   (unsigned long long)c->lost,
		   (unsigned long long)(r->old->ledger.dropped +
					r->new->ledger.dropped));
	put_blind_spots(out, r);
	buf_printf(out, "%zu of %zu behaviour%s seen again\n\n",
		   c->seen_again, c->old_always, plural(c->old_always));
}

static void put_reasons(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n_reasons; i++) {
		style_c(out, r->color, STYLE_DOUBT, "doubt");
		safe_wrapped(out, ": ", r->cmp->reasons[i], 0);
	}
}

static void put_report_only(struct buf *out, const struct report *r)
{
	autobuf struct buf text = BUF_INIT;

	if (!report_only_text(&text, r))
		return;
	style_c(out, r->color, STYLE_DOUBT, text.p);
	buf_ch(out, '\n');
}

void report_text(struct buf *out, const struct report *r)
{
	if (r->verbosity >= 0) {
		put_header(out, r);
		put_heavy(out, r);
		put_notes(out, r);
		put_folded(out, r, CHANGE_GONE,
			   "gone: always seen before, never now");
		put_folded(out, r, CHANGE_UNSTABLE,
			   "unstable: seen in some runs only");
		if (r->verbosity > 0)
			put_learned(out, r);
		put_trust(out, r);
		put_reasons(out, r);
	}
	verdict_line(out, r, r->color);
	buf_ch(out, '\n');
	put_report_only(out, r);
	if (r->verbosity >= 0)
		buf_str(out, r->closing);
}
