/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. */
#include "core/base/path.h"

#include <string.h>

/* Take the next segment off *rest; false when there is none left. */
static bool path_next_segment(struct str *seg, struct str *rest)
{
	if (!rest->p)
		return false;

	const char *slash = rest->len ? memchr(rest->p, '/', rest->len) : NULL;

	*seg = (struct str){ rest->p, rest->len };
	if (!slash) {
		*rest = STR_NULL;
		return true;
	}
	seg->len = (size_t)(slash - rest->p);
	*rest = str_sub(*rest, seg->len + 1);
	return true;
}

/* Drop the last segment of what stands in out from start on. */
static void drop_segment(struct buf *out, size_t start)
{
	size_t len = out->len;

	while (len > start && out->p[len - 1] != '/')
		len--;
	buf_cut(out, len > start ? len - 1 : start);
}

static void path_add_segments(struct buf *out, size_t start, struct str path)
{
	struct str seg;

	while (path_next_segment(&seg, &path)) {
		if (!seg.len || str_eq(seg, STR(".")))
			continue;
		if (str_eq(seg, STR(".."))) {
			drop_segment(out, start);
			continue;
		}
		buf_ch(out, '/');
		buf_str(out, seg);
	}
}

void path_join(struct buf *out, struct str base, struct str rel)
{
	size_t start = out->len;

	if (!str_starts(rel, STR("/")))
		path_add_segments(out, start, base);
	path_add_segments(out, start, rel);
	if (out->len == start)
		buf_ch(out, '/');
}

static struct str strip_slashes(struct str path)
{
	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	return path;
}

static size_t last_segment(struct str path)
{
	size_t at = path.len;

	while (at && path.p[at - 1] != '/')
		at--;
	return at;
}

struct str path_base(struct str path)
{
	path = strip_slashes(path);
	if (str_eq(path, STR("/")))
		return path;
	return path.len ? str_sub(path, last_segment(path)) : path;
}

struct str path_dir(struct str path)
{
	path = strip_slashes(path);
	if (str_eq(path, STR("/")))
		return path;

	size_t at = last_segment(path);

	return strip_slashes((struct str){ path.p, at });
}

bool path_below(struct str path, struct str dir)
{
	if (str_eq(dir, STR("/")))
		return str_starts(path, dir);
	return dir.len && str_starts(path, dir) &&
	       (path.len == dir.len || path.p[dir.len] == '/');
}

bool path_is_contained(struct str rel)
{
	struct str seg;

	if (!rel.len || memchr(rel.p, '\0', rel.len))
		return false;
	while (path_next_segment(&seg, &rel))
		if (!seg.len || str_eq(seg, STR(".")) ||
		    str_eq(seg, STR("..")))
			return false;
	return true;
}
