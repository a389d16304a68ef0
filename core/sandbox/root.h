/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the root of the sandbox consists of.  Pure: mounts.c makes it.
 *
 * One tmpfs, the scratch, holds everything that can be written, so that one
 * size bounds it all.  It hides the staging mount in pid 1's own mount
 * namespace:
 *
 *   ROOT_DIR       becomes the root, read-only but for what is mounted on it
 *   ROOT_UPPER/X   upper layer of X, or the private directory X itself
 *   ROOT_WORK/X    overlayfs's work directory of X
 */
#ifndef SANDBOX_ROOT_H
#define SANDBOX_ROOT_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/sandbox/identity.h"
#include "core/sandbox/staging.h"

#define ROOT_SCRATCH STAGING_MOUNT
#define ROOT_DIR ROOT_SCRATCH "/root"
#define ROOT_UPPER ROOT_SCRATCH "/up"
#define ROOT_WORK ROOT_SCRATCH "/wd"

struct root_dir {
	const char *path;	/* from the root, private ones with a slash */
	mode_t mode;
	const char *layer;	/* of a private one: below ROOT_UPPER */
};

/* Where the names that the sandbox bears stand in the texts of its files. */
#define ROOT_HOST "@host@"
#define ROOT_MACHINE_ID "@machine-id@"

struct root_file {
	const char *name, *text;
};

/* Directories of the host that show through, each below a private layer. */
const char *const *root_system_dirs(size_t *n);
/* Directories of our own that can be written. */
const struct root_dir *root_private_dirs(size_t *n);
/* Plain directories of the read-only root, parents first. */
const struct root_dir *root_plain_dirs(size_t *n);
/* Files of our own in /etc. */
const struct root_file *root_identity(size_t *n);
/* Append the text of one of them, with these names. */
void root_file_text(struct buf *out, const struct root_file *file,
		    const struct identity *names);

/*
 * Flags for mount(2) that say what statvfs(3) found: what the host set cannot
 * be taken away in a user namespace.
 */
unsigned long root_kept_flags(unsigned long found);
/*
 * Of the upper layer's root.  The overlay's root takes owner and mode from it,
 * and its owner is the only id there is: outside of the tree nothing is made
 * directly in it, as for any ordinary user.
 */
mode_t root_layer_mode(const char *layer);
/*
 * The options of an overlay whose upper layer is in the scratch; -1 when they
 * do not fit.
 */
int root_overlay_options(char *out, size_t size, const char *lower,
			 const char *layer);

#endif
