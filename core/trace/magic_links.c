/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of /proc mean the task that follows them, and no walk of ours can
 * follow them for it.  Where such a link lies on the way, even behind another
 * link, the directory of a path is walked segment by segment.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/trace/tracer.h"

/*
 * As many links as the kernel follows; of the 80,000 segments that these may
 * have, as many as cost milliseconds.
 */
#define LINKS_MAX 40
#define STEPS_MAX 1000

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
 * "/proc/PID/...": what is a link there and is not untangled belongs to a
 * process that the task may not look into, and leads nowhere for it.
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
