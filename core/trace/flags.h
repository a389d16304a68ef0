/* SPDX-License-Identifier: Apache-2.0 */
/* Bits as names. */
#ifndef TRACE_FLAGS_H
#define TRACE_FLAGS_H

#include <stddef.h>
#include <stdint.h>

struct flag {
	uint64_t bit;
	const char *name;	/* NULL ends a table */
};

extern const struct flag clone_flags[];

/* Every flag that makes a namespace (namespaces(7)). */
#define CLONE_NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | \
			  CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
			  CLONE_NEWNET | CLONE_NEWTIME)

/* "CLONE_NEWUSER|CLONE_NEWNS"; unknown bits as "0x...", none as "0". */
void flags_text(char *out, size_t size, const struct flag *table,
		uint64_t bits);

#endif
