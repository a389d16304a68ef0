/* SPDX-License-Identifier: Apache-2.0 */
/* --format and -o: which formats, where to, and writing them. */
#ifndef CMD_FORMATS_H
#define CMD_FORMATS_H

#include "cmd/cmd.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/report/report.h"

/* What is written about. */
enum subject { OF_COMPARISON, OF_REVISION };

/* One -o FORMAT:FILE. */
struct destination {
	const struct format *format;
	const char *path;
};

struct destinations {
	const struct format *standard;	/* of standard output */
	struct destination *v;
	size_t n, cap;
};
#define DESTINATIONS_INIT { NULL, NULL, 0, 0 }

/*
 * What --format (else text) and every -o ask for, before any work is done: a
 * file that could not be written is an error already.  The file "-" is standard
 * output, so that -o NAME:- is --format NAME.
 */
int destinations_choose(struct destinations *out, const struct settings *set,
			enum subject subject, struct err *err);
void destinations_free(struct destinations *d);
#define autodestinations __attribute__((cleanup(destinations_free)))

/* terminal: for standard output, with its colours and width. */
struct writer {
	void (*write)(struct buf *out, const struct format *format,
		      const void *what, bool terminal);
	const void *what;
};

/* Write every file, then standard output. */
int formats_write(const struct destinations *to, const struct writer *w,
		  struct err *err);

#endif
