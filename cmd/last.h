/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last comparison made in this directory, kept in the user's cache: what
 * accept, review and explain mean by an id.
 */
#ifndef CMD_LAST_H
#define CMD_LAST_H

#include "core/compare/compare.h"
#include "core/run/cache.h"

struct last_side {
	struct str spec;	/* as the user named it */
	/* A name that stays: an object's id or "."; "": a file, unknown */
	struct str rev;
};

/* What a reviewer said. */
enum decision { DECISION_OPEN, DECISION_ACCEPTED, DECISION_REJECTED };

struct last {
	struct arena arena;	/* of what last_read() found */
	struct last_side old, new;
	struct str subdir;	/* DIR of the baseline that judged, else "" */
	struct str scenario;
	/* new, outcome and more; with rule, evidence, acceptance */
	struct finding *v;
	enum decision *decided;	/* about each */
	size_t n;
};

#define LAST_INIT { .arena = ARENA_INIT }
void last_free(struct last *l);
#define autolast __attribute__((cleanup(last_free)))

/* Take the findings of c, which must outlive l; the rest is the caller's. */
void last_take(struct last *l, const struct comparison *c);
/* cache may be NULL: nothing is remembered. */
void last_write(struct cache *cache, const struct last *l);
/* false: no comparison is remembered; out is then as it was. */
bool last_read(struct last *out, struct cache *cache);

#endif
