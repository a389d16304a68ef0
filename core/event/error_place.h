/* SPDX-License-Identifier: Apache-2.0 */
/* A file and a line that a line of output speaks of. */
#ifndef EVENT_ERROR_PLACE_H
#define EVENT_ERROR_PLACE_H

#include "core/event/error_line.h"

struct error_place {
	struct str file;	/* below the tree, in the arena */
	unsigned line;
	bool foreign;		/* of a dependency that lies in the tree */
	size_t from, to;	/* the bytes of the text that say so */
};

/*
 * The first place in text that is a file of the tree.  Known are FILE:LINE,
 * FILE:LINE:COLUMN, "FILE", line LINE; FILE line LINE; FILE on line LINE;
 * FILE: LINE:, FILE:line LINE, FILE(LINE,COLUMN), and Java's
 * package.Class.method(FILE:LINE).
 */
bool error_place_find(struct error_place *out, struct arena *arena,
		      struct str text, const struct error_tree *tree);

#endif
