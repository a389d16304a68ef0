/* SPDX-License-Identifier: Apache-2.0 */
/* Optimal string alignment: the usual table, its last three rows kept. */
#include "core/base/edit_distance.h"

#include <stdint.h>

static size_t edit_distance_least(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

size_t edit_distance(struct str a, struct str b)
{
	size_t rows[3][EDIT_DISTANCE_MAX + 1];

	if (a.len > EDIT_DISTANCE_MAX || b.len > EDIT_DISTANCE_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		const size_t *before = rows[(i + 1) % 3];
		const size_t *last = rows[(i - 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = a.p[i - 1] != b.p[j - 1];

			row[j] = edit_distance_least(row[j - 1] + 1,
						     last[j] + 1,
						     last[j - 1] + change);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] &&
			    before[j - 2] < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[a.len % 3][b.len];
}
