/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints kept from one command to the next, below
 * $XDG_CACHE_HOME/behavdiff.  Files are written beside and renamed, verified
 * on reading, and forgotten, oldest first, beyond CACHE_MAX bytes; several
 * processes may use it at once.  Nothing ever fails because of the cache.
 */
#ifndef RUN_CACHE_H
#define RUN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/fingerprint/fingerprint.h"

#define CACHE_MAX ((uint64_t)256 << 20)

struct cache;

/*
 * The user's cache, made when it is not there; NULL where there can be none:
 * no home, a read-only disk, a folder that another user owns or may write.
 */
struct cache *cache_open(void);
void cache_close(struct cache *c);

/* What a fingerprint depends on. */
struct cache_key {
	struct str tree;	/* the git tree's id, or the export's digest */
	struct str plan;	/* the plan's digest */
	struct str environment;	/* of the host and of behavdiff itself */
	struct str bound;	/* what bound folders hold; "": none is bound */
	unsigned runs, max_runs;	/* as asked for; it has one of these */
};

/* NULL when it is not there, or is not what it was when it was written. */
struct fingerprint *cache_get(struct cache *c, const struct cache_key *key);
void cache_put(struct cache *c, const struct cache_key *key,
	       const struct fingerprint *fp);
/*
 * 32 digits kept beside the fingerprints of a key, whatever its `bound`: which
 * of them goes with the tree, or, under a git tree's id, its export's digest.
 */
bool cache_get_pin(struct cache *c, const struct cache_key *key,
		   char out[HASH_HEX_LEN + 1]);
void cache_set_pin(struct cache *c, const struct cache_key *key,
		   const char *digest);

/* Small texts of commands, such as the findings of the last comparison. */
bool cache_read_text(struct cache *c, const char *name, struct buf *out);
void cache_write_text(struct cache *c, const char *name, struct str text);

struct cache_entry {
	char name[64];
	uint64_t bytes;
	int64_t used;		/* seconds since 1970 */
};

/* Path of the folder, for messages. */
const char *cache_path(const struct cache *c);
/* All entries, most recently used first; the caller frees *out. */
size_t cache_list(struct cache *c, struct cache_entry **out);
/* Remove every entry; returns how many there were. */
size_t cache_clear(struct cache *c);

#endif
