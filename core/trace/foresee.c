/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results that are known before the call is made.
 *
 * A stop at a call's end costs as much as the one at its beginning, and is
 * there for the result alone.  What an open for reading or an access(2) gave is
 * what the same call gives again as long as nobody has changed a name or a mode
 * on its way, and every call that does so stops.  So the third of the same
 * calls, by whichever process, ends as the second did:
 *
 * - in the system's directories and /etc, until anything there was changed,
 *   and only where no link on the way leaves them;
 * - elsewhere, while nothing at all has changed.
 *
 * Nobody may be in the middle of a call, which could be a change.
 *
 * The program's own rights must not have changed either (a filter, Landlock,
 * an id, a root, a limit of descriptors), and where others could change the
 * argument after our look, or use up the descriptors, the end is waited for.
 * An open also fails, and before all else, for want of a descriptor: there is
 * one while the last below the limit is unused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/trace/tracer.h"

/* The same on every architecture; younger than some headers. */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

#define KEPT_MAX 4096
#define KEPT_BYTES (4U << 20)

#define LARGE_FILE 0100000	/* O_LARGEFILE of x86, 0 for the C library */
#define HARMLESS_FLAGS ((uint64_t)(O_CLOEXEC | O_NOCTTY | O_NONBLOCK | \
				   O_DIRECTORY | O_NOFOLLOW | LARGE_FILE))
#define LOOKS_MAX 8		/* at what is changed all the time */

/* An entry of t->results; err 0: path is what is there. */
struct result {
	unsigned ends;		/* that were seen */
	bool certain;		/* nothing but a change can make it another */
	bool system;
	uint64_t changes;	/* elsewhere: as many had been made */
	int err;
	const char *path;	/* in the map's arena */
};

/*
 * Ids are not among them: the sandbox has one, and nobody there may take
 * another (user_namespaces(7)).
 */
static bool limits_rights(const struct call *c)
{
	static const int calls[] = {
		SYS_seccomp, SYS_landlock_restrict_self, SYS_capset, SYS_setns,
		SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2,
		SYS_move_mount, SYS_mount_setattr,
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (calls[i] == c->nr)
			return true;
	if (c->nr == SYS_fcntl)
		return (int)c->args[1] == F_SETLEASE;
	return c->nr == SYS_prctl && (int)c->args[0] == PR_SET_SECCOMP;
}

static bool limits_descriptors(const struct call *c)
{
#ifdef SYS_setrlimit
	if (c->nr == SYS_setrlimit)
		return (uint32_t)c->args[0] == RLIMIT_NOFILE;
#endif
	return c->nr == SYS_prlimit64 &&
	       (uint32_t)c->args[1] == RLIMIT_NOFILE;
}

void foresee_ends(struct tracer *t, const struct call *c)
{
	t->unforeseeable |= limits_rights(c) || limits_descriptors(c);
}

static bool is_kept_still(struct str path)
{
	return path_is_system(path) || path_below(path, STR("/etc"));
}

void foresee_change(struct tracer *t, struct str path)
{
	t->changes++;
	t->unforeseeable |= is_kept_still(path);
}

/* Can nobody change what the call was given, or what it is to be given? */
static bool is_alone(const struct tracer *t, const struct proc *p)
{
	return p->tasks < 2 && !p->shares && !p->exposed && !t->reached &&
	       !t->shared_files;
}

static bool is_only_process(const struct tracer *t)
{
	return t->stats.alive <= 2;	/* pid 1 is the other */
}

/*
 * The call's key: its number, flags and path, which is made absolute.  Another
 * process may share the working directory (CLONE_FS).
 */
static bool make_key(const struct tracer *t, const struct task *k, int dirfd,
		     uint64_t flags, struct buf *key, struct str *path)
{
	const char *given = k->call.path1;
	autobuf struct buf cwd = BUF_INIT;
	char link[64];
	size_t at;

	if (!given || !*given)
		return false;
	buf_printf(key, "%d %llx ", k->call.nr, (unsigned long long)flags);
	at = key->len;
	if (*given != '/') {
		snprintf(link, sizeof(link), "/proc/%d/cwd", k->tid);
		if (dirfd != AT_FDCWD || !is_only_process(t) ||
		    !resolve_link(link, &cwd) ||
		    str_ends(buf_view(&cwd), STR(" (deleted)")))
			return false;
		buf_str(key, buf_view(&cwd));
		buf_ch(key, '/');
	}
	buf_c(key, given);
	*path = str_sub(buf_view(key), at);
	return !path_has_dots(path->p);
}

static bool may_be_known(const struct tracer *t, const struct task *k)
{
	return !t->unforeseeable && !t->inside && k->proc->live &&
	       is_alone(t, k->proc);
}

/*
 * The last descriptor below the limit: is it there to be had?  kcmp(2) knows
 * in a quarter of the time that /proc takes.
 */
static bool has_descriptor(const struct tracer *t, const struct task *k)
{
	unsigned long last = t->opt.max_descriptors - 1UL;

	return t->opt.max_descriptors &&
	       syscall(SYS_kcmp, k->tid, k->tid, KCMP_FILE, last, last) < 0 &&
	       errno == EBADF;
}

static const struct result *find(const struct tracer *t, struct str key)
{
	const struct strmap_entry *e = strmap_get(&t->results, key);
	const struct result *r = e ? e->val.ptr : NULL;

	if (!r || !r->certain)
		return NULL;
	return r->system || r->changes == t->changes ? r : NULL;
}

static bool is_open(const struct call *c)
{
#ifdef SYS_open
	if (c->nr == SYS_open)
		return true;
#endif
	return c->nr == SYS_openat;
}

bool foresee(struct tracer *t, struct task *k, int dirfd, uint64_t flags,
	     struct buf *path)
{
	autobuf struct buf key = BUF_INIT;
	const struct result *r;
	struct str asked;

	if (!may_be_known(t, k) ||
	    (is_open(&k->call) && (flags & ~HARMLESS_FLAGS)) ||
	    !make_key(t, k, dirfd, flags, &key, &asked))
		return false;
	r = find(t, buf_view(&key));
	if (!r || (is_open(&k->call) && !has_descriptor(t, k)))
		return false;
	k->call.ret = -r->err;
	k->call.foreseen = true;
	buf_clear(path);
	buf_c(path, r->path);
	return true;
}

/* --- learning --- */

/*
 * Below its first directory, no link leaving that (RESOLVE_BENEATH): the walk
 * is through names that are kept still.
 */
static int walk_beneath(struct tracer *t, struct task *k, struct str path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	size_t len = 1 + strcspn(path.p + 1, "/");
	autofree char *top = mem_strndup(path.p, len);
	autofd int dir = -1;

	if (!path.p[len])
		return -1;
	dir = resolve_walk(t, k, top, O_DIRECTORY);
	if (dir < 0) {
		errno = EXDEV;
		return -1;
	}
	return (int)syscall(SYS_openat2, dir, path.p + len + 1, &how,
			    sizeof(how));
}

/* Does a walk of ours end where the call did, at an ordinary file? */
static bool ends_there(int fd, struct str path)
{
	autobuf struct buf text = BUF_INIT;
	char link[64];
	struct stat st;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return false;
	return resolve_link(link, &text) &&
	       (!path.len || str_eq(buf_view(&text), path));
}

static bool is_outside(struct str path)
{
	return path_below(path, STR("/proc")) ||
	       path_below(path, STR("/dev")) || path_below(path, STR("/sys"));
}

static bool is_certain(struct tracer *t, struct task *k, struct str asked,
		       int err, struct str path)
{
	bool system = is_kept_still(asked);
	autofd int fd = -1;

	if (is_outside(asked))
		return false;
	fd = system ? walk_beneath(t, k, asked) :
		      resolve_walk(t, k, asked.p, 0);
	if (fd < 0)
		return err == ENOENT && errno == ENOENT;
	return !err && ends_there(fd, path) && !is_outside(path);
}

static struct result *result_of(struct tracer *t, struct str key)
{
	struct strmap_entry *e;

	if (t->results.n >= KEPT_MAX || t->results.arena.used > KEPT_BYTES)
		strmap_free(&t->results);
	e = strmap_put(&t->results, key);
	if (!e->val.ptr)
		e->val.ptr = arena_alloc(&t->results.arena,
					 sizeof(struct result));
	return e->val.ptr;
}

void foresee_learn(struct tracer *t, struct task *k, int dirfd, uint64_t flags,
		   struct str path)
{
	autobuf struct buf key = BUF_INIT;
	int err = call_err(&k->call);
	struct result *r;
	struct str asked;

	if (!may_be_known(t, k) || (err && err != ENOENT) ||
	    (is_open(&k->call) && (flags & ~HARMLESS_FLAGS)) ||
	    !make_key(t, k, dirfd, flags, &key, &asked))
		return;
	r = result_of(t, buf_view(&key));
	/* Most calls are made once: to look is for the second. */
	if (!r->ends++ || r->ends > LOOKS_MAX)
		return;
	r->system = is_kept_still(asked);
	r->changes = t->changes;
	r->err = err;
	r->path = arena_str(&t->results.arena, path).p;
	r->certain = is_certain(t, k, asked, err, path);
}
