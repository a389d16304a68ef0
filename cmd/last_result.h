/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last comparison, kept in the cache for the directory it was made
 * from: what explain, accept and review mean by an id.  One document of
 * behavdiff.result/1, of RESULT_MAX bytes at most, and beside it where it was
 * made and what a reviewer said about it.
 */
#ifndef CMD_LAST_RESULT_H
#define CMD_LAST_RESULT_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/report/report.h"
#include "core/report/result.h"
#include "core/run/cache.h"

/* Where it was made. */
struct last_result_place {
	/* Names that stay: an object's id or "."; "": a file, unknown */
	struct str old, new;
	struct str subdir;	/* DIR of the baseline that judged, else "" */
	struct str scenario;
};

/* What a reviewer said. */
enum decision { DECISION_OPEN, DECISION_ACCEPTED, DECISION_REJECTED };

struct last_result {
	struct result result;	/* owns the rest too */
	char digest[HASH_HEX_LEN + 1];	/* of its document */
	struct last_result_place place;
	enum decision *decided;	/* about each of result.v */
};

#define LAST_RESULT_INIT { .result = { .arena = ARENA_INIT } }
void last_result_free(struct last_result *l);
#define autolast_result __attribute__((cleanup(last_result_free)))

/* A comparison without decisions.  cache may be NULL: nothing is written. */
void last_result_write(struct cache *cache, const struct report *r,
		       const struct last_result_place *place);
/* What was decided since last_result_read(). */
void last_result_decide(struct cache *cache, const struct last_result *l);
/*
 * An error, with what to do, when none is cached or it cannot be read; out
 * is then empty.
 */
int last_result_read(struct last_result *out, struct cache *cache,
		     struct err *err);

/* The only finding that word names (result_find()), or an error. */
const struct result_finding *last_result_find(const struct last_result *l,
					      const char *word,
					      struct err *err);

/*
 * For the end of a report that fails: the command that shows more and, when
 * the baseline is judged by (accept), the one that accepts.
 */
void last_result_commands(struct buf *out, const struct comparison *cmp,
			  const struct cache *cache, bool accept);

#endif
