/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A digest of what a folder holds, git or not: names, kinds, execute bits and
 * contents, as an export's (export.c), by git's collision-detecting hash: what
 * a result is looked up by must not be another folder's as well.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/hash.h"
#include "core/base/vec.h"
#include "core/source/git.h"

struct listing {
	const struct folder_limits *limits;
	uint64_t bytes;
	VEC(char *) lines;	/* "MODE ID PATH" */
	struct buf path;	/* the open folder: "", "a/" */
};

static void listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->lines.n; i++)
		free(l->lines.v[i]);
	vec_free(&l->lines);
	buf_free(&l->path);
}
#define autolisting __attribute__((cleanup(listing_free)))

static int folder_unreadable(const struct listing *l, const char *name,
			     struct err *err)
{
	return err_sys(err, "cannot read '%s%s'", l->path.p, name);
}

static int too_much(const struct listing *l, const char *name,
		    struct err *err)
{
	return err_set(err, ERR_TROUBLE, "'%s%s': there is more than is looked "
		       "at", l->path.p, name);
}

/* In pieces, by the descriptor: the name may be another file's by now. */
static int hash_file(git_oid *id, struct listing *l, int dir,
		     const char *name, struct err *err)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
			       O_NOCTTY | O_CLOEXEC);
	char path[64];
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return folder_unreadable(l, name, err);
	l->bytes += (uint64_t)st.st_size;
	if (l->bytes > l->limits->max_bytes)
		return too_much(l, name, err);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return git_odb_hashfile(id, path, GIT_OBJECT_BLOB) ?
		git_fail(err, "'%s%s'", l->path.p, name) : 0;
}

static int hash_link(git_oid *id, struct listing *l, int dir,
		     const char *name, struct err *err)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(dir, name, target, sizeof(target));

	if (len < 0)
		return folder_unreadable(l, name, err);
	return git_odb_hash(id, target, (size_t)len, GIT_OBJECT_BLOB) ?
		git_fail(err, "'%s%s'", l->path.p, name) : 0;
}

static int add_folder(struct listing *l, int dir, size_t depth,
		      struct err *err);

static int folder_enter(struct listing *l, int dir, const char *name,
			size_t depth, struct err *err)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_DIRECTORY |
			       O_NOFOLLOW | O_CLOEXEC);
	size_t len = l->path.len;
	int rc;

	if (fd < 0)
		return folder_unreadable(l, name, err);
	if (depth == MAX_DEPTH)
		return too_much(l, name, err);
	buf_printf(&l->path, "%s/", name);
	rc = add_folder(l, fd, depth + 1, err);
	buf_cut(&l->path, len);
	return rc;
}

static int folder_add_entry(struct listing *l, int dir, const char *name,
			    size_t depth, struct err *err)
{
	char hex[GIT_OID_HEXSZ + 1] = "-";
	struct stat st;
	git_oid id;
	int rc = 0;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return folder_unreadable(l, name, err);
	if (l->lines.n == l->limits->max_entries)
		return too_much(l, name, err);
	if (S_ISREG(st.st_mode))
		rc = hash_file(&id, l, dir, name, err);
	else if (S_ISLNK(st.st_mode))
		rc = hash_link(&id, l, dir, name, err);
	if (rc)
		return -1;
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		git_oid_tostr(hex, sizeof(hex), &id);
	*vec_push(&l->lines) = mem_printf("%o %s %s%s",
					  st.st_mode & (S_IFMT | 0111), hex,
					  l->path.p, name);
	return S_ISDIR(st.st_mode) ? folder_enter(l, dir, name, depth, err) : 0;
}

static int add_folder(struct listing *l, int dir, size_t depth,
		      struct err *err)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	int rc = 0;

	if (!d) {
		if (copy >= 0)
			close(copy);
		return folder_unreadable(l, "", err);
	}
	for (const struct dirent *e; !rc && (errno = 0, e = readdir(d));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = folder_add_entry(l, dir, e->d_name, depth, err);
	if (!rc && errno)
		rc = folder_unreadable(l, "", err);
	closedir(d);
	return rc;
}

static int folder_by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int folder_digest(char out[33], int dir, const struct folder_limits *limits,
		  struct err *err)
{
	autolisting struct listing l = {
		.limits = limits, .lines = { NULL, 0, 0 },
	};
	autobuf struct buf all = BUF_INIT;
	git_oid id;

	buf_c(&l.path, "");
	buf_c(&all, "");
	if (add_folder(&l, dir, 0, err))
		return -1;
	if (l.lines.n)
		qsort(l.lines.v, l.lines.n, sizeof(*l.lines.v),
		      folder_by_bytes);
	for (size_t i = 0; i < l.lines.n; i++)
		buf_add(&all, l.lines.v[i], strlen(l.lines.v[i]) + 1);
	if (git_odb_hash(&id, all.p, all.len, GIT_OBJECT_BLOB))
		return git_fail(err, "cannot hash a folder's listing");
	git_oid_tostr(out, HASH_HEX_LEN + 1, &id);
	return 0;
}
