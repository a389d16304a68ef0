/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file and a line that a line of output speaks of.  Every number is looked
 * at, and what stands in front of it: whether that is a file of the tree
 * decides, not how it is written.
 */
#include "core/event/error_place.h"

#include <string.h>

#include "core/base/ascii.h"
#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/vec.h"

#define PATH_LEN_MAX 512
#define LINE_DIGITS_MAX 8

/* --- is it a file of the tree? --- */

static const char *const foreign[] = {
	"node_modules/", "site-packages/", "dist-packages/", "vendor/",
	".venv/", "venv/", "third_party/",
};

static bool is_foreign(struct str rel)
{
	for (size_t i = 0; i < rel.len; i++)
		for (size_t k = 0; k < ARRAY_LEN(foreign); k++)
			if ((!i || rel.p[i - 1] == '/') &&
			    str_starts(str_sub(rel, i), str_c(foreign[k])))
				return true;
	return false;
}

static bool error_place_take(struct error_place *out, struct arena *arena,
			     struct str rel, const struct error_tree *tree)
{
	if (!rel.len || rel.len > PATH_LEN_MAX || !path_is_contained(rel) ||
	    memchr(rel.p, '\0', rel.len))
		return false;

	struct str file = arena_str(arena, rel);

	if (!tree->has(tree->ctx, file))
		return false;
	out->file = file;
	out->foreign = is_foreign(file);
	return true;
}

/* "a/b/File.java" of "at a.b.Class.method(File.java:3)". */
static bool take_java(struct error_place *out, struct arena *arena,
		      struct str before, struct str file,
		      const struct error_tree *tree)
{
	static const char *const roots[] = {
		"", "src/", "src/main/java/", "src/main/kotlin/",
		"src/main/scala/", "app/src/main/java/",
	};
	autobuf struct buf package = BUF_INIT;
	size_t end = before.len, from, dots = 0;

	for (from = end; from && end - from < PATH_LEN_MAX &&
	     before.p[from - 1] != ' ' &&
	     before.p[from - 1] != '\t' && before.p[from - 1] != '/'; from--)
		;
	while (end > from && dots < 2)
		dots += before.p[--end] == '.';
	for (size_t i = from; i < end && dots == 2; i++)
		buf_ch(&package, before.p[i] == '.' ? '/' : before.p[i]);
	if (package.len)
		buf_ch(&package, '/');
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		autobuf struct buf path = BUF_INIT;

		buf_c(&path, roots[i]);
		buf_str(&path, buf_view(&package));
		buf_str(&path, file);
		if (error_place_take(out, arena, buf_view(&path), tree))
			return true;
	}
	return false;
}

static bool take_relative(struct error_place *out, struct arena *arena,
			  struct str path, const struct error_tree *tree)
{
	autobuf struct buf below = BUF_INIT;

	if (tree->dir.len) {
		buf_str(&below, tree->dir);
		buf_ch(&below, '/');
		buf_str(&below, path);
		if (error_place_take(out, arena, buf_view(&below), tree))
			return true;
	}
	return error_place_take(out, arena, path, tree);
}

static bool take_path(struct error_place *out, struct arena *arena,
		      struct str path, const struct error_tree *tree)
{
	if (str_starts(path, STR("file://")))
		path = str_sub(path, 7);
	while (str_starts(path, STR("./")))
		path = str_sub(path, 2);
	if (!path.len || path.p[0] != '/')
		return take_relative(out, arena, path, tree);
	if (!path_below(path, tree->path) || path.len <= tree->path.len + 1)
		return false;
	return error_place_take(out, arena, str_sub(path, tree->path.len + 1),
				tree);
}

/* --- what stands in front of a number --- */

static bool ends_path(char c)
{
	return strchr(" \t\"'`()<>[]{}=,;", c);
}

/* The path that ends before at: quoted, or a word. */
static size_t path_start(struct str s, size_t at)
{
	size_t i = at;

	while (i && at - i < PATH_LEN_MAX && !ends_path(s.p[i - 1]) &&
	       !(s.p[i - 1] == ':' && i < at && s.p[i] != '/'))
		i--;
	return i;
}

static bool cut_end(struct str s, size_t *end, const char *tail)
{
	struct str front = { s.p, *end };

	if (!str_ends(front, str_c(tail)))
		return false;
	*end -= strlen(tail);
	return true;
}

/* Where the path in front of the number at ends; false: there is none. */
static bool path_end(struct str s, size_t at, size_t digits_end, size_t *end)
{
	char next = digits_end < s.len ? s.p[digits_end] : '\0';

	*end = at;
	if (cut_end(s, end, "line ")) {
		if (cut_end(s, end, "\", ") || cut_end(s, end, " on ") ||
		    cut_end(s, end, ": ") || cut_end(s, end, ":") ||
		    cut_end(s, end, " "))
			return true;
		return false;
	}
	if (cut_end(s, end, ": "))
		return next == ':';
	if (cut_end(s, end, ":"))
		return true;
	return (next == ',' || next == ')') && cut_end(s, end, "(");
}

/* Behind the number: a column, and what closes it. */
static size_t place_end(struct str s, size_t i)
{
	while (i < s.len && s.p[i] == ':' && i + 1 < s.len &&
	       ascii_is_digit(s.p[i + 1]))
		for (i++; i < s.len && ascii_is_digit(s.p[i]); i++)
			;
	return i;
}

static bool place_at(struct error_place *out, struct arena *arena,
		     struct str s, size_t at, size_t digits_end,
		     const struct error_tree *tree)
{
	size_t end, from;
	struct str path;

	if (!path_end(s, at, digits_end, &end))
		return false;
	from = path_start(s, end);
	path = (struct str){ s.p + from, end - from };
	if (!(from && s.p[from - 1] == '(' &&
	      take_java(out, arena, (struct str){ s.p, from - 1 }, path,
			tree)) &&
	    !take_path(out, arena, path, tree))
		return false;
	out->from = from;
	out->to = place_end(s, digits_end);
	return true;
}

bool error_place_find(struct error_place *out, struct arena *arena,
		      struct str text, const struct error_tree *tree)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t end = i;
		unsigned line = 0;

		if (!ascii_is_digit(text.p[i]) ||
		    (i && ascii_is_digit(text.p[i - 1])))
			continue;
		for (; end < text.len && ascii_is_digit(text.p[end]) &&
		     end - i < LINE_DIGITS_MAX; end++)
			line = line * 10 + (unsigned)(text.p[end] - '0');
		if (!line || !place_at(out, arena, text, i, end, tree))
			continue;
		out->line = line;
		return true;
	}
	return false;
}
