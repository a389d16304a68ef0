/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of some names, by edit distance. */
#include "cmd/suggest.h"

#include <string.h>

#include "core/base/edit_distance.h"

#define LONGEST 31		/* no name of ours is longer */

void suggest_try(struct suggest *n, const char *name)
{
	size_t nw = strlen(n->word), nn = strlen(name), far;

	if (nw < 2 || nw > LONGEST || nn > LONGEST)
		return;
	far = nw < nn && !strncmp(n->word, name, nw) ? 1 :
	      edit_distance(str_c(n->word), str_c(name));
	if (far > (nw + 2) / 3 || (n->best && far >= n->distance))
		return;
	n->best = name;
	n->distance = far;
}
