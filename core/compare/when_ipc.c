/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of rules.def about shared memory, semaphores and queues. */
#include "core/compare/when_ipc.h"

#include <string.h>

#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/compare/internal.h"

/* "shmget(key 0x4d2)", "msgget(ftok 0x41)"; not "semget(private, 0666)". */
bool when_ipc_key(const struct fact *f)
{
	const size_t name = strlen("shmget");
	struct str rest = str_sub(f->object, f->object.len < name ?
						     f->object.len : name);

	return str_starts(rest, STR("(key ")) ||
	       str_starts(rest, STR("(ftok "));
}

/* "shmctl(IPC_SET, 0666)", "semget(private, 0640)". */
bool when_ipc_others(const struct fact *f)
{
	static const char *const calls[] = {
		"*get(private, *)", "*get(private, create, *)",
		"*ctl(IPC_SET, *)",
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (path_glob(str_c(calls[i]), f->object))
			return !str_ends(f->object, STR("00)"));
	return false;
}
