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
#include "core/baseline/baseline.h"
#include "core/config/config.h"
#include "core/fingerprint/fingerprint.h"
#include "core/run/cache.h"
#include "core/source/source.h"

/* The note of a fact that no traced call accounts for. */
#define UNTRACED "in the writable layer without a traced call"

struct run_options {
	const char *dir;	/* where the repository is looked for */
	const char *config_file;	/* instead of the trusted side's */
	const char *scenario;	/* NULL: "default" */
	/* What the second side alone is given, NAME=VALUE. */
	const char *const *env;
	size_t n_env;
	/* Steps that stand for one, of the first side and of the second. */
	const char *old_step, *new_step;
	unsigned runs;		/* 0: as configured */
	unsigned max_runs;	/* with those that disagreement calls for */
	uint64_t timeout_ms;	/* 0: as configured */
	const char *syscalls;	/* "notable", "all"; NULL: as configured */
	unsigned jobs;		/* runs side by side; 0: one per CPU */
	bool progress;		/* a progress line on standard error */
	bool no_cache;		/* neither read nor write the cache */
	bool apart;		/* two sides are not unified when captured */
};

/* One command's work: the revisions, the one plan, the fingerprints. */
struct session;
struct plan;

/* Nothing is run yet; what *opt points to must outlive the session. */
int session_open(struct session **out, const struct run_options *opt,
		 struct err *err);
/* Kills what runs, gives back every mount and descriptor. */
void session_free(struct session *s);

/*
 * Take the configuration from this revision, and not from the first side that
 * is one.  Before any session_add().
 */
int session_configure(struct session *s, const char *spec, struct err *err);

/*
 * Name the next side (OLD, then NEW, at most SESSION_SIDES): a revision is
 * resolved, a FILE.json read as a fingerprint or a baseline.  The
 * configuration comes from the first side that is a revision.
 */
#define SESSION_SIDES 3
int session_add(struct session *s, const char *spec, struct err *err);

/*
 * Trace every side that is neither a file nor in the cache, all runs under one
 * plan, the sides interleaved.  ERR_INCONCLUSIVE when a program has no entry
 * point.
 */
int session_run_all(struct session *s, struct err *err);

/*
 * Where no steps are configured: the revision whose entry points the first
 * side runs, and what a trusted file says was detected there, "" when there is
 * none.  Without it OLD's are run in NEW.
 */
int session_entry_reference(struct session *s, const char *spec,
			    struct str entry,
			    struct err *err);
/*
 * The files that the side's own tree would have had run in the place of those
 * that were, from the i-th on: the next i, or 0 when there is none.
 */
size_t session_moved(const struct session *s, size_t side, size_t i,
		     struct str *path);

/* The session's own, NULL before it is there. */
const struct fingerprint *session_fingerprint(const struct session *s,
					      size_t side);
/*
 * The first side, which is run apart, will be compared with this: where it
 * draws more names, further runs show whether that is chance.  It must outlive
 * session_run_all().
 */
void session_against(struct session *s, const struct fingerprint *old);
/* For facts that come from elsewhere than a trace; still the session's. */
struct fingerprint *session_own(struct session *s, size_t side);
/* "traced", "cache" or "file" */
const char *session_from(const struct session *s, size_t side);
/* What the side was read from, when that was a baseline; else NULL. */
const struct baseline *session_baseline(const struct session *s, size_t side);
const struct rev *session_rev(const struct session *s, size_t side);
const struct config *session_config(const struct session *s);
const char *session_config_name(const struct session *s);
/* Lines for the header: what else decided what was run.  Until the free. */
const struct str *session_notes(const struct session *s, size_t *n);
/* The repository; opened at the first need. */
int session_repo(struct repo **out, struct session *s, struct err *err);
/* The plan of every run of this session; after the configuration is known. */
const struct plan *session_plan(struct session *s);
const struct environment *session_environment(struct session *s);
/* NULL: there is none, or it is not wanted. */
struct cache *session_cache(struct session *s);

#endif
