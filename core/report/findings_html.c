/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of a comparison as HTML, a cause at a time. */
#include "core/report/html.h"
#include "core/report/internal.h"

/* Findings written out; the table of facts has all of them. */
#define FINDINGS_SHOWN 500
/* Of one cause. */
#define MEMBERS_SHOWN 100

struct page {
	struct buf *out;
	const struct report *r;
	const struct comparison *c;
	size_t left;		/* findings that may still be written */
};

/* --- one finding --- */

static void findings_html_put_key(struct buf *out, const char *key,
				  struct str value)
{
	if (!value.len)
		return;
	buf_printf(out, "<dt>%s</dt><dd>", key);
	markup_html(out, value);
	buf_c(out, "</dd>");
}

static void findings_html_put_summary(struct buf *out, const struct finding *f)
{
	autobuf struct buf seen = BUF_INIT;
	const char *level = level_name(f->level);

	finding_seen_text(&seen, f);
	buf_printf(out, "<summary><span class=\"level %s\">%s</span> <code>",
		   level, level);
	markup_html(out, f->fact->line);
	buf_printf(out, "</code> <span class=\"soft\">%s", seen.p);
	if (f->step.len) {
		buf_c(out, ", by step ");
		markup_html(out, f->step);
	}
	buf_printf(out, "%s</span></summary>",
		   f->accepted ? ", accepted" : "");
}

/* Line 1 is that of a file of which no line is known. */
static void findings_html_put_place(struct buf *out, const struct place *place)
{
	autobuf struct buf text = BUF_INIT;

	buf_str(&text, place->path);
	if (place->line > 1)
		buf_printf(&text, ":%u", place->line);
	findings_html_put_key(out, "look at", buf_view(&text));
}

static void findings_html_put_keys(struct buf *out, const struct report *r,
				   const struct finding *f)
{
	autobuf struct buf at = BUF_INIT, store = BUF_INIT;
	autobuf struct buf what = BUF_INIT, accept = BUF_INIT;
	struct place place = place_of(&store, r, f);

	finding_evidence(&at, f);
	if (f->accept)
		accept_text(&accept, f->accept);
	finding_sentence(&what, f);
	buf_printf(&what, " (%s, id %s)", f->rule->id, f->id);
	buf_c(out, "<dl>");
	findings_html_put_key(out, "what", buf_view(&what));
	if (f->accept)
		findings_html_put_key(out, "accept", buf_view(&accept));
	findings_html_put_key(out, "by", f->fact->ev.process);
	findings_html_put_key(out, "at", buf_view(&at));
	if (f->fact->ev.process.len || !at.len)
		findings_html_put_place(out, &place);
	buf_c(out, "</dl>");
}

/* --- a cause --- */

static void findings_html_put_members(struct page *p, const struct cause *cause)
{
	size_t max = p->left < MEMBERS_SHOWN ? p->left : MEMBERS_SHOWN;
	size_t shown = cause->n < max ? cause->n : max;
	autobuf struct buf text = BUF_INIT;

	if (!cause->n)
		return;
	cause_more_text(&text, p->c, cause);
	buf_c(p->out, "<div class=\"members\"><p class=\"soft\">and ");
	markup_html(p->out, buf_view(&text));
	buf_printf(p->out, "; id %s stands for all</p>\n",
		   p->c->findings[cause->leader].id);
	for (size_t i = 0; i < shown; i++) {
		const struct finding *f = &p->c->findings[cause->members[i]];

		buf_c(p->out, "<details class=\"member\">");
		findings_html_put_summary(p->out, f);
		findings_html_put_keys(p->out, p->r, f);
		buf_c(p->out, "</details>\n");
	}
	p->left -= shown;
	if (cause->n > shown)
		buf_printf(p->out, "<p class=\"soft\">%zu more are in the "
			   "table of facts.</p>\n", cause->n - shown);
	buf_c(p->out, "</div>");
}

/* The numbers of its categories, for page.js. */
static void findings_html_put_categories(struct buf *out,
					 const struct comparison *c,
					 const struct cause *cause)
{
	bool has[CATEGORY_COUNT] = { false };

	has[c->findings[cause->leader].rule->category] = true;
	for (size_t i = 0; i < cause->n; i++)
		has[c->findings[cause->members[i]].rule->category] = true;
	buf_c(out, " data-categories=\"");
	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		if (has[i])
			buf_printf(out, " %zu ", i);
	buf_ch(out, '"');
}

static void findings_html_put_cause(struct page *p, const struct cause *cause)
{
	const struct finding *f = &p->c->findings[cause->leader];

	p->left--;
	buf_printf(p->out, "<details class=\"finding %s\"%s",
		   level_name(cause->level), cause->gating ? " open" : "");
	findings_html_put_categories(p->out, p->c, cause);
	buf_ch(p->out, '>');
	findings_html_put_summary(p->out, f);
	findings_html_put_keys(p->out, p->r, f);
	findings_html_put_members(p, cause);
	buf_c(p->out, "</details>\n");
}

/* --- the section --- */

static bool is_news(const struct finding *f)
{
	return finding_is_news(f);
}

static bool findings_html_is_gone(const struct finding *f)
{
	return f->change == CHANGE_GONE;
}

static bool findings_html_is_unstable(const struct finding *f)
{
	return f->change == CHANGE_UNSTABLE && f->seen_old;
}

static void findings_html_put_causes(struct page *p, const char *title,
				     bool (*wanted)(const struct finding *f))
{
	const struct comparison *c = p->c;
	size_t n = 0, hidden = 0;

	for (size_t i = 0; i < c->n_causes; i++)
		if (wanted(&c->findings[c->causes[i].leader]))
			n += c->causes[i].n + 1;
	if (!n)
		return;
	buf_printf(p->out, "<h3>%s: %zu</h3>\n", title, n);
	p->left = FINDINGS_SHOWN;
	for (size_t i = 0; i < c->n_causes; i++) {
		if (!wanted(&c->findings[c->causes[i].leader]))
			continue;
		if (p->left)
			findings_html_put_cause(p, &c->causes[i]);
		else
			hidden += c->causes[i].n + 1;
	}
	if (hidden)
		buf_printf(p->out, "<p class=\"soft\">%zu more are in the "
			   "table of facts.</p>\n", hidden);
}

/* The categories that there are; page.js shows it. */
static void put_filter(struct page *p)
{
	size_t counts[CATEGORY_COUNT] = { 0 };

	for (size_t i = 0; i < p->c->n; i++)
		counts[p->c->findings[i].rule->category]++;
	buf_c(p->out, "<form id=\"categories\" hidden>\n<label>Category"
	      "<select name=\"category\"><option value=\"\">all</option>");
	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		if (counts[i])
			buf_printf(p->out, "<option value=\"%zu\">%s (%zu)"
				   "</option>", i,
				   category_name((enum category)i),
				   counts[i]);
	buf_c(p->out, "</select></label>\n</form>\n");
}

static void findings_html_put_advice(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n_advice; i++) {
		autobuf struct buf text = BUF_INIT, lines = BUF_INIT;

		advice_text(&text, &r->cmp->advice[i]);
		advice_lines(&lines, r, &r->cmp->advice[i]);
		buf_c(out, "<p>");
		markup_html(out, buf_view(&text));
		buf_c(out, ". Where that is meant, <code>.behavdiff</code> may "
		      "say:</p>\n<pre tabindex=\"0\">");
		markup_html_lines(out, buf_view(&lines));
		buf_c(out, "</pre>\n");
	}
}

void findings_html(struct buf *out, const struct report *r)
{
	struct page p = { .out = out, .r = r, .c = r->cmp };

	buf_c(out, "<section id=\"findings\"><h2>Findings</h2>\n");
	if (r->cmp->n)
		put_filter(&p);
	else
		buf_c(out, "<p>Nothing differs.</p>\n");
	findings_html_put_causes(&p, "New", is_news);
	findings_html_put_advice(out, r);
	findings_html_put_causes(&p, "New in some runs", finding_is_rare_news);
	findings_html_put_causes(&p, "Gone", findings_html_is_gone);
	findings_html_put_causes(&p, "Unstable", findings_html_is_unstable);
	buf_c(out, "</section>\n");
}
