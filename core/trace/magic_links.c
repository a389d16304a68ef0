/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of /proc mean the task that follows them, and no walk of ours can
 * follow them for it.  Where such a link lies on the way, even behind another
 * link, the directory of a path is walked segment by segment.
 */
#include "core/trace/magic_links.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/tracer.h"

/*
 * As many links as the kernel follows; of the 80,000 segments that these may
 * have, as many as cost milliseconds.
 */
#define LINKS_MAX 40
#define STEPS_MAX 1000

/* --- a link at a path's beginning --- */

/* "NUMBER/" in front: that process of the sandbox; its length, or 0. */
static size_t magic_links_pid_dir(struct tracer *t, struct task *k,
				  struct str p, pid_t *tid)
{
	char *end;
	long pid = p.len && *p.p >= '1' && *p.p <= '9' ?
		   strtol(p.p, &end, 10) : 0;

	if (pid <= 0 || *end != '/')
		return 0;
	*tid = task_host_tid(t, k, pid);
	return *tid ? (size_t)(end - p.p) + 1 : 0;
}

/* How much of p is a process's directory in /proc, and whose; 0: none. */
static size_t magic_links_process_dir(struct tracer *t, struct task *k,
				      struct str p, pid_t *tid)
{
	static const char *const selves[] = {
		"/proc/self/", "/proc/thread-self/",
	};
	size_t used = 0, more;

	*tid = k->tid;
	for (size_t i = 0; i < ARRAY_LEN(selves); i++)
		if (str_starts(p, str_c(selves[i])))
			used = strlen(selves[i]);
	if (!used && str_starts(p, STR("/proc/"))) {
		used = magic_links_pid_dir(t, k, str_sub(p, 6), tid);
		used += used ? 6 : 0;
	}
	if (used && str_starts(str_sub(p, used), STR("task/"))) {
		more = magic_links_pid_dir(t, k, str_sub(p, used + 5), tid);
		used = more ? used + 5 + more : 0;
	}
	return used;
}

/* The descriptor in "fd/NUMBER", as the kernel reads numbers; or -1. */
static int magic_links_fd(struct str rest)
{
	char *end;
	long fd;

	if (!str_starts(rest, STR("fd/")) || rest.len < 4 ||
	    rest.p[3] < '0' || rest.p[3] > '9' ||
	    (rest.p[3] == '0' && rest.p[4] >= '0' && rest.p[4] <= '9'))
		return -1;
	fd = strtol(rest.p + 3, &end, 10);
	return (*end && *end != '/') || fd > INT_MAX ? -1 : (int)fd;
}

/* Whose directory it is counts when that is another process's. */
static void magic_links_note_through(struct tracer *t, const struct task *k,
				     pid_t tid, struct str rest)
{
	struct resolve_through *out = &t->resolve.through;
	const struct task *other = tid == k->tid ? NULL : task_find(t, tid);
	size_t len = rest.len ? strcspn(rest.p, "/") : 0;

	if (!other || !other->process || other->process == k->process)
		return;
	out->tid = tid;
	out->link = false;
	if (len >= sizeof(out->name))
		len = sizeof(out->name) - 1;
	memcpy(out->name, rest.p, len);
	out->name[len] = '\0';
}

/*
 * /proc/self is the tracer here, and numbers are those of another namespace.
 * Links below a process's directory are taken as the process means them: its
 * root is the sandbox's, its cwd and its descriptors are read from outside.
 */
void magic_links_translate(struct tracer *t, struct task *k, struct buf *path)
{
	autobuf struct buf target = BUF_INIT;
	struct str p = buf_view(path), rest;
	pid_t tid = k->tid;
	size_t used;
	int fd;

	if (str_starts(p, STR("/dev/fd/")))
		used = 5;
	else
		used = magic_links_process_dir(t, k, p, &tid);
	if (!used)
		return;
	rest = str_sub(p, used);
	magic_links_note_through(t, k, tid, rest);
	if (str_starts(rest, STR("root/"))) {
		used += 4;
	} else if (str_starts(rest, STR("cwd/"))) {
		if (!resolve_cwd(tid, &target))
			return;
		used += 3;
	} else if ((fd = magic_links_fd(rest)) >= 0) {
		if (!resolve_fd(tid, fd, &target, NULL))
			return;
		used += 3 + strcspn(rest.p + 3, "/");
	} else {
		return;
	}
	t->resolve.through.link = t->resolve.through.tid != 0;
	buf_str(&target, str_sub(p, used));
	buf_clear(path);
	buf_str(path, buf_view(&target));
}

/* --- a walk segment by segment --- */

struct magic_walk {
	struct tracer *t;
	struct task *k;
	struct buf done;	/* resolved so far; "" is the root */
	struct buf rest;	/* still to walk */
	unsigned links;
};

/* What a symbolic link of the sandbox holds; false when it is none. */
static bool magic_links_link_target(struct magic_walk *e, const char *path,
				    struct buf *out)
{
	autofd int fd = resolve_walk(e->t, e->k, path, O_NOFOLLOW);
	char text[PATH_MAX];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", text, sizeof(text));

	if (n <= 0)
		return false;
	buf_add(out, text, (size_t)n);
	return true;
}

/* Go on with the link's target and then what was left. */
static void magic_links_follow_link(struct magic_walk *e, struct str target)
{
	autobuf struct buf rest = BUF_INIT;

	buf_str(&rest, target);
	buf_ch(&rest, '/');
	buf_str(&rest, buf_view(&e->rest));
	buf_clear(&e->rest);
	buf_str(&e->rest, buf_view(&rest));
	if (str_starts(target, STR("/")))
		buf_clear(&e->done);
}

/*
 * "/proc/PID/...": a link there that was not translated belongs to a process
 * that the task may not look into, and leads nowhere for it.
 */
static bool magic_links_in_process(struct str path)
{
	return str_starts(path, STR("/proc/")) &&
	       memchr(path.p + 6, '/', path.len - 6);
}

static void magic_links_enter_segment(struct magic_walk *e, struct str seg)
{
	autobuf struct buf next = BUF_INIT;
	autobuf struct buf target = BUF_INIT;
	size_t len;

	buf_str(&next, buf_view(&e->done));
	buf_ch(&next, '/');
	buf_str(&next, seg);
	len = next.len;
	buf_ch(&next, '/');
	magic_links_translate(e->t, e->k, &next);
	while (next.len && next.p[next.len - 1] == '/')
		buf_cut(&next, next.len - 1);
	if (next.len == len && e->links < LINKS_MAX &&
	    !magic_links_in_process(buf_view(&next)) &&
	    magic_links_link_target(e, next.p, &target)) {
		e->links++;
		magic_links_follow_link(e, buf_view(&target));
		return;
	}
	buf_clear(&e->done);
	buf_str(&e->done, buf_view(&next));
}

static void magic_links_step(struct magic_walk *e)
{
	size_t len = strcspn(e->rest.p, "/");
	autofree char *seg = mem_strndup(e->rest.p, len);
	autofree char *rest = mem_strdup(e->rest.p + len +
					 (e->rest.p[len] == '/'));

	buf_clear(&e->rest);
	buf_c(&e->rest, rest);
	if (!strcmp(seg, "..")) {
		struct str up = path_dir(buf_view(&e->done));

		buf_cut(&e->done, up.len > 1 ? up.len : 0);
	} else if (*seg && strcmp(seg, ".") != 0) {
		magic_links_enter_segment(e, str_c(seg));
	}
}

void magic_links_walk(struct tracer *t, struct task *k, struct buf *path,
		      bool last)
{
	struct str base = path_base(buf_view(path));
	autofree char *name = mem_strndup(base.p, base.len);
	struct magic_walk e = { .t = t, .k = k };

	buf_c(&e.done, "");
	buf_str(&e.rest, last ? buf_view(path) : path_dir(buf_view(path)));
	for (unsigned i = 0; i < STEPS_MAX && e.rest.len; i++)
		magic_links_step(&e);
	buf_clear(path);
	buf_str(path, buf_view(&e.done));
	if (e.rest.len) {
		emit_words(t, k, EV_EVASION, 0, "path of more than %d segments",
			   STEPS_MAX);
		buf_ch(path, '/');
		buf_str(path, buf_view(&e.rest));
	}
	if (!last || !path->len)
		buf_ch(path, '/');
	if (!last)
		buf_c(path, name);
	buf_free(&e.done);
	buf_free(&e.rest);
}
