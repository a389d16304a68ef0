/* SPDX-License-Identifier: Apache-2.0 */
/* The host, as far as a traced program can notice it. */
#include "core/run/environment.h"

#include <dirent.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/base/vec.h"

#define LIST_MAX ((size_t)64 << 20)

/* What package managers and the linker say is there. */
static const char *const lists[] = {
	"/etc/os-release",
	"/etc/ld.so.cache",
	"/var/lib/dpkg/status",
	"/lib/apk/db/installed",
};

/* Names and sizes: for what no database lists, or one in a binary form. */
static const char *const folders[] = {
	"/usr/local/bin", "/usr/local/lib", "/usr/bin", "/bin",
	"/var/lib/rpm", "/var/lib/pacman/local",
};

static void add_list(struct hash_state *h, const char *path)
{
	autobuf struct buf text = BUF_INIT;

	hash_field(h, str_c(path));
	if (!fd_read_file(AT_FDCWD, path, &text, LIST_MAX, NULL))
		hash_field(h, buf_view(&text));
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int bytewise(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* "name size" of each file, ended by NUL. */
static void list_folder(struct buf *out, int dir)
{
	struct dirent **names = NULL;
	int n = scandirat(dir, ".", &names, visible, bytewise);
	struct stat st;

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		buf_c(out, name);
		if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
		    !S_ISDIR(st.st_mode))
			buf_printf(out, " %" PRIu64, (uint64_t)st.st_size);
		buf_ch(out, '\0');
		free(names[i]);
	}
	free(names);
}

/* On a merged-usr host two of the folders are one, which is read once. */
struct listing {
	struct stat st;
	struct buf lines;
};

static const struct listing *listing_of(struct listing *all, size_t *n,
					const char *path)
{
	autofd int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct listing *to = &all[*n];

	if (dir < 0 || fstat(dir, &to->st))
		return NULL;
	for (size_t i = 0; i < *n; i++)
		if (all[i].st.st_dev == to->st.st_dev &&
		    all[i].st.st_ino == to->st.st_ino)
			return &all[i];
	list_folder(&to->lines, dir);
	(*n)++;
	return to;
}

static void add_folders(struct hash_state *h)
{
	struct listing all[ARRAY_LEN(folders)] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const struct listing *is = listing_of(all, &n, folders[i]);

		hash_field(h, str_c(folders[i]));
		for (size_t at = 0; is && at < is->lines.len;) {
			struct str line = str_c(is->lines.p + at);

			hash_field(h, line);
			at += line.len + 1;
		}
	}
	while (n)
		buf_free(&all[--n].lines);
}

/* PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" */
static struct str system_name(struct arena *a)
{
	autobuf struct buf text = BUF_INIT;
	autobuf struct buf safe = BUF_INIT;
	const char *key = "PRETTY_NAME=", *at;
	size_t len;

	if (fd_read_file(AT_FDCWD, "/etc/os-release", &text, 1 << 16, NULL) ||
	    !text.len)
		return STR("");
	at = strstr(text.p, key);
	if (!at)
		return STR("");
	at += strlen(key);
	at += *at == '"';
	len = strcspn(at, "\"\n");
	text_sanitise(&safe, (struct str){ at, len < 200 ? len : 200 });
	return arena_str(a, buf_view(&safe));
}

static struct str environment_text_of(struct arena *a, const char *prefix,
				      const char *s)
{
	autobuf struct buf safe = BUF_INIT;

	buf_c(&safe, prefix);
	text_sanitise(&safe, str_c(s));
	return arena_str(a, buf_view(&safe));
}

void environment_read(struct environment *out, struct arena *a)
{
	struct hash_state *h = hash_begin();
	char root[HASH_HEX_LEN + 1];
	struct utsname name;

	*out = (struct environment){
		.kernel = STR(""), .machine = STR(""), .libc = STR(""),
		.system = system_name(a),
	};
	if (!uname(&name)) {
		out->kernel = environment_text_of(a, "", name.release);
		out->machine = environment_text_of(a, "", name.machine);
	}
#ifdef __GLIBC__
	out->libc = environment_text_of(a, "glibc ", gnu_get_libc_version());
#endif
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		add_list(h, lists[i]);
	add_folders(h);
	hash_end(h, root);
	out->root = arena_str(a, str_c(root));
}
