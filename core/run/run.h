/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revision in, fingerprint out: the only module that knows source, scenario,
 * sandbox, trace and fingerprint at once.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/config/config.h"
#include "core/fingerprint/fingerprint.h"

/* The note of a fact that no traced call accounts for. */
#define UNTRACED "in the writable layer without a traced call"

struct run_options {
	const char *dir;	/* where the repository is looked for */
	const char *config_file;	/* instead of the trusted side's */
	const char *scenario;	/* NULL: "default" */
	unsigned runs;		/* 0: as configured */
	unsigned max_runs;	/* with those that disagreement calls for */
	uint64_t timeout_ms;	/* 0: as configured */
	unsigned jobs;		/* runs side by side; 0: one per CPU */
	bool progress;		/* a progress line on standard error */
};

/* One command's work: the revisions, the one plan, the fingerprints. */
struct session;

int session_open(struct session **out, const struct run_options *opt,
		 struct err *err);
/* Kills what runs, gives back every mount and descriptor. */
void session_free(struct session *s);

/*
 * Name the next side (OLD, then NEW): a revision is resolved, a FILE.json read
 * as a fingerprint.  The configuration comes from the first side that is a
 * revision.
 */
int session_add(struct session *s, const char *spec, struct err *err);

/*
 * Trace every side that is no file, all runs under one plan, the sides
 * interleaved.  ERR_INCONCLUSIVE when a program has no entry point.
 */
int session_capture(struct session *s, struct err *err);

const struct fingerprint *session_fingerprint(const struct session *s,
					      size_t side);
const char *session_from(const struct session *s, size_t side);
const struct config *session_config(const struct session *s);
const char *session_config_name(const struct session *s);

#endif
