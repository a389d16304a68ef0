/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison, for people and machines.  Pure: bytes into a buffer. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/compare/compare.h"
#include "core/fingerprint/fingerprint.h"

/* A view; owns nothing. */
struct report {
	const struct fingerprint *old, *new;
	const struct comparison *cmp;
	enum level fail_on;
	const char *old_from, *new_from;	/* "traced", "file", "cache" */
	struct str config_from;	/* ".behavdiff of impl04", "defaults" */
	const struct str *notes;	/* lines for the header */
	size_t n_notes;
	struct str closing;	/* lines behind the verdict; text only */
	bool color;
	int verbosity;		/* -1 quiet, 0, 1 */
	unsigned width;		/* columns; 0: do not fold */
};

struct format {
	const char *name;	/* "text", "json" */
	const char *help;
	void (*write)(struct buf *out, const struct report *r);
};

const struct format *format_by_name(struct str name);	/* NULL */
const struct format *formats_table(size_t *n);

#endif
