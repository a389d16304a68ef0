/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workflow commands of GitHub Actions, one a line: the runner reads them from
 * standard output and annotates the change ("Workflow commands", Setting an
 * error message).  A step shows ten of each level, so more are counted.
 */
#include "core/base/text.h"
#include "core/report/internal.h"

#define SHOWN_MAX 10

static const char *const commands[] = {
	[LEVEL_NOTE] = "notice",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
	[LEVEL_NEVER] = "notice",
};

/*
 * The runner's own escapes: the percent sign and line ends in data, colon and
 * comma too in properties.  Line ends never get here (core/base/text.h).
 */
static void put_escaped(struct buf *out, struct str s, const char *special)
{
	autobuf struct buf safe = BUF_INIT;

	text_sanitise(&safe, s);
	for (size_t i = 0; i < safe.len; i++) {
		if (strchr(special, safe.p[i]))
			buf_printf(out, "%%%02X", (unsigned char)safe.p[i]);
		else
			buf_ch(out, safe.p[i]);
	}
}

static void put_property(struct buf *out, struct str s)
{
	put_escaped(out, s, "%:,");
}

static void put_data(struct buf *out, struct str s)
{
	put_escaped(out, s, "%");
}

static void report_github_put_cause(struct buf *out, const struct report *r,
				    const struct cause *cause)
{
	const struct finding *f = &r->cmp->findings[cause->leader];
	autobuf struct buf store = BUF_INIT, text = BUF_INIT, at = BUF_INIT;
	struct place place = place_of(&store, r, f);

	buf_printf(out, "::%s file=", commands[cause->level]);
	put_property(out, place.path);
	buf_printf(out, ",line=%u,title=", place.line);
	buf_printf(&text, "behavdiff %s", f->rule->id);
	put_property(out, buf_view(&text));
	buf_c(out, "::");
	buf_clear(&text);
	buf_str(&text, f->fact->line);
	buf_ch(&text, ' ');
	finding_seen_text(&text, f);
	buf_c(&text, ": ");
	finding_sentence(&text, f);
	if (f->fact->ev.process.len) {
		buf_c(&text, "; by ");
		buf_str(&text, f->fact->ev.process);
	}
	if (finding_evidence(&at, f)) {
		buf_c(&text, "; ");
		buf_str(&text, buf_view(&at));
	}
	cause_and_text(&text, r->cmp, cause);
	put_data(out, buf_view(&text));
	buf_ch(out, '\n');
}

static bool is_shown(const struct comparison *c, const struct cause *cause,
		     enum level level)
{
	const struct finding *f = &c->findings[cause->leader];

	return cause->level == level && finding_is_news(f) && !f->accepted;
}

static void report_github_put_level(struct buf *out, const struct report *r,
				    enum level level)
{
	size_t n = 0;

	for (size_t i = 0; i < r->cmp->n_causes; i++)
		if (is_shown(r->cmp, &r->cmp->causes[i], level) &&
		    n++ < SHOWN_MAX)
			report_github_put_cause(out, r, &r->cmp->causes[i]);
	if (n > SHOWN_MAX)
		buf_printf(out, "behavdiff: %zu more at %s\n", n - SHOWN_MAX,
			   level_name(level));
}

void report_github(struct buf *out, const struct report *r)
{
	autobuf struct buf mode = BUF_INIT;

	report_github_put_level(out, r, LEVEL_ERROR);
	report_github_put_level(out, r, LEVEL_WARNING);
	report_github_put_level(out, r, LEVEL_NOTE);
	for (size_t i = 0; i < r->cmp->n_reasons; i++) {
		buf_c(out, "::warning title=behavdiff doubt::");
		put_data(out, r->cmp->reasons[i]);
		buf_ch(out, '\n');
	}
	if (report_only_text(&mode, r)) {
		buf_c(out, "::warning title=behavdiff report-only::");
		put_data(out, buf_view(&mode));
		buf_ch(out, '\n');
	}
	buf_c(out, "behavdiff: ");
	summary_verdict_line(out, r, false);
	buf_ch(out, '\n');
}
