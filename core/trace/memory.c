/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a stopped tracee's memory with process_vm_readv(2).  What is read
 * may be changed by another thread of the tracee a moment later: descriptors
 * read back from /proc are what counts where there is one.
 */
#include <errno.h>
#include <sys/uio.h>

#include "core/trace/tracer.h"

#define CHUNK 256

ssize_t mem_read(pid_t tid, uint64_t at, void *out, size_t len)
{
	struct iovec ours = { out, len };
	struct iovec theirs = { (void *)(uintptr_t)at, len };

	return process_vm_readv(tid, &ours, 1, &theirs, 1, 0);
}

/*
 * In steps that do not cross a page: a read that meets an unmapped page fails
 * as a whole for that part, and a string may end just before one.
 */
char *mem_read_string(pid_t tid, uint64_t at, size_t max)
{
	struct buf b = BUF_INIT;

	if (!at)
		return NULL;
	while (b.len < max) {
		char chunk[CHUNK];
		size_t want = CHUNK - (at + b.len) % CHUNK;
		ssize_t n = mem_read(tid, at + b.len, chunk, want);
		char *end;

		if (n <= 0)
			break;
		end = memchr(chunk, '\0', (size_t)n);
		buf_add(&b, chunk, end ? (size_t)(end - chunk) : (size_t)n);
		if (end)
			return buf_steal(&b);
	}
	if (!b.len) {
		buf_free(&b);
		return NULL;
	}
	if (b.len > max) {
		b.len = max;
		b.p[max] = '\0';
	}
	return buf_steal(&b);
}
