/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sandbox shares with the host: the inodes of its device nodes, which
 * cannot be made in a user namespace, and those that sandbox.bind names.
 *
 * A watch there shows what the host does, and a lock there is the host's too: a
 * program could observe other processes, the other runs of itself, or stop
 * them.  On a device node both are refused; a bound folder is the user's wish,
 * and a watch on it may wake its task at any time (quiescence.c).
 */
#include "core/trace/host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/trace/decoders.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

/* File systems of the sandbox's own making: "... - TYPE SOURCE ...". */
static bool host_files_is_own_mount(const char *line)
{
	static const char *const own[] = {
		" - proc ", " - devpts ", " - mqueue ",
		" - tmpfs behavdiff ", " - overlay behavdiff ",
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strstr(line, own[i]))
			return true;
	return false;
}

/* Pid 1's mounts (proc(5), mountinfo): they stay as they are. */
static void host_files_read_mounts(struct tracer *t)
{
	unsigned major, minor;
	struct procfs_lines l;
	const char *line;

	procfs_lines_open(&l, t->init, "mountinfo");
	while ((line = procfs_lines_next(&l)))
		if (host_files_is_own_mount(line) &&
		    sscanf(line, "%*d %*d %u:%u", &major, &minor) == 2)
			*vec_push(&t->host_files.own) = makedev(major, minor);
	procfs_lines_close(&l);
}

static bool host_files_is_shared(struct tracer *t, dev_t dev)
{
	if (!t->host_files.own.n)
		host_files_read_mounts(t);
	for (size_t i = 0; i < t->host_files.own.n; i++)
		if (t->host_files.own.v[i] == dev)
			return false;
	return true;
}

/* Terminals are the sandbox's own (devpts). */
static bool host_files_is_device(struct tracer *t, const struct stat *st)
{
	return (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) &&
	       host_files_is_shared(t, st->st_dev);
}

/* --- locks --- */

/*
 * Locks, leases and directory notices by descriptor; ENOLCK is what a file
 * system without locks says (fcntl(2)).  Another thread may put something else
 * there a moment later.  The record locks of fcntl(2) pass unseen: databases
 * take them for every transaction, which stops would slow down by half.
 */
enum entry_action enter_lock(struct tracer *t, struct task *k)
{
	char words[80];
	struct stat st;

	if (procfs_stat(k->tid, &st, "fd/%d", (int)k->call.args[0]) ||
	    !host_files_is_device(t, &st))
		return ENTRY_CONTINUE;
	snprintf(words, sizeof(words), "%s(device)", k->desc->name);
	return call_refuse_with_event(t, k, EV_EVASION, words, ENOLCK);
}

/* --- watches --- */

enum entry_action enter_watch(struct tracer *t, struct task *k)
{
	autobuf struct buf path = BUF_INIT;
	autofd int fd = -1;
	struct stat st;

	if (!k->process->after_first_exec || !k->call.path1)
		return ENTRY_STOP_AT_EXIT;
	resolve_path(t, k, call_dir1(k), k->call.path1, true, &path);
	fd = resolve_walk(t, k, path.p, 0);
	if (fd < 0 || fstat(fd, &st) || !host_files_is_device(t, &st))
		return ENTRY_STOP_AT_EXIT;
	call_refuse(k, EACCES);
	leave_probe(t, k);
	return ENTRY_REFUSED;
}

/* Is one of its watches on a shared inode ("sdev:", proc(5), fdinfo)? */
static bool host_files_watches_host(struct tracer *t, struct task *k)
{
	struct procfs_lines l;
	const char *line, *at;
	bool shared = false;
	unsigned dev;

	/* Everything unknown counts as able to wake. */
	if (!procfs_lines_open(&l, k->tid, "fdinfo/%d",
			       (int)k->call.args[0]))
		return true;
	while (!shared && (line = procfs_lines_next(&l))) {
		at = strstr(line, " sdev:");
		/* The kernel's own form of a device number: 12 and 20 bits. */
		if (at && sscanf(at, " sdev:%x", &dev) == 1)
			shared = host_files_is_shared(
				t, makedev(dev >> 20, dev & 0xfffff));
	}
	procfs_lines_close(&l);
	return shared;
}

void leave_watch(struct tracer *t, struct task *k)
{
	if (!call_err(&k->call) && !t->quiescence.timers)
		t->quiescence.timers = host_files_watches_host(t, k);
	/* What a descriptor says is watched was opened before. */
	if (k->call.path1)
		leave_probe(t, k);
	else
		leave_call(t, k);
}

void host_files_free(struct host_files *h)
{
	vec_free(&h->own);
}
