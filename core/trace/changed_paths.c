/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that calls changed. */
#include "core/trace/changed_paths.h"

#include <stdbool.h>

#include "core/base/hash.h"
#include "core/base/path.h"
#include "core/trace/tracer.h"

#define CHANGED_PATHS_MAX 200000

/*
 * By hash: the names are the program's, up to 4 KiB each.  all_below: a rename
 * of a directory moves all that is in it; a change of its mode changes nothing
 * below.
 */
static void changed_paths_put(struct tracer *t, struct str path,
			      bool all_below)
{
	uint64_t hash = hash_64(path);
	struct str key = { (const char *)&hash, sizeof(hash) };

	t->changed_paths.changes++;
	if (t->changed_paths.hashes.n < CHANGED_PATHS_MAX)
		strmap_put(&t->changed_paths.hashes, key)->val.num |= all_below;
	else
		blind_spots_add(&t->blind_spots, "more files were changed than "
				"can be held against the writable layers");
}

void changed_paths_add(struct tracer *t, struct str path)
{
	changed_paths_put(t, path, false);
}

void changed_paths_add_tree(struct tracer *t, struct str path)
{
	changed_paths_put(t, path, true);
}

bool tracer_path_changed(const struct tracer *t, struct str path)
{
	bool above = false;

	if (t->changed_paths.hashes.n >= CHANGED_PATHS_MAX)
		return true;
	for (; path.len > 1; path = path_dir(path), above = true) {
		uint64_t hash = hash_64(path);
		struct str key = { (const char *)&hash, sizeof(hash) };
		const struct strmap_entry *e =
			strmap_get(&t->changed_paths.hashes, key);

		if (e && (!above || e->val.num))
			return true;
	}
	return false;
}

void changed_paths_free(struct changed_paths *c)
{
	strmap_free(&c->hashes);
}
