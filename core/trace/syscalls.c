/* SPDX-License-Identifier: Apache-2.0 */
/* System calls by name and number, and their descriptors. */
#include "core/trace/syscalls.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/trace/decoders.h"
#include "core/trace/filter.h"
#include "core/trace/trace.h"

/*
 * Calls are named, and libseccomp or numbers.def knows their numbers: a name
 * that this architecture does not have resolves to a negative number.
 */
static const struct { const char *name; int nr; } numbers[] = {
#define NUMBER(name, nr) { #name, nr },
#include "core/trace/numbers.def"
#undef NUMBER
};

static const struct syscall_desc descs[] = {
#define CALL(name, shape, ints, enter, leave) \
	{ #name, shape, ints, enter, leave },
#include "core/trace/syscalls.def"
};

int syscall_number(const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);

	for (size_t i = 0; nr == __NR_SCMP_ERROR && i < ARRAY_LEN(numbers); i++)
		if (!strcmp(numbers[i].name, name))
			nr = numbers[i].nr;
	return nr;
}

/* NULL: it has no name. */
static char *syscall_find_name(int nr)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

	for (size_t i = 0; !name && i < ARRAY_LEN(numbers); i++)
		if (numbers[i].nr == nr)
			name = mem_strdup(numbers[i].name);
	return name;
}

void syscalls_begin(struct syscalls *s)
{
	for (size_t i = 0; i < ARRAY_LEN(descs); i++) {
		int nr = syscall_number(descs[i].name);

		if (nr >= 0 && nr < CALLS_MAX)
			s->descs[nr] = &descs[i];
	}
}

static enum syscall_class syscall_class_of(const char *name)
{
	bool always;

	if (filter_passes(name, &always))
		return always && !filter_stops_large(name) ?
		       SYSCALL_UNRECORDED : SYSCALL_CONDITIONAL;
	for (size_t i = 0; i < ARRAY_LEN(descs); i++)
		if (!strcmp(descs[i].name, name))
			return SYSCALL_MODELLED;
	return SYSCALL_RECORDED;
}

const char *syscall_class_name(enum syscall_class c)
{
	static const char *const names[] = {
		"modelled", "unrecorded", "conditional", "recorded",
	};

	return names[c];
}

const char *syscall_name(int nr, char *buf, size_t size)
{
	autofree char *name = syscall_find_name(nr);

	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "syscall_%d", nr);
	return buf;
}

bool syscall_by_number(int nr, char name[64], enum syscall_class *class)
{
	autofree char *got = syscall_find_name(nr);

	if (!got)
		return false;
	snprintf(name, 64, "%s", got);
	*class = syscall_class_of(got);
	return true;
}
