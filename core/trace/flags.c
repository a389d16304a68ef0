/* SPDX-License-Identifier: Apache-2.0 */
/* Bits as names. */
#include "core/trace/flags.h"

#include <linux/sched.h>
#include <stdio.h>

#define FLAG(name) { (uint64_t)name, #name }

const struct flag clone_flags[] = {
	FLAG(CLONE_NEWUSER), FLAG(CLONE_NEWNS), FLAG(CLONE_NEWPID),
	FLAG(CLONE_NEWNET), FLAG(CLONE_NEWIPC), FLAG(CLONE_NEWUTS),
	FLAG(CLONE_NEWCGROUP), FLAG(CLONE_NEWTIME), FLAG(CLONE_UNTRACED),
	{ 0, NULL },
};

void flags_text(char *out, size_t size, const struct flag *table,
		uint64_t bits)
{
	size_t used = 0;

	out[0] = '\0';
	for (; table->name && used < size; table++) {
		if (!(bits & table->bit))
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 used ? "|" : "", table->name);
		bits &= ~table->bit;
	}
	if ((bits || !used) && used < size)
		snprintf(out + used, size - used, "%s%#llx", used ? "|" : "",
			 (unsigned long long)bits);
}
