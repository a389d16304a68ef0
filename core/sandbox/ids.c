/* SPDX-License-Identifier: Apache-2.0 */
/* User namespaces with one id mapped; all others are the overflow id. */
#include "core/sandbox/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int ids_write_proc(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	saved = errno;
	close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

const char *ids_new_user_ns(uid_t inner_uid, gid_t inner_gid,
			    uid_t outer_uid, gid_t outer_gid)
{
	char map[64];

	/*
	 * A change of uid makes a process non-dumpable (prctl(2)), and then
	 * /proc/self/uid_map belongs to root and cannot be opened for writing.
	 */
	if (prctl(PR_SET_DUMPABLE, 1))
		return "prctl(PR_SET_DUMPABLE)";
	if (unshare(CLONE_NEWUSER))
		return "unshare(CLONE_NEWUSER)";
	if (ids_write_proc("/proc/self/setgroups", "deny"))
		return "writing /proc/self/setgroups";
	snprintf(map, sizeof(map), "%u %u 1", inner_gid, outer_gid);
	if (ids_write_proc("/proc/self/gid_map", map))
		return "writing /proc/self/gid_map";
	snprintf(map, sizeof(map), "%u %u 1", inner_uid, outer_uid);
	if (ids_write_proc("/proc/self/uid_map", map))
		return "writing /proc/self/uid_map";
	return NULL;
}
