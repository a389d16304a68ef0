/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ad-hoc runs: commands in a tree that is no revision, each run once through
 * the same pool, sandbox, tracer and builder as every other run.
 */
#ifndef RUN_ADHOC_RUNS_H
#define RUN_ADHOC_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/fingerprint/fingerprint.h"

/* An entry of the tree; what makes it a folder or a link is in its mode. */
struct adhoc_file {
	const char *path;	/* a folder stands before what is in it */
	mode_t mode;		/* S_IFREG | 0644, S_IFDIR | 0755, S_IFLNK */
	struct str data;	/* content, or the link's target (a C string) */
};

struct adhoc_run {
	const char *name;
	char **argv;		/* NULL-terminated; runs in the tree's root */
	struct fingerprint *result;	/* the caller frees */
};

struct adhoc_runs {
	const char *settings;	/* a configuration, for the plan; no steps */
	const struct adhoc_file *files;
	size_t n_files;
	struct adhoc_run *v;
	size_t n;
	unsigned jobs;		/* side by side; 0: one for each CPU */
	bool progress;
};

/* Each run in its own copy of the tree; all results, or none and -1. */
int adhoc_runs_execute(struct adhoc_runs *t, struct err *err);

#endif
