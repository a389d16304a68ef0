/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/report share. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include "core/report/report.h"

/* --- formats.def --- */
#define FORMAT(id, name, both, help)				\
	void report_##id(struct buf *out, const struct report *r);	\
	void audit_##id(struct buf *out, const struct audit *a);
#include "core/report/formats.def"
#undef FORMAT

/* --- escape.c --- */

enum style { STYLE_PLAIN, STYLE_BAD, STYLE_DOUBT, STYLE_GOOD, STYLE_FAINT };

extern const enum style level_styles[];	/* by enum level */

/* Append literal in a style, when there is colour. */
void style_c(struct buf *out, bool color, enum style style,
	     const char *literal);

/* Append text that came from outside, made safe to show. */
void escape_str(struct buf *out, struct str s);

/*
 * Append a line of words behind label, safe to show, wrapped at blanks to
 * width columns; what follows the first line is indented by the label's
 * length.  width 0: one line.
 */
void escape_wrapped(struct buf *out, const char *label, struct str text,
		    unsigned width);

/* "exited 0", "killed by SEGV", "alive", "never started". */
void step_end_text(struct buf *out, const struct step_end *s);

/* --- words.c: what several formats say in the same words --- */

/* "1.204 s" */
void words_put_seconds(struct buf *out, uint64_t ms);

/*
 * When and how it was seen first, as one line that is safe to show:
 * "connect(3) after 1.204 s in step main, 3 times in all; NOTE".
 */
void evidence_line(struct buf *out, const struct evidence *ev);

/* The same of a finding; false where its sentence says all that there is. */
bool finding_evidence(struct buf *out, const struct finding *f);

/*
 * How the runs ended, a line for those that ended alike: safe to show, each
 * with a newline.
 */
void words_ends_lines(struct buf *out, const struct fingerprint *fp);
/*
 * "started at 0.012 s, ready at 0.310 s", of its run; "" where none is known.
 */
void step_end_times_text(struct buf *out, const struct step_end *s);
/* Cut a line off the front of what words_ends_lines() wrote. */
bool words_next_line(struct str *lines, struct str *line);

/*
 * The step of the run that shows most of it: the first in which it did not do
 * its part, or else printed something; *run: its number, from 0.  fp's first
 * run has a step of this name.
 */
const struct step_end *words_step(const struct fingerprint *fp, struct str name,
				 size_t *run);

/*
 * "accepted until 2030-12-31 by Ann: health checks"; not made safe: the
 * name and the reason are people's words.
 */
void accept_text(struct buf *out, const struct accept *a);

/* "in 3 of 3 runs", "before in 3 of 3 runs", "in 1 of 3 runs, before ..." */
void finding_seen_text(struct buf *out, const struct finding *f);

/* --- text_findings.c --- */

#define TEXT_INDENT "         "	/* as wide as a level and two blanks */

void text_findings(struct buf *out, const struct report *r);

/* --- summary.c --- */

/*
 * The verdict as a line without its end: "regression: 3 new behaviours (1
 * network, 2 files), exit 1".  The first word is coloured.
 */
void summary_verdict_line(struct buf *out, const struct report *r, bool color);
/*
 * "report-only: would have exited 1"; false when that is not the mode, or
 * nothing would have failed.
 */
bool report_only_text(struct buf *out, const struct report *r);
/* How many findings of each category gate. */
void summary_gating_counts(const struct comparison *c,
			   size_t counts[CATEGORY_COUNT]);
/* And how many are new and do not, those that were accepted left out. */
void summary_beside_counts(const struct comparison *c,
			   size_t counts[CATEGORY_COUNT]);
/*
 * Those and the accepted in words, "2 new notes (2 files), 1 accepted (1
 * network)"; false for nothing.
 */
bool summary_beside_text(struct buf *out, const struct report *r);

/* Each a line without its end. */
void summary_repeatability_text(struct buf *out, const struct report *r);
void summary_loss_text(struct buf *out, const struct report *r);
void summary_again_text(struct buf *out, const struct report *r);

/* --- groups.c --- */

/* Must it be read: it gates or is more than a note? */
bool finding_is_heavy(const struct finding *f);
/* Is one of its findings so? */
bool cause_is_heavy(const struct comparison *c, const struct cause *cause);
/* Is it news, all of it of little weight? */
bool cause_is_light(const struct comparison *c, const struct cause *cause);
/* Seen in some runs of NEW, and never in OLD. */
bool finding_is_rare_news(const struct finding *f);
/*
 * How many members are to be shown, the first ones: all that are more dangerous
 * than the leader, and of the others as many as make n, or one more where that
 * is the last.
 */
size_t cause_shown(const struct comparison *c, const struct cause *cause,
		   size_t n);
/* "5 more findings by the program git fetch (1 network, 4 files)" */
void cause_more_text(struct buf *out, const struct comparison *c,
		     const struct cause *cause);
/*
 * "; and 5 more findings ...: LINE, LINE, ...", those that are more dangerous
 * and a few others, or nothing.
 */
void cause_and_text(struct buf *out, const struct comparison *c,
		    const struct cause *cause);
/* "12 findings of step tests lie in /tmp/w" */
void advice_text(struct buf *out, const struct advice *a);
/*
 * What .behavdiff would have to say, two lines to paste, each with a newline,
 * safe to show.  A step that the configuration does not have is not named.
 */
void advice_lines(struct buf *out, const struct report *r,
		  const struct advice *a);
/* "2 of them": members from the shown-th on, by category. */
void cause_rest_text(struct buf *out, const struct comparison *c,
		     const struct cause *cause, size_t shown);

/* --- markup.c: text from outside in other people's syntax --- */

/* Element content and attribute values of HTML and XML. */
void markup_html(struct buf *out, struct str s);
/* The same of several lines, for <pre>. */
void markup_html_lines(struct buf *out, struct str lines);
/*
 * A Markdown code span that is also safe in a table's cell: nothing in it is
 * read as markup, a mention, a link or the cell's end.  Longer than max bytes
 * (0: any): cut, and says by how much.
 */
void markup_md_code(struct buf *out, struct str s, size_t max);
/* A path as a relative URI reference (RFC 3986). */
void markup_uri_path(struct buf *out, struct str path);
/* JSON text for a <script> element: no '<', '>' or '&' is left. */
void markup_script_json(struct buf *out, struct str json);
/* The first bytes of s, at most max, whole characters. */
struct str str_head(struct str s, size_t max);

/* --- place.c --- */

/* A file of the repository, relative to its root, and a line of it. */
struct place {
	struct str path;	/* in store, never empty */
	unsigned line;		/* from 1 */
};

/*
 * Where a reader should look: the script or program of the tree that did it,
 * when the runs show that it is one; else the step in the configuration; else
 * the entry point.  store keeps what must be put together.
 */
struct place place_of(struct buf *store, const struct report *r,
		      const struct finding *f);

/* --- report.c --- */

/* The fingerprint that f->fact is in. */
const struct fingerprint *finding_side(const struct report *r,
				       const struct finding *f);

/* Exit status that goes with a verdict (behavdiff(1), EXIT STATUS). */
int verdict_exit(enum verdict verdict);
/* The exit status of this report: in report-only mode 0. */
int report_exit(const struct report *r);
/* "enforce", "report-only" */
const char *report_mode(const struct report *r);
/* Facts of fp that only some of its runs saw. */
size_t report_count_sometimes(const struct fingerprint *fp);
/*
 * The i-th blind spot of both sides taken together, sorted, each once; false
 * past the last.  *io and *in are the caller's cursors, 0 at first.
 */
bool report_next_blind_spot(const struct report *r, size_t *io, size_t *in,
			    struct str *spot);

#endif
