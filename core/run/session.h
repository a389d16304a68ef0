/* SPDX-License-Identifier: Apache-2.0 */
/* What session.c, rounds.c and session_cache.c share. */
#ifndef RUN_SESSION_H
#define RUN_SESSION_H

#include <linux/filter.h>

#include "core/base/hash.h"
#include "core/run/one_run.h"
#include "core/run/run.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/staging.h"
#include "core/scenario/scenario.h"

struct side {
	bool is_file;
	struct baseline *baseline;	/* of a file that is one */
	const char *from;
	struct rev rev;		/* when it is none */
	struct tree_info info;
	struct scenario scenario;
	/* What is run differently here than on the other side; variant.c */
	struct str variant;	/* for people, "" for nothing */
	char variant_digest[HASH_HEX_LEN + 1];
	const struct config *config;	/* NULL: the session's */
	/* Its scenario is the reference's; see entry_reference.c */
	bool referenced;
	struct scenario own;
	char tree_name[STAGING_NAME_MAX];
	int tree;		/* its root, -1 */
	bool pinned;		/* run when bound folders held something else */
	bool runs;		/* here; else it came from elsewhere */
	struct one_run what;
	struct fingerprint *fp;
};

struct session {
	struct run_options opt;
	struct repo *repo;
	struct config config;
	char *config_name;
	bool configured;
	struct { struct str *v; size_t n, cap; } notes;
	struct staging staging;
	struct plan plan;
	bool planned;
	struct arena arena;
	struct environment env;
	char env_digest[HASH_HEX_LEN + 1];
	struct cache *cache;
	bool cache_tried;
	struct sock_fprog filter;
	int *binds;		/* open folders, one for each sandbox.bind */
	size_t n_binds;
	struct bound *bound;	/* what they hold; NULL: not asked yet */
	char bound_key[HASH_HEX_LEN + 1];	/* "": none, or not known */
	struct side sides[SESSION_SIDES];
	size_t n;
	struct side reference;	/* of the only side, in a check */
	struct str reference_entry;
	const struct fingerprint *against;	/* session_against(), or NULL */
};

/* A side that waits for its runs. */
static inline bool side_is_pending(const struct side *side)
{
	return !side->is_file && !side->fp;
}

/* Give it another fingerprint, or NULL; its own is freed. */
void side_replace(struct side *side, struct fingerprint *fp);

/* Export the pending sides that are not yet. */
int session_export(struct session *s, struct err *err);

/* --- binds.c --- */

/* Open the folders of sandbox.bind, once. */
int binds_open(struct session *s, struct err *err);
void binds_close(struct session *s);
/* Has this side, exported, files of its own where they go? */
int binds_check(const struct session *s, const struct side *side,
		struct err *err);
/* Is it known what they hold, where there are any?  It is looked at once. */
bool binds_known(struct session *s);
/* Look again after runs: what changed meanwhile names no result. */
void binds_recheck(struct session *s);
/* Write into fp what they hold. */
void binds_describe(const struct session *s, struct fingerprint *fp);

/* --- trees.c --- */

/*
 * Export these sides, none of which has a tree: tree, tree_name and info of
 * each.
 */
int trees_export(struct session *s, struct side **sides, size_t n,
		 struct err *err);

/* --- entry_reference.c --- */

/* Forget what the cache had of a side that may have to run other files. */
void entry_reference_recheck(struct session *s);
/* The scenario of a side that is exported. */
int entry_reference_scenario(struct session *s, struct side *side,
			     struct err *err);
/* Under what its fingerprint is kept: the tree, and what was run of it. */
void entry_reference_tree_key(char out[65], const struct side *side,
			      const char *tree);

/* --- variant.c --- */

/* When the sides and the configuration are known, before the cache is asked. */
int variant_prepare(struct session *s, struct err *err);
/* To the scenario of a side. */
int variant_apply(struct session *s, struct side *side, struct err *err);

/* --- rounds.c --- */

unsigned session_runs(const struct session *s);
/* Never fewer than were asked for. */
unsigned session_max_runs(const struct session *s);
/* Write into side->fp what was run. */
void session_describe(struct session *s, struct side *side);
/* Run the sides that wait. */
int session_run(struct session *s, struct err *err);

/* --- session_cache.c --- */

/*
 * Take pending sides from the cache: by git's tree ids, for which nothing has
 * to be exported, or by the digests of exports.
 */
void session_cache_get(struct session *s, bool exported);
/* Put into the cache what was exported. */
void session_cache_put(struct session *s);
/*
 * Keep what the bound folders hold now as what OLD's tree goes with: of a
 * trace, a report or a baseline that is made, and of an OLD that has none yet.
 */
void session_cache_pin(struct session *s);

#endif
