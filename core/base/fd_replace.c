/* SPDX-License-Identifier: Apache-2.0 */
/* fd_write_file_*(): readers see the old file or the new one. */
#include "core/base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"

/* A new file beside target, with the mode that the umask gives any file. */
static int open_beside(const char *target, char **name)
{
	for (unsigned i = 0; i < 100; i++) {
		autofree char *try = mem_printf("%s.%ld.%u.tmp", target,
						(long)getpid(), i);
		int fd = open(try, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			      0666);

		if (fd >= 0) {
			*name = steal_ptr(&try);
			return fd;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int write_and_close(int fd, struct str data)
{
	int rc = fd_write_all(fd, data.p, data.len);
	int sys = errno;

	/* Some file systems report what went wrong only now. */
	if (close(fd) && !rc) {
		rc = -1;
		sys = errno;
	}
	errno = sys;
	return rc;
}

static int replace(const char *target, const struct stat *old, struct str data,
		   bool lasting)
{
	autofree char *name = NULL;
	autofd int fd = open_beside(target, &name);

	if (fd < 0)
		return -1;
	if ((old && fchmod(fd, old->st_mode & 0777)) ||
	    fd_write_all(fd, data.p, data.len) || (lasting && fsync(fd)) ||
	    close(fd_steal(&fd)) || rename(name, target)) {
		int sys = errno;

		unlink(name);
		errno = sys;
		return -1;
	}
	return 0;
}

/* Terminals, pipes and /dev/null are written to, never replaced. */
static int write_through(const char *path, struct str data)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -1 : write_and_close(fd, data);
}

static int fd_replace_write_file(const char *path, struct str data,
				 bool lasting, struct err *err)
{
	struct stat old;
	int rc;

	if (stat(path, &old)) {
		rc = errno == ENOENT ? replace(path, NULL, data, lasting) : -1;
	} else {
		/* A symbolic link stays one: what it names is replaced. */
		autofree char *target = realpath(path, NULL);

		rc = target && S_ISREG(old.st_mode) ?
		     replace(target, &old, data, lasting) :
		     write_through(path, data);
	}
	return rc ? err_sys(err, "cannot write %s", path) : 0;
}

int fd_write_file_atomic(const char *path, struct str data, struct err *err)
{
	return fd_replace_write_file(path, data, true, err);
}

int fd_write_file_cached(const char *path, struct str data, struct err *err)
{
	return fd_replace_write_file(path, data, false, err);
}

/* What replacing begins with, and nothing more. */
static int try_beside(const char *target)
{
	autofree char *name = NULL;
	autofd int fd = open_beside(target, &name);

	return fd < 0 ? -1 : unlink(name);
}

int fd_try_file_atomic(const char *path, struct err *err)
{
	struct stat old;
	int rc;

	if (stat(path, &old)) {
		rc = errno == ENOENT ? try_beside(path) : -1;
	} else if (S_ISDIR(old.st_mode)) {
		errno = EISDIR;
		rc = -1;
	} else if (!S_ISREG(old.st_mode)) {
		rc = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS);
	} else {
		autofree char *target = realpath(path, NULL);

		rc = target ? try_beside(target) : -1;
	}
	return rc ? err_sys(err, "cannot write %s", path) : 0;
}
