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

static struct cache_key key_of(struct session *s, const char *tree)
{
	session_environment(s);
	return (struct cache_key){
		.tree = str_c(tree), .plan = str_c(session_plan(s)->digest),
		.environment = str_c(s->env_digest), .runs = session_runs(s),
		.max_runs = session_max_runs(s),
	};
}

/* What sandbox.bind brings in has no digest. */
static bool may_cache(struct session *s)
{
	return session_cache(s) && !session_plan(s)->binds[0];
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
	guide_tree_key(name, side, tree);
	key = key_of(s, name);
	side->fp = cache_get(s->cache, &key);
	if (!side->fp)
		return;
	side->from = "cache";
	session_describe(s, side);
}

void session_recall(struct session *s, bool exported)
{
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];

		if (!side->is_file)
			look_up(s, side, exported ? side->info.digest :
						    side->rev.tree);
	}
}

static void keep(struct session *s, const struct side *side)
{
	struct cache_key key;
	char name[65];

	/* Without an export it came from the cache by its tree's id. */
	if (!may_cache(s) || side->is_file || !side->info.digest[0])
		return;
	if (strcmp(side->from, "cache")) {
		guide_tree_key(name, side, side->info.digest);
		key = key_of(s, name);
		cache_put(s->cache, &key, side->fp);
	}
	if (!side->rev.tree[0])
		return;
	guide_tree_key(name, side, side->rev.tree);
	key = key_of(s, name);
	cache_put(s->cache, &key, side->fp);
}

void session_remember(struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		keep(s, &s->sides[i]);
}
