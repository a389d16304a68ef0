/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of fingerprints: one file each, named by what it depends on. */
#include "core/run/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/base/vec.h"

/* Counts up with what is in a file; part of the name and the first line. */
#define CACHE_FORMAT "behavdiff.cache/1 behavdiff.fingerprint/1"
#define ENTRY_MAX ((size_t)256 << 20)

struct cache {
	char *path;
	int dir;
};

/* --- the folder --- */

/* Missing parents too; those that are there are left alone. */
static void make_parents(const char *path)
{
	autofree char *copy = mem_strdup(path);

	for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(copy, 0700);
		*p = '/';
	}
}

static char *choose_path(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	/* The specification says to ignore a relative path. */
	if (xdg && *xdg == '/')
		return mem_printf("%s/behavdiff", xdg);
	if (home && *home == '/')
		return mem_printf("%s/.cache/behavdiff", home);
	return NULL;
}

struct cache *cache_open(void)
{
	autofree char *path = choose_path();
	autofd int dir = -1;
	struct stat st;
	struct cache *c;

	if (!path)
		return NULL;
	make_parents(path);
	mkdir(path, 0700);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* What others can write, others can make say "nothing new". */
	if (dir < 0 || fstat(dir, &st) || st.st_uid != geteuid() ||
	    st.st_mode & 0022)
		return NULL;
	c = mem_alloc(sizeof(*c));
	c->path = steal_ptr(&path);
	c->dir = fd_steal(&dir);
	return c;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	close(c->dir);
	free(c->path);
	free(c);
}

const char *cache_path(const struct cache *c)
{
	return c->path;
}

/* --- files --- */

/* "CACHE_FORMAT DIGEST\n", then the text the digest is of. */
static bool read_verified(struct cache *c, const char *name, struct buf *out)
{
	autobuf struct buf all = BUF_INIT;
	char digest[HASH_HEX_LEN + 1];
	size_t head = sizeof(CACHE_FORMAT) + HASH_HEX_LEN + 1;
	autofd int fd = openat(c->dir, name, O_RDONLY | O_CLOEXEC |
			       O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || fd_read_all(fd, &all, ENTRY_MAX) || all.len < head ||
	    memcmp(all.p, CACHE_FORMAT " ", sizeof(CACHE_FORMAT)))
		return false;

	struct str text = str_sub(buf_view(&all), head);

	hash_hex(digest, text);
	if (memcmp(all.p + sizeof(CACHE_FORMAT), digest, HASH_HEX_LEN))
		return false;
	/* The time of last use, for cache_trim(). */
	futimens(fd, NULL);
	buf_str(out, text);
	return true;
}

static void write_verified(struct cache *c, const char *name, struct str text)
{
	autofree char *path = mem_printf("%s/%s", c->path, name);
	autobuf struct buf all = BUF_INIT;
	char digest[HASH_HEX_LEN + 1];

	hash_hex(digest, text);
	buf_printf(&all, "%s %s\n", CACHE_FORMAT, digest);
	buf_str(&all, text);
	fd_write_file_cached(path, buf_view(&all), NULL);
}

static int newest_first(const void *pa, const void *pb)
{
	const struct cache_entry *a = pa, *b = pb;

	if (a->used != b->used)
		return a->used > b->used ? -1 : 1;
	return strcmp(a->name, b->name);
}

size_t cache_list(struct cache *c, struct cache_entry **out)
{
	VEC(struct cache_entry) all = { NULL, 0, 0 };
	DIR *dir = fdopendir(openat(c->dir, ".", O_RDONLY | O_CLOEXEC));
	struct stat st;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		struct cache_entry *to;

		if (e->d_name[0] == '.' ||
		    strlen(e->d_name) >= sizeof(to->name) ||
		    fstatat(c->dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		to = vec_push(&all);
		strcpy(to->name, e->d_name);
		to->bytes = (uint64_t)st.st_size;
		to->used = st.st_mtime;
	}
	if (dir)
		closedir(dir);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), newest_first);
	*out = all.v;
	return all.n;
}

static void cache_trim(struct cache *c)
{
	struct cache_entry *all;
	size_t n = cache_list(c, &all);
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += all[i].bytes;
		if (sum > CACHE_MAX)
			unlinkat(c->dir, all[i].name, 0);
	}
	free(all);
}

size_t cache_clear(struct cache *c)
{
	struct cache_entry *all;
	size_t n = cache_list(c, &all), gone = 0;

	for (size_t i = 0; i < n; i++)
		gone += !unlinkat(c->dir, all[i].name, 0);
	free(all);
	return gone;
}

/* --- fingerprints --- */

static void key_name(char out[64], const struct cache_key *key,
		     struct str bound, const char *suffix)
{
	struct hash_state *h = hash_begin();
	char digest[HASH_HEX_LEN + 1];

	hash_field(h, STR(CACHE_FORMAT));
	hash_field(h, key->tree);
	hash_field(h, key->plan);
	hash_field(h, key->environment);
	hash_field(h, bound);
	hash_field(h, (struct str){ (const char *)&key->runs,
				    sizeof(key->runs) });
	hash_field(h, (struct str){ (const char *)&key->max_runs,
				    sizeof(key->max_runs) });
	hash_end(h, digest);
	snprintf(out, 64, "%s%s", digest, suffix);
}

struct fingerprint *cache_get(struct cache *c, const struct cache_key *key)
{
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp = NULL;
	char name[64];

	key_name(name, key, key->bound, ".json");
	if (!read_verified(c, name, &text) ||
	    fingerprint_read(&fp, name, buf_view(&text), NULL) ||
	    !str_eq(fp->plan_digest, key->plan) || fp->runs < key->runs ||
	    fp->runs > key->max_runs)
		return NULL;
	return steal_ptr(&fp);
}

/* What was cut short may do better another time. */
static bool cache_is_whole(const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n_ends; i++) {
		struct str how = fp->ends[i].how;

		if (!str_eq(how, STR("exit")) &&
		    !str_eq(how, STR("deadline")) &&
		    !str_eq(how, STR("quiescent")))
			return false;
	}
	return !fp->ledger.lost && !fp->ledger.dropped;
}

void cache_put(struct cache *c, const struct cache_key *key,
	       const struct fingerprint *fp)
{
	autobuf struct buf text = BUF_INIT;
	char name[64];

	if (!cache_is_whole(fp))
		return;
	key_name(name, key, key->bound, ".json");
	fingerprint_write(&text, fp);
	write_verified(c, name, buf_view(&text));
	cache_trim(c);
}

bool cache_get_pin(struct cache *c, const struct cache_key *key,
		   char out[HASH_HEX_LEN + 1])
{
	autobuf struct buf text = BUF_INIT;
	char name[64];

	key_name(name, key, STR(""), ".pin");
	if (!read_verified(c, name, &text) ||
	    !text_is_hex(buf_view(&text), HASH_HEX_LEN))
		return false;
	memcpy(out, text.p, HASH_HEX_LEN);
	out[HASH_HEX_LEN] = '\0';
	return true;
}

void cache_set_pin(struct cache *c, const struct cache_key *key,
		   const char *digest)
{
	char name[64];

	key_name(name, key, STR(""), ".pin");
	write_verified(c, name, str_c(digest));
}

bool cache_read_text(struct cache *c, const char *name, struct buf *out)
{
	return read_verified(c, name, out);
}

void cache_write_text(struct cache *c, const char *name, struct str text)
{
	write_verified(c, name, text);
}
