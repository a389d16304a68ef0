/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a stopped tracee's memory with process_vm_readv(2).  What is read
 * may be changed by another thread of the tracee a moment later: descriptors
 * read back from /proc are what counts where there is one.
 */
#include "core/trace/tracee.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "core/base/buf.h"

#define CHUNK 256

/*
 * A page mapped PROT_WRITE alone: x86 lets the kernel read it on the program's
 * behalf, process_vm_readv refuses it, ptrace(2) does not.
 */
static size_t tracee_peek(pid_t tid, uint64_t at, char *out, size_t len)
{
	size_t got = 0;

	while (got < len) {
		uint64_t from = (at + got) & ~(uint64_t)(sizeof(long) - 1);
		size_t skip = (size_t)(at + got - from);
		size_t n = sizeof(long) - skip;
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)from,
			      NULL);
		if (word == -1 && errno)
			break;
		n = n < len - got ? n : len - got;
		memcpy(out + got, (char *)&word + skip, n);
		got += n;
	}
	return got;
}

ssize_t tracee_read_mapped(pid_t tid, uint64_t at, void *out, size_t len)
{
	struct iovec ours = { out, len };
	struct iovec theirs = { (void *)(uintptr_t)at, len };

	return process_vm_readv(tid, &ours, 1, &theirs, 1, 0);
}

ssize_t tracee_read(pid_t tid, uint64_t at, void *out, size_t len)
{
	ssize_t n = tracee_read_mapped(tid, at, out, len);
	size_t got = n > 0 ? (size_t)n : 0;

	if (got < len)
		got += tracee_peek(tid, at + got, (char *)out + got, len - got);
	return got ? (ssize_t)got : n;
}

void tracee_write(pid_t tid, uint64_t at, const void *data, size_t len)
{
	long word;

	for (size_t done = 0; done < len; done += sizeof(word)) {
		size_t n = len - done < sizeof(word) ? len - done :
						       sizeof(word);

		/* Of the last word what stands behind stays. */
		if (n < sizeof(word) && tracee_read(tid, at + done, &word,
						    sizeof(word)) < (ssize_t)n)
			return;
		memcpy(&word, (const char *)data + done, n);
		ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)(at + done),
		       (void *)word);
	}
}

/*
 * In steps that do not cross a page: a read that meets an unmapped page fails
 * as a whole for that part, and a string may end just before one.
 */
char *tracee_read_string(pid_t tid, uint64_t at, size_t max)
{
	struct buf b = BUF_INIT;

	if (!at)
		return NULL;
	while (b.len < max) {
		char chunk[CHUNK];
		size_t want = CHUNK - (at + b.len) % CHUNK;
		ssize_t n = tracee_read(tid, at + b.len, chunk, want);
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

/*
 * The kernel takes the length as an int, whatever is in the register's upper
 * half; of an address that ends at the end of memory we take what is there.
 */
socklen_t tracee_read_sockaddr(pid_t tid, uint64_t at, uint64_t len,
			       struct sockaddr_storage *out)
{
	size_t want = (uint32_t)len;
	ssize_t n;

	memset(out, 0, sizeof(*out));
	if (!at || want < sizeof(sa_family_t))
		return 0;
	n = tracee_read(tid, at, out,
			want < sizeof(*out) ? want : sizeof(*out));
	return n < (ssize_t)sizeof(sa_family_t) ? 0 : (socklen_t)n;
}
