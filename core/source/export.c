/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a tree below one directory descriptor, and naming it by a digest. */
#include "core/source/export.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/hash.h"
#include "core/base/text.h"

/* Is this one of the code points that HFS+ drops from a name? */
static bool is_ignorable(uint32_t cp)
{
	return (cp >= 0x200c && cp <= 0x200f) ||
	       (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x206a && cp <= 0x206f) || cp == 0xfeff;
}

static bool is_dotgit(struct str name)
{
	static const char dotgit[] = ".git";
	size_t got = 0;

	while (name.len) {
		uint32_t cp;
		size_t n = text_utf8(name, &cp);

		if (!n)
			return false;
		name = str_sub(name, n);
		if (is_ignorable(cp))
			continue;
		if (cp >= 'A' && cp <= 'Z')
			cp += 'a' - 'A';
		if (got == 4 || cp != (unsigned char)dotgit[got])
			return false;
		got++;
	}
	return got == 4;
}

bool out_name_ok(struct str name)
{
	if (!name.len || str_eq(name, STR(".")) || str_eq(name, STR("..")))
		return false;
	if (memchr(name.p, '/', name.len) || memchr(name.p, '\0', name.len))
		return false;
	return !is_dotgit(name);
}

const char *out_path(struct out *o, struct str name)
{
	buf_clear(&o->shown);
	buf_str(&o->shown, buf_view(&o->path));
	buf_str(&o->shown, name);
	return o->shown.p;
}

/* Keep a path for the report: escaped, cut between characters. */
static void keep_path(char *dst, size_t size, struct str path)
{
	autobuf struct buf safe = BUF_INIT;

	text_escape(&safe, path);

	size_t len = safe.len < size ? safe.len : size - 1;

	while (len && len < safe.len && (safe.p[len] & 0xc0) == 0x80)
		len--;
	memcpy(dst, safe.p, len);
	dst[len] = '\0';
}

void out_skip(struct out *o, struct str name)
{
	struct tree_info *info = &o->info;

	if (!info->skipped++)
		keep_path(info->first_skipped, sizeof(info->first_skipped),
			  str_c(out_path(o, name)));
}

int out_reserve(struct out *o, struct str name, uint64_t bytes,
		struct err *err)
{
	uint64_t max = o->opt->max_entries;

	o->entries++;
	if (max && o->entries > max)
		return err_set(err, ERR_TROUBLE, "'%s': the tree has more than "
			       "%" PRIu64 " entries", out_path(o, name), max);
	max = o->opt->max_bytes;
	if (max && (bytes > max || o->info.bytes > max - bytes))
		return err_set(err, ERR_TROUBLE, "'%s': the tree holds more "
			       "than %" PRIu64 " bytes", out_path(o, name),
			       max);
	return 0;
}

static int not_written(struct out *o, struct str name, struct err *err)
{
	err_sys(err, "cannot write '%s' in the exported tree",
		out_path(o, name));
	if (err && (err->sys == ENOSPC || err->sys == EDQUOT))
		err_hint(err, "make room where trees are exported");
	return -1;
}

/*
 * An entry could not be created.  Names too long for this file system and
 * second entries of one name (only a forged tree has them) are skipped; what
 * stood there first stays.
 */
static int not_created(struct out *o, struct str name, struct err *err)
{
	if (errno == EEXIST || errno == ENAMETOOLONG) {
		out_skip(o, name);
		return 0;
	}
	return not_written(o, name, err);
}

static void add_item(struct out *o, struct str name, unsigned mode,
		     const git_oid *id)
{
	struct str path = str_c(out_path(o, name));
	struct out_item *item = vec_push(&o->items);

	path.len = o->shown.len;
	*item = (struct out_item){ .path = arena_str(&o->names, path),
				   .mode = mode };
	if (id)
		item->id = *id;
}

/*
 * Time before owner: once the entry is another account's, only CAP_FOWNER
 * could still set its time.
 */
static int seal_fd(struct out *o, int fd)
{
	if (futimens(fd, o->times))
		return -1;
	return o->opt->chown ? fchown(fd, o->opt->uid, o->opt->gid) : 0;
}

static int seal_link(struct out *o, int dirfd, const char *name)
{
	if (utimensat(dirfd, name, o->times, AT_SYMLINK_NOFOLLOW))
		return -1;
	return o->opt->chown ? fchownat(dirfd, name, o->opt->uid, o->opt->gid,
					AT_SYMLINK_NOFOLLOW) : 0;
}

void out_begin(struct out *o, int dirfd, const struct export_options *opt,
	       int64_t mtime)
{
	/* What is made has its mode from the start: no call for that alone. */
	*o = (struct out){ .opt = opt, .umask = umask(022) };
	o->times[0].tv_sec = o->times[1].tv_sec = (time_t)mtime;
	o->dirs[0].fd = dirfd;
	buf_c(&o->path, "");
}

static int export_enter(struct out *o, struct str name, struct err *err)
{
	if (o->depth == MAX_DEPTH)
		return err_set(err, ERR_TROUBLE, "'%s': folders are nested "
			       "deeper than %d", out_path(o, name), MAX_DEPTH);
	if (!out_name_ok(name)) {
		out_skip(o, name);
		return 0;
	}

	int at = o->dirs[o->depth].fd;
	const char *path = out_path(o, name) + o->path.len;

	if (mkdirat(at, path, 0755))
		return not_created(o, name, err);

	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			O_CLOEXEC);

	if (fd < 0)
		return not_written(o, name, err);
	add_item(o, name, S_IFDIR, NULL);
	buf_str(&o->path, name);
	buf_ch(&o->path, '/');
	o->depth++;
	o->dirs[o->depth].fd = fd;
	o->dirs[o->depth].len = o->path.len;
	return 1;
}

int out_enter(struct out *o, struct str name, struct err *err)
{
	if (out_reserve(o, name, 0, err))
		return -1;

	int rc = export_enter(o, name, err);

	if (rc > 0)
		o->info.dirs++;
	return rc;
}

/* A folder gets its time last: what is put into it changes it. */
int out_leave(struct out *o, struct err *err)
{
	autofd int fd = o->dirs[o->depth].fd;

	o->depth--;

	int rc = seal_fd(o, fd);

	if (rc)
		not_written(o, STR(""), err);
	buf_cut(&o->path, o->dirs[o->depth].len);
	return rc;
}

int out_submodule(struct out *o, struct str name, struct err *err)
{
	if (out_reserve(o, name, 0, err))
		return -1;

	int rc = export_enter(o, name, err);

	if (rc <= 0)
		return rc;
	if (!o->info.submodules++)
		keep_path(o->info.first_submodule,
			  sizeof(o->info.first_submodule),
			  (struct str){ o->path.p, o->path.len - 1 });
	return out_leave(o, err) ? -1 : 1;
}

/* Create, fill, date and hand over one file. */
static int export_write_file(struct out *o, int fd, struct str data)
{
	autofd int owned = fd;

	if (fd_write_all(fd, data.p, data.len) || seal_fd(o, fd))
		return -1;
	/* Some file systems report a full disk only now. */
	return close(fd_steal(&owned));
}

int out_file(struct out *o, struct str name, bool executable, struct str data,
	     const git_oid *id, struct err *err)
{
	if (!out_name_ok(name)) {
		out_skip(o, name);
		return 0;
	}

	const char *path = out_path(o, name) + o->path.len;
	mode_t mode = executable ? 0755 : 0644;
	int fd = openat(o->dirs[o->depth].fd, path, O_WRONLY | O_CREAT |
			O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return not_created(o, name, err);
	if (export_write_file(o, fd, data))
		return not_written(o, name, err);
	add_item(o, name, S_IFREG | mode, id);
	o->info.files++;
	o->info.pointers += checkout_is_lfs_pointer(data);
	o->info.bytes += data.len;
	return 1;
}

int out_link(struct out *o, struct str name, struct str target,
	     const git_oid *id, struct err *err)
{
	/* The kernel has no empty link and would end this one at a NUL. */
	if (!out_name_ok(name) || !target.len || target.len >= PATH_MAX ||
	    memchr(target.p, '\0', target.len)) {
		out_skip(o, name);
		return 0;
	}

	autofree char *to = mem_strndup(target.p, target.len);
	const char *path = out_path(o, name) + o->path.len;
	int at = o->dirs[o->depth].fd;

	if (symlinkat(to, at, path))
		return not_created(o, name, err);
	if (seal_link(o, at, path))
		return not_written(o, name, err);
	add_item(o, name, S_IFLNK, id);
	o->info.links++;
	return 1;
}

static int by_path(const void *a, const void *b)
{
	const struct out_item *x = a;
	const struct out_item *y = b;

	return str_cmp(x->path, y->path);
}

/* "MODE ID ", by hand: printf() would be a fiftieth of an export. */
static void add_head(struct buf *list, const struct out_item *item)
{
	char head[6 + 1 + GIT_OID_HEXSZ + 1];
	unsigned mode = item->mode;

	for (size_t i = 6; i-- > 0; mode >>= 3)
		head[i] = (char)('0' + (mode & 7));
	head[6] = ' ';
	git_oid_fmt(head + 7, &item->id);
	head[sizeof(head) - 1] = ' ';
	buf_add(list, head, sizeof(head));
}

/*
 * "MODE ID PATH\0" in bytewise order of the paths, hashed as git hashes a
 * blob and cut to the length of our digests.  Contents enter by their git
 * ids, so a commit and a clean work tree of it have one digest.  Results are
 * looked up by this digest, and the author of a tree would profit from two
 * that share one; so it is git's collision-detecting hash and not XXH3.
 */
static int make_digest(struct out *o, struct err *err)
{
	autobuf struct buf list = BUF_INIT;
	char hex[GIT_OID_HEXSZ + 1];
	git_oid id;

	if (o->items.n)
		qsort(o->items.v, o->items.n, sizeof(*o->items.v), by_path);
	buf_c(&list, "");
	for (size_t i = 0; i < o->items.n; i++) {
		const struct out_item *item = &o->items.v[i];

		add_head(&list, item);
		buf_add(&list, item->path.p, item->path.len + 1);
	}
	if (git_odb_hash(&id, list.p, list.len, GIT_OBJECT_BLOB))
		return git_fail(err, "cannot hash the tree's listing");
	git_oid_tostr(hex, HASH_HEX_LEN + 1, &id);
	memcpy(o->info.digest, hex, HASH_HEX_LEN + 1);
	return 0;
}

int out_end(struct out *o, struct err *err)
{
	if (seal_fd(o, o->dirs[0].fd))
		return err_sys(err, "cannot set owner and time of the "
			       "exported tree");
	return make_digest(o, err);
}

void out_release(struct out *o)
{
	umask(o->umask);
	while (o->depth)
		close(o->dirs[o->depth--].fd);
	buf_free(&o->path);
	buf_free(&o->shown);
	vec_free(&o->items);
	arena_free(&o->names);
}
