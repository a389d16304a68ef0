/* SPDX-License-Identifier: Apache-2.0 */
/* What the sandbox refuses by what it consists of. */
#include "core/compare/when_refused.h"

#include <errno.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/compare/internal.h"
#include "core/event/delegate.h"

/* --- mounts --- */

/*
 * The tree, the home and the temporary directories are mounts of their own
 * here, and commonly one file system elsewhere.  Shared memory is another one
 * everywhere; in the system's directories a user may make no names anyway.  A
 * directory of the tree's lower layer cannot be renamed either: overlayfs says
 * EXDEV (overlayfs.rst, "Directories").
 */
static bool when_is_on_the_disk(struct str path)
{
	enum zone zone = zone_of(path);

	return zone == ZONE_TREE || zone == ZONE_HOME ||
	       (zone == ZONE_TEMP && !path_below(path, STR("/dev/shm")));
}

bool when_refused_mount(const struct fact *f)
{
	struct str a, b;

	return f->err == EXDEV && event_shape(f->kind) == SHAPE_PATH_PATH &&
	       object_split_arrow(f->object, &a, &b) &&
	       when_is_on_the_disk(a) &&
	       when_is_on_the_disk(b);
}

/* Whatever else is mounted read-only, a user may not change elsewhere. */
bool when_refused_bind(const struct fact *f)
{
	struct str a = f->object, b;

	if (event_shape(f->kind) == SHAPE_PATH_PATH &&
	    object_split_arrow(f->object, &a, &b) &&
	    zone_of(b) == ZONE_TREE)
		return f->err == EROFS;
	return f->err == EROFS && zone_of(a) == ZONE_TREE;
}

/* --- devices, and other parts of a machine --- */

static bool when_is_missing(const struct fact *f, const char *const globs[],
			    size_t n)
{
	if (f->err != ENOENT && f->err != ENOTDIR)
		return false;
	for (size_t i = 0; i < n; i++)
		if (path_glob(str_c(globs[i]), f->object))
			return true;
	return false;
}

bool when_refused_device(const struct fact *f)
{
	static const char *const devices[] = {
#define DEVICE(glob) glob,
#include "core/compare/devices.def"
#undef DEVICE
	};

	/* A device that is there may be looked at: the watch is refused. */
	if (f->kind == EV_FILE_PROBE && f->err == EACCES &&
	    path_below(f->object, STR("/dev")))
		return true;
	return when_is_missing(f, devices, ARRAY_LEN(devices));
}

bool when_refused_host(const struct fact *f)
{
	static const char *const parts[] = {
#define HOST_PART(glob) glob,
#include "core/compare/host_parts.def"
#undef HOST_PART
	};

	return when_is_missing(f, parts, ARRAY_LEN(parts));
}

/*
 * The C library asks here only where it is set up so (nss-resolve(8)), and then
 * goes on to ask DNS.  A program that does not go on has said no name yet.
 */
bool when_refused_resolved(const struct fact *f)
{
	return (f->err == ENOENT || f->err == ECONNREFUSED) &&
	       path_glob(STR("unix /run/systemd/resolve/io.systemd.*"),
			 f->object);
}

/* --- calls --- */

bool when_refused_call(const struct fact *f)
{
	static const struct {
		enum event_kind kind;
		const char *glob;
		int err;
	} rows[] = {
#define REFUSED(kind, glob, err) { EV_##kind, glob, err },
#include "core/compare/refused.def"
#undef REFUSED
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (f->kind == rows[i].kind && f->err == rows[i].err &&
		    path_glob(str_c(rows[i].glob), f->object))
			return true;
	return false;
}

/* --- programs --- */

/* What stands in front of a command in a shell's text, blanks apart. */
static bool when_begins_command(char c)
{
	return c && strchr(";|&(`{'\"", c);
}

static size_t when_word_length(struct str s)
{
	size_t len = 0;

	while (len < s.len && !strchr(" ;|&()`'\"$\\", s.p[len]))
		len++;
	return len;
}

static bool when_is_shell(struct str name)
{
	static const char *const shells[] = {
		"sh", "dash", "bash", "zsh", "ksh", "mksh", "busybox", "fish",
	};

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (str_eq(name, str_c(shells[i])))
			return true;
	return false;
}

/* " sh -c 'sudo -n true'": every word that stands where commands do. */
static bool when_text_delegates(struct str args)
{
	bool text = false, command = false;

	for (size_t at = 0; at < args.len;) {
		struct str word = str_sub(args, at);

		word.len = when_word_length(word);
		if (text && command && delegate_is(path_base(word)))
			return true;
		if (word.len) {
			command = !text && str_eq(word, STR("-c"));
			text |= command;
			at += word.len;
		} else {
			command |= when_begins_command(args.p[at]);
			at++;
		}
	}
	return false;
}

bool when_refused_delegate(const struct fact *f)
{
	struct str rest = f->object;
	struct str name = path_base(object_cut_word(&rest));

	return delegate_is(name) ||
	       (when_is_shell(name) && when_text_delegates(rest));
}
