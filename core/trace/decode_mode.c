/* SPDX-License-Identifier: Apache-2.0 */
/* Permissions, owners, times and attributes of files. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/trace/decode_request.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/tracer.h"

/* A change given by path, or by descriptor when path is NULL or empty. */
static void mode_changed(struct tracer *t, struct task *k, int fd,
			 const char *path, bool follow, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

static void mode_changed(struct tracer *t, struct task *k, int fd,
			 const char *path, bool follow, const char *fmt, ...)
{
	autobuf struct buf at = BUF_INIT;
	char words[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (path && *path) {
		emit_path(t, k, EV_FILE_MODE, fd, path, follow, str_c(words));
		return;
	}
	if (!resolve_fd(k->tid, fd, &at, NULL))
		buf_printf(&at, "fd:%d", fd);
	emit_event(t, k, EV_FILE_MODE, buf_view(&at), str_c(words),
		   call_err(&k->call));
	if (!call_err(&k->call))
		changed_paths_add(t, buf_view(&at));
}

void leave_chmod(struct tracer *t, struct task *k)
{
	mode_changed(t, k, AT_FDCWD, k->call.path1, true, "%04o",
		     (unsigned)k->call.args[1] & 07777);
}

void leave_chmodat(struct tracer *t, struct task *k)
{
	/* fchmodat(2) itself has no flags; fchmodat2 does, since 6.6. */
	bool follow = strcmp(k->desc->name, "fchmodat2") != 0 ||
		      !(k->call.args[3] & AT_SYMLINK_NOFOLLOW);

	mode_changed(t, k, call_dir1(k), k->call.path1, follow, "%04o",
		     (unsigned)k->call.args[2] & 07777);
}

void leave_fchmod(struct tracer *t, struct task *k)
{
	mode_changed(t, k, (int)k->call.args[0], NULL, true, "%04o",
		     (unsigned)k->call.args[1] & 07777);
}

void leave_chown(struct tracer *t, struct task *k)
{
	mode_changed(t, k, AT_FDCWD, k->call.path1, k->desc->name[0] != 'l',
		     "owner %d:%d", (int)k->call.args[1], (int)k->call.args[2]);
}

void leave_chownat(struct tracer *t, struct task *k)
{
	mode_changed(t, k, call_dir1(k), k->call.path1,
		     !(k->call.args[4] & AT_SYMLINK_NOFOLLOW), "owner %d:%d",
		     (int)k->call.args[2], (int)k->call.args[3]);
}

void leave_fchown(struct tracer *t, struct task *k)
{
	mode_changed(t, k, (int)k->call.args[0], NULL, true, "owner %d:%d",
		     (int)k->call.args[1], (int)k->call.args[2]);
}

/*
 * No times at all, in a register that no other task can change: the kernel
 * takes the time of the call (utimensat(2)).  Times in memory that mean the
 * same (UTIME_NOW) count as any other.
 */
static bool mode_sets_now(const struct task *k)
{
	bool at = k->desc->args.dir1 >= 0;

	return !k->call.args[at ? 2 : 1];
}

void leave_times(struct tracer *t, struct task *k)
{
	bool follow = strcmp(k->desc->name, "utimensat") != 0 ||
		      !(k->call.args[3] & AT_SYMLINK_NOFOLLOW);

	mode_changed(t, k, call_dir1(k), k->call.path1, follow, "times%s",
		     mode_sets_now(k) ? " now" : "");
}

void leave_xattr(struct tracer *t, struct task *k)
{
	bool removed = strstr(k->desc->name, "remove") != NULL;
	bool follow = k->desc->args.dir1 >= 0 ?
		      !(k->call.args[2] & AT_SYMLINK_NOFOLLOW) :
		      k->desc->name[0] != 'l';

	mode_changed(t, k, call_dir1(k), k->call.path1, follow,
		     "%s %.100s", removed ? "remove-xattr" : "xattr",
		     k->call.path2 ? k->call.path2 : "?");
}

/* The descriptor forms have the attribute's name where a path would be. */
void leave_fxattr(struct tracer *t, struct task *k)
{
	bool removed = strstr(k->desc->name, "remove") != NULL;

	mode_changed(t, k, (int)k->call.args[0], NULL, true, "%s %.100s",
		     removed ? "remove-xattr" : "xattr",
		     k->call.path1 ? k->call.path1 : "?");
}

/* What chattr(1) changes; since 6.17 also without opening the file. */
void leave_fileattr(struct tracer *t, struct task *k)
{
	mode_changed(t, k, call_dir1(k), k->call.path1,
		     !(k->call.args[4] & AT_SYMLINK_NOFOLLOW), "attributes");
}

/* The same by ioctl_iflags(2), of a descriptor that may be open for reading. */
void mode_attributes(struct tracer *t, struct task *k)
{
	mode_changed(t, k, (int)k->call.args[0], NULL, true, "attributes");
}
