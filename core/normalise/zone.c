/* SPDX-License-Identifier: Apache-2.0 */
/* Zones: what a path belongs to. */
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/normalise/normalise.h"

static const struct {
	struct str path;
	enum zone zone;
} zones[] = {
#define ZONE(id, path) { { path, sizeof(path) - 1 }, ZONE_##id },
#include "core/normalise/normalise.def"
};

enum zone zone_of(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (path_below(path, zones[i].path))
			return zones[i].zone;
	return ZONE_OTHER;
}
