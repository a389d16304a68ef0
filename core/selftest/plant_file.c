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
#include "core/selftest/plant.h"

static int open_need(const char *path, int flags)
{
	return plant_need(open(path, flags | O_CLOEXEC, 0644), path);
}

/* --- the plain deeds --- */

void plant_file_read(void)
{
	open_need(PLANT_DATA, O_RDONLY);
}

void plant_file_probe(void)
{
	plant_try(access("absent", F_OK));
}

void plant_file_stat(void)
{
	struct stat st;

	plant_try(stat("/root/.ssh/id_ed25519", &st));
}

void plant_file_create(void)
{
	open_need("fresh", O_WRONLY | O_CREAT | O_EXCL);
}

void plant_file_write(void)
{
	plant_write(open_need(PLANT_DATA, O_RDWR), "x");
}

void plant_file_append(void)
{
	plant_write(open_need(PLANT_INNER, O_WRONLY | O_APPEND), "x");
}

void plant_file_mapped(void)
{
	int fd = open_need(PLANT_DATA, O_RDWR);
	char *at = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		plant_skip("mmap: %s", strerror(errno));
	*at = 'x';
}

void plant_file_truncate(void)
{
	plant_try(truncate(PLANT_DATA, 1));
}

void plant_file_emptied(void)
{
	open_need(PLANT_DATA, O_RDONLY | O_TRUNC);
}

void plant_file_delete(void)
{
	plant_try(unlink(PLANT_DATA));
}

void plant_file_rmdir(void)
{
	plant_need(mkdir("folder", 0755), "folder");
	plant_try(rmdir("folder"));
}

void plant_file_mkdir(void)
{
	plant_try(mkdir("folder", 0755));
}

void plant_file_rename(void)
{
	plant_try(rename(PLANT_DATA, "moved"));
}

void plant_file_exchange(void)
{
	plant_try(syscall(SYS_renameat2, AT_FDCWD, PLANT_DATA, AT_FDCWD,
			  PLANT_INNER, 2U /* RENAME_EXCHANGE */));
}

void plant_file_link(void)
{
	plant_try(link(PLANT_DATA, "second"));
}

void plant_file_symlink(void)
{
	plant_try(symlink("/etc/passwd", "soft"));
}

void plant_file_fifo(void)
{
	plant_try(mkfifo("fifo", 0600));
}

void plant_file_device(void)
{
	plant_try(mknod("device", S_IFCHR | 0600, makedev(1, 3)));
}

void plant_file_chmod(void)
{
	plant_try(chmod(PLANT_DATA, 0600));
}

void plant_file_owner(void)
{
	plant_try(chown(PLANT_DATA, 0, 0));
}

void plant_file_times(void)
{
	plant_try(utimensat(AT_FDCWD, PLANT_DATA, NULL, 0));
}

void plant_file_xattr(void)
{
	plant_try(setxattr(PLANT_DATA, "user.origin", "x", 1, 0));
}

void plant_file_execute_bit(void)
{
	plant_try(chmod(PLANT_DATA, 0755));
}

void plant_file_program(void)
{
	plant_write(open_need("/tmp/dropper", O_WRONLY | O_CREAT),
		    "#!/bin/sh\n");
}

/* --- detours --- */

void plant_file_unnamed(void)
{
	int fd = plant_need(open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600),
			    "O_TMPFILE");
	char path[64];

	plant_write(fd, "x");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	plant_need(linkat(AT_FDCWD, path, AT_FDCWD, "named",
			  AT_SYMLINK_FOLLOW), "linkat");
}

void plant_file_by_fd(void)
{
	int fd = open_need(PLANT_DATA, O_RDONLY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	open_need(path, O_WRONLY);
}

void plant_file_by_root(void)
{
	open_need("/proc/self/root/tmp/by-root", O_WRONLY | O_CREAT);
}

void plant_file_by_cwd(void)
{
	open_need("/proc/self/cwd/by-cwd", O_WRONLY | O_CREAT);
}

/*
 * An open is told by its descriptor; what is only named is told by its path,
 * and these lead through links that no path walk follows.
 */
void plant_file_named_by_root(void)
{
	plant_try(mkdir("/proc/self/root/tmp/by-root", 0755));
}

void plant_file_named_by_thread(void)
{
	plant_try(rename("/proc/thread-self/cwd/" PLANT_DATA, "taken"));
}

void plant_file_named_by_fd(void)
{
	int dir = open_need(PLANT_DIR, O_PATH | O_DIRECTORY);
	char path[64];

	snprintf(path, sizeof(path), "/dev/fd/%d/inner", dir);
	plant_try(unlink(path));
}

void plant_file_named_by_pid(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root/tmp/by-pid", getpid());
	plant_try(mkdir(path, 0755));
}

void plant_file_named_by_link(void)
{
	plant_need(symlink("/proc/self/root/tmp", "elsewhere"), "symlink");
	plant_try(mkdir("elsewhere/by-link", 0755));
}

void plant_file_named_by_self(void)
{
	int fd = open_need(PLANT_DATA, O_RDONLY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	plant_need(symlink(path, "itself"), "symlink");
	plant_try(chmod("itself", 0640));
}

void plant_file_by_dirfd(void)
{
	int dir = open_need(PLANT_DIR, O_PATH | O_DIRECTORY);

	plant_try(openat(dir, "by-dirfd", O_WRONLY | O_CREAT, 0644));
}

void plant_file_by_fchdir(void)
{
	int dir = open_need("/tmp", O_PATH | O_DIRECTORY);

	plant_need(fchdir(dir), "fchdir");
	open_need("by-fchdir", O_WRONLY | O_CREAT);
}

void plant_file_by_symlink(void)
{
	open_need(PLANT_WAY "/by-symlink", O_WRONLY | O_CREAT);
}

void plant_file_by_dots(void)
{
	plant_try(open("/usr/lib/../../etc/shadow", O_RDONLY | O_CLOEXEC));
}

void plant_file_by_openat2(void)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT, .mode = 0644 };

	plant_need(syscall(SYS_openat2, AT_FDCWD, "by-openat2", &how,
			   sizeof(how)), "openat2");
}

/* Opened by a child, used by its parent. */
void plant_file_passed(void)
{
	int pair[2], fd;

	plant_need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair),
		   "socketpair");
	if (!plant_fork()) {
		fd = open_need("passed", O_WRONLY | O_CREAT);
		plant_need(fd_send(pair[1], &fd, 1), "cannot pass it");
		_exit(0);
	}
	plant_need(fd_recv(pair[0], &fd, 1), "nothing came");
	plant_write(fd, "x");
}

/* --- bytes that no write carries --- */

void plant_file_copy_range(void)
{
	int in = open_need(PLANT_DATA, O_RDONLY);
	int out = open_need("copied", O_WRONLY | O_CREAT);

	plant_try(copy_file_range(in, NULL, out, NULL, 16, 0));
}

void plant_file_splice(void)
{
	int in = open_need(PLANT_DATA, O_RDONLY), pipes[2];
	int out = open_need("spliced", O_WRONLY | O_CREAT);

	plant_need(pipe2(pipes, O_CLOEXEC), "pipe");
	plant_need(splice(in, NULL, pipes[1], NULL, 4, 0), "splice");
	plant_try(splice(pipes[0], NULL, out, NULL, 4, 0));
}

void plant_file_sendfile(void)
{
	int in = open_need(PLANT_DATA, O_RDONLY);
	int out = open_need("/tmp/sent", O_WRONLY | O_CREAT);

	plant_try(sendfile(out, in, NULL, 4));
}

/* --- places --- */

void plant_file_tmp(void)
{
	open_need("/tmp/left", O_WRONLY | O_CREAT);
}

void plant_file_shm(void)
{
	open_need("/dev/shm/left", O_WRONLY | O_CREAT);
}

void plant_file_home(void)
{
	open_need("/home/auditor/.bashrc", O_WRONLY | O_CREAT | O_APPEND);
}

void plant_file_etc(void)
{
	plant_try(open("/etc/ld.so.preload", O_WRONLY | O_CREAT | O_CLOEXEC,
		       0644));
}

void plant_file_sensitive(void)
{
	plant_try(open("/etc/shadow", O_RDONLY | O_CLOEXEC));
}

void plant_file_watcher(void)
{
	open_need("/proc/self/status", O_RDONLY);
}
