/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison, for people and machines.  Pure: bytes into a buffer. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/compare/compare.h"
#include "core/compare/exercised.h"
#include "core/fingerprint/fingerprint.h"

/* Where a step stands in the configuration. */
struct step_line {
	struct str name;
	unsigned line;
};

/* A view; owns nothing. */
struct report {
	const struct fingerprint *old, *new;
	const struct comparison *cmp;
	enum level fail_on;
	struct str fail_on_from;	/* where it is set: mostly a file */
	bool report_only;	/* nothing fails; it is said what would */
	const char *old_from, *new_from;	/* "traced", "file", "cache" */
	/* ".behavdiff of impl04", "defaults" */
	struct str config_from;
	/* Its path in the repository, "" when it is not there */
	struct str config_path;
	const struct step_line *steps;	/* of that file, in its order */
	size_t n_steps;
	const char *version;	/* of the program */
	const struct str *notes;	/* lines for the header */
	size_t n_notes;
	const struct exercised *exercised;	/* NULL: not known */
	struct str closing;	/* lines behind the verdict; text only */
	bool color;
	int verbosity;		/* -1 quiet, 0, 1 */
	unsigned width;		/* columns; 0: do not fold */
};

/* What one revision did, as an auditor's document; a view, owns nothing. */
struct audit {
	const struct fingerprint *fp;
	const char *from;		/* "traced", "file" */
	const char *version;		/* of the program */
	struct str host;		/* what it was seen on, or "" */
	struct str config_from;
	bool color;
	int verbosity;			/* -1, 0, 1: all facts under each */
	unsigned width;			/* columns; 0: do not fold */
};

struct format {
	const char *name;	/* "text", "sarif-new" */
	const char *help;
	void (*write)(struct buf *out, const struct report *r);
	/* NULL: not a format for one revision */
	void (*write_audit)(struct buf *out, const struct audit *a);
};

/*
 * One cause: the finding that leads with its evidence, and the others, as the
 * text format shows them; width 0: not folded.
 */
void report_cause(struct buf *out, const struct comparison *c,
		  const struct cause *cause, bool color, unsigned width);

/* Do the runs prove too little to rely on the document? */
bool audit_has_doubts(const struct audit *a);

/*
 * The comparison as behavdiff.result/1, with no more findings than fit into
 * about max bytes; "left_out" counts the others.
 */
void report_result(struct buf *out, const struct report *r, size_t max);

const struct format *format_by_name(struct str name);	/* NULL */
const struct format *formats_table(size_t *n);

#endif
