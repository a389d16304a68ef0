/* SPDX-License-Identifier: Apache-2.0 */
/* limits.def as a table. */
#include "core/event/limit.h"

#include <assert.h>
#include <string.h>

static const struct limit limits[] = {
#define LIMIT(id, word, key, goes_on, bound, remedy) \
	{ word, key, goes_on, bound, remedy },
#include "core/event/limits.def"
#undef LIMIT
};

const struct limit *limit_of(enum limit_id id)
{
	assert(id < LIMIT_COUNT);
	return &limits[id];
}

const struct limit *limit_find(struct str object)
{
	const char *end = object.len ? memchr(object.p, ' ', object.len) : NULL;

	if (end)
		object.len = (size_t)(end - object.p);
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		if (str_eq(object, str_c(limits[i].word)))
			return &limits[i];
	return NULL;
}

bool limit_is_met(struct str object, int err)
{
	const struct limit *l = limit_find(object);

	return l && (err || l->goes_on);
}
