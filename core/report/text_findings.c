/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The findings for people: what has to be read in full, a cause at a time and
 * the most dangerous first; notes in a line each; the rest as numbers.
 */
#include "core/report/internal.h"

/* Causes of little weight beyond this many are folded into a count. */
#define NOTES_SHOWN 10
/* Of one cause, if no more of them are dangerous. */
#define MEMBERS_SHOWN 3

/* Digits of an id; `explain` takes any beginning that is the only one. */
#define SHORT_ID 8

#define INDENT TEXT_INDENT

const enum style level_styles[] = {
	[LEVEL_NOTE] = STYLE_FAINT,
	[LEVEL_WARNING] = STYLE_DOUBT,
	[LEVEL_ERROR] = STYLE_BAD,
	[LEVEL_NEVER] = STYLE_PLAIN,
};

/* Where it is written, and how. */
struct page {
	struct buf *out;
	const struct comparison *c;
	bool color, all;	/* all: unfold everything */
	unsigned width;
};

/* --- one finding --- */

static void put_finding_line(const struct page *p, const struct finding *f,
			     const char *indent)
{
	const char *level = level_name(f->level);

	buf_c(p->out, indent);
	style_c(p->out, p->color, level_styles[f->level], level);
	buf_printf(p->out, "%*s",
		   (int)(sizeof(INDENT) - 1 - strlen(level)), "");
	escape_str(p->out, f->fact->line);
	buf_c(p->out, "  ");
	finding_seen_text(p->out, f);
	if (f->step.len) {
		buf_c(p->out, ", by step ");
		escape_str(p->out, f->step);
	}
	if (p->all || finding_is_heavy(f))
		buf_printf(p->out, "  id %.*s", SHORT_ID, f->id);
	if (f->accept) {
		autobuf struct buf accept = BUF_INIT;

		accept_text(&accept, f->accept);
		buf_c(p->out, "  (");
		escape_str(p->out, buf_view(&accept));
		buf_ch(p->out, ')');
	}
	buf_ch(p->out, '\n');
}

/* The process that did it, and one line of when and how. */
static void text_findings_put_evidence(const struct page *p,
				       const struct finding *f)
{
	const struct evidence *ev = &f->fact->ev;
	autobuf struct buf text = BUF_INIT;

	/* A step's sentence is all there is to say. */
	if (f->fact->kind == EV_STEP || f->fact->kind == EV_STEP_END)
		return;
	if (ev->process.len)
		escape_wrapped(p->out, INDENT "by  ", ev->process, p->width);
	if (finding_evidence(&text, f))
		escape_wrapped(p->out, INDENT "at  ", buf_view(&text),
			       p->width);
}

static void text_findings_put_sentence(const struct page *p,
				       const struct finding *f)
{
	autobuf struct buf text = BUF_INIT;

	finding_sentence(&text, f);
	buf_printf(&text, " [%s]", f->rule->id);
	escape_wrapped(p->out, INDENT, buf_view(&text), p->width);
}

static void text_findings_put_finding(const struct page *p,
				      const struct finding *f)
{
	put_finding_line(p, f, "");
	text_findings_put_sentence(p, f);
	text_findings_put_evidence(p, f);
}

/* --- a cause --- */

static void text_findings_put_members(const struct page *p,
				      const struct cause *cause)
{
	size_t shown = cause_shown(p->c, cause,
				   p->all ? cause->n : MEMBERS_SHOWN);
	autobuf struct buf text = BUF_INIT;

	if (!cause->n)
		return;
	cause_more_text(&text, p->c, cause);
	buf_printf(&text, "; id %.*s stands for all", SHORT_ID,
		   p->c->findings[cause->leader].id);
	escape_wrapped(p->out, INDENT "and ", buf_view(&text), p->width);
	for (size_t i = 0; i < shown; i++)
		put_finding_line(p, &p->c->findings[cause->members[i]],
				 INDENT);
	if (shown == cause->n)
		return;
	buf_clear(&text);
	cause_rest_text(&text, p->c, cause, shown);
	buf_printf(p->out, INDENT "%s are not shown (-v shows them)\n",
		   text.p);
}

static void text_findings_put_cause(const struct page *p,
				    const struct cause *cause)
{
	text_findings_put_finding(p, &p->c->findings[cause->leader]);
	text_findings_put_members(p, cause);
	buf_ch(p->out, '\n');
}

void report_cause(struct buf *out, const struct comparison *c,
		  const struct cause *cause, bool color, unsigned width)
{
	const struct page p = { out, c, color, false, width };

	text_findings_put_cause(&p, cause);
}

static void put_heavy(const struct page *p)
{
	for (size_t i = 0; i < p->c->n_causes; i++)
		if (cause_is_heavy(p->c, &p->c->causes[i]))
			text_findings_put_cause(p, &p->c->causes[i]);
}

/* What would grade many at once, ready to be pasted. */
static void text_findings_put_advice(struct buf *out, const struct report *r)
{
	for (size_t i = 0; i < r->cmp->n_advice; i++) {
		autobuf struct buf text = BUF_INIT;

		advice_text(&text, &r->cmp->advice[i]);
		buf_c(&text, ". Where that is meant, .behavdiff may say:");
		escape_wrapped(out, "", buf_view(&text), r->width);
		advice_lines(out, r, &r->cmp->advice[i]);
		buf_ch(out, '\n');
	}
}

static void text_findings_put_light(const struct page *p,
				    const struct cause *cause)
{
	const struct finding *leader = &p->c->findings[cause->leader];
	autobuf struct buf text = BUF_INIT;

	put_finding_line(p, leader, "");
	if (leader->fact->kind == EV_STEP_END)
		text_findings_put_sentence(p, leader);
	if (!cause->n)
		return;
	cause_more_text(&text, p->c, cause);
	escape_wrapped(p->out, INDENT "and ", buf_view(&text), p->width);
	for (size_t i = 0; p->all && i < cause->n; i++)
		put_finding_line(p, &p->c->findings[cause->members[i]],
				 INDENT);
}

static void put_left(const struct page *p, size_t n, const char *what)
{
	if (n)
		buf_printf(p->out, INDENT "%zu more %s (-v shows them)\n", n,
			   what);
}

/* Accepted findings are counted apart. */
static void text_findings_put_notes(const struct page *p)
{
	size_t n[2] = { 0, 0 }, shown[2] = { 0, 0 };

	for (size_t i = 0; i < p->c->n_causes; i++) {
		const struct cause *cause = &p->c->causes[i];
		bool accepted = p->c->findings[cause->leader].accepted;

		if (!cause_is_light(p->c, cause))
			continue;
		n[accepted]++;
		if (shown[accepted] >= NOTES_SHOWN && !p->all)
			continue;
		text_findings_put_light(p, cause);
		shown[accepted]++;
	}
	put_left(p, n[0] - shown[0], n[0] - shown[0] == 1 ? "note" : "notes");
	put_left(p, n[1] - shown[1], "accepted");
	if (n[0] + n[1])
		buf_ch(p->out, '\n');
}

/* --- the rest --- */

/* Chance, or not: there is no line of OLD to compare it with. */
static void text_findings_put_rare(const struct page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->c->n; i++) {
		if (!finding_is_rare_news(&p->c->findings[i]))
			continue;
		if (!n++)
			buf_c(p->out, "new in some runs:\n");
		put_finding_line(p, &p->c->findings[i], "");
	}
	if (n)
		buf_ch(p->out, '\n');
}

static bool text_findings_is_gone(const struct finding *f)
{
	return f->change == CHANGE_GONE;
}

static bool text_findings_is_unstable(const struct finding *f)
{
	return f->change == CHANGE_UNSTABLE && f->seen_old;
}

/* Those that are no consequence of something else. */
static size_t next_alone(const struct page *p, size_t from,
			 bool (*wanted)(const struct finding *f))
{
	while (from < p->c->n && (p->c->findings[from].cause != from ||
				  !wanted(&p->c->findings[from])))
		from++;
	return from;
}

/* The ones that went away, and the unstable ones. */
static void text_findings_put_folded(const struct page *p,
				     bool (*wanted)(const struct finding *f),
				     const char *what)
{
	size_t n = 0;

	for (size_t i = next_alone(p, 0, wanted); i < p->c->n;
	     i = next_alone(p, i + 1, wanted))
		n++;
	if (!n)
		return;
	buf_printf(p->out, "%zu %s%s\n", n, what,
		   p->all ? ":" : " (-v shows them)");
	if (!p->all)
		return;
	for (size_t i = next_alone(p, 0, wanted); i < p->c->n;
	     i = next_alone(p, i + 1, wanted))
		put_finding_line(p, &p->c->findings[i], "");
	buf_ch(p->out, '\n');
}

void text_findings(struct buf *out, const struct report *r)
{
	const struct page p = {
		out, r->cmp, r->color, r->verbosity > 0, r->width
	};

	put_heavy(&p);
	text_findings_put_advice(out, r);
	text_findings_put_notes(&p);
	text_findings_put_rare(&p);
	text_findings_put_folded(&p, text_findings_is_gone,
				 "gone: always seen before, never now");
	text_findings_put_folded(&p, text_findings_is_unstable,
				 "unstable: seen in some runs only");
}
