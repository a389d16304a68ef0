/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/report share. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include "core/report/report.h"

/* --- formats.def --- */
#define FORMAT(name, help) \
	void report_##name(struct buf *out, const struct report *r);
#include "core/report/formats.def"
#undef FORMAT

/* --- escape.c --- */

enum style { STYLE_PLAIN, STYLE_BAD, STYLE_DOUBT, STYLE_GOOD, STYLE_FAINT };

/* Append literal in a style, when there is colour. */
void style_c(struct buf *out, bool color, enum style style,
	     const char *literal);

/* Append text that came from outside, made safe to show. */
void safe_str(struct buf *out, struct str s);

/*
 * Append a line of words behind label, safe to show, wrapped at blanks to
 * width columns; what follows the first line is indented by the label's
 * length.  width 0: one line.
 */
void safe_wrapped(struct buf *out, const char *label, struct str text,
		  unsigned width);

/* "exited 0", "killed by SEGV", "alive", "never started". */
void step_end_text(struct buf *out, const struct step_end *s);

/* --- report.c --- */

/* Exit status that goes with a verdict (DESIGN section 3). */
int verdict_exit(enum verdict verdict);
/* Facts of fp that only some of its runs saw. */
size_t count_sometimes(const struct fingerprint *fp);
/* Findings that gate, at this level. */
size_t count_gating(const struct comparison *c, enum level level);
/*
 * The i-th blind spot of both sides taken together, sorted, each once; false
 * past the last.  *io and *in are the caller's cursors, 0 at first.
 */
bool next_blind_spot(const struct report *r, size_t *io, size_t *in,
		     struct str *spot);

#endif
