/* SPDX-License-Identifier: Apache-2.0 */
/* Files: what is done to them, and every detour to one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <linux/openat2.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/selftest/specimen.h"

static int open_need(const char *path, int flags)
{
	return specimen_need(open(path, flags | O_CLOEXEC, 0644), path);
}

/* --- the plain deeds --- */

void specimen_file_read(void)
{
	open_need(SPECIMEN_DATA, O_RDONLY);
}

void specimen_file_probe(void)
{
	specimen_try(access("absent", F_OK));
}

void specimen_file_stat(void)
{
	struct stat st;

	specimen_try(stat("/root/.ssh/id_ed25519", &st));
}

void specimen_file_create(void)
{
	open_need("fresh", O_WRONLY | O_CREAT | O_EXCL);
}

void specimen_file_write(void)
{
	specimen_write(open_need(SPECIMEN_DATA, O_RDWR), "x");
}

void specimen_file_append(void)
{
	specimen_write(open_need(SPECIMEN_INNER, O_WRONLY | O_APPEND), "x");
}

void specimen_file_mapped(void)
{
	int fd = open_need(SPECIMEN_DATA, O_RDWR);
	char *at = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		specimen_skip("mmap: %s", strerror(errno));
	*at = 'x';
}

void specimen_file_truncate(void)
{
	specimen_try(truncate(SPECIMEN_DATA, 1));
}

void specimen_file_emptied(void)
{
	open_need(SPECIMEN_DATA, O_RDONLY | O_TRUNC);
}

void specimen_file_delete(void)
{
	specimen_try(unlink(SPECIMEN_DATA));
}

void specimen_file_rmdir(void)
{
	specimen_need(mkdir("folder", 0755), "folder");
	specimen_try(rmdir("folder"));
}

void specimen_file_mkdir(void)
{
	specimen_try(mkdir("folder", 0755));
}

void specimen_file_rename(void)
{
	specimen_try(rename(SPECIMEN_DATA, "moved"));
}

void specimen_file_exchange(void)
{
	specimen_try(syscall(SYS_renameat2, AT_FDCWD, SPECIMEN_DATA, AT_FDCWD,
			     SPECIMEN_INNER, 2U /* RENAME_EXCHANGE */));
}

void specimen_file_link(void)
{
	specimen_try(link(SPECIMEN_DATA, "second"));
}

void specimen_file_symlink(void)
{
	specimen_try(symlink("/etc/passwd", "soft"));
}

void specimen_file_fifo(void)
{
	specimen_try(mkfifo("fifo", 0600));
}

void specimen_file_device(void)
{
	specimen_try(mknod("device", S_IFCHR | 0600, makedev(1, 3)));
}

void specimen_file_chmod(void)
{
	specimen_try(chmod(SPECIMEN_DATA, 0600));
}

void specimen_file_owner(void)
{
	specimen_try(chown(SPECIMEN_DATA, 0, 0));
}

void specimen_file_times(void)
{
	specimen_try(utimensat(AT_FDCWD, SPECIMEN_DATA, NULL, 0));
}

/*
 * A tmpfs, and so the upper layer of every overlay here, has user attributes
 * since Linux 6.6.  Before, the fact is there with its error.
 */
void specimen_file_xattr(void)
{
	if (setxattr(SPECIMEN_DATA, "user.origin", "x", 1, 0) &&
	    errno == EOPNOTSUPP)
		specimen_skip("tmpfs: no user attributes before Linux 6.6");
}

void specimen_file_execute_bit(void)
{
	specimen_try(chmod(SPECIMEN_DATA, 0755));
}

void specimen_file_program(void)
{
	specimen_write(open_need("/tmp/dropper", O_WRONLY | O_CREAT),
		       "#!/bin/sh\n");
}

/* --- detours --- */

void specimen_file_unnamed(void)
{
	int fd = specimen_need(open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC,
				    0600),
			       "O_TMPFILE");
	char path[64];

	specimen_write(fd, "x");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	specimen_need(linkat(AT_FDCWD, path, AT_FDCWD, "named",
			     AT_SYMLINK_FOLLOW), "linkat");
}

void specimen_file_by_fd(void)
{
	int fd = open_need(SPECIMEN_DATA, O_RDONLY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	open_need(path, O_WRONLY);
}

void specimen_file_by_root(void)
{
	open_need("/proc/self/root/tmp/by-root", O_WRONLY | O_CREAT);
}

void specimen_file_by_cwd(void)
{
	open_need("/proc/self/cwd/by-cwd", O_WRONLY | O_CREAT);
}

/*
 * The path of an open is read from its descriptor; a call that only names a
 * file is recorded by its path, and these lead through links that no path walk
 * follows.
 */
void specimen_file_named_by_root(void)
{
	specimen_try(mkdir("/proc/self/root/tmp/by-root", 0755));
}

void specimen_file_named_by_thread(void)
{
	specimen_try(rename("/proc/thread-self/cwd/" SPECIMEN_DATA, "taken"));
}

void specimen_file_named_by_fd(void)
{
	int dir = open_need(SPECIMEN_DIR, O_PATH | O_DIRECTORY);
	char path[64];

	snprintf(path, sizeof(path), "/dev/fd/%d/inner", dir);
	specimen_try(unlink(path));
}

void specimen_file_named_by_pid(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root/tmp/by-pid", getpid());
	specimen_try(mkdir(path, 0755));
}

void specimen_file_named_by_link(void)
{
	specimen_need(symlink("/proc/self/root/tmp", "elsewhere"), "symlink");
	specimen_try(mkdir("elsewhere/by-link", 0755));
}

void specimen_file_named_by_self(void)
{
	int fd = open_need(SPECIMEN_DATA, O_RDONLY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	specimen_need(symlink(path, "itself"), "symlink");
	specimen_try(chmod("itself", 0640));
}

void specimen_file_by_dirfd(void)
{
	int dir = open_need(SPECIMEN_DIR, O_PATH | O_DIRECTORY);

	specimen_try(openat(dir, "by-dirfd", O_WRONLY | O_CREAT, 0644));
}

void specimen_file_by_fchdir(void)
{
	int dir = open_need("/tmp", O_PATH | O_DIRECTORY);

	specimen_need(fchdir(dir), "fchdir");
	open_need("by-fchdir", O_WRONLY | O_CREAT);
}

void specimen_file_by_symlink(void)
{
	open_need(SPECIMEN_WAY "/by-symlink", O_WRONLY | O_CREAT);
}

void specimen_file_by_dots(void)
{
	specimen_try(open("/usr/lib/../../etc/shadow", O_RDONLY | O_CLOEXEC));
}

void specimen_file_by_openat2(void)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT, .mode = 0644 };

	specimen_need(syscall(SYS_openat2, AT_FDCWD, "by-openat2", &how,
			      sizeof(how)), "openat2");
}

/* "/absent" of a process whose root is not moved. */
void specimen_file_in_root(void)
{
	struct open_how how = {
		.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT,
	};
	int dir = specimen_need(open("dir", O_PATH | O_CLOEXEC), "dir");

	specimen_try(syscall(SYS_openat2, dir, "/absent", &how, sizeof(how)));
}

/* Opened by a child, used by its parent. */
void specimen_file_passed(void)
{
	int pair[2], fd;

	specimen_need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				 pair),
		      "socketpair");
	if (!specimen_fork()) {
		fd = open_need("passed", O_WRONLY | O_CREAT);
		specimen_need(fd_send(pair[1], &fd, 1), "cannot pass it");
		_exit(0);
	}
	specimen_need(fd_recv(pair[0], &fd, 1), "nothing came");
	specimen_write(fd, "x");
}

/* --- bytes that no write carries --- */

void specimen_file_copy_range(void)
{
	int in = open_need(SPECIMEN_DATA, O_RDONLY);
	int out = open_need("copied", O_WRONLY | O_CREAT);

	specimen_try(copy_file_range(in, NULL, out, NULL, 16, 0));
}

void specimen_file_splice(void)
{
	int in = open_need(SPECIMEN_DATA, O_RDONLY), pipes[2];
	int out = open_need("spliced", O_WRONLY | O_CREAT);

	specimen_need(pipe2(pipes, O_CLOEXEC), "pipe");
	specimen_need(splice(in, NULL, pipes[1], NULL, 4, 0), "splice");
	specimen_try(splice(pipes[0], NULL, out, NULL, 4, 0));
}

void specimen_file_sendfile(void)
{
	int in = open_need(SPECIMEN_DATA, O_RDONLY);
	int out = open_need("/tmp/sent", O_WRONLY | O_CREAT);

	specimen_try(sendfile(out, in, NULL, 4));
}

/* --- places --- */

void specimen_file_tmp(void)
{
	open_need("/tmp/left", O_WRONLY | O_CREAT);
}

void specimen_file_shm(void)
{
	open_need("/dev/shm/left", O_WRONLY | O_CREAT);
}

void specimen_file_home(void)
{
	open_need("/home/auditor/.bashrc", O_WRONLY | O_CREAT | O_APPEND);
}

void specimen_file_etc(void)
{
	specimen_try(open("/etc/ld.so.preload", O_WRONLY | O_CREAT | O_CLOEXEC,
			  0644));
}

void specimen_file_sensitive(void)
{
	specimen_try(open("/etc/shadow", O_RDONLY | O_CLOEXEC));
}

void specimen_file_watcher(void)
{
	open_need("/proc/self/status", O_RDONLY);
}
