/* SPDX-License-Identifier: Apache-2.0 */
/* One run: sandbox, tracer and builder introduced to each other. */
#ifndef RUN_CAPTURE_H
#define RUN_CAPTURE_H

#include <linux/filter.h>

#include "core/base/err.h"
#include "core/fingerprint/fingerprint.h"
#include "core/run/pulse.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/staging.h"
#include "core/scenario/scenario.h"

struct capture {
	const struct plan *plan;
	const struct scenario *scenario;
	const struct staging *staging;
	const struct sock_fprog *filter;
	const int *binds;	/* see struct sandbox_options */
	const char *bind_root;
	const char *tree_name;
	int tree;		/* the exported tree, a directory */
	unsigned pids;		/* drawn: where process ids begin */
	struct pulse *pulse;	/* for another process to read, or NULL */
};

/*
 * Run the scenario once and seal what was seen.  number is the run's, from 0;
 * the caller is a process of its own with no other child: the tracer collects
 * every one.
 */
int capture_run(struct fingerprint **out, const struct capture *c,
		unsigned number, struct err *err);

#endif
