/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: the findings, then how far the comparison can be trusted, and the
 * verdict as the last line.
 */
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/* Lines of a step's output; the page has all that is kept. */
#define OUTPUT_LINES 40

/* --- the header --- */

static void report_text_put_side(struct buf *out, const char *label,
				 const struct fingerprint *fp, const char *from)
{
	struct str commit = fp->commit;

	if (commit.len > 12)
		commit.len = 12;
	buf_printf(out, "%s  ", label);
	escape_str(out, fp->spec);
	if (commit.len) {
		buf_c(out, "  ");
		escape_str(out, commit);
	}
	buf_printf(out, "  %s, %u run%s, %zu fact%s\n", from, fp->runs,
		   str_plural(fp->runs), fp->n, str_plural(fp->n));
	if (fp->entry.len) {
		buf_c(out, "     ");
		escape_str(out, fp->entry);
		buf_ch(out, '\n');
	}
}

static void put_header(struct buf *out, const struct report *r)
{
	report_text_put_side(out, "old", r->old, r->old_from);
	report_text_put_side(out, "new", r->new, r->new_from);
	if (r->config_from.len) {
		buf_c(out, "configuration: ");
		escape_str(out, r->config_from);
		buf_ch(out, '\n');
	}
	for (size_t i = 0; i < r->n_notes; i++) {
		escape_str(out, r->notes[i]);
		buf_ch(out, '\n');
	}
	buf_ch(out, '\n');
}

/* --- how far to trust it --- */

static void report_text_put_ends(struct buf *out, const struct report *r,
				 const char *label,
				 const struct fingerprint *fp)
{
	autobuf struct buf text = BUF_INIT;
	struct str lines, line;

	words_ends_lines(&text, fp);
	lines = buf_view(&text);
	while (words_next_line(&lines, &line))
		escape_wrapped(out, label, line, r->width);
}

/* What a step printed, a line each. */
static void report_text_put_output(struct buf *out, const char *label,
				   const struct fingerprint *fp,
				   struct str name)
{
	size_t run, lines = 0, n = 0;
	const struct step_end *s = words_step(fp, name, &run);
	struct str rest = s->output, line;

	for (size_t i = 0; i < s->output.len; i++)
		lines += s->output.p[i] == '\n';

	if (!s->output.len)
		return;
	buf_printf(out, "%s: step ", label);
	escape_str(out, name);
	buf_printf(out, " printed in run %zu of %zu:\n", run + 1, fp->n_ends);
	while (words_next_line(&rest, &line)) {
		bool head = n < OUTPUT_LINES / 2;

		/* What is long has its reason at its end. */
		if (++n == OUTPUT_LINES / 2 + 1 && lines > OUTPUT_LINES)
			buf_printf(out, TEXT_INDENT "%zu more line%s not "
				   "shown\n", lines - OUTPUT_LINES,
				   lines - OUTPUT_LINES == 1 ? " is" :
							       "s are");
		if (!head && n + OUTPUT_LINES / 2 <= lines)
			continue;
		buf_c(out, TEXT_INDENT);
		escape_str(out, line);
		buf_ch(out, '\n');
	}
}

static void put_outputs(struct buf *out, const char *label,
			const struct fingerprint *fp)
{
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++)
		report_text_put_output(out, label, fp,
				       fp->ends[0].steps[i].name);
}

/* What became of everything the tracer saw; facts are what is left. */
static void report_text_put_ledger(struct buf *out, const char *label,
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

static void report_text_put_blind_spots(struct buf *out, const struct report *r)
{
	size_t io = 0, in = 0;
	struct str spot;

	if (!report_next_blind_spot(r, &io, &in, &spot)) {
		buf_c(out, "No blind spots\n");
		return;
	}
	do
		escape_wrapped(out, "blind spot: ", spot, r->width);
	while (report_next_blind_spot(r, &io, &in, &spot));
}

/* A sentence that one of the functions of summary.c makes. */
static void report_text_put_sentence(struct buf *out, const struct report *r,
				     void (*make)(struct buf *out,
						  const struct report *r))
{
	autobuf struct buf text = BUF_INIT;

	make(&text, r);
	escape_wrapped(out, "", buf_view(&text), r->width);
}

/* Where both sides draw names, and what of. */
static void report_text_put_drawn(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n_drawn; i++) {
		const struct drawn_place *p = &r->cmp->drawn[i];

		buf_c(out, "drawn: ");
		escape_str(out, p->line);
		buf_c(out, ": old ");
		escape_str(out, p->old);
		buf_c(out, "; new ");
		escape_str(out, p->new);
		buf_ch(out, '\n');
	}
}

/* When each step of the first run did what. */
static void put_times(struct buf *out, const char *label,
		      const struct fingerprint *fp)
{
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++) {
		autobuf struct buf text = BUF_INIT;

		step_end_times_text(&text, &fp->ends[0].steps[i]);
		if (!text.len)
			continue;
		buf_printf(out, "%s: step ", label);
		escape_str(out, fp->ends[0].steps[i].name);
		buf_printf(out, " in run 1 of %zu: %s\n", fp->n_ends, text.p);
	}
}

/* What every run of OLD did, fixtures apart, and none of NEW. */
static void put_not_again(struct buf *out, const struct report *r)
{
	autofingerprint struct fingerprint *old = fingerprint_subjects(r->old);
	autofingerprint struct fingerprint *new = fingerprint_subjects(r->new);

	for (size_t i = 0; i < old->n; i++) {
		const struct fact *f = &old->facts[i];

		if (!fact_always(old, f) || fingerprint_find(new, f->line))
			continue;
		buf_c(out, "not seen again: ");
		escape_str(out, f->line);
		buf_ch(out, '\n');
	}
}

static void put_again(struct buf *out, const struct report *r)
{
	size_t n = r->cmp->old_always - r->cmp->seen_again;
	autobuf struct buf text = BUF_INIT;

	summary_again_text(&text, r);
	if (n && r->verbosity <= 0)
		buf_printf(&text, " (-v names the other%s)", str_plural(n));
	escape_wrapped(out, "", buf_view(&text), r->width);
	if (r->verbosity > 0)
		put_not_again(out, r);
}

static void report_text_put_trust(struct buf *out, const struct report *r)
{
	report_text_put_ends(out, r, "old: ", r->old);
	report_text_put_ends(out, r, "new: ", r->new);
	if (r->verbosity > 0) {
		put_times(out, "old", r->old);
		put_times(out, "new", r->new);
		put_outputs(out, "old", r->old);
		put_outputs(out, "new", r->new);
	}
	report_text_put_sentence(out, r, summary_repeatability_text);
	if (r->verbosity > 0) {
		report_text_put_drawn(out, r);
		report_text_put_ledger(out, "old", r->old);
		report_text_put_ledger(out, "new", r->new);
	}
	report_text_put_sentence(out, r, summary_loss_text);
	report_text_put_blind_spots(out, r);
	put_again(out, r);
	buf_ch(out, '\n');
}

static void put_reasons(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n_reasons; i++) {
		style_c(out, r->color, STYLE_DOUBT, "doubt");
		escape_wrapped(out, ": ", r->cmp->reasons[i], 0);
	}
}

static void report_text_put_report_only(struct buf *out, const struct report *r)
{
	autobuf struct buf text = BUF_INIT;

	if (!report_only_text(&text, r))
		return;
	style_c(out, r->color, STYLE_DOUBT, text.p);
	buf_ch(out, '\n');
}

/* What is new and does not count for the verdict, as numbers. */
static void put_beside(struct buf *out, const struct report *r)
{
	autobuf struct buf text = BUF_INIT;

	if (summary_beside_text(&text, r))
		escape_wrapped(out, "not counted: ", buf_view(&text), r->width);
}

void report_text(struct buf *out, const struct report *r)
{
	if (r->verbosity >= 0) {
		put_header(out, r);
		text_findings(out, r);
		report_text_put_trust(out, r);
		put_reasons(out, r);
		put_beside(out, r);
	}
	summary_verdict_line(out, r, r->color);
	buf_ch(out, '\n');
	report_text_put_report_only(out, r);
	if (r->verbosity >= 0)
		buf_str(out, r->closing);
}
