/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: whole reads and writes. */
#include "core/base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"

#define READ_CHUNK ((size_t)16 << 10)

int fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n >= 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		/* A process that shares our output may have set O_NONBLOCK. */
		if (errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };

			poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

/* What a file says it holds, and one byte more to meet its end in one call. */
static size_t first_read(int fd)
{
	struct stat st;

	/* Files of the kernel's own are empty until they are read. */
	return fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0 ?
		READ_CHUNK : (size_t)st.st_size + 1;
}

int fd_read_all(int fd, struct buf *out, size_t max)
{
	size_t start = out->len, room = first_read(fd);

	for (;;) {
		size_t left = max - (out->len - start);
		ssize_t n;

		if (room > left)
			room = left + 1;
		n = read(fd, buf_room(out, room), room);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0 && (size_t)n <= left) {
			buf_added(out, (size_t)n);
			room -= (size_t)n;
			if (!room)
				room = READ_CHUNK;
			continue;
		}
		if (n > 0)
			errno = EFBIG;
		/* What was read behind the end is no part of it. */
		buf_added(out, 0);
		buf_cut(out, start);
		return -1;
	}
}

/*
 * Opening a FIFO waits for a writer, for ever if there is none; a repository
 * may hold one where we expect a file.  Opened without waiting, it reads as
 * empty.  Reading then waits again: /dev/fd/N of a shell's <(...) is a pipe.
 */
static int open_to_read(int dirfd, const char *path)
{
	int fd = openat(dirfd, path,
			O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

int fd_read_file(int dirfd, const char *path, struct buf *out, size_t max,
		 struct err *err)
{
	autofd int fd = open_to_read(dirfd, path);

	if (fd < 0)
		return err_sys(err, "cannot open %s", path);
	if (!fd_read_all(fd, out, max))
		return 0;
	if (errno == EFBIG)
		return err_set(err, ERR_TROUBLE,
			       "%s is larger than %zu bytes", path, max);
	return err_sys(err, "cannot read %s", path);
}

/* close_range(2), since 5.9. */
static int close_between(unsigned from, unsigned to)
{
	return (int)syscall(SYS_close_range, from, to, 0);
}

int fd_close_but(int first, const int *keep, size_t n)
{
	unsigned from = (unsigned)first;

	for (;;) {
		unsigned next = ~0U;

		for (size_t i = 0; i < n; i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= from &&
			    (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next == ~0U)
			return close_between(from, ~0U);
		if (next > from && close_between(from, next - 1))
			return -1;
		from = next + 1;
	}
}

int fd_open_beneath(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}
