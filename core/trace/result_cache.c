/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results that are known before the call is made.
 *
 * A stop at a call's end costs as much as the one at its beginning, and is
 * there for the result alone.  An open for reading or an access(2) ends as the
 * same call before it did, as long as no name and no mode was changed, and
 * every call that changes one stops.  So the third of the same calls ends as
 * the second did, while nothing was changed in between.
 *
 * Only in a process that is the only one and has one thread: another task could
 * change names, memory or a file that is mapped there after our look, and only
 * the end of the call would show it.  And only while the program's rights are
 * what they were (a filter, Landlock, a root, a lease, a limit of descriptors).
 *
 * An open fails first of all when there is no free descriptor: there is one
 * while the last below the limit is unused.
 */
#include "core/trace/result_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/trace/kernel.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define KEPT_MAX 4096
#define KEPT_BYTES (4U << 20)

#define HARMLESS_FLAGS ((uint64_t)(O_CLOEXEC | O_NOCTTY | O_NONBLOCK | \
				   O_DIRECTORY | O_NOFOLLOW | \
				   KERNEL_O_LARGEFILE))
#define LOOKS_MAX 8		/* at what is changed all the time */

/* An entry of t->result_cache.results; err 0: path is what is there. */
struct cached_result {
	unsigned ends;		/* that were seen */
	bool certain;		/* nothing but a change can make it another */
	uint64_t changes;	/* as many had been made */
	int err;
	const char *path;	/* in the map's arena */
};

/*
 * Ids are not among them: the sandbox has one, and no process there may take
 * another (user_namespaces(7)).  The kernel may complete asynchronous reads
 * (io_submit(2)) at any time, into memory that a call is about to read.
 */
static bool result_cache_limits_rights(const struct call *c)
{
	static const int calls[] = {
		SYS_seccomp, SYS_landlock_restrict_self, SYS_capset, SYS_setns,
		SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2,
		SYS_move_mount, SYS_mount_setattr, SYS_io_setup,
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (calls[i] == c->nr)
			return true;
	if (c->nr == SYS_fcntl)
		return (int)c->args[1] == F_SETLEASE;
	return c->nr == SYS_prctl && (int)c->args[0] == PR_SET_SECCOMP;
}

static bool result_cache_limits_descriptors(const struct call *c)
{
#ifdef SYS_setrlimit
	if (c->nr == SYS_setrlimit)
		return (uint32_t)c->args[0] == RLIMIT_NOFILE;
#endif
	return c->nr == SYS_prlimit64 &&
	       (uint32_t)c->args[1] == RLIMIT_NOFILE;
}

void result_cache_check_rights(struct tracer *t, const struct call *c)
{
	t->result_cache.off |= result_cache_limits_rights(c) ||
			result_cache_limits_descriptors(c);
}

/* Is it the only process, but for pid 1, which is ours? */
static bool result_cache_is_alone(const struct tracer *t,
				  const struct process *p)
{
	return t->stats.alive <= 2 && p->tasks < 2 && !p->sharing &&
	       !p->maps_shared;
}

/* The call's key: its number, flags and path, which is made absolute. */
static bool result_cache_make_key(const struct task *k, int dirfd,
				  uint64_t flags, struct buf *key,
				  struct str *path)
{
	const char *given = k->call.path1;
	autobuf struct buf cwd = BUF_INIT;
	size_t at;

	if (!given || !*given)
		return false;
	buf_printf(key, "%d %llx ", k->call.nr, (unsigned long long)flags);
	at = key->len;
	if (*given != '/') {
		if (dirfd != AT_FDCWD || !procfs_link(k->tid, &cwd, "cwd") ||
		    str_ends(buf_view(&cwd), STR(" (deleted)")))
			return false;
		buf_str(key, buf_view(&cwd));
		buf_ch(key, '/');
	}
	buf_c(key, given);
	*path = str_sub(buf_view(key), at);
	return !resolve_has_dots(path->p);
}

static bool result_cache_is_open(const struct call *c)
{
#ifdef SYS_open
	if (c->nr == SYS_open)
		return true;
#endif
	return c->nr == SYS_openat;
}

static bool result_cache_applies(const struct tracer *t, const struct task *k,
				 uint64_t flags)
{
	return !t->result_cache.off && k->process->after_first_exec &&
	       result_cache_is_alone(t, k->process) &&
	       !(result_cache_is_open(&k->call) && (flags & ~HARMLESS_FLAGS));
}

/*
 * The last descriptor below the limit: is it there to be had?  kcmp(2) knows
 * in a quarter of the time that /proc takes.
 */
static bool result_cache_has_descriptor(const struct tracer *t,
					const struct task *k)
{
	unsigned long last = t->opt.max_descriptors - 1UL;

	return t->opt.max_descriptors &&
	       syscall(SYS_kcmp, k->tid, k->tid, KCMP_FILE, last, last) < 0 &&
	       errno == EBADF;
}

static const struct cached_result *result_cache_find(const struct tracer *t,
						     struct str key)
{
	const struct strmap_entry *e =
		strmap_get(&t->result_cache.results, key);
	const struct cached_result *r = e ? e->val.ptr : NULL;

	return r && r->certain && r->changes == t->changed_paths.changes ? r :
									   NULL;
}

bool result_cache_get(struct tracer *t, struct task *k, int dirfd,
		      uint64_t flags, struct buf *path)
{
	autobuf struct buf key = BUF_INIT;
	const struct cached_result *r;
	struct str asked;

	if (!result_cache_applies(t, k, flags) ||
	    !result_cache_make_key(k, dirfd, flags, &key, &asked))
		return false;
	r = result_cache_find(t, buf_view(&key));
	if (!r || (result_cache_is_open(&k->call) &&
		   !result_cache_has_descriptor(t, k)))
		return false;
	k->call.ret = -r->err;
	k->call.cached = true;
	buf_clear(path);
	buf_c(path, r->path);
	return true;
}

/* --- learning --- */

/* Does a walk of ours end where the call did, at an ordinary file? */
static bool result_cache_ends_there(int fd, struct str path)
{
	autobuf struct buf text = BUF_INIT;
	struct stat st;

	if (fstat(fd, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return false;
	return procfs_own_fd(fd, &text) &&
	       (!path.len || str_eq(buf_view(&text), path));
}

static bool result_cache_is_outside(struct str path)
{
	return path_below(path, STR("/proc")) ||
	       path_below(path, STR("/dev")) || path_below(path, STR("/sys"));
}

static bool result_cache_is_certain(struct tracer *t, struct task *k,
				    struct str asked, int err, struct str path)
{
	autofd int fd = -1;

	if (result_cache_is_outside(asked))
		return false;
	fd = resolve_walk(t, k, asked.p, 0);
	if (fd < 0)
		return err == ENOENT && errno == ENOENT;
	return !err && result_cache_ends_there(fd, path) &&
	       !result_cache_is_outside(path);
}

static struct cached_result *result_cache_slot(struct tracer *t, struct str key)
{
	struct strmap_entry *e;

	if (t->result_cache.results.n >= KEPT_MAX ||
	    t->result_cache.results.arena.used > KEPT_BYTES)
		strmap_free(&t->result_cache.results);
	e = strmap_put(&t->result_cache.results, key);
	if (!e->val.ptr)
		e->val.ptr = arena_alloc(&t->result_cache.results.arena,
					 sizeof(struct cached_result));
	return e->val.ptr;
}

void result_cache_put(struct tracer *t, struct task *k, int dirfd,
		      uint64_t flags, struct str path)
{
	autobuf struct buf key = BUF_INIT;
	int err = call_err(&k->call);
	struct cached_result *r;
	struct str asked;

	if (!result_cache_applies(t, k, flags) || (err && err != ENOENT) ||
	    !result_cache_make_key(k, dirfd, flags, &key, &asked))
		return;
	r = result_cache_slot(t, buf_view(&key));
	/* Most calls are made once: to look is for the second. */
	if (!r->ends++ || r->ends > LOOKS_MAX)
		return;
	r->changes = t->changed_paths.changes;
	r->err = err;
	r->path = arena_str(&t->result_cache.results.arena, path).p;
	r->certain = result_cache_is_certain(t, k, asked, err, path);
}

void result_cache_free(struct result_cache *c)
{
	strmap_free(&c->results);
}
