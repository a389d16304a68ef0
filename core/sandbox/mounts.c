/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of the sandbox, mount by mount; root.h says what it consists of.
 * After the root has changed, the scratch can be reached through the
 * descriptor that behavdiff holds, and through no path.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/sandbox/root.h"
#include "core/sandbox/setup.h"

static int mounts_at(struct setup *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Note the object that is being worked on, for the message. */
static int mounts_at(struct setup *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->at, sizeof(s->at), fmt, ap);
	va_end(ap);
	return 0;
}

static int mounts_make_dir(struct setup *s, const char *path, mode_t mode)
{
	mounts_at(s, "%s", path);
	if (mkdir(path, 0700) && errno != EEXIST)
		return -1;
	return chmod(path, mode);
}

static int mounts_make_file(struct setup *s, const char *path, struct str text)
{
	int fd, failed;

	mounts_at(s, "%s", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
	if (fd < 0)
		return -1;
	failed = fd_write_all(fd, text.p, text.len) || fchmod(fd, 0444);
	return close(fd) || failed ? -1 : 0;
}


/*
 * A bind mount takes over the flags of what it binds; flags of its own need a
 * second call, which in a user namespace has to repeat those the host set or
 * is refused with EPERM (mount_namespaces(7), "locked"), so they are read back.
 */
static int mounts_bind(struct setup *s, const char *from, const char *to,
		       unsigned long flags)
{
	struct statvfs now;

	mounts_at(s, "%s", to);
	if (mount(from, to, NULL, MS_BIND, NULL))
		return -1;
	if (!flags)
		return 0;
	if (statvfs(to, &now))
		return -1;
	return mount(NULL, to, NULL, MS_BIND | MS_REMOUNT | flags |
		     root_kept_flags(now.f_flag), NULL);
}

/*
 * An overlay whose upper layer is in the scratch.  Since Linux 5.11 overlayfs
 * mounts in a user namespace, with its bookkeeping in user.* attributes
 * ("userxattr").  A tmpfs has those since 6.6; before, overlayfs works without
 * them but cannot replace a removed directory of the lower layer by a new one.
 */
static int mounts_overlay(struct setup *s, const char *lower, const char *layer,
			  const char *to)
{
	char data[512], upper[128], work[128];

	snprintf(upper, sizeof(upper), ROOT_UPPER "/%s", layer);
	snprintf(work, sizeof(work), ROOT_WORK "/%s", layer);
	if (mounts_make_dir(s, upper, root_layer_mode(layer)) ||
	    mounts_make_dir(s, work, 0755))
		return -1;
	mounts_at(s, "%s over %s", to, lower);
	if (root_overlay_options(data, sizeof(data), lower, layer)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return mount("overlay", to, "overlay", MS_NODEV, data);
}

int op_private(struct setup *s)
{
	mounts_at(s, "/");
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/*
 * Overlayfs takes only layers that are mounted in its own mount namespace, so
 * a descriptor from outside would not do: the tree is opened again here.
 */
int op_lower(struct setup *s)
{
	mounts_at(s, STAGING_MOUNT "/%s", s->opt->tree);
	s->tree = open(s->at, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return s->tree < 0 ? -1 : 0;
}

int op_scratch(struct setup *s)
{
	char data[128];

	mounts_at(s, ROOT_SCRATCH);
	snprintf(data, sizeof(data), "mode=0755,size=%llu,nr_inodes=%u",
		 (unsigned long long)plan_num(s->opt->plan, "files"),
		 1U << 20);
	if (mount("tmpfs", ROOT_SCRATCH, "tmpfs", MS_NODEV, data))
		return -1;
	s->scratch = open(ROOT_SCRATCH, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->scratch < 0)
		return -1;
	if (mounts_make_dir(s, ROOT_DIR, 0755) ||
	    mounts_make_dir(s, ROOT_UPPER, 0755) ||
	    mounts_make_dir(s, ROOT_WORK, 0755))
		return -1;
	return 0;
}

/* pivot_root(2) wants the new root to be a mount point. */
int op_skeleton(struct setup *s)
{
	size_t n;
	const struct root_dir *v = root_plain_dirs(&n);
	char path[128];

	if (mounts_bind(s, ROOT_DIR, ROOT_DIR, 0))
		return -1;
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), ROOT_DIR "/%s", v[i].path);
		if (mounts_make_dir(s, path, v[i].mode))
			return -1;
	}
	return 0;
}

/* On a merged-usr host /bin and /lib are symbolic links: op_links. */
int op_system(struct setup *s)
{
	size_t n;
	const char *const *v = root_system_dirs(&n);
	char from[64], to[64];
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		snprintf(from, sizeof(from), "/%s", v[i]);
		snprintf(to, sizeof(to), ROOT_DIR "/%s", v[i]);
		if (lstat(from, &st) || !S_ISDIR(st.st_mode))
			continue;
		/*
		 * The upper layer's root belongs to the program's own uid, the
		 * only one there is: closed by its mode, as it is to others.
		 */
		if (mounts_make_dir(s, to, 0755) ||
		    mounts_overlay(s, from, v[i], to) ||
		    chmod(to, 0555))
			return -1;
	}
	return 0;
}

static int mounts_link(struct setup *s, const char *target, const char *path)
{
	mounts_at(s, "%s", path);
	return symlink(target, path) && errno != EEXIST ? -1 : 0;
}

int op_links(struct setup *s)
{
	size_t n;
	const char *const *v = root_system_dirs(&n);
	char from[64], to[64], target[256];
	ssize_t len;

	for (size_t i = 0; i < n; i++) {
		snprintf(from, sizeof(from), "/%s", v[i]);
		snprintf(to, sizeof(to), ROOT_DIR "/%s", v[i]);
		len = readlink(from, target, sizeof(target) - 1);
		if (len <= 0)
			continue;
		target[len] = '\0';
		if (mounts_link(s, target, to))
			return -1;
	}
	return mounts_link(s, "/run", ROOT_DIR "/var/run") ||
	       mounts_link(s, "/run/lock", ROOT_DIR "/var/lock") ? -1 : 0;
}

/*
 * Files of our own in the upper layer of /etc hide the host's, which may be
 * missing or symbolic links to somewhere that does not exist here.  They are
 * made before the overlay is mounted: changing the upper layer of a mounted
 * overlay is undefined (overlayfs.rst).
 */
int op_identity(struct setup *s)
{
	size_t n;
	const struct root_file *v = root_identity(&n);
	char path[128];

	if (mounts_make_dir(s, ROOT_SCRATCH "/etc", 0755) ||
	    mounts_make_dir(s, ROOT_UPPER "/etc", 0755))
		return -1;
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf text = BUF_INIT;

		root_file_text(&text, &v[i], &s->opt->plan->identity);
		snprintf(path, sizeof(path), ROOT_SCRATCH "/etc/%s",
			 v[i].name);
		if (mounts_make_file(s, path, buf_view(&text)))
			return -1;
		snprintf(path, sizeof(path), ROOT_UPPER "/etc/%s",
			 v[i].name);
		if (mounts_make_file(s, path, buf_view(&text)))
			return -1;
	}
	return 0;
}

/*
 * They belong to the program's own uid, the only one there is; a read-only
 * mount over each keeps them as they are.
 */
int op_identity_seal(struct setup *s)
{
	size_t n;
	const struct root_file *v = root_identity(&n);
	char from[128], to[128];

	for (size_t i = 0; i < n; i++) {
		snprintf(from, sizeof(from), ROOT_SCRATCH "/etc/%s",
			 v[i].name);
		snprintf(to, sizeof(to), ROOT_DIR "/etc/%s", v[i].name);
		if (mounts_bind(s, from, to, MS_RDONLY | MS_NOSUID))
			return -1;
	}
	return 0;
}

int op_private_dirs(struct setup *s)
{
	size_t n;
	const struct root_dir *v = root_private_dirs(&n);
	char layer[128], to[128];

	for (size_t i = 0; i < n; i++) {
		snprintf(layer, sizeof(layer), ROOT_UPPER "/%s",
			 v[i].layer);
		snprintf(to, sizeof(to), ROOT_DIR "%s", v[i].path);
		if (mounts_make_dir(s, layer, v[i].mode) ||
		    mounts_bind(s, layer, to, MS_NOSUID | MS_NODEV))
			return -1;
	}
	return 0;
}

/*
 * Device nodes cannot be made in a user namespace; the host's are bound over
 * empty files.  /dev/tty works only with a controlling terminal, which a step
 * has when it asks for one.  Terminals belong to the program's user, although
 * behavdiff opens a step's (core/run/terminal.c).
 */
int op_dev(struct setup *s)
{
	static const char *const nodes[] = {
		"null", "zero", "full", "random", "urandom", "tty",
	};
	static const struct { const char *target, *name; } links[] = {
		{ "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" },
		{ "/proc/self/fd/1", "stdout" },
		{ "/proc/self/fd/2", "stderr" }, { "pts/ptmx", "ptmx" },
	};
	char from[64], to[64];

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		snprintf(from, sizeof(from), "/dev/%s", nodes[i]);
		snprintf(to, sizeof(to), ROOT_DIR "/dev/%s", nodes[i]);
		if (mounts_make_file(s, to, STR("")) ||
		    mounts_bind(s, from, to, 0))
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		snprintf(to, sizeof(to), ROOT_DIR "/dev/%s", links[i].name);
		if (mounts_link(s, links[i].target, to))
			return -1;
	}
	mounts_at(s, "/dev/pts");
	return mount("devpts", ROOT_DIR "/dev/pts", "devpts",
		     MS_NOSUID | MS_NOEXEC,
		     "newinstance,ptmxmode=0666,mode=0620,uid=1000,gid=1000");
}

/*
 * Keys belong to the host's user, not to a namespace: the kernel shows them
 * here as there.  A kernel may lack the files (CONFIG_KEYS).
 */
static int mounts_hide_keys(struct setup *s)
{
	static const char *const names[] = { "keys", "key-users" };
	char path[64];

	if (mounts_make_file(s, ROOT_SCRATCH "/empty", STR("")))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), ROOT_DIR "/proc/%s", names[i]);
		if (!access(path, F_OK) &&
		    mounts_bind(s, ROOT_SCRATCH "/empty", path,
				MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC))
			return -1;
	}
	return 0;
}

int op_proc(struct setup *s)
{
	mounts_at(s, "/proc");
	if (mount("proc", ROOT_DIR "/proc", "proc",
		  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return -1;
	return mounts_hide_keys(s);
}

/*
 * ns_last_pid is the pid namespace's own, and writing it needs a capability in
 * the namespace's owner only (pid_namespaces(7)).  A kernel without it
 * (CONFIG_CHECKPOINT_RESTORE) counts from 2, as if nothing had been asked.
 */
int op_pids(struct setup *s)
{
	autofd int fd = open("/proc/sys/kernel/ns_last_pid",
			     O_WRONLY | O_CLOEXEC);
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", s->opt->last_pid);

	mounts_at(s, "ns_last_pid");
	if (fd < 0 || !s->opt->last_pid)
		return 0;
	return write(fd, text, (size_t)n) == n ? 0 : -1;
}

/* The overlay's root has its upper layer's times: let them be the tree's. */
static int mounts_date_tree(struct setup *s)
{
	struct timespec times[2];
	struct stat st;

	if (mounts_make_dir(s, ROOT_UPPER "/tree", 0755) || fstat(s->tree, &st))
		return -1;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	return utimensat(AT_FDCWD, ROOT_UPPER "/tree", times, 0);
}

int op_tree(struct setup *s)
{
	char lower[64];

	snprintf(lower, sizeof(lower), "/proc/self/fd/%d", s->tree);
	if (mounts_make_dir(s, ROOT_DIR PLAN_TREE, 0755) || mounts_date_tree(s))
		return -1;
	return mounts_overlay(s, lower, "tree", ROOT_DIR PLAN_TREE);
}

/* mkdir -p below the tree, which follows no link: the tree is hostile. */
static int mounts_make_mount_point(struct setup *s, const char *rel, char *out,
				   size_t size)
{
	char path[1024];
	size_t used = 0;
	struct stat st;

	for (const char *p = rel; *p; p += strspn(p, "/")) {
		size_t len = strcspn(p, "/");

		used += (size_t)snprintf(path + used, sizeof(path) - used,
					 "/%.*s", (int)len, p);
		if (used >= sizeof(path) ||
		    snprintf(out, size, ROOT_DIR PLAN_TREE "%s", path) >=
		    (int)size) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (mkdir(out, 0755) && errno != EEXIST)
			return -1;
		if (lstat(out, &st))
			return -1;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
		p += len;
	}
	mounts_at(s, "%s", rel);
	return 0;
}

/*
 * What a mount namespace before ours has opened cannot be mounted in it, so it
 * is opened again by its path, which may have become another meanwhile.
 */
static int mounts_open_bind(const struct sandbox_options *opt, size_t i)
{
	autofd int root = open(opt->bind_root, O_PATH | O_DIRECTORY |
			       O_CLOEXEC);
	autofd int fd = root < 0 ? -1 :
		fd_open_beneath(root, plan_list(opt->plan, "bind")[i],
				O_PATH | O_DIRECTORY);
	struct stat is, was;

	if (fd < 0 || fstat(fd, &is) || fstat(opt->binds[i], &was))
		return -1;
	if (is.st_dev != was.st_dev || is.st_ino != was.st_ino) {
		errno = ESTALE;
		return -1;
	}
	return fd_steal(&fd);
}

int op_binds(struct setup *s)
{
	char *const *binds = plan_list(s->opt->plan, "bind");
	char to[1200], from[64];

	s->asked = true;
	for (size_t i = 0; binds[i]; i++) {
		autofd int fd = -1;

		mounts_at(s, "%s", binds[i]);
		if (mounts_make_mount_point(s, binds[i], to, sizeof(to)))
			return -1;
		fd = mounts_open_bind(s->opt, i);
		if (fd < 0)
			return -1;
		snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
		if (mounts_bind(s, from, to,
				MS_RDONLY | MS_NOSUID | MS_NODEV)) {
			mounts_at(s, "%s", binds[i]);
			return -1;
		}
	}
	s->asked = false;
	return 0;
}

int op_seal(struct setup *s)
{
	mounts_at(s, "/");
	return mount(NULL, ROOT_DIR, NULL,
		     MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NODEV, NULL);
}

/*
 * pivot_root(".", ".") stacks the old root on the new one (pivot_root(2),
 * NOTES), and detaching it leaves no path to anything of the host.
 */
int op_pivot(struct setup *s)
{
	mounts_at(s, "/");
	if (chdir(ROOT_DIR) || syscall(SYS_pivot_root, ".", ".") ||
	    umount2(".", MNT_DETACH))
		return -1;
	return chdir("/");
}
