/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the writable layers; their names and contents are hostile. */
#include "core/run/layers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/run/run.h"
#include "core/sandbox/sandbox.h"

#define ENTRIES_MAX 500000
#define DEPTH_MAX 128

struct scan {
	struct tracer *tracer;
	struct heartbeat *heartbeat;
	const struct sandbox_layer *layer;
	int tree;
	const struct timespec *start;
	unsigned entries;
	struct buf path;	/* of the entry at hand, in the sandbox */
};

int layers_open(int scratch, int tree, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	autofd int upper = openat(scratch, "up/tree",
				  O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = (int)syscall(SYS_openat2, upper, path, &how, sizeof(how));

	if (fd >= 0 || errno != ENOENT)
		return fd;
	return (int)syscall(SYS_openat2, tree, path, &how, sizeof(how));
}

static bool changed_since(const struct stat *st, const struct timespec *t)
{
	/* The kernel's stamps are as coarse as its tick: 10 ms at worst. */
	long long then = (long long)t->tv_sec * 1000 + t->tv_nsec / 1000000;
	long long now = (long long)st->st_ctim.tv_sec * 1000 +
			st->st_ctim.tv_nsec / 1000000;

	return now + 10 >= then;
}

/* overlayfs.rst: a removed name is a character device with number 0:0. */
static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

/* What the lower layer has at the path at hand; false: nothing. */
static bool lower_stat(const struct scan *s, struct stat *st)
{
	const char *rest = s->path.p + strlen(s->layer->mount);

	if (!s->layer->overlay)
		return false;
	if (strcmp(s->layer->mount, PLAN_TREE) != 0)
		return !lstat(s->path.p, st);
	return *rest ? !fstatat(s->tree, rest + 1, st, AT_SYMLINK_NOFOLLOW) :
		       !fstat(s->tree, st);
}

static bool has_program_content(int dir, const char *name)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
			       O_CLOEXEC);
	char head[4] = "";
	ssize_t n = fd < 0 ? 0 : pread(fd, head, sizeof(head), 0);

	return (n == 4 && !memcmp(head, "\177ELF", 4)) ||
	       (n >= 2 && !memcmp(head, "#!", 2));
}

static bool lower_is_program(const struct scan *s, const struct stat *lower)
{
	const char *rest = s->path.p + strlen(s->layer->mount);

	if (lower->st_mode & 0111)
		return true;
	if (strcmp(s->layer->mount, PLAN_TREE) != 0)
		return has_program_content(AT_FDCWD, s->path.p);
	return *rest && has_program_content(s->tree, rest + 1);
}

static void check_program(struct scan *s, int dir, const char *name,
			  const struct stat *st)
{
	struct stat lower;

	if (!(st->st_mode & 0111) && !has_program_content(dir, name))
		return;
	if (lower_stat(s, &lower) && lower_is_program(s, &lower))
		return;
	tracer_emit_untraced(s->tracer, EV_FILE_EXECUTABLE, buf_view(&s->path),
			     st->st_mode & 0111 ? "has an execute bit" :
					     "has the content of a program");
}

static void check_traced(struct scan *s, const struct stat *st)
{
	enum event_kind kind = EV_FILE_CREATE;
	struct stat lower;
	bool below = lower_stat(s, &lower);

	if (sandbox_owns_path(buf_view(&s->path)) ||
	    tracer_path_changed(s->tracer, buf_view(&s->path)))
		return;
	/* A directory is copied up when something in it changes. */
	if (S_ISDIR(st->st_mode) && below)
		return;
	if (s->layer->overlay && is_whiteout(st))
		kind = EV_FILE_DELETE;
	else if (below)
		kind = EV_FILE_WRITE;
	tracer_emit_untraced(s->tracer, kind, buf_view(&s->path), UNTRACED);
}

static void scan_dir(struct scan *s, int dir, unsigned depth);

static void scan_entry(struct scan *s, int dir, const char *name,
		       unsigned depth)
{
	struct stat st;
	int sub;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	if (changed_since(&st, s->start)) {
		check_traced(s, &st);
		if (S_ISREG(st.st_mode))
			check_program(s, dir, name, &st);
	}
	if (!S_ISDIR(st.st_mode))
		return;
	/* The program is gone; what it closed to itself we may open. */
	if ((st.st_mode & 0500) != 0500 &&
	    fchmodat(dir, name, st.st_mode | 0700, 0))
		return;
	sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		     O_CLOEXEC);
	if (sub >= 0 && depth < DEPTH_MAX)
		scan_dir(s, sub, depth + 1);
	else if (sub >= 0)
		close(sub);
	if (sub >= 0 && depth >= DEPTH_MAX)
		tracer_add_blind_spot(s->tracer, "directories were left that "
				      "are deeper than the comparison with "
				      "the trace reads");
}

/* Takes over dir. */
static void scan_dir(struct scan *s, int dir, unsigned depth)
{
	DIR *d = fdopendir(dir);
	size_t len = s->path.len;
	struct dirent *e;

	if (!d) {
		close(dir);
		return;
	}
	while (s->entries < ENTRIES_MAX && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		s->entries++;
		heartbeat_beat(s->heartbeat);
		buf_ch(&s->path, '/');
		buf_c(&s->path, e->d_name);
		scan_entry(s, dirfd(d), e->d_name, depth);
		buf_cut(&s->path, len);
	}
	closedir(d);
}

void layers_scan(int scratch, int tree, const struct timespec *start,
		 struct tracer *tracer, struct heartbeat *heartbeat)
{
	struct scan s = {
		.tracer =
			tracer, .heartbeat =
				heartbeat, .tree = tree, .start = start,
	};
	const struct sandbox_layer *layers;
	size_t n;

	layers = sandbox_layers(&n);
	for (size_t i = 0; i < n; i++) {
		int dir = openat(scratch, layers[i].dir, O_RDONLY |
				 O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (dir < 0)
			continue;
		s.layer = &layers[i];
		buf_clear(&s.path);
		buf_c(&s.path, layers[i].mount);
		scan_dir(&s, dir, 0);
	}
	if (s.entries >= ENTRIES_MAX)
		tracer_add_blind_spot(tracer, "more files were left than the "
				      "comparison with the trace reads");
	buf_free(&s.path);
}
