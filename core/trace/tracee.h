/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of a tracee. */
#ifndef TRACE_TRACEE_H
#define TRACE_TRACEE_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Bytes read, -1 with errno; a short read is what was mapped. */
ssize_t tracee_read(pid_t tid, uint64_t at, void *out, size_t len);
/* The same up to the first page that is not mapped, or not for reading. */
ssize_t tracee_read_mapped(pid_t tid, uint64_t at, void *out, size_t len);
/*
 * Write len bytes, where the task could not write as well: a private mapping
 * of a file gets pages of its own.
 */
void tracee_write(pid_t tid, uint64_t at, const void *data, size_t len);
/* A string of at most max bytes; NULL when its start cannot be read. */
char *tracee_read_string(pid_t tid, uint64_t at, size_t max);
/* A socket address; the length read, 0 when there is none to read. */
socklen_t tracee_read_sockaddr(pid_t tid, uint64_t at, uint64_t len,
			       struct sockaddr_storage *out);

#endif
