/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of some names, by edit distance. */
#include "cmd/near.h"

#include <string.h>

#define LONGEST 31		/* no name of ours is longer */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein with exchanged neighbours. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t d[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= na; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		for (size_t j = 1; j <= nb; j++) {
			size_t change = a[i - 1] != b[j - 1];

			d[i][j] = least(d[i - 1][j - 1] + change,
					least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[na][nb];
}

void near_try(struct near *n, const char *name)
{
	size_t nw = strlen(n->word), nn = strlen(name), far;

	if (nw < 2 || nw > LONGEST || nn > LONGEST)
		return;
	far = nw < nn && !strncmp(n->word, name, nw) ? 1 :
	      distance(n->word, nw, name, nn);
	if (far > (nw + 2) / 3 || (n->best && far >= n->distance))
		return;
	n->best = name;
	n->distance = far;
}
