/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that the pages of a comparison and of one revision share. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "core/base/buf.h"
#include "core/base/strmap.h"
#include "core/report/process.h"
#include "core/report/report.h"

/* The processes as nested lists; mark: the word and class of what is marked. */
void tree_html(struct buf *out, const struct process_tree *tree,
	       const char *mark);

/*
 * Nanoseconds of the last event that a process is known for, so that two
 * charts can have one axis.
 */
uint64_t timeline_end(const struct fingerprint *fp);
/*
 * Processes over time; pointed_out: lines of facts, which mark is the class of.
 */
void timeline_svg(struct buf *out, const struct process_tree *tree,
		  const struct fingerprint *fp, uint64_t end,
		  const struct strmap *pointed_out, const char *mark);
/* What the marks mean; what, in HTML, says it of those pointed out. */
void timeline_legend(struct buf *out, const char *what);

/* The findings, a cause at a time. */
void findings_html(struct buf *out, const struct report *r);
/* What the steps of both sides printed. */
void steps_html(struct buf *out, const struct report *r);
/* Trees and timelines of both sides of a comparison. */
void sides_html(struct buf *out, const struct report *r);

#endif
