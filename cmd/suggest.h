/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean ...?": the nearest of some names, when one is near enough. */
#ifndef CMD_SUGGEST_H
#define CMD_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char *word;	/* what the user wrote */
	const char *best;	/* NULL: nothing is near */
	size_t distance;
};

#define SUGGEST_INIT(word) { (word), NULL, 0 }

/*
 * Consider a name.  Near are one mistake (a letter wrong, missing, added, or
 * two exchanged) for every three letters, and any name that word begins.
 */
void suggest_try(struct suggest *n, const char *name);

#endif
