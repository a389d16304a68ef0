/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relative path begins at the working directory, which tasks may share
 * (CLONE_FS), or at a descriptor's, and "/proc/PID/cwd/x" at that of another
 * process.  fchdir(2) or dup2(2) of such a task does not stop, and a path that
 * was looked at before the call or after it may have meant another file in
 * between.
 *
 * So these tasks are frozen while the call is made (freeze.c), and where the
 * path begins is looked at before and after.  What a path like that leads to in
 * the directory of another process in /proc is an event of its own: which
 * process is hit.
 */
#include "core/trace/path_guard.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/decode_send.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/target.h"
#include "core/trace/tracer.h"

static const char *const harmless[] = {
#define HARMLESS(name) name,
#include "core/trace/proc_harmless.def"
#undef HARMLESS
};

/* --- the paths of a call --- */

struct guarded_path {
	int dirfd;
	const char *path;
};

/* Two arguments, and of one sendmmsg(2) as many messages. */
#define PATHS_MAX 18

/* Unix sockets' addresses of a call, each with a NUL. */
static void path_guard_addresses(const struct task *k, struct buf *out)
{
	const struct call *c = &k->call;
	size_t at = 0;

	if (k->desc->leave == leave_send && k->desc->args.addr < 0) {
		while (send_next_path(k, &at, out))
			buf_ch(out, '\0');
	} else if (c->addr_len && sockaddr_path(&c->addr, c->addr_len, out)) {
		buf_ch(out, '\0');
	}
}

/* Those of its arguments, and those of addresses; how many. */
static size_t path_guard_paths(const struct task *k, struct buf *addresses,
			       struct guarded_path out[PATHS_MAX])
{
	const struct call *c = &k->call;
	size_t n = 0;

	if (c->path1)
		out[n++] = (struct guarded_path){ call_dir1(k), c->path1 };
	if (c->path2)
		out[n++] = (struct guarded_path){ call_dir2(k), c->path2 };
	path_guard_addresses(k, addresses);
	for (size_t at = 0; at < addresses->len && n < PATHS_MAX;
	     at += strlen(addresses->p + at) + 1)
		out[n++] = (struct guarded_path){ AT_FDCWD,
						  addresses->p + at };
	return n;
}

/* Is there a segment "cwd", "root" or "fd", as links in /proc are called? */
static bool path_guard_names_link(const char *path)
{
	static const char *const links[] = { "cwd", "root", "fd" };

	for (size_t len; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		for (size_t i = 0; i < ARRAY_LEN(links); i++)
			if (len == strlen(links[i]) &&
			    !memcmp(path, links[i], len))
				return true;
	}
	return false;
}

/* "/proc/self/fd/3", and nothing that leads away from there again. */
static bool path_guard_is_own_link(const char *path)
{
	static const char *const own[] = {
		"/proc/self/", "/proc/thread-self/", "/dev/fd/",
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (!strncmp(path, own[i], strlen(own[i])))
			return !strstr(path, "/..") && !strstr(path, "/task/");
	return false;
}

/* A thread can put another directory behind a descriptor as well (dup2). */
static bool path_guard_is_shared(const struct task *k,
				 const struct guarded_path *p)
{
	return (k->process->tasks > 1 || k->process->sharing) && *p->path &&
	       (*p->path != '/' || path_guard_is_own_link(p->path));
}

static enum path_guard path_guard_of(const struct tracer *t,
				     const struct task *k,
				     const struct guarded_path *p)
{
	/* Two are pid 1 and the caller's own process. */
	bool others = t->stats.alive > 2;

	if (!path_guard_is_own_link(p->path) && others &&
	    (path_guard_names_link(p->path) || t->resolve.links_to_proc))
		return PATH_GUARD_ALL;
	if (path_guard_is_shared(k, p))
		return PATH_GUARD_SHARED;
	if (path_guard_is_own_link(p->path))
		return PATH_GUARD_NONE;
	return others && strstr(p->path, "proc/") ? PATH_GUARD_LOOK :
						    PATH_GUARD_NONE;
}

/* It changes the directory itself, and has resolved its path on entry. */
static bool path_guard_moves(const struct task *k)
{
	return k->desc->leave == leave_chdir && !call_err(&k->call);
}

void path_guard_begin(struct tracer *t, struct task *k)
{
	autobuf struct buf addresses = BUF_INIT, start = BUF_INIT;
	struct guarded_path paths[PATHS_MAX];
	enum path_guard guard;
	size_t n;

	if (!k->process->after_first_exec)
		return;
	n = path_guard_paths(k, &addresses, paths);
	for (size_t i = 0; i < n; i++) {
		guard = path_guard_of(t, k, &paths[i]);
		if (guard > k->call.guard)
			k->call.guard = guard;
	}
	if (k->call.guard < PATH_GUARD_SHARED)
		return;
	for (size_t i = 0; i < n; i++) {
		resolve_start(t, k, paths[i].dirfd, paths[i].path, &start);
		buf_str(&k->call.starts, buf_view(&start));
		buf_ch(&k->call.starts, '\0');
	}
}

/* --- events --- */

static bool path_guard_is_harmless(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		if (!strcmp(harmless[i], name))
			return true;
	return false;
}

/* Is this deed of note, behind the name of another process in /proc? */
static bool path_guard_counts(const struct task *k,
			      const struct resolve_through *via, bool family)
{
	bool opens = k->desc->leave == leave_open;
	bool writes = opens && (k->call.aux & O_ACCMODE) != O_RDONLY;

	if (k->desc->leave == leave_probe)
		return via->link && strcmp(via->name, "fd") != 0;
	if (via->link || writes)
		return true;
	return opens && !family && !path_guard_is_harmless(via->name);
}

/* "openat" and its kin are one deed. */
static const char *path_guard_deed(const struct task *k)
{
	if (k->desc->leave == leave_open)
		return "open";
	if (k->desc->leave == leave_exec)
		return "exec";
	return k->desc->leave == leave_probe ? "look" : k->desc->name;
}

static void path_guard_report(struct tracer *t, struct task *k)
{
	const struct resolve_through via = t->resolve.through;
	struct task *other = via.tid ? task_find(t, via.tid) : NULL;
	autobuf struct buf words = BUF_INIT, text = BUF_INIT, path = BUF_INIT;
	struct str relation, program;

	if (!other || !other->process)
		return;
	target_put(t, k, other->process, &words);
	if (!path_guard_counts(k, &via, target_is_family(buf_view(&words))))
		return;
	target_split(buf_view(&words), &relation, &program);
	buf_printf(&text, "%s of %.*s", path_guard_deed(k),
		   STR_ARG(relation));
	buf_printf(&path, "/proc/%ld%s%s", task_sandbox_tid(other),
		   *via.name ? "/" : "", via.name);
	emit_event(t, k, EV_PROCESS_INSPECT, buf_view(&text), buf_view(&path),
		   call_err(&k->call));
}

/* Before the call and after it: both are facts. */
static void path_guard_compare(struct tracer *t, struct task *k,
			       struct str before, struct str now)
{
	char words[80];

	if (str_eq(before, now))
		return;
	snprintf(words, sizeof(words), "%s path changed, before it was",
		 k->desc->name);
	emit_event(t, k, EV_EVASION, str_c(words), before, 0);
}

void path_guard_opened(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	if (k->call.guard != PATH_GUARD_NONE || t->stats.alive <= 2)
		return;
	resolve_path(t, k, call_dir1(k), k->call.path1, true, &at);
	path_guard_report(t, k);
}

void path_guard_end(struct tracer *t, struct task *k)
{
	autobuf struct buf addresses = BUF_INIT, now = BUF_INIT;
	struct guarded_path paths[PATHS_MAX];
	struct str starts = buf_view(&k->call.starts);
	size_t n;

	if (k->call.guard == PATH_GUARD_NONE)
		return;
	n = path_guard_paths(k, &addresses, paths);
	for (size_t i = 0; i < n; i++) {
		struct str before = { starts.p, starts.len ?
				      strlen(starts.p) : 0 };

		resolve_start(t, k, paths[i].dirfd, paths[i].path, &now);
		if (starts.len && !path_guard_moves(k))
			path_guard_compare(t, k, before, buf_view(&now));
		starts = str_sub(starts, before.len + !!starts.len);
		if (t->resolve.links_to_proc)
			resolve_path(t, k, paths[i].dirfd, paths[i].path, true,
				     &now);
		path_guard_report(t, k);
	}
}
