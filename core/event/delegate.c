/* SPDX-License-Identifier: Apache-2.0 */
/* delegates.def as a table. */
#include "core/event/delegate.h"

#include "core/base/vec.h"

bool delegate_is(struct str name)
{
	static const char *const names[] = {
#define DELEGATE(name) name,
#include "core/event/delegates.def"
#undef DELEGATE
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_c(names[i])))
			return true;
	return false;
}
