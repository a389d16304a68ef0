/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a pull request's comment: the verdict and a table of what is new, the
 * rest folded.  A comment may have 65,536 characters (the hosts' limit), so
 * every part has a share of a budget and says what did not fit.  Whatever comes
 * from outside stands in code spans, see markup_md_code().
 */
#include "core/base/vec.h"
#include "core/report/internal.h"

#define NEWS_END 24000		/* what is new stops here */
#define FOLDED_SHARE 4000	/* each of the folded lists, from its start */
#define CELL_MAX 400		/* bytes of a fact, a chain, a sentence */
#define SPEC_MAX 200
/* Of one cause, if no more of them are dangerous; and then. */
#define MEMBERS_SHOWN 2
#define MEMBERS_MAX 8

static const char *const marks[] = {
	[VERDICT_PASS] = "\xe2\x9c\x85",
	[VERDICT_REGRESSION] = "\xe2\x9d\x8c",
	[VERDICT_INCONCLUSIVE] = "\xe2\x9a\xa0\xef\xb8\x8f",
};

static void report_markdown_put_side(struct buf *out, const char *label,
				     const struct fingerprint *fp,
				     const char *from)
{
	buf_printf(out, "| %s | ", label);
	markup_md_code(out, fp->spec, SPEC_MAX);
	buf_c(out, " | ");
	if (fp->commit.len)
		markup_md_code(out, str_head(fp->commit, 12), 0);
	buf_printf(out, " | %u, %s | %zu | ", fp->runs, from, fp->n);
	if (fp->entry.len)
		markup_md_code(out, fp->entry, SPEC_MAX);
	buf_c(out, " |\n");
}

static void report_markdown_put_report_only(struct buf *out,
					    const struct report *r)
{
	autobuf struct buf text = BUF_INIT;

	if (report_only_text(&text, r))
		buf_printf(out, "**%s**\n\n", text.p);
}

static void report_markdown_put_head(struct buf *out, const struct report *r)
{
	autobuf struct buf beside = BUF_INIT;

	buf_printf(out, "## %s behavdiff: ", marks[r->cmp->verdict]);
	summary_verdict_line(out, r, false);
	buf_c(out, "\n\n");
	report_markdown_put_report_only(out, r);
	if (summary_beside_text(&beside, r))
		buf_printf(out, "Not counted: %s\n\n", beside.p);
	buf_c(out, "| | revision | commit | runs | facts | entry |\n"
	      "| --- | --- | --- | --- | --- | --- |\n");
	report_markdown_put_side(out, "old", r->old, r->old_from);
	report_markdown_put_side(out, "new", r->new, r->new_from);
	buf_ch(out, '\n');
}

static void put_more(struct buf *out, size_t n, const char *what)
{
	if (n)
		buf_printf(out, "\n**%zu more** %s.\n", n, what);
}

/* Sentences in a list, as long as there is room. */
static void put_list(struct buf *out, const struct str *v, size_t n,
		     size_t end)
{
	size_t i = 0;

	for (; i < n && out->len < end; i++) {
		buf_c(out, "- ");
		markup_md_code(out, v[i], CELL_MAX);
		buf_ch(out, '\n');
	}
	put_more(out, n - i, "not shown");
}

static void report_markdown_put_doubts(struct buf *out, const struct report *r)
{
	if (!r->cmp->n_reasons)
		return;
	buf_c(out, "**Doubts**\n\n");
	put_list(out, r->cmp->reasons, r->cmp->n_reasons,
		 out->len + FOLDED_SHARE);
	buf_ch(out, '\n');
}

/* --- what is new --- */

static void report_markdown_put_level(struct buf *out, const struct finding *f)
{
	const char *name = level_name(f->level);

	buf_printf(out, f->gates ? "**%s**" : "%s", name);
	if (f->accepted)
		buf_c(out, ", accepted");
}

/* "and 5 more findings by the program git fetch", and the dangerous ones. */
static void report_markdown_put_members(struct buf *out,
					const struct comparison *c,
					const struct cause *cause)
{
	size_t shown = cause_shown(c, cause, MEMBERS_SHOWN);
	autobuf struct buf text = BUF_INIT;

	if (!cause->n)
		return;
	cause_more_text(&text, c, cause);
	buf_c(out, "<br>and ");
	markup_md_code(out, buf_view(&text), CELL_MAX);
	for (size_t i = 0; i < shown && i < MEMBERS_MAX; i++) {
		buf_c(out, "<br>- ");
		report_markdown_put_level(out, &c->findings[cause->members[i]]);
		buf_ch(out, ' ');
		markup_md_code(out, c->findings[cause->members[i]].fact->line,
			       CELL_MAX);
	}
	if (shown > MEMBERS_MAX)
		buf_printf(out, "<br>- **%zu more** that are as dangerous",
			   shown - MEMBERS_MAX);
}

static void report_markdown_put_row(struct buf *out, const struct comparison *c,
				    const struct cause *cause)
{
	const struct finding *f = &c->findings[cause->leader];
	const struct evidence *ev = &f->fact->ev;
	autobuf struct buf at = BUF_INIT, what = BUF_INIT;

	buf_c(out, "| ");
	report_markdown_put_level(out, f);
	buf_c(out, " | ");
	markup_md_code(out, f->fact->line, CELL_MAX);
	finding_sentence(&what, f);
	buf_c(out, "<br>");
	markup_md_code(out, buf_view(&what), CELL_MAX);
	buf_printf(out, " (%s, id %s)", f->rule->id, f->id);
	report_markdown_put_members(out, c, cause);
	buf_printf(out, " | %u of %u | ", f->seen_new, f->runs_new);
	if (ev->process.len)
		markup_md_code(out, ev->process, CELL_MAX);
	if (ev->process.len)
		buf_c(out, "<br>");
	if (finding_evidence(&at, f))
		markup_md_code(out, buf_view(&at), CELL_MAX);
	buf_c(out, " |\n");
}

static void put_news(struct buf *out, const struct report *r)
{
	const struct comparison *c = r->cmp;
	size_t left = 0;
	bool any = false;

	for (size_t i = 0; i < c->n_causes; i++) {
		const struct cause *cause = &c->causes[i];

		if (!cause_is_heavy(c, cause))
			continue;
		if (out->len >= NEWS_END) {
			left += cause->n + 1;
			continue;
		}
		if (!any)
			buf_c(out, "### New\n\n| level | fact | seen | by |\n"
			      "| --- | --- | --- | --- |\n");
		any = true;
		report_markdown_put_row(out, c, cause);
	}
	put_more(out, left, "new behaviours do not fit here");
	if (any)
		buf_ch(out, '\n');
}

static size_t report_markdown_count(const struct report *r,
				    bool (*wanted)(const struct finding *f))
{
	size_t n = 0;

	for (size_t i = 0; i < r->cmp->n; i++)
		n += wanted(&r->cmp->findings[i]);
	return n;
}

/* --- folded --- */

static bool report_markdown_is_gone(const struct finding *f)
{
	return f->change == CHANGE_GONE;
}

static bool report_markdown_is_unstable(const struct finding *f)
{
	return f->change == CHANGE_UNSTABLE && f->seen_old;
}

/* A blank line ends the HTML block, so that what follows is Markdown. */
static void open_details(struct buf *out, size_t n, const char *what)
{
	buf_printf(out, "<details><summary>%zu %s</summary>\n\n", n, what);
}

static void close_details(struct buf *out)
{
	buf_c(out, "\n</details>\n\n");
}

static void report_markdown_put_line(struct buf *out, const struct finding *f)
{
	buf_c(out, "- ");
	markup_md_code(out, f->fact->line, CELL_MAX);
	buf_ch(out, ' ');
	finding_seen_text(out, f);
	if (f->step.len) {
		buf_c(out, ", by step ");
		markup_md_code(out, f->step, SPEC_MAX);
	}
	if (f->accepted)
		buf_c(out, ", accepted");
}

static void report_markdown_put_lines(struct buf *out, const struct report *r,
				      bool (*wanted)(const struct finding *f),
				      size_t n)
{
	size_t shown = 0, end = out->len + FOLDED_SHARE;

	for (size_t i = 0; i < r->cmp->n && out->len < end; i++) {
		const struct finding *f = &r->cmp->findings[i];

		if (!wanted(f))
			continue;
		report_markdown_put_line(out, f);
		buf_ch(out, '\n');
		shown++;
	}
	put_more(out, n - shown, "not shown");
}

static void report_markdown_put_folded(struct buf *out, const struct report *r,
				       bool (*wanted)(const struct finding *f),
				       const char *what)
{
	size_t n = report_markdown_count(r, wanted);

	if (!n)
		return;
	open_details(out, n, what);
	report_markdown_put_lines(out, r, wanted, n);
	close_details(out);
}

/* A fence that nothing in it can end: lines are safe and have no backtick. */
static void report_markdown_put_advice(struct buf *out, const struct report *r)
{
	size_t end = out->len + FOLDED_SHARE / 2;

	for (size_t i = 0; i < r->cmp->n_advice && out->len < end; i++) {
		autobuf struct buf text = BUF_INIT, lines = BUF_INIT;

		advice_text(&text, &r->cmp->advice[i]);
		advice_lines(&lines, r, &r->cmp->advice[i]);
		if (memchr(lines.p, '`', lines.len) ||
		    lines.len > FOLDED_SHARE / 4)
			continue;
		markup_md_code(out, buf_view(&text), CELL_MAX);
		buf_printf(out, ". Where that is meant, `.behavdiff` may "
			   "say:\n\n```\n%s```\n\n", lines.p);
	}
}

static void report_markdown_put_rare(struct buf *out, const struct report *r)
{
	size_t n = report_markdown_count(r, finding_is_rare_news);

	if (!n)
		return;
	buf_c(out, "### New in some runs\n\n");
	report_markdown_put_lines(out, r, finding_is_rare_news, n);
	buf_ch(out, '\n');
}

/* A cause each. */
static void report_markdown_put_light(struct buf *out, const struct report *r)
{
	const struct comparison *c = r->cmp;
	size_t n = 0, shown = 0, end = out->len + FOLDED_SHARE;
	autobuf struct buf lines = BUF_INIT;

	for (size_t i = 0; i < c->n_causes; i++) {
		const struct cause *cause = &c->causes[i];
		autobuf struct buf text = BUF_INIT;

		if (!cause_is_light(c, cause))
			continue;
		n += cause->n + 1;
		if (out->len + lines.len >= end)
			continue;
		shown += cause->n + 1;
		report_markdown_put_line(&lines, &c->findings[cause->leader]);
		if (cause->n) {
			cause_more_text(&text, c, cause);
			buf_c(&lines, "; and ");
			markup_md_code(&lines, buf_view(&text), CELL_MAX);
		}
		buf_ch(&lines, '\n');
	}
	if (!n)
		return;
	open_details(out, n, "new that do not count");
	buf_str(out, buf_view(&lines));
	put_more(out, n - shown, "not shown");
	close_details(out);
}

static void put_side_trust(struct buf *out, const char *label,
			   const struct fingerprint *fp)
{
	autobuf struct buf text = BUF_INIT;
	struct str lines, line;
	size_t end = out->len + FOLDED_SHARE / 4;

	words_ends_lines(&text, fp);
	lines = buf_view(&text);
	while (out->len < end && words_next_line(&lines, &line)) {
		buf_printf(out, "- %s: ", label);
		markup_md_code(out, line, CELL_MAX);
		buf_ch(out, '\n');
	}
}

static void report_markdown_put_trust(struct buf *out, const struct report *r)
{
	size_t io = 0, in = 0, n = 0, end = out->len + FOLDED_SHARE;
	struct str spot;

	buf_c(out, "<details><summary>How far to trust it</summary>\n\n");
	put_side_trust(out, "old", r->old);
	put_side_trust(out, "new", r->new);
	buf_c(out, "- ");
	summary_repeatability_text(out, r);
	buf_c(out, "\n- ");
	summary_loss_text(out, r);
	buf_c(out, "\n- ");
	summary_again_text(out, r);
	buf_c(out, "\n- configuration: ");
	markup_md_code(out, r->config_from, SPEC_MAX);
	buf_ch(out, '\n');
	put_list(out, r->notes, r->n_notes, out->len + FOLDED_SHARE);
	for (; report_next_blind_spot(r, &io, &in, &spot); n++) {
		if (out->len >= end)
			continue;
		buf_c(out, "- blind spot: ");
		markup_md_code(out, spot, CELL_MAX);
		buf_ch(out, '\n');
	}
	buf_printf(out, "- blind spots: %zu\n", n);
	close_details(out);
}

void report_markdown(struct buf *out, const struct report *r)
{
	report_markdown_put_head(out, r);
	report_markdown_put_doubts(out, r);
	put_news(out, r);
	report_markdown_put_advice(out, r);
	report_markdown_put_rare(out, r);
	report_markdown_put_light(out, r);
	report_markdown_put_folded(out, r, report_markdown_is_gone,
				   "gone: always seen before, never now");
	report_markdown_put_folded(out, r, report_markdown_is_unstable,
				   "unstable: seen in some runs only");
	report_markdown_put_trust(out, r);
}
