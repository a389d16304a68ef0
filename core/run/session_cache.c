/* SPDX-License-Identifier: Apache-2.0 */
/* What is not traced again: the session's side of the cache. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/run/environment.h"
#include "core/run/session.h"

struct cache *session_cache(struct session *s)
{
	if (!s->cache_tried && !s->opt.no_cache)
		s->cache = cache_open();
	s->cache_tried = true;
	return s->cache;
}

/* In pieces: a program with its debug information is many megabytes. */
static void digest_self(char out[HASH_HEX_LEN + 1])
{
	autofd int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct hash_state *h = hash_begin();
	char piece[64 << 10];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		hash_add(h, (struct str){ piece, (size_t)n });
	hash_end(h, out);
}

/*
 * Another behavdiff sees other things: its own program counts as part of the
 * environment, since a version number does not change with every build.
 */
static void digest_environment(struct session *s)
{
	struct hash_state *h = hash_begin();
	char self[HASH_HEX_LEN + 1];

	digest_self(self);
	hash_field(h, str_c(self));
	hash_field(h, s->env.kernel);
	hash_field(h, s->env.machine);
	hash_field(h, s->env.libc);
	hash_field(h, s->env.root);
	hash_end(h, s->env_digest);
}

const struct environment *session_environment(struct session *s)
{
	if (!s->env_digest[0]) {
		environment_read(&s->env, &s->arena);
		digest_environment(s);
	}
	return &s->env;
}

static struct cache_key session_cache_key_of(struct session *s,
					     const char *tree)
{
	session_environment(s);
	return (struct cache_key){
		.tree = str_c(tree), .plan = str_c(session_plan(s)->digest),
		.environment = str_c(s->env_digest),
		.bound = str_c(s->bound_key), .runs = session_runs(s),
		.max_runs = session_max_runs(s),
	};
}

/* By what a bound folder holds, too: not where that is not known. */
static bool may_cache(struct session *s)
{
	return session_cache(s) && binds_known(s);
}

/* --- what OLD goes with --- */

/*
 * A bound folder is no part of a revision, so a change of it is no difference
 * between two that are run with it now.  It is one between OLD as it was run
 * before and NEW: so the cache keeps, for a tree, what the folders held when
 * it was last run as the side that is trusted, its pin, and OLD comes from
 * there as long as that run is in the cache.
 */
static bool uses_pin(const struct session *s, const struct side *side)
{
	return side == &s->sides[0] && s->n == 2 && !s->opt.apart &&
	       s->bound_key[0] && !s->sides[1].is_file &&
	       !rev_is_same_tree(&side->rev, &s->sides[1].rev);
}

/* Under the digest of its export, which a clean work tree shares. */
static bool pin_key(struct cache_key *key, char name[65],
		    char digest[HASH_HEX_LEN + 1], struct session *s,
		    const struct side *side)
{
	struct cache_key by_id;

	if (side->info.digest[0]) {
		memcpy(digest, side->info.digest, HASH_HEX_LEN + 1);
	} else {
		entry_reference_tree_key(name, side, side->rev.tree);
		by_id = session_cache_key_of(s, name);
		if (!cache_get_pin(s->cache, &by_id, digest))
			return false;
	}
	entry_reference_tree_key(name, side, digest);
	*key = session_cache_key_of(s, name);
	return true;
}

/* Run when the folders held what they do not now: under that key, or none. */
static void look_up_pinned(struct session *s, struct side *side,
			   struct cache_key key)
{
	char name[65], digest[HASH_HEX_LEN + 1], pin[HASH_HEX_LEN + 1];
	struct cache_key at;

	if (!pin_key(&at, name, digest, s, side) ||
	    !cache_get_pin(s->cache, &at, pin) || !strcmp(pin, s->bound_key))
		return;
	key.bound = str_c(pin);
	side->fp = cache_get(s->cache, &key);
	side->pinned = side->fp != NULL;
}

/*
 * By git's tree id nothing needs to be exported; a work tree has none until
 * its export gives it a digest.
 */
static void look_up(struct session *s, struct side *side, const char *tree)
{
	struct cache_key key;
	char name[65];

	if (!may_cache(s) || !side_is_pending(side) || !*tree)
		return;
	entry_reference_tree_key(name, side, tree);
	key = session_cache_key_of(s, name);
	if (uses_pin(s, side))
		look_up_pinned(s, side, key);
	if (!side->fp)
		side->fp = cache_get(s->cache, &key);
	if (!side->fp)
		return;
	side->from = "cache";
	session_describe(s, side);
}

void session_cache_get(struct session *s, bool exported)
{
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];

		if (!side->is_file)
			look_up(s, side, exported ? side->info.digest :
						    side->rev.tree);
	}
}

static void session_cache_keep(struct session *s, const struct side *side)
{
	struct cache_key key;
	char name[65];

	/* Without an export it came from the cache by its tree's id. */
	if (!may_cache(s) || side->is_file || !side->info.digest[0] ||
	    side->pinned)
		return;
	if (strcmp(side->from, "cache")) {
		entry_reference_tree_key(name, side, side->info.digest);
		key = session_cache_key_of(s, name);
		cache_put(s->cache, &key, side->fp);
	}
	if (!side->rev.tree[0])
		return;
	entry_reference_tree_key(name, side, side->rev.tree);
	key = session_cache_key_of(s, name);
	cache_put(s->cache, &key, side->fp);
	if (s->bound_key[0])
		cache_set_pin(s->cache, &key, side->info.digest);
}

void session_cache_put(struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		session_cache_keep(s, &s->sides[i]);
}

/* Did every step do its part?  Else the folder may not have been made yet. */
static bool is_sound(const struct fingerprint *fp)
{
	for (size_t r = 0; r < fp->n_ends; r++)
		for (size_t i = 0; i < fp->ends[r].n_steps; i++) {
			const struct step_end *e = &fp->ends[r].steps[i];

			if (!e->started || e->unmet.len ||
			    (e->ended && e->status && !e->stopped))
				return false;
		}
	return fp->n_ends > 0;
}

void session_cache_pin(struct session *s)
{
	struct side *side = &s->sides[0];
	char name[65], digest[HASH_HEX_LEN + 1], pin[HASH_HEX_LEN + 1];
	struct cache_key key;

	if (!s->n || side->is_file || s->opt.apart || side->pinned ||
	    !plan_list(session_plan(s), "bind")[0] || !may_cache(s) ||
	    !is_sound(side->fp) || !pin_key(&key, name, digest, s, side))
		return;
	/* A revision against itself is no reason to forget. */
	if (s->n > 1 && !uses_pin(s, side) &&
	    cache_get_pin(s->cache, &key, pin))
		return;
	cache_set_pin(s->cache, &key, s->bound_key);
}
