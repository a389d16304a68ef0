/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The staging mount.  A short-lived child makes the namespaces and the tmpfs
 * and sends descriptors of them; the child is gone before anything is exported.
 *
 * An ordinary user needs a user namespace to mount a tmpfs.  It maps only the
 * caller's own ids, to themselves, so that files belong to the caller and the
 * caller can write them from outside with no capability.
 *
 * Root needs none, and must not have one: a tmpfs that belongs to a namespace
 * where uid 0 is not mapped refuses files made by root with EOVERFLOW.
 */
#include "core/sandbox/staging.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/sandbox/host.h"
#include "core/sandbox/ids.h"
#include "core/sandbox/remedy.h"

/* Files; below, a process costs more than it saves. */
#define LARGE_TREE 1000

struct staging_report {
	int32_t error;
	char what[60];
};

static void staging_tree_name(char name[STAGING_NAME_MAX], unsigned i)
{
	snprintf(name, STAGING_NAME_MAX, "tree%u", i);
}

static int staging_mount_tree(const struct staging *s, unsigned i)
{
	char name[STAGING_NAME_MAX], path[64], data[64];

	staging_tree_name(name, i);
	snprintf(path, sizeof(path), STAGING_MOUNT "/%s", name);
	snprintf(data, sizeof(data), "mode=0755,uid=%u,gid=%u",
		 (unsigned)s->uid, (unsigned)s->gid);
	return mkdir(path, 0755) ? -1 :
		mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, data);
}

static const char *staging_make(const struct staging *s, int fds[3])
{
	if (!s->as_root) {
		const char *what = ids_new_user_ns(s->uid, s->gid,
						   s->uid, s->gid);

		if (what)
			return what;
	}
	if (unshare(CLONE_NEWNS))
		return "unshare(CLONE_NEWNS)";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return "making mounts private";
	if (mount("tmpfs", STAGING_MOUNT, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=0700"))
		return "mounting a tmpfs";
	if (s->as_root && chown(STAGING_MOUNT, s->uid, s->gid))
		return "giving the tmpfs away";
	for (unsigned i = 0; i < s->trees; i++)
		if (staging_mount_tree(s, i))
			return "mounting a tmpfs for a tree";
	fds[0] = open(STAGING_MOUNT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	fds[2] = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		return "opening /proc/self/ns";
	return NULL;
}

static void staging_child(const struct staging *s, int sock)
	__attribute__((noreturn));

static void staging_child(const struct staging *s, int sock)
{
	struct staging_report report = { 0, "" };
	int fds[3] = { -1, -1, -1 };
	const char *what;

	errno = 0;
	what = staging_make(s, fds);
	if (what) {
		report.error = errno;
		snprintf(report.what, sizeof(report.what), "%s", what);
	}
	if (!fd_write_all(sock, &report, sizeof(report)) && !what)
		fd_send(sock, fds, 3);
	_exit(0);
}

static int staging_receive(struct staging *s, int sock, struct err *err)
{
	struct staging_report report;
	ssize_t n = recv(sock, &report, sizeof(report), MSG_WAITALL);
	int fds[3];

	if (n != sizeof(report)) {
		errno = n < 0 ? errno : EPIPE;
		return err_sys(err,
			       "the sandbox's staging mount did not come up");
	}
	if (report.error) {
		report.what[sizeof(report.what) - 1] = '\0';
		errno = report.error;
		err_sys(err, "no sandbox here: %s", report.what);
		return remedy_hint(report.error, err);
	}
	if (fd_recv(sock, fds, 3))
		return err_sys(err,
			       "the sandbox's staging mount did not come up");
	s->root = fds[0];
	s->mnt_ns = fds[1];
	s->user_ns = fds[2];
	return 0;
}

/*
 * The host ids of the runs.  For an ordinary user they are the caller's own.
 * For root they are an id that owns nothing on the host.  Inside a user
 * namespace that another program made (a rootless container) only mapped ids
 * exist: the last of the range; where there is only one id, that one, provided
 * it is not root outside.
 */
static int staging_choose_ids(struct staging *s, struct err *err)
{
	unsigned inside, outside, count;
	FILE *f;
	int n;

	s->uid = geteuid();
	s->gid = getegid();
	s->as_root = s->uid == 0;
	if (!s->as_root)
		return 0;
	f = fopen("/proc/self/uid_map", "re");
	n = f ? fscanf(f, "%u %u %u", &inside, &outside, &count) : 0;
	if (f)
		fclose(f);
	if (n != 3)
		return err_sys(err, "cannot read /proc/self/uid_map");
	s->uid = s->gid = STAGING_ROOT_UID;
	if (inside <= s->uid && s->uid - inside < count)
		return 0;
	if (count > 1) {
		s->uid = s->gid = inside + count - 1;
		return 0;
	}
	if (!outside) {
		err_set(err, ERR_TROUBLE, "no sandbox here: the only user of "
			"this user namespace is the host's root");
		return err_hint(err, "start behavdiff outside of it, or as "
				"an ordinary user");
	}
	s->uid = s->gid = 0;
	s->as_root = false;
	return 0;
}

int staging_open(struct staging *out, unsigned trees, struct err *err)
{
	struct staging s = STAGING_INIT;
	autofd int ours = -1;
	int pair[2], failed;
	pid_t pid;

	assert(trees <= STAGING_TREES_MAX);
	s.trees = trees;
	if (host_check(err) || staging_choose_ids(&s, err))
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_sys(err, "cannot make a socket pair");
	ours = pair[0];
	pid = fork();
	if (pid < 0) {
		close(pair[1]);
		return err_sys(err, "cannot fork");
	}
	if (!pid)
		staging_child(&s, pair[1]);
	close(pair[1]);
	failed = staging_receive(&s, ours, err);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (failed)
		return -1;
	*out = s;
	return 0;
}

static int staging_enter_namespaces(const struct staging *s, const char **what)
{
	*what = "setns(user namespace of the staging mount)";
	if (!s->as_root && setns(s->user_ns, CLONE_NEWUSER))
		return -1;
	*what = "setns(mount namespace of the staging mount)";
	return setns(s->mnt_ns, CLONE_NEWNS);
}

static bool staging_is_large(const struct staging *s, unsigned i)
{
	char name[STAGING_NAME_MAX];
	struct statvfs st;

	staging_tree_name(name, i);

	autofd int fd = openat(s->root, name, O_PATH | O_CLOEXEC);

	return fd >= 0 && !fstatvfs(fd, &st) &&
	       st.f_files - st.f_ffree >= LARGE_TREE;
}

static pid_t staging_start_dropping(const struct staging *s, unsigned i)
{
	pid_t pid = fork();
	char name[STAGING_NAME_MAX], path[64];
	const char *what;

	if (pid)
		return pid;
	staging_tree_name(name, i);
	snprintf(path, sizeof(path), STAGING_MOUNT "/%s", name);
	if (!staging_enter_namespaces(s, &what))
		umount2(path, MNT_DETACH);
	_exit(0);
}

/*
 * Unmounting a tmpfs takes a quarter of the time that filling it took, in the
 * process that drops the last reference.  So each of several large ones gets a
 * process of its own.  Where that fails they go with the namespace, one after
 * the other.
 */
static void staging_drop_trees(const struct staging *s)
{
	pid_t pids[STAGING_TREES_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < s->used; i++)
		n += staging_is_large(s, i);
	if (n < 2)
		return;
	for (unsigned i = 0; i < s->used; i++)
		pids[i] = staging_is_large(s, i) ?
				  staging_start_dropping(s, i) :
				  -1;
	for (unsigned i = 0; i < s->used; i++)
		while (pids[i] > 0 && waitpid(pids[i], NULL, 0) < 0 &&
		       errno == EINTR)
			;
}

void staging_close(struct staging *s)
{
	staging_drop_trees(s);
	if (s->root >= 0)
		close(s->root);
	if (s->mnt_ns >= 0)
		close(s->mnt_ns);
	if (s->user_ns >= 0)
		close(s->user_ns);
	*s = (struct staging)STAGING_INIT;
}

int staging_tree(struct staging *s, char name[STAGING_NAME_MAX],
		 struct err *err)
{
	int fd;

	assert(s->used < s->trees);
	staging_tree_name(name, s->used);
	fd = openat(s->root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot open a directory for a tree");
	s->used++;
	return fd;
}

int staging_enter(const struct staging *s, const char **what)
{
	if (staging_enter_namespaces(s, what))
		return -1;
	if (!s->as_root)
		return 0;
	*what = "setgroups";
	if (setgroups(0, NULL))
		return -1;
	*what = "setresgid";
	if (setresgid(s->gid, s->gid, s->gid))
		return -1;
	*what = "setresuid";
	return setresuid(s->uid, s->uid, s->uid);
}
