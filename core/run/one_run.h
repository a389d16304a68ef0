/* SPDX-License-Identifier: Apache-2.0 */
/* One run: sandbox, tracer and builder introduced to each other. */
#ifndef RUN_ONE_RUN_H
#define RUN_ONE_RUN_H

#include <linux/filter.h>

#include "core/base/err.h"
#include "core/fingerprint/fingerprint.h"
#include "core/run/heartbeat.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/staging.h"
#include "core/scenario/scenario.h"

struct one_run {
	const struct plan *plan;
	const struct scenario *scenario;
	const struct staging *staging;
	const struct sock_fprog *filter;
	const int *binds;	/* see struct sandbox_options */
	const char *bind_root;
	const char *tree_name;
	int tree;		/* the exported tree, a directory */
	unsigned pids;		/* drawn: where process ids begin */
	struct heartbeat *heartbeat;	/* another process reads it; or NULL */
};

/*
 * Run the scenario once and seal what was seen.  number is the run's, from 0;
 * the caller is a process of its own with no other child: the tracer collects
 * every one.
 */
int one_run_execute(struct fingerprint **out, const struct one_run *c,
		    unsigned number, struct err *err);

#endif
