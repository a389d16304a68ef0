/* SPDX-License-Identifier: Apache-2.0 */
/* What the sandbox bounds: the words of `limit` facts (limits.def). */
#ifndef EVENT_LIMIT_H
#define EVENT_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

enum limit_id {
#define LIMIT(id, word, key, goes_on, bound, remedy) LIMIT_##id,
#include "core/event/limits.def"
#undef LIMIT
	LIMIT_COUNT
};

struct limit {
	const char *word;
	const char *key;	/* of [sandbox]; NULL: it cannot be set */
	bool goes_on;
	const char *bound, *remedy;
};

const struct limit *limit_of(enum limit_id id);
/* The one that the object of a `limit` fact begins with, or NULL. */
const struct limit *limit_find(struct str object);
/*
 * Was the program refused something, and went on?  Of a `limit` fact's object
 * and errno.
 */
bool limit_is_met(struct str object, int err);

#endif
