/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path argument to the path the kernel meant.
 *
 * The tracer is outside the sandbox, but holds its root directory and lets
 * the kernel walk: openat2(2) with RESOLVE_IN_ROOT follows links as if the
 * sandbox's root were ours, and /proc/self/fd shows where it ended.
 * Resolved directories are kept until a name changes.
 */
#include "core/trace/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/magic_links.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define CACHE_MAX 4096
#define WALKS_MAX 1000
#define CACHE_BYTES (4U << 20)
#define DELETED " (deleted)"

static const char *const system_dirs[] = {
	"/usr", "/lib", "/lib64", "/lib32", "/libx32", "/bin", "/sbin", "/opt",
};

bool resolve_is_system(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(system_dirs); i++)
		if (path_below(path, str_c(system_dirs[i])))
			return true;
	return false;
}

bool resolve_has_dots(const char *path)
{
	for (const char *p = path; (p = strstr(p, "/.")); p++)
		if (p[2] == '/' || !p[2] ||
		    (p[2] == '.' && (p[3] == '/' || !p[3])))
			return true;
	return false;
}

bool resolve_names_system(const char *path)
{
	return path && *path == '/' && resolve_is_system(str_c(path)) &&
	       !resolve_has_dots(path);
}

/*
 * O_TMPFILE gives "#INODE (deleted)" (d_mark_tmpfile() in fs/dcache.c), also
 * after the file was given a name: the number is no part of what was done.
 */
static bool resolve_strip_unnamed(struct buf *out)
{
	size_t end = out->len - (sizeof(DELETED) - 1), at = end;

	while (at && out->p[at - 1] >= '0' && out->p[at - 1] <= '9')
		at--;
	if (at == end || at < 2 || out->p[at - 1] != '#' ||
	    out->p[at - 2] != '/')
		return false;
	buf_cut(out, at - 1);
	buf_c(out, "(unnamed)");
	return true;
}

/*
 * Is the file behind a link of /proc, whose text ends so, there by that name?
 * Where descriptors are shared the number may lead to another file by now:
 * text and count are those of one file, which a descriptor of ours holds.
 */
static bool resolve_has_name(pid_t tid, const char *name, struct str text)
{
	autofd int fd = procfs_open(tid, O_PATH, "%s", name);
	autobuf struct buf now = BUF_INIT;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !st.st_nlink || S_ISDIR(st.st_mode))
		return false;
	return procfs_own_fd(fd, &now) && str_eq(buf_view(&now), text);
}

/* The kernel marks removed names (proc(5)); a name may end so by itself. */
static bool resolve_strip_deleted(pid_t tid, const char *name, struct buf *out)
{
	if (!str_ends(buf_view(out), STR(DELETED)))
		return false;
	if (resolve_strip_unnamed(out))
		return true;
	if (resolve_has_name(tid, name, buf_view(out)))
		return false;
	out->len -= sizeof(DELETED) - 1;
	out->p[out->len] = '\0';
	return true;
}

static bool resolve_link(pid_t tid, const char *name, struct buf *out,
			 bool *deleted)
{
	bool gone;

	if (!procfs_link(tid, out, "%s", name))
		return false;
	gone = resolve_strip_deleted(tid, name, out);
	if (deleted)
		*deleted = gone;
	return true;
}

bool resolve_fd(pid_t tid, int fd, struct buf *out, bool *deleted)
{
	char name[32];

	snprintf(name, sizeof(name), "fd/%d", fd);
	return resolve_link(tid, name, out, deleted);
}

bool resolve_cwd(pid_t tid, struct buf *out)
{
	return resolve_link(tid, "cwd", out, NULL);
}

void resolve_exe(pid_t tid, struct buf *out, bool *deleted)
{
	if (resolve_link(tid, "exe", out, deleted))
		return;
	buf_clear(out);
	buf_c(out, "?");
	*deleted = false;
}

static int resolve_open_root(struct tracer *t, struct task *k)
{
	if (t->resolve.root < 0)
		t->resolve.root = procfs_open(k->tid, O_PATH | O_DIRECTORY,
					      "root");
	return t->resolve.root;
}

/*
 * Behind ".." a walk says EAGAIN when anything was renamed or mounted
 * meanwhile, anywhere on the host (openat2(2)): it knows nothing then, least
 * of all that the name is there.  A program that renames in a loop shall not
 * keep us for ever.
 */
int resolve_walk(struct tracer *t, struct task *k, const char *path,
		 int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int root = resolve_open_root(t, k), fd = -1;

	for (int i = 0; root >= 0 && i < WALKS_MAX; i++) {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

static bool resolve_walk_to_text(struct tracer *t, struct task *k,
				 const char *path, int flags, struct buf *out)
{
	autofd int fd = resolve_walk(t, k, path, flags);

	return fd >= 0 && procfs_own_fd(fd, out);
}

void resolve_forget_dirs(struct tracer *t)
{
	strmap_free(&t->resolve.dirs);
}

static void resolve_keep_dir(struct tracer *t, struct str dir,
			     const char *where)
{
	if (t->resolve.dirs.n >= CACHE_MAX ||
	    t->resolve.dirs.arena.used > CACHE_BYTES)
		resolve_forget_dirs(t);
	strmap_put(&t->resolve.dirs, dir)->val.ptr =
		arena_c(&t->resolve.dirs.arena, where);
}

/*
 * The deepest directory of dir that exists, links resolved, and the rest as
 * text behind it.  Only what was walked to its end is kept: another task may
 * get further.
 */
static void resolve_dir(struct tracer *t, struct task *k, struct str dir,
			struct buf *out)
{
	struct strmap_entry *hit = strmap_get(&t->resolve.dirs, dir);
	autofree char *path = mem_strndup(dir.p, dir.len);
	size_t len = dir.len;

	if (hit) {
		buf_clear(out);
		buf_c(out, hit->val.ptr);
		return;
	}
	while (len > 1 && !resolve_walk_to_text(t, k, path, O_DIRECTORY, out)) {
		while (len && path[--len] != '/')
			;
		path[len ? len : 1] = '\0';
		len = len ? len : 1;
	}
	if (len <= 1) {
		buf_clear(out);
		buf_c(out, "/");
		len = 1;
	}
	if (len < dir.len) {
		autobuf struct buf joined = BUF_INIT;
		struct str rest = str_sub(dir, len);

		while (rest.len && *rest.p == '/')
			rest = str_sub(rest, 1);
		path_join(&joined, buf_view(out), rest);
		buf_clear(out);
		buf_str(out, buf_view(&joined));
	} else {
		resolve_keep_dir(t, dir, out->p);
	}
}

/*
 * No name that is longer than a page can be read (d_path() in fs/d_path.c).  A
 * program works in such a directory only to have paths that cannot be resolved.
 */
static void resolve_unreadable_cwd(struct tracer *t, struct task *k,
				   struct buf *out)
{
	if (errno == ENAMETOOLONG)
		emit_words(t, k, EV_EVASION, 0,
			   "working directory too deep to be named");
	buf_c(out, "?");
}

/* The text of the path made absolute, "." and ".." still inside. */
static void resolve_absolute(struct tracer *t, struct task *k, int dirfd,
			     const char *path, struct buf *out)
{
	buf_clear(out);
	if (*path == '/') {
		buf_c(out, path);
		return;
	}
	if (dirfd == AT_FDCWD) {
		if (!resolve_cwd(k->tid, out))
			resolve_unreadable_cwd(t, k, out);
	} else if (!resolve_fd(k->tid, dirfd, out, NULL)) {
		buf_clear(out);
		buf_printf(out, "fd:%d", dirfd);
	}
	if (*path) {
		buf_ch(out, '/');
		buf_c(out, path);
	}
}

void resolve_start(struct tracer *t, struct task *k, int dirfd,
		   const char *path, struct buf *out)
{
	t->resolve.through = (struct resolve_through){ 0 };
	resolve_absolute(t, k, dirfd, path, out);
	magic_links_translate(t, k, out);
}

static bool resolve_dir_is_there(struct tracer *t, struct task *k,
				 struct str dir)
{
	autofree char *path = mem_strndup(dir.p, dir.len);
	int fd;

	if (strmap_get(&t->resolve.dirs, dir))
		return true;
	fd = resolve_walk(t, k, path, O_DIRECTORY);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

void resolve_path(struct tracer *t, struct task *k, int dirfd,
		  const char *path, bool follow, struct buf *out)
{
	autobuf struct buf abs = BUF_INIT;
	autobuf struct buf dir = BUF_INIT;
	struct str text, base;

	if (!path) {
		buf_clear(out);
		buf_c(out, "(unreadable)");
		return;
	}
	resolve_start(t, k, dirfd, path, &abs);
	text = buf_view(&abs);
	if (!text.len || *text.p != '/') {
		buf_clear(out);
		buf_str(out, text);
		return;
	}
	if (follow && resolve_walk_to_text(t, k, abs.p, 0, out))
		return;
	while (abs.len > 1 && abs.p[abs.len - 1] == '/')
		buf_cut(&abs, abs.len - 1);
	/* Not there for us: it may be for the task, or its attempt is meant. */
	if (follow || !resolve_dir_is_there(t, k, path_dir(buf_view(&abs))))
		magic_links_walk(t, k, &abs, follow);
	text = buf_view(&abs);
	base = path_base(text);
	if (str_eq(base, STR(".")) || str_eq(base, STR("..")) ||
	    str_eq(base, STR("/"))) {
		resolve_dir(t, k, text, out);
		return;
	}
	resolve_dir(t, k, path_dir(text), &dir);
	buf_clear(out);
	path_join(out, buf_view(&dir), base);
}

int resolve_stat(struct tracer *t, struct task *k, int dirfd, const char *path,
		 struct stat *st)
{
	autobuf struct buf abs = BUF_INIT;
	autofd int fd = -1;

	if (!path)
		return EFAULT;
	resolve_start(t, k, dirfd, path, &abs);
	fd = resolve_walk(t, k, abs.p, 0);
	return fd < 0 || fstat(fd, st) ? errno : 0;
}

void resolve_begin(struct resolve *r)
{
	r->root = -1;
}

void resolve_free(struct resolve *r)
{
	if (r->root >= 0)
		close(r->root);
	strmap_free(&r->dirs);
}
