/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text; nothing here asks the file system. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * Append base/rel made absolute and lexically normal: "." and empty segments
 * vanish, ".." removes one, never above "/".  An absolute rel ignores base.
 */
void path_join(struct buf *out, struct str base, struct str rel);

/*
 * The last segment; "/" for the root; the whole when there is no slash.
 * Slashes at the end do not count.
 */
struct str path_base(struct str path);

/* What stands before that, without the slash; "/" for "/x", "" for "x". */
struct str path_dir(struct str path);

/* Is path equal to dir or below it? Both normal. */
bool path_below(struct str path, struct str dir);

/*
 * Glob: `*` matches within a segment, `?` one byte that is no slash, a
 * `**` that is a segment of its own whole segments (also none: below a
 * directory it matches the directory too), `\` quotes.  Linear in the product
 * of the lengths for every pattern.
 */
bool path_glob(struct str pattern, struct str path);

/*
 * May this relative path be created inside a private directory: not empty,
 * not absolute, no "", "." or ".." segment, no NUL?
 */
bool path_is_contained(struct str rel);

#endif
