/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean ...?": the nearest of some names, when one is near enough. */
#ifndef CMD_NEAR_H
#define CMD_NEAR_H

#include <stddef.h>

struct near {
	const char *word;	/* what the user wrote */
	const char *best;	/* NULL: nothing is near */
	size_t distance;
};

#define NEAR_INIT(word) { (word), NULL, 0 }

/*
 * Consider a name.  Near are one mistake (a letter wrong, missing, added, or
 * two exchanged) for every three letters, and any name that word begins.
 */
void near_try(struct near *n, const char *name);

#endif
