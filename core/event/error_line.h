/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of all that a failed program printed: the line that names the error, and the
 * place in the program's own files that the output speaks of.  Pure.
 */
#ifndef EVENT_ERROR_LINE_H
#define EVENT_ERROR_LINE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/str.h"

/* Bytes of output that are looked at, the last of them, and of a line. */
#define ERROR_TEXT_MAX (64U << 10)
#define ERROR_LINE_MAX 200

/* Where the files of the program are. */
struct error_tree {
	struct str path;	/* "/home/auditor/app" */
	struct str dir;		/* where it was run, below path; "" is path */
	/* Is there such a file below it? */
	bool (*has)(void *ctx, struct str rel);
	void *ctx;
};

/* Bytes as they were printed, not escaped; "" and 0 where there is none. */
struct error_line {
	struct str text;
	struct str file;	/* below the tree */
	unsigned line;
	/*
	 * Was there something else than the report of the error: a line before
	 * it that is not blank?
	 */
	bool preceded;
	/* Recognised as an error, and not only the last line there is. */
	bool is_sure;
	/* Of a runtime at the program's end, or how the program is used. */
	bool is_report;
};

/*
 * text is what was printed, of standard error where it is known apart.  The
 * shapes of errors are rows of error_line.def.  A prompt is never an error.
 * Strings live in arena.  False: nothing that could be one.
 */
bool error_line_find(struct error_line *out, struct arena *arena,
		     struct str text, const struct error_tree *tree);

/* Does text, which no newline ended, ask for something: "Name: "? */
bool error_line_asks(struct str text);

#endif
