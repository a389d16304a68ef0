/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: whole reads and writes, passing them between processes. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/err.h"

/* 0, or -1 with errno set; EINTR and short writes are handled. */
int fd_write_all(int fd, const void *data, size_t len);

/*
 * Append what can be read up to end of file.  More than max bytes is an error
 * (errno EFBIG).  0, or -1 with errno set and out as it was.
 */
int fd_read_all(int fd, struct buf *out, size_t max);

/* Open path below dirfd (AT_FDCWD allowed), read it whole; names the path. */
int fd_read_file(int dirfd, const char *path, struct buf *out, size_t max,
		 struct err *err);

/*
 * Send n descriptors (at most 8) with a payload byte over a unix socket, and
 * receive them (close-on-exec).  0 or -1 with errno; a peer that closed gives
 * EPIPE or ECONNRESET, another number of descriptors than n EBADMSG (those
 * that came are closed).
 */
int fd_send(int sock, const int *fds, size_t n);
int fd_recv(int sock, int *fds, size_t n);

/*
 * Write a file beside path, fsync and rename it over path: readers see the old
 * or the new file, never half of one.  The mode of an old file is kept, a
 * symbolic link is followed, and what is no regular file (a pipe, a terminal,
 * /dev/null) is written to as it is.
 */
int fd_write_file_atomic(const char *path, struct str data, struct err *err);

/*
 * The same without fsync, which waits for the disk: after a crash of the
 * machine the file may be empty.  For what is verified when it is read and can
 * be made again.
 */
int fd_write_file_cached(const char *path, struct str data, struct err *err);

/*
 * Could that be done?  Says so before the work whose result is to be written;
 * an old file stays as it is, a pipe is not opened.
 */
int fd_try_file_atomic(const char *path, struct err *err);

/*
 * Close every descriptor from first on but the n of keep (-1 among them is
 * none).  0, or -1 with errno set.
 */
int fd_close_but(int first, const int *keep, size_t n);

/*
 * Open an existing folder or file beneath dir; no link on the way is followed
 * (openat2(2), Linux 5.6 on).  -1 with errno: ELOOP for a link, EXDEV for what
 * leads out.
 */
int fd_open_beneath(int dir, const char *path, int flags);

/* The descriptor, which its owner (autofd) will not close any more. */
static inline int fd_steal(int *fd)
{
	int got = *fd;

	*fd = -1;
	return got;
}

#endif
