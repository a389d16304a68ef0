/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last comparison, remembered in the cache for the directory it was made
 * from: what `explain ID` and `baseline accept ID` look into.  One document of
 * behavdiff.result/1, of RESULT_MAX bytes at most.
 */
#ifndef CMD_LAST_H
#define CMD_LAST_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/report/report.h"
#include "core/report/result.h"
#include "core/run/cache.h"

/* cache may be NULL: nothing is remembered. */
void last_write(struct cache *cache, const struct report *r);
/* An error, with what to do, when none is remembered or it cannot be read. */
int last_read(struct result *out, struct cache *cache, struct err *err);

/* The only finding that word names (result_find()), or an error. */
const struct result_finding *last_find(const struct result *last,
				       const char *word, struct err *err);

/*
 * For the end of a report that fails: the command that tells more and, when
 * the baseline is judged by (accept), the one that accepts.
 */
void last_commands(struct buf *out, const struct comparison *cmp,
		   const struct cache *cache, bool accept);

#endif
