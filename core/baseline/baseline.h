/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A baseline: what a program is known to do, as a file that people review like
 * code (schema behavdiff.baseline/1, README.md).  Pure: text in, text out.
 */
#ifndef BASELINE_BASELINE_H
#define BASELINE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/fingerprint/fingerprint.h"

#define BASELINE_SCHEMA "behavdiff.baseline/1"
#define BASELINE_FILE_MAX ((size_t)32 << 20)

/* Of the host that traced; "" is not known. */
struct environment {
	struct str kernel;	/* "6.1.0-28-amd64" */
	struct str machine;	/* "x86_64" */
	struct str libc;	/* "glibc 2.36" */
	struct str system;	/* "Debian GNU/Linux 12 (bookworm)" */
	struct str root;	/* digest of what is installed */
};

/* A fact that people said yes to. */
struct acceptance {
	struct str fact;	/* a line, or a pattern when glob */
	struct str step;	/* only that it does it too; "": the fact */
	struct str reason, by;
	struct str date, expires;	/* "2025-03-01"; expires may be "" */
	bool glob;
};

struct baseline {
	/*
	 * facts with seen = runs (always) or less (sometimes), no evidence but
	 * the steps that did it ("" where that is not known), each seen so,
	 * names counted where every run had the same number;
	 * one end without a text, with the steps as they are known to end
	 */
	struct fingerprint *fp;
	struct environment env;	/* strings in fp's arena, as accepted's */
	struct acceptance *accepted;	/* sorted by fact and step */
	size_t n_accepted;
	bool merged;		/* git put it together out of two */
};

void baseline_free(struct baseline *b);
static inline void baseline_cleanup(struct baseline **b)
{
	baseline_free(*b);
}
#define autobaseline __attribute__((cleanup(baseline_cleanup)))

/* Does this text say that it is a baseline? */
bool baseline_is(struct str text);

/*
 * Read a baseline, which people may have edited.  Every error names the line.
 * A file that git merged line by line (merge=union) is put in order; markers of
 * an unresolved conflict are an error, unless resolve: then both sides count.
 */
int baseline_read(struct baseline **out, const char *name, struct str text,
		  bool resolve, struct err *err);

/* The same baseline gives the same bytes. */
void baseline_write(struct buf *out, const struct baseline *b);

/*
 * The baseline of a fingerprint.  Of old (may be NULL) the accepted facts are
 * kept and left out of the facts; what the same behaviour was known to do in
 * some runs stays known, so that a race does not come and go in the file; and
 * of draws, what old's runs drew.  What only fixtures did is left out.
 */
struct baseline *baseline_make(const struct fingerprint *fp,
			       const struct environment *env,
			       const struct baseline *old);

/* Of exactly this line or pattern, and step or "", or NULL. */
const struct acceptance *baseline_accepted(const struct baseline *b,
					   struct str fact, struct str step);
/* Add an acceptance, or replace the one of the same fact and step. */
void baseline_accept(struct baseline *b, const struct acceptance *a);
/*
 * Is this a fact of the baseline anyway, so that there is nothing to accept; or
 * that this step does it, unless ""?
 */
bool baseline_knows(const struct baseline *b, struct str fact,
		    struct str step);
/*
 * Drop acceptances that expired before today and those of facts the baseline
 * holds anyway; each is handed to dropped.  Returns how many.
 */
size_t baseline_prune(struct baseline *b, struct str today,
		      void (*dropped)(void *ctx, const struct acceptance *a,
				      const char *why), void *ctx);

/* "2025-02-28", a day there is. */
bool baseline_date(struct str s);

/* Both known and different; says how, "kernel 6.1 -> 6.18, ...". */
bool environment_differs(struct buf *how, const struct environment *was,
			 const struct environment *is);

#endif
