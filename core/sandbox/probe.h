/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this host allows: each need of the plan is tried in a child of its own,
 * and every "no" comes with its remedy.
 */
#ifndef SANDBOX_PROBE_H
#define SANDBOX_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sandbox/plan.h"

struct probe_result {
	bool ok;
	char detail[200];	/* "6.1.0", "unshare(CLONE_NEWUSER): EPERM" */
	char remedy[512];	/* what to do when it is not ok */
};

struct probe {
	const char *name, *help;
	bool needed;
	void (*run)(struct probe_result *out, const struct plan *plan);
};

const struct probe *probe_table(size_t *n);

#endif
