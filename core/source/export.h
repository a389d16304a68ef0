/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a tree below one directory descriptor.  Both kinds of revision are
 * written through these few functions, and they alone create anything:
 *
 *	out_begin
 *	    out_enter ... out_leave	nested, one open descriptor a level
 *	    out_file out_link out_submodule
 *	out_end				owner and time of the root, the digest
 *	out_release			after a failure too
 *
 * Every name is one segment, created exclusively below a descriptor that was
 * opened without following links; so nothing that stands in a repository can
 * lead out.  out_enter() and out_put*() return 1, 0 when the entry was skipped
 * and counted, -1 on error.
 */
#ifndef SOURCE_EXPORT_H
#define SOURCE_EXPORT_H

#include <time.h>

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/source/git.h"
#include "core/source/source.h"

/* One line of the manifest that the digest is made of. */
struct out_item {
	struct str path;
	unsigned mode;		/* as git writes it: 0100644, 0040000 ... */
	git_oid id;		/* zero for a folder */
};

struct out {
	const struct export_options *opt;
	struct tree_info info;
	uint64_t entries;
	struct timespec times[2];
	mode_t umask;		/* the caller's, until out_release() */
	struct {
		int fd;
		size_t len;	/* of path, up to and with the slash */
	} dirs[MAX_DEPTH + 1];
	size_t depth;		/* dirs[0] is the caller's, never closed */
	struct buf path;	/* the open folder: "", "a/", "a/b/" */
	struct buf shown;	/* out_path()'s answer */
	VEC(struct out_item) items;
	struct arena names;
};

void out_begin(struct out *o, int dirfd, const struct export_options *opt,
	       int64_t mtime);
int out_enter(struct out *o, struct str name, struct err *err);
int out_leave(struct out *o, struct err *err);
int out_file(struct out *o, struct str name, bool executable, struct str data,
	     const git_oid *id, struct err *err);
int out_link(struct out *o, struct str name, struct str target,
	     const git_oid *id, struct err *err);
int out_submodule(struct out *o, struct str name, struct err *err);
int out_end(struct out *o, struct err *err);
void out_release(struct out *o);

/* Count an entry that cannot be exported. */
void out_skip(struct out *o, struct str name);

/* Count an entry of so many bytes; an error when a limit is passed. */
int out_reserve(struct out *o, struct str name, uint64_t bytes,
		struct err *err);

/* Path of an entry of the open folder, for messages; valid until the next. */
const char *out_path(struct out *o, struct str name);

/*
 * Can this name stand in an exported tree?  Not "", ".", "..", nothing with a
 * slash or NUL, and not ".git", whatever its case and with any of the code
 * points in it that HFS+ ignores (git refuses these too, CVE-2014-9390).
 */
bool out_name_ok(struct str name);

#endif
