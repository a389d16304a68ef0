/* SPDX-License-Identifier: Apache-2.0 */
/* fd_send(), fd_recv(): descriptors over a unix socket, unix(7) SCM_RIGHTS. */
#include "core/base/fd.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 8

union control {
	char bytes[CMSG_SPACE(sizeof(int) * MAX_FDS)];
	struct cmsghdr align;
};

int fd_send(int sock, const int *fds, size_t n)
{
	assert(n <= MAX_FDS);

	union control control = { .bytes = { 0 } };
	struct iovec payload = { .iov_base = (char[]){ 'F' }, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &payload, .msg_iovlen = 1 };

	if (n) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);

		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n);
	}

	ssize_t sent;

	do
		sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

/* The descriptors of a message, which are ours from now on. */
static size_t fd_pass_collect(struct msghdr *msg, int got[MAX_FDS])
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
	     c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;

		size_t here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (here > MAX_FDS - n)		/* does not fit in control */
			here = MAX_FDS - n;
		memcpy(got + n, CMSG_DATA(c), here * sizeof(int));
		n += here;
	}
	return n;
}

static ssize_t receive(int sock, struct msghdr *msg)
{
	ssize_t n;

	do
		n = recvmsg(sock, msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n == 0) {
		errno = ECONNRESET;
		return -1;
	}
	return n;
}

int fd_recv(int sock, int *fds, size_t n)
{
	assert(n <= MAX_FDS);

	char byte;
	int got[MAX_FDS];
	union control control;
	struct iovec payload = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &payload, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	if (receive(sock, &msg) < 0)
		return -1;

	size_t have = fd_pass_collect(&msg, got);

	if (have == n && !(msg.msg_flags & MSG_CTRUNC)) {
		if (n)
			memcpy(fds, got, n * sizeof(int));
		return 0;
	}
	for (size_t i = 0; i < have; i++)
		close(got[i]);
	errno = EBADMSG;
	return -1;
}
