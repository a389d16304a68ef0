/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders of the work tree that every run sees (sandbox.bind): opened once,
 * and named by digests of what they hold, so that a result is looked up by
 * them too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/run/session.h"

/* A folder that holds more has no digest, and its results are not kept. */
#define BIND_BYTES_MAX (4ULL << 30)
#define BIND_ENTRIES_MAX 1000000

/*
 * sandbox.bind names folders of the work tree, which may be the change's own:
 * a link in it must not show the host, so none is followed, and what was
 * opened here is what is mounted.
 */
static int find_bind(struct session *s, int top, const char *name,
		     struct err *err)
{
	int fd = fd_open_beneath(top, name, O_PATH | O_DIRECTORY);

	if (fd >= 0) {
		s->binds[s->n_binds++] = fd;
		return 0;
	}
	if (errno == ENOTDIR)
		return err_set(err, ERR_TROUBLE, "sandbox.bind %s: not a "
			       "folder", name);
	if (errno == ELOOP || errno == EXDEV)
		return err_set(err, ERR_TROUBLE, "sandbox.bind %s: there is a "
			       "symbolic link on the way; it must be a folder "
			       "of the work tree itself", name);
	return err_sys(err, "sandbox.bind %s", name);
}

int binds_open(struct session *s, struct err *err)
{
	const char *workdir = s->repo ? repo_workdir(s->repo) : NULL;
	char *const *names = plan_list(session_plan(s), "bind");
	autofd int top = -1;
	size_t n = 0;

	while (names[n])
		n++;
	if (!n || s->binds)
		return 0;
	if (!workdir)
		return err_set(err, ERR_TROUBLE, "sandbox.bind %s: the "
			       "repository has no work tree",
			       names[0]);
	top = open(workdir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return err_sys(err, "%s", workdir);
	s->binds = mem_array(n, sizeof(*s->binds));
	for (size_t i = 0; i < n; i++)
		if (find_bind(s, top, names[i], err)) {
			binds_close(s);
			return -1;
		}
	return 0;
}

static bool is_empty(int fd)
{
	DIR *dir = fdopendir(dup(fd));
	const struct dirent *e = NULL;
	size_t n = 0;

	while (dir && n < 3 && (e = readdir(dir)))
		n++;
	if (dir)
		closedir(dir);
	return dir && n < 3;	/* "." and ".." */
}

/* Each side's own files must run, not those of the work tree in their place. */
int binds_check(const struct session *s, const struct side *side,
		struct err *err)
{
	for (size_t i = 0; i < s->n_binds; i++) {
		const char *name = plan_list(&s->plan, "bind")[i];
		autofd int fd = fd_open_beneath(side->tree, name,
						O_RDONLY | O_DIRECTORY);

		if ((fd < 0 && errno == ENOENT) || (fd >= 0 && is_empty(fd)))
			continue;
		err_set(err, ERR_TROUBLE, "sandbox.bind %s: %s has files or "
			"links of its own there, and the work tree's would be "
			"run in their place", name, side->rev.spec);
		return err_hint(err, "bind only what git ignores");
	}
	return 0;
}

/* --- what they hold --- */

static void binds_look_at(struct session *s, size_t i)
{
	const struct folder_limits limits = {
		BIND_BYTES_MAX, BIND_ENTRIES_MAX,
	};
	char digest[HASH_HEX_LEN + 1];
	autofd int fd = openat(s->binds[i], ".", O_RDONLY | O_DIRECTORY |
			       O_CLOEXEC);

	if (fd < 0 || folder_digest(digest, fd, &limits, NULL))
		*digest = '\0';
	s->bound[i] = (struct bound){
		str_c(plan_list(&s->plan, "bind")[i]),
		arena_str(&s->arena, str_c(digest)),
	};
}

/* One name for all of them; "" when one has none. */
static void make_key(struct session *s)
{
	struct hash_state *h = hash_begin();
	bool known = s->n_binds > 0;

	for (size_t i = 0; i < s->n_binds; i++) {
		hash_field(h, s->bound[i].path);
		hash_field(h, s->bound[i].digest);
		known &= s->bound[i].digest.len > 0;
	}
	hash_end(h, s->bound_key);
	if (!known)
		s->bound_key[0] = '\0';
}

bool binds_known(struct session *s)
{
	if (!plan_list(session_plan(s), "bind")[0])
		return true;
	/* What is wrong with a folder is said when a side is run. */
	if (!s->bound && !binds_open(s, NULL)) {
		s->bound = mem_array(s->n_binds, sizeof(*s->bound));
		for (size_t i = 0; i < s->n_binds; i++)
			binds_look_at(s, i);
		make_key(s);
	}
	return s->bound_key[0];
}

void binds_recheck(struct session *s)
{
	char was[sizeof(s->bound_key)];

	if (!s->bound || !s->bound_key[0])
		return;
	memcpy(was, s->bound_key, sizeof(was));
	for (size_t i = 0; i < s->n_binds; i++)
		binds_look_at(s, i);
	make_key(s);
	if (strcmp(was, s->bound_key) != 0)
		s->bound_key[0] = '\0';
}

void binds_describe(const struct session *s, struct fingerprint *fp)
{
	if (!s->bound)
		return;
	fp->n_bound = s->n_binds;
	fp->bound = arena_alloc(&fp->arena, fp->n_bound * sizeof(*fp->bound));
	for (size_t i = 0; i < s->n_binds; i++) {
		autobuf struct buf path = BUF_INIT;

		text_escape(&path, s->bound[i].path);
		fp->bound[i] = (struct bound){
			arena_str(&fp->arena, buf_view(&path)),
			arena_str(&fp->arena, s->bound[i].digest),
		};
	}
}

void binds_close(struct session *s)
{
	for (size_t i = 0; i < s->n_binds; i++)
		close(s->binds[i]);
	free(s->binds);
	free(s->bound);
	s->binds = NULL;
	s->bound = NULL;
	s->n_binds = 0;
}
