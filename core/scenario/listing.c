/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a folder with hostile contents. */
#include "core/scenario/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"

#define NAMES_MAX 10000
#define OPENED_MAX 512

static int listing_by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int too_many(struct err *err)
{
	err_set(err, ERR_INCONCLUSIVE, "more than %d names in the folder: no "
		"entry point is looked for", NAMES_MAX);
	return err_hint(err, "name it in .behavdiff: [step \"main\"] "
			"command = ...");
}

static int listing_read_names(struct listing *l, DIR *dir, struct err *err)
{
	size_t cap = 0;

	for (;;) {
		errno = 0;

		const struct dirent *de = readdir(dir);

		if (!de && errno)
			return err_sys(err, "cannot read the tree's folder");
		if (!de)
			break;
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		if (l->n == NAMES_MAX)
			return too_many(err);
		if (l->n == cap) {
			cap = cap ? cap * 2 : 64;
			l->names = mem_grow(l->names, cap, sizeof(*l->names));
		}
		l->names[l->n++] = arena_str(&l->arena, str_c(de->d_name));
	}
	if (l->n)
		qsort(l->names, l->n, sizeof(*l->names), listing_by_bytes);
	return 0;
}

int listing_open(struct listing *out, int dirfd, const char *path,
		 struct err *err)
{
	struct listing l = LISTING_INIT;

	l.fd = openat(dirfd, path,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (l.fd < 0)
		return err_sys(err, "cannot open the tree's folder \"%s\"",
			       path);

	/* fdopendir() takes its descriptor away. */
	int copy = fcntl(l.fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	if (!dir) {
		err_sys(err, "cannot read the tree's folder \"%s\"", path);
		if (copy >= 0)
			close(copy);
		listing_close(&l);
		return -1;
	}

	int rc = listing_read_names(&l, dir, err);

	closedir(dir);
	if (rc) {
		listing_close(&l);
		return -1;
	}
	*out = l;
	return 0;
}

void listing_close(struct listing *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->names);
	arena_free(&l->arena);
	*l = (struct listing)LISTING_INIT;
}

static bool listing_is_wanted(int fd, enum listing_want want)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       (want != LISTING_PROGRAM || (st.st_mode & S_IXUSR));
}

/* Not fd_read_all(): of a larger file the beginning is what we want. */
static bool read_beginning(int fd, struct buf *out)
{
	char chunk[16384];

	while (out->len < LISTING_FILE_MAX) {
		size_t room = LISTING_FILE_MAX - out->len;
		ssize_t n = read(fd, chunk,
				 room < sizeof(chunk) ? room : sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (!n)
			break;
		buf_add(out, chunk, (size_t)n);
	}
	return true;
}

bool listing_read(struct listing *l, struct str name, enum listing_want want,
		  struct buf *out)
{
	if (l->opened == OPENED_MAX) {
		l->exhausted = true;
		return false;
	}
	l->opened++;

	/* O_NONBLOCK: a FIFO must not hold us. */
	autofd int fd = openat(l->fd, name.p, O_RDONLY | O_NOFOLLOW |
			       O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	buf_clear(out);
	return fd >= 0 && listing_is_wanted(fd, want) &&
	       read_beginning(fd, out);
}
