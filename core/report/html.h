/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that the pages of a comparison and of one revision share. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "core/base/buf.h"
#include "core/base/strmap.h"
#include "core/report/process.h"

/* The processes as nested lists. */
void tree_html(struct buf *out, const struct process_tree *tree);
/* gating: the lines of the facts to point out. */
void timeline_svg(struct buf *out, const struct process_tree *tree,
		  const struct fingerprint *fp, const struct strmap *gating);

#endif
