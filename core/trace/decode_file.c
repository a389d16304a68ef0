/* SPDX-License-Identifier: Apache-2.0 */
/* Files: opening, looking, making, removing, renaming. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/trace/decode_ipc.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/made.h"
#include "core/trace/path_guard.h"
#include "core/trace/procfs.h"
#include "core/trace/shell.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define EXISTED (1ULL << 63)
#define HELD_SOMETHING (1ULL << 62)
#define UNNAMED "(unnamed)"	/* O_TMPFILE */

/* --- open --- */

/* Then the directory is the root, of absolute paths too (openat2(2)). */
static void file_begin_in_root(struct task *k, uint64_t resolve)
{
	k->call.in_root = resolve & RESOLVE_IN_ROOT;
	if (k->call.in_root)
		k->call.path1 = call_path_in_root(k->call.path1);
}

static uint64_t file_open_flags(struct task *k)
{
	const char *name = k->desc->name;
	struct open_how how = { 0 };

	if (!strcmp(name, "creat"))
		return O_CREAT | O_WRONLY | O_TRUNC;
	if (!strcmp(name, "open"))
		return k->call.args[1];
	if (!strcmp(name, "openat"))
		return k->call.args[2];
	tracee_read(k->tid, k->call.args[2], &how, sizeof(how));
	file_begin_in_root(k, how.resolve);
	return how.flags;
}

static mode_t file_mode_asked(struct task *k)
{
	const char *name = k->desc->name;
	struct open_how how = { 0 };

	if (!strcmp(name, "openat2"))
		tracee_read(k->tid, k->call.args[2], &how, sizeof(how));
	return (mode_t)(!strcmp(name, "openat2") ? how.mode :
			!strcmp(name, "creat") ? k->call.args[1] :
			!strcmp(name, "open") ? k->call.args[2] :
						k->call.args[3]);
}

static bool file_wants_write(uint64_t flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
}

static bool file_makes_new(uint64_t flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE ||
	       /* With O_EXCL it was gone again when the call looked. */
	       ((flags & O_CREAT) && (!(flags & EXISTED) || (flags & O_EXCL)));
}

static void file_open_failed(struct tracer *t, struct task *k, int err)
{
	uint64_t flags = k->call.aux;
	enum event_kind kind = EV_FILE_READ;

	/* It may have come or gone since enter_open() looked. */
	if ((flags & O_CREAT) && (!(flags & EXISTED) || (flags & O_EXCL) ||
				  err == EEXIST || err == ENOENT))
		kind = EV_FILE_CREATE;
	else if (file_wants_write(flags))
		kind = EV_FILE_WRITE;
	else if (err == ENOENT || err == ENOTDIR || (flags & O_PATH))
		kind = EV_FILE_PROBE;
	/* An import looks in vain at hundreds of them. */
	if (kind == EV_FILE_PROBE && resolve_names_system(k->call.path1))
		return;
	/* O_EXCL does not follow a link either (open(2)). */
	emit_path(t, k, kind, call_dir1(k), k->call.path1,
		  err != ENOENT && !(flags & (O_NOFOLLOW | O_EXCL)), STR(""));
}

/* Opening another process's memory is looking into it. */
static bool file_is_process_memory(struct str path)
{
	return str_starts(path, STR("/proc/")) && str_ends(path, STR("/mem"));
}

static void file_opened(struct tracer *t, struct task *k, struct str path)
{
	uint64_t flags = k->call.aux;

	if (file_is_process_memory(path))
		emit_event(t, k, EV_PROCESS_INSPECT, STR("open"), path, 0);
	if (flags & O_PATH) {
		emit_event(t, k, EV_FILE_PROBE, path, STR(""), 0);
		return;
	}
	/* A pressure trigger (psi.rst) is a timer that poll waits for. */
	if (file_wants_write(flags) && str_starts(path, STR("/proc/pressure/")))
		t->quiescence.timers = true;
	if (file_makes_new(flags)) {
		emit_event(t, k, EV_FILE_CREATE, path, STR(""), 0);
		resolve_forget_dirs(t);
	} else if (file_wants_write(flags)) {
		emit_event(t, k, EV_FILE_WRITE, path, STR(""), 0);
	}
	if (file_makes_new(flags) || file_wants_write(flags))
		changed_paths_add(t, path);
	/* The result cache has opens for reading, and no descriptor. */
	if (file_makes_new(flags) || (flags & O_APPEND))
		overwrite_began(t, k, (int)k->call.ret, file_makes_new(flags),
				flags & O_APPEND);
	else if (file_wants_write(flags) && !(flags & O_TRUNC))
		overwrite_opened(t, k, (int)k->call.ret, path);
	if ((flags & O_TRUNC) && (flags & HELD_SOMETHING) &&
	    !file_makes_new(flags))
		made_report_truncated(t, k, path);
	if ((flags & O_ACCMODE) != O_WRONLY && !file_makes_new(flags))
		emit_event(t, k, EV_FILE_READ, path, STR(""), 0);
}

static uint64_t file_state_before(struct tracer *t, struct task *k)
{
	struct stat st;
	int err = resolve_stat(t, k, call_dir1(k), k->call.path1, &st);

	if (err)
		return k->call.path1 && err != ENOENT && err != ENOTDIR &&
		       err != ENAMETOOLONG ? EXISTED : 0;
	return EXISTED | (S_ISREG(st.st_mode) && st.st_size ? HELD_SOMETHING :
							       0);
}

/*
 * Whether O_CREAT makes a file or opens one is not in the result, nor is what
 * O_TRUNC takes away, so the name is looked up before.
 */
enum entry_action enter_open(struct tracer *t, struct task *k)
{
	autobuf struct buf path = BUF_INIT;
	uint64_t flags = file_open_flags(k) & 0xffffffff;

	k->call.aux = flags;
	if (result_cache_get(t, k, call_dir1(k), flags, &path)) {
		if (k->call.ret)
			file_open_failed(t, k, call_err(&k->call));
		else
			file_opened(t, k, buf_view(&path));
		return ENTRY_CONTINUE;
	}
	if ((flags & (O_CREAT | O_TRUNC)) && k->process->after_first_exec)
		k->call.aux |= file_state_before(t, k);
	return ENTRY_STOP_AT_EXIT;
}

/*
 * Where descriptors are shared, another task may have put something else in
 * the place of this one: then what was asked for counts as well.  The links
 * of /proc and /dev lead elsewhere by themselves.
 */
static void file_opened_instead(struct tracer *t, struct task *k,
				struct str path)
{
	autobuf struct buf asked = BUF_INIT;

	if (k->process->tasks < 2 && !t->fork.shares_files)
		return;
	resolve_path(t, k, call_dir1(k), k->call.path1,
		     !(k->call.aux & O_NOFOLLOW), &asked);
	if (!str_eq(buf_view(&asked), path) &&
	    !path_below(buf_view(&asked), STR("/proc")) &&
	    !path_below(buf_view(&asked), STR("/dev")))
		file_opened(t, k, buf_view(&asked));
}

/* Is this what the call asked for, as far as text can show? */
static bool file_is_asked(struct str path, const char *asked)
{
	struct str s = str_c(asked ? asked : "");

	return s.len && str_ends(path, s) &&
	       (*s.p == '/' ? s.len == path.len :
			      s.len < path.len &&
			      path.p[path.len - s.len - 1] == '/');
}

void leave_open(struct tracer *t, struct task *k)
{
	autobuf struct buf path = BUF_INIT;
	int err = call_err(&k->call);
	struct stat st;

	if (!k->process->after_first_exec)
		return;
	if (err) {
		result_cache_put(t, k, call_dir1(k), k->call.aux, STR(""));
		file_open_failed(t, k, err);
		return;
	}
	/* What the kernel opened beats what memory said. */
	if (!resolve_fd(k->tid, (int)k->call.ret, &path, NULL))
		resolve_path(t, k, call_dir1(k), k->call.path1, true, &path);
	if (!file_is_asked(buf_view(&path), k->call.path1)) {
		call_check_arguments(t, k);
		path_guard_opened(t, k);
	} else if (str_starts(buf_view(&path), STR("/proc/"))) {
		path_guard_opened(t, k);
	}
	if ((k->call.aux & O_TMPFILE) == O_TMPFILE) {
		resolve_path(t, k, call_dir1(k), k->call.path1, true, &path);
		buf_c(&path, "/" UNNAMED);
	} else {
		file_opened_instead(t, k, buf_view(&path));
	}
	result_cache_put(t, k, call_dir1(k), k->call.aux, buf_view(&path));
	file_opened(t, k, buf_view(&path));
	if (file_makes_new(k->call.aux) &&
	    !procfs_stat(k->tid, &st, "fd/%d", (int)k->call.ret))
		made_report_mode(t, k, buf_view(&path), file_mode_asked(k),
				 &st);
}

/* --- looking --- */

/*
 * No fact comes of what the system has.  fstat in disguise (AT_EMPTY_PATH) asks
 * about an open descriptor.
 */
enum entry_action enter_probe(struct tracer *t, struct task *k)
{
	const char *path = k->call.path1;
	bool at = k->desc->args.dir1 >= 0;

	(void)t;
	shell_looked_up(k->process, path);
	ipc_note_look(k);
	if (path && ((at && !*path) || resolve_names_system(path)))
		return ENTRY_CONTINUE;
	return ENTRY_STOP_AT_EXIT;
}

/* The mode, and the flags that only some of them have. */
static uint64_t file_access_flags(const struct task *k)
{
	const struct call *c = &k->call;

	if (k->desc->args.dir1 < 0)
		return (uint32_t)c->args[1];
	return (uint32_t)c->args[2] |
	       (k->desc->ints & 1 << 3 ? c->args[3] << 32 : 0);
}

enum entry_action enter_access(struct tracer *t, struct task *k)
{
	autobuf struct buf path = BUF_INIT;

	if (enter_probe(t, k) == ENTRY_CONTINUE)
		return ENTRY_CONTINUE;
	if (!result_cache_get(t, k, call_dir1(k), file_access_flags(k), &path))
		return ENTRY_STOP_AT_EXIT;
	leave_probe(t, k);
	return ENTRY_CONTINUE;
}

/*
 * "It is no link" and "it has no such attribute" are answers about something
 * that is there.
 */
static bool file_error_means_exists(int err)
{
	return err == EINVAL || err == ENODATA || err == EOPNOTSUPP ||
	       err == ERANGE || err == EOVERFLOW;
}

void leave_probe(struct tracer *t, struct task *k)
{
	const char *path = k->call.path1;

	if (k->desc->enter == enter_access && !k->call.cached)
		result_cache_put(t, k, call_dir1(k), file_access_flags(k),
				 STR(""));
	if (file_error_means_exists(call_err(&k->call)))
		k->call.ret = 0;

	/* Facts about looking stop at the system's own directories. */
	if (!path || resolve_names_system(path))
		return;
	emit_path(t, k, EV_FILE_PROBE, call_dir1(k), path, false, STR(""));
}

/* Once it has happened, a relative path means another place. */
enum entry_action enter_chdir(struct tracer *t, struct task *k)
{
	if (k->process->after_first_exec && k->call.path1)
		resolve_path(t, k, AT_FDCWD, k->call.path1, false,
			     &k->call.words);
	return ENTRY_STOP_AT_EXIT;
}

void leave_chdir(struct tracer *t, struct task *k)
{
	const char *path = k->call.path1;

	if (path && !resolve_names_system(path))
		emit_event(t, k, EV_FILE_PROBE, buf_view(&k->call.words),
			   STR(""), call_err(&k->call));
}

/* --- making, removing, renaming --- */

void leave_create(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	emit_path(t, k, EV_FILE_CREATE, call_dir1(k), k->call.path1, false,
		  STR(""));
	if (call_err(&k->call) || !k->process->after_first_exec)
		return;
	resolve_path(t, k, call_dir1(k), k->call.path1, false, &at);
	/* No mode that is asked for is of note but by what came of it. */
	made_report_path(t, k, buf_view(&at), 0);
}

void leave_delete(struct tracer *t, struct task *k)
{
	emit_path(t, k, EV_FILE_DELETE, call_dir1(k), k->call.path1, false,
		  STR(""));
	if (!call_err(&k->call))
		overwrite_names_removed(t);
}

void leave_rename(struct tracer *t, struct task *k)
{
	autobuf struct buf to = BUF_INIT;

	if (!k->process->after_first_exec)
		return;
	resolve_path(t, k, call_dir2(k), k->call.path2, false, &to);
	emit_path(t, k, EV_FILE_RENAME, call_dir1(k), k->call.path1, false,
		  buf_view(&to));
	if (call_err(&k->call))
		return;
	changed_paths_add_tree(t, buf_view(&to));
	overwrite_names_removed(t);
}

/* NAME -> TARGET: the new name first, as ls(1) shows links. */
static void file_link_made(struct tracer *t, struct task *k, struct str target)
{
	autobuf struct buf name = BUF_INIT;
	int err = call_err(&k->call);

	resolve_path(t, k, call_dir2(k), k->call.path2, false, &name);
	emit_event(t, k, EV_FILE_LINK, buf_view(&name), target, err);
	if (!err) {
		changed_paths_add(t, buf_view(&name));
		resolve_forget_dirs(t);
	}
}

/*
 * A file of O_TMPFILE gets its first name by linkat(2) of its descriptor.  The
 * kernel calls it "#" and its inode until then, and even after; as every run
 * has another number, it is called what open called it.
 */
static void file_hide_number(struct buf *path, bool deleted)
{
	static const struct str mark = { " (deleted)", 10 };
	struct str s = buf_view(path), base;

	if (str_ends(s, mark))
		s.len -= mark.len;
	else if (!deleted)
		return;
	base = path_base(s);
	if (base.len < 2 || *base.p != '#' ||
	    strspn(base.p + 1, "0123456789") < base.len - 1)
		return;
	buf_cut(path, (size_t)(base.p - path->p));
	buf_c(path, UNNAMED);
}

void leave_link(struct tracer *t, struct task *k)
{
	autobuf struct buf target = BUF_INIT;
	bool deleted = false;
	bool follow = k->desc->args.dir1 >= 0 &&
		      (k->call.args[4] & AT_SYMLINK_FOLLOW);

	if (!k->process->after_first_exec)
		return;
	if (k->call.path1 && !*k->call.path1)
		resolve_fd(k->tid, call_dir1(k), &target, &deleted);
	else
		resolve_path(t, k, call_dir1(k), k->call.path1, follow,
			     &target);
	file_hide_number(&target, deleted);
	file_link_made(t, k, buf_view(&target));
	/* An overlay copies up what is given another name. */
	if (!call_err(&k->call))
		changed_paths_add(t, buf_view(&target));
}

/* The target of a symbolic link is text, not a path that exists. */
void leave_symlink(struct tracer *t, struct task *k)
{
	const char *target = k->call.path1 ? k->call.path1 : "?";

	if (!k->process->after_first_exec)
		return;
	t->resolve.links_to_proc |= strstr(target, "proc/") != NULL;
	file_link_made(t, k, str_c(target));
}
