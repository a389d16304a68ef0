/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a file is made: the mode that is left of what was asked for (umask(2),
 * acl(5)) is the file's own.  What is taken away: a file that held something
 * is emptied or cut.  POSIX queues are files of /dev/mqueue.
 */
#include "core/trace/made.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/kernel.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define QUEUES "/dev/mqueue/"

/* --- modes --- */

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define OTHERS (S_IRWXG | S_IRWXO)
#define LEFT_TO_UMASK 0666

static bool made_is_of_note(mode_t asked, const struct stat *st)
{
	if (st->st_mode & (S_ISUID | S_ISGID | OTHERS_WRITE))
		return true;
	return S_ISREG(st->st_mode) && (asked & OTHERS) &&
	       (asked & 0777) != LEFT_TO_UMASK && (asked & 0777) != 0777;
}

void made_report_mode(struct tracer *t, struct task *k, struct str path,
		      mode_t asked, const struct stat *st)
{
	char words[24];

	if (!made_is_of_note(asked, st))
		return;
	snprintf(words, sizeof(words), "made %04o",
		 (unsigned)st->st_mode & 07777);
	emit_event(t, k, EV_FILE_MODE, path, str_c(words), 0);
}

void made_report_path(struct tracer *t, struct task *k, struct str path,
		      mode_t asked)
{
	autobuf struct buf text = BUF_INIT;
	autofd int fd = -1;
	struct stat st;

	buf_str(&text, path);
	fd = resolve_walk(t, k, text.p, O_NOFOLLOW);
	if (fd >= 0 && !fstat(fd, &st))
		made_report_mode(t, k, path, asked, &st);
}

/* --- truncation --- */

void made_report_truncated(struct tracer *t, struct task *k, struct str path)
{
	emit_event(t, k, EV_FILE_TRUNCATE, path, STR(""), 0);
	changed_paths_add(t, path);
	overwrite_forget(t, path);
}

/* Is there more in the file than this call leaves? */
static bool made_cuts(const struct stat *st, int64_t length)
{
	return S_ISREG(st->st_mode) && length >= 0 && st->st_size > length;
}

enum entry_action enter_truncate(struct tracer *t, struct task *k)
{
	struct stat st;

	k->call.aux = k->process->after_first_exec &&
		      !resolve_stat(t, k, AT_FDCWD, k->call.path1, &st) &&
		      made_cuts(&st, (int64_t)k->call.args[1]);
	return ENTRY_STOP_AT_EXIT;
}

void leave_truncate(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	emit_path(t, k, EV_FILE_WRITE, AT_FDCWD, k->call.path1, true, STR(""));
	if (call_err(&k->call) || !k->call.aux)
		return;
	resolve_path(t, k, AT_FDCWD, k->call.path1, true, &at);
	made_report_truncated(t, k, buf_view(&at));
}

/* Files grow this way all the time; only what is cut is of interest. */
/* The same of a descriptor: what it leaves ends, or is cut, there. */
static bool made_cuts_open(const struct task *k, uint64_t at)
{
	struct stat st;

	return !procfs_stat(k->tid, &st, "fd/%d", (int)k->call.args[0]) &&
	       st.st_nlink && made_cuts(&st, (int64_t)at);
}

enum entry_action enter_ftruncate(struct tracer *t, struct task *k)
{
	return limits_file_size(t, (int64_t)k->call.args[1]) ||
	       made_cuts_open(k, k->call.args[1]) ?
		       ENTRY_STOP_AT_EXIT : ENTRY_CONTINUE;
}

void leave_ftruncate(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	if (!call_err(&k->call) &&
	    resolve_fd(k->tid, (int)k->call.args[0], &at, NULL))
		made_report_truncated(t, k, buf_view(&at));
}

/*
 * Holes, zeros, ranges that are taken out, and modes of younger kernels.  The
 * attempt counts: the sandbox's file systems know holes and no more.  What only
 * makes room is looked at for limits (limits.def).
 */
enum entry_action enter_fallocate(struct tracer *t, struct task *k)
{
	(void)t;
	return !(k->call.args[1] & FALLOCATE_TAKES) ||
	       made_cuts_open(k, k->call.args[2]) ?
		       ENTRY_STOP_AT_EXIT : ENTRY_CONTINUE;
}

void leave_fallocate(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;
	int err = call_err(&k->call);

	if (!(k->call.args[1] & FALLOCATE_TAKES) ||
	    !resolve_fd(k->tid, (int)k->call.args[0], &at, NULL))
		return;
	if (err)
		emit_event(t, k, EV_FILE_TRUNCATE, buf_view(&at), STR(""), err);
	else
		made_report_truncated(t, k, buf_view(&at));
}

/* --- queues --- */

static void made_queue_event(struct tracer *t, struct task *k,
			     enum event_kind kind)
{
	autobuf struct buf path = BUF_INIT;

	buf_c(&path, QUEUES);
	buf_c(&path, k->call.path1 ? k->call.path1 : "(unreadable)");
	emit_event(t, k, kind, buf_view(&path), STR(""), call_err(&k->call));
}

/* With O_CREAT it is made, whether it was there or not. */
void leave_mq_open(struct tracer *t, struct task *k)
{
	uint64_t flags = k->call.args[1];
	struct stat st;

	if (!(flags & O_CREAT)) {
		made_queue_event(t, k, (flags & O_ACCMODE) == O_RDONLY ?
				       EV_FILE_READ : EV_FILE_WRITE);
		return;
	}
	made_queue_event(t, k, EV_FILE_CREATE);
	if (!call_err(&k->call) &&
	    !procfs_stat(k->tid, &st, "fd/%d", (int)k->call.ret)) {
		autobuf struct buf path = BUF_INIT;

		buf_c(&path, QUEUES);
		buf_c(&path, k->call.path1 ? k->call.path1 : "?");
		made_report_mode(t, k, buf_view(&path),
				 (mode_t)k->call.args[2], &st);
	}
}

void leave_mq_unlink(struct tracer *t, struct task *k)
{
	made_queue_event(t, k, EV_FILE_DELETE);
}
