/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that calls changed, to be held against the writable layers. */
#ifndef TRACE_CHANGED_PATHS_H
#define TRACE_CHANGED_PATHS_H

#include <stdint.h>

#include "core/base/strmap.h"

struct tracer;

struct changed_paths {
	struct strmap hashes;	/* of the paths */
	uint64_t changes;	/* of names and modes, ever */
};

void changed_paths_free(struct changed_paths *c);

void changed_paths_add(struct tracer *t, struct str path);
/* All that is below it has changed too: a renamed directory. */
void changed_paths_add_tree(struct tracer *t, struct str path);

#endif
