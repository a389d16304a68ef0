/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path argument to the path the kernel meant.
 *
 * The tracer is outside the sandbox, but holds its root directory and lets
 * the kernel walk: openat2(2) with RESOLVE_IN_ROOT follows links as if the
 * sandbox's root were ours, and /proc/self/fd tells where it ended.
 * Directories are remembered until a name changes.
 */
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
#include "core/base/path.h"
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

bool resolve_link(const char *link, struct buf *out)
{
	char text[PATH_MAX];
	ssize_t n = readlink(link, text, sizeof(text));

	if (n <= 0)
		return false;
	buf_clear(out);
	buf_add(out, text, (size_t)n);
	return true;
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
static bool resolve_has_name(const char *link, struct str text)
{
	autofd int fd = open(link, O_PATH | O_CLOEXEC);
	autobuf struct buf now = BUF_INIT;
	char own[64];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !st.st_nlink || S_ISDIR(st.st_mode))
		return false;
	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	return resolve_link(own, &now) && str_eq(buf_view(&now), text);
}

/* The kernel marks removed names (proc(5)); a name may end so by itself. */
static bool resolve_strip_deleted(const char *link, struct buf *out)
{
	if (!str_ends(buf_view(out), STR(DELETED)))
		return false;
	if (resolve_strip_unnamed(out))
		return true;
	if (resolve_has_name(link, buf_view(out)))
		return false;
	out->len -= sizeof(DELETED) - 1;
	out->p[out->len] = '\0';
	return true;
}

bool resolve_fd(struct tracer *t, struct task *k, int fd, struct buf *out,
		bool *deleted)
{
	char link[64];
	bool gone;

	(void)t;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", k->tid, fd);
	if (!resolve_link(link, out))
		return false;
	gone = resolve_strip_deleted(link, out);
	if (deleted)
		*deleted = gone;
	return true;
}

void resolve_exe(struct task *k, struct buf *out, bool *deleted)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/%d/exe", k->tid);
	if (!resolve_link(link, out)) {
		buf_clear(out);
		buf_c(out, "?");
		*deleted = false;
		return;
	}
	*deleted = resolve_strip_deleted(link, out);
}

static int resolve_open_root(struct tracer *t, struct task *k)
{
	char link[64];

	if (t->root < 0) {
		snprintf(link, sizeof(link), "/proc/%d/root", k->tid);
		t->root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return t->root;
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
	char link[64];

	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return resolve_link(link, out);
}

void resolve_forget_dirs(struct tracer *t)
{
	strmap_free(&t->dirs);
}

static void resolve_keep_dir(struct tracer *t, struct str dir,
			     const char *where)
{
	if (t->dirs.n >= CACHE_MAX || t->dirs.arena.used > CACHE_BYTES)
		resolve_forget_dirs(t);
	strmap_put(&t->dirs, dir)->val.ptr = arena_c(&t->dirs.arena, where);
}

/*
 * The deepest directory of dir that exists, links resolved, and the rest as
 * text behind it.  Only what was walked to its end is remembered: another
 * task may get further.
 */
static void resolve_dir(struct tracer *t, struct task *k, struct str dir,
			struct buf *out)
{
	struct strmap_entry *hit = strmap_get(&t->dirs, dir);
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
 * No name that is longer than a page can be read (d_path() in fs/d_path.c).
 * Nobody works there but to have paths that cannot be told.
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
	char link[64];
	bool deleted;

	buf_clear(out);
	if (*path == '/') {
		buf_c(out, path);
		return;
	}
	if (dirfd == AT_FDCWD) {
		snprintf(link, sizeof(link), "/proc/%d/cwd", k->tid);
		if (!resolve_link(link, out))
			resolve_unreadable_cwd(t, k, out);
		else
			resolve_strip_deleted(link, out);
	} else if (!resolve_fd(t, k, dirfd, out, &deleted)) {
		buf_clear(out);
		buf_printf(out, "fd:%d", dirfd);
	}
	if (*path) {
		buf_ch(out, '/');
		buf_c(out, path);
	}
}

/* The last id of that name in /proc/TID/status (proc(5)). */
static long procfs_sandbox_id(pid_t tid, const char *name)
{
	char path[64], line[256];
	long pid = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			pid = strtol(strrchr(line, '\t'), NULL, 10);
	fclose(f);
	return pid;
}

long procfs_sandbox_pid(pid_t tid)
{
	return procfs_sandbox_id(tid, "NSpid:");
}

long procfs_sandbox_pgid(pid_t tid)
{
	return procfs_sandbox_id(tid, "NSpgid:");
}

long task_sandbox_tid(struct task *k)
{
	if (!k->sandbox_tid)
		k->sandbox_tid = procfs_sandbox_pid(k->tid);
	return k->sandbox_tid;
}

pid_t task_host_tid(struct tracer *t, struct task *k, long inner)
{
	if (task_sandbox_tid(k) == inner)
		return k->tid;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *o = t->tasks[i]; o; o = o->next)
			/* Pid 1's links lead nowhere for the program. */
			if (o->tid != t->init && task_sandbox_tid(o) == inner)
				return o->tid;
	return 0;
}

/* "NUMBER/" in front: that process of the sandbox; its length, or 0. */
static size_t magic_links_pid_dir(struct tracer *t, struct task *k,
				  struct str p, pid_t *tid)
{
	char *end;
	long inner = p.len && *p.p >= '1' && *p.p <= '9' ?
		     strtol(p.p, &end, 10) : 0;

	if (inner <= 0 || *end != '/')
		return 0;
	*tid = task_host_tid(t, k, inner);
	return *tid ? (size_t)(end - p.p) + 1 : 0;
}

/* How much of p is a process's directory in /proc, and whose; 0: none. */
static size_t magic_links_process_dir(struct tracer *t, struct task *k,
				      struct str p, pid_t *tid)
{
	static const char *const selves[] = {
		"/proc/self/", "/proc/thread-self/",
	};
	size_t used = 0, more;

	*tid = k->tid;
	for (size_t i = 0; i < ARRAY_LEN(selves); i++)
		if (str_starts(p, str_c(selves[i])))
			used = strlen(selves[i]);
	if (!used && str_starts(p, STR("/proc/"))) {
		used = magic_links_pid_dir(t, k, str_sub(p, 6), tid);
		used += used ? 6 : 0;
	}
	if (used && str_starts(str_sub(p, used), STR("task/"))) {
		more = magic_links_pid_dir(t, k, str_sub(p, used + 5), tid);
		used = more ? used + 5 + more : 0;
	}
	return used;
}

/* The descriptor in "fd/NUMBER", as the kernel reads numbers; or -1. */
static int magic_links_fd(struct str rest)
{
	char *end;
	long fd;

	if (!str_starts(rest, STR("fd/")) || rest.len < 4 ||
	    rest.p[3] < '0' || rest.p[3] > '9' ||
	    (rest.p[3] == '0' && rest.p[4] >= '0' && rest.p[4] <= '9'))
		return -1;
	fd = strtol(rest.p + 3, &end, 10);
	return (*end && *end != '/') || fd > INT_MAX ? -1 : (int)fd;
}

/*
 * /proc/self is the tracer here, and numbers are those of another namespace.
 * Links below a process's directory are taken as the process means them: its
 * root is the sandbox's, its cwd and its descriptors are read from outside.
 */
void magic_links_translate(struct tracer *t, struct task *k, struct buf *path)
{
	autobuf struct buf target = BUF_INIT;
	struct str p = buf_view(path), rest;
	pid_t tid = k->tid;
	char link[64] = "";
	size_t used;
	int fd;

	if (str_starts(p, STR("/dev/fd/")))
		used = 5;
	else
		used = magic_links_process_dir(t, k, p, &tid);
	if (!used)
		return;
	rest = str_sub(p, used);
	if (str_starts(rest, STR("root/"))) {
		used += 4;
	} else if (str_starts(rest, STR("cwd/"))) {
		snprintf(link, sizeof(link), "/proc/%d/cwd", tid);
		used += 3;
	} else if ((fd = magic_links_fd(rest)) >= 0) {
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", tid, fd);
		used += 3 + strcspn(rest.p + 3, "/");
	} else {
		return;
	}
	if (link[0] && !resolve_link(link, &target))
		return;
	if (link[0])
		resolve_strip_deleted(link, &target);
	buf_str(&target, str_sub(p, used));
	buf_clear(path);
	buf_str(path, buf_view(&target));
}

static bool resolve_dir_is_there(struct tracer *t, struct task *k,
				 struct str dir)
{
	autofree char *path = mem_strndup(dir.p, dir.len);
	int fd;

	if (strmap_get(&t->dirs, dir))
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
	resolve_absolute(t, k, dirfd, path, &abs);
	magic_links_translate(t, k, &abs);
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

bool resolve_exists(struct tracer *t, struct task *k, int dirfd,
		    const char *path)
{
	autobuf struct buf abs = BUF_INIT;
	int fd;

	if (!path)
		return false;
	resolve_absolute(t, k, dirfd, path, &abs);
	magic_links_translate(t, k, &abs);
	fd = resolve_walk(t, k, abs.p, 0);
	if (fd < 0)
		return errno != ENOENT && errno != ENOTDIR &&
		       errno != ENAMETOOLONG;
	close(fd);
	return true;
}
