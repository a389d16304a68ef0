/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V objects: they belong to no process, so no limit of a process
 * bounds them.  The ipc namespace has limits of its own (sysvipc(7)), which
 * only root of the host may set, and since Linux 6.9 id 0 of the namespace's
 * owner, which is not mapped here.  So the segments are counted:
 * /proc/sysvipc/shm shows those of the namespace in which it was opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/sandbox/setup.h"

#define SHM_TABLE_MAX (4U << 20)

int op_ipc(struct setup *s)
{
	snprintf(s->at, sizeof(s->at), "/proc/sysvipc/shm");
	s->shm = open("/proc/sysvipc/shm", O_RDONLY | O_CLOEXEC);
	/* A kernel without them (CONFIG_SYSVIPC). */
	if (s->shm < 0 && errno == ENOENT)
		s->shm = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return s->shm < 0 ? -1 : 0;
}

void sandbox_shm_bytes(const struct sandbox *sandbox, uint64_t *used,
		       uint64_t *size)
{
	autobuf struct buf text = BUF_INIT;
	unsigned long long bytes, rss, swap;

	*used = *size = 0;
	if (lseek(sandbox->shm, 0, SEEK_SET) ||
	    fd_read_all(sandbox->shm, &text, SHM_TABLE_MAX) || !text.len)
		return;
	/*
	 * key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime
	 * ctime rss swap, below a line with these words (proc(5)).
	 */
	for (const char *at = strchr(text.p, '\n'); at && at[1];
	     at = strchr(at + 1, '\n'))
		if (sscanf(at + 1, "%*s %*s %*s %llu %*s %*s %*s %*s %*s %*s "
			   "%*s %*s %*s %*s %llu %llu", &bytes, &rss,
			   &swap) == 3) {
			*size += bytes;
			*used += rss + swap;
		}
}
