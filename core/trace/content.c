/* SPDX-License-Identifier: Apache-2.0 */
/* What a file holds, as a number. */
#include "core/trace/content.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/trace/procfs.h"

/*
 * Without a descriptor that counts: a lease (fcntl(2), F_SETLEASE) is not
 * given while another one has the file open.
 */
bool content_hash(int fd, size_t want, uint64_t *hash)
{
	autofd int file = procfs_open(getpid(),
				      O_RDONLY | O_NONBLOCK, "fd/%d", fd);
	autofree char *bytes = mem_alloc(want);
	size_t got = 0;
	ssize_t n = 1;

	if (file < 0)
		return false;
	while (got < want && n > 0) {
		n = pread(file, bytes + got, want - got, (off_t)got);
		got += n > 0 ? (size_t)n : 0;
	}
	*hash = hash_64((struct str){ bytes, got });
	return got == want;
}

uint64_t content_of(int fd)
{
	struct stat st;
	uint64_t hash, length;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	length = (uint64_t)st.st_size;
	if (!content_hash(fd, length < CONTENT_MAX ? (size_t)length :
			  CONTENT_MAX, &hash))
		return 0;
	hash ^= hash_64((struct str){ (const char *)&length, sizeof(length) });
	return hash ? hash : 1;
}
