/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host, asked before anything is made.  What is missing here would show
 * later as something else: a step that cannot be started, a sandbox that a
 * container is said to refuse.
 */
#include "core/sandbox/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/sandbox/root.h"

/* --- system calls; each returns a descriptor, 0, or -1 with errno --- */

static int host_try_memfd_create(void)
{
	return memfd_create("probe", MFD_CLOEXEC);
}

static int host_try_openat2(void)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };

	return (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));
}

static int host_try_pidfd_open(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

/* A process may always take a descriptor of its own. */
static int host_try_pidfd_getfd(void)
{
	autofd int self = host_try_pidfd_open();

	return self < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, self, self, 0);
}

/* No descriptor has the highest number. */
static int host_try_close_range(void)
{
	return (int)syscall(SYS_close_range, UINT_MAX, UINT_MAX, 0);
}

static const struct host_call {
	const char *name;
	int major, minor;
	int (*try)(void);
} calls[] = {
#define HOST_CALL(name, major, minor) \
	{ #name, major, minor, host_try_##name },
#include "core/sandbox/host.def"
#undef HOST_CALL
};

bool host_is_older(int major, int minor)
{
	struct utsname name;
	int is_major = 0, is_minor = 0;

	if (uname(&name) ||
	    sscanf(name.release, "%d.%d", &is_major, &is_minor) != 2)
		return true;
	return is_major < major || (is_major == major && is_minor < minor);
}

int host_check_calls(struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		const struct host_call *c = &calls[i];
		int fd = c->try();

		int error = fd < 0 ? errno : 0;

		if (fd > 0)
			close(fd);
		/* Too many descriptors, no memory: reported elsewhere. */
		if (error != EPERM && error != EACCES && error != ENOSYS)
			continue;
		err_sys(err, "the system call %s is refused", c->name);
		/* A filter may answer with ENOSYS as well. */
		if (error == ENOSYS && host_is_older(c->major, c->minor))
			return err_hint(err, "boot Linux %d.%d or later",
					c->major, c->minor);
		return err_hint(err, "a seccomp filter of a container or a "
				"service manager refuses it, as the kernel "
				"does not; let %s(2) pass there", c->name);
	}
	return 0;
}

/* --- /proc and / --- */

int host_check_proc(struct err *err)
{
	struct statfs fs;

	if (!statfs("/proc", &fs) && fs.f_type == PROC_SUPER_MAGIC)
		return 0;
	err_set(err, ERR_TROUBLE, "no proc file system is mounted at /proc");
	return err_hint(err, "as root: mount -t proc proc /proc");
}

/* The fifth field of a line is where it is mounted, seen from our root. */
static bool host_has_root_mount(FILE *f)
{
	char line[8192], at[4];

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d %*d %*s %*s %3s", at) == 1 &&
		    !strcmp(at, "/"))
			return true;
	return false;
}

/* Of the mount that the path is in, 0 when that is not known. */
static uint64_t host_mount_id(const char *path)
{
	struct statx s;

	return statx(AT_FDCWD, path, 0, STATX_MNT_ID, &s) ? 0 : s.stx_mnt_id;
}

/*
 * Entering a mount namespace, the own one too, leads to its own root; that
 * takes CAP_SYS_ADMIN (setns(2)).
 */
static bool host_root_changes(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
		uint64_t before = host_mount_id("/");

		_exit(!setns(fd, CLONE_NEWNS) && host_mount_id("/") != before);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status);
}

/* A root that is no mount point is that of a chroot; one that is may be. */
static bool host_in_chroot(void)
{
	autofile FILE *f = fopen("/proc/self/mountinfo", "re");

	return (f && !host_has_root_mount(f)) ||
	       (!geteuid() && host_root_changes());
}

int host_check_root(struct err *err)
{
	if (!host_in_chroot())
		return 0;
	err_set(err, ERR_TROUBLE, "/ is that of a chroot");
	return err_hint(err, "the kernel refuses user namespaces in a chroot; "
			"enter the folder by pivot_root(2) instead, as "
			"switch_root, systemd-nspawn and bubblewrap do");
}

static bool host_is_below(const char *path, const char *const *dirs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(dirs[i]);

		if (!strncmp(path + 1, dirs[i], len) && path[len + 1] == '/')
			return true;
	}
	return false;
}

/*
 * What is mounted on the host is locked in a user namespace
 * (mount_namespaces(7)), and since 5.14 overlayfs refuses a layer that would
 * uncover what is below a locked mount: EINVAL, as for a wrong option.  A mount
 * that is below another one by now is of another number.
 */
int host_check_mounts(struct err *err)
{
	autofile FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[8192], at[4096];
	unsigned long id;
	size_t n;
	const char *const *dirs = root_system_dirs(&n);

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lu %*d %*s %*s %4095s", &id, at) != 2 ||
		    !host_is_below(at, dirs, n) || host_mount_id(at) != id)
			continue;
		err_set(err, ERR_TROUBLE, "%s is a mount point", at);
		return err_hint(err, "overlayfs shows no folder of the system "
				"that has a mount in it: umount %s", at);
	}
	return 0;
}

int host_check(struct err *err)
{
	if (host_check_proc(err) || host_check_calls(err) ||
	    host_check_root(err) || host_check_mounts(err))
		return err_wrap(err, "no sandbox here");
	return 0;
}
