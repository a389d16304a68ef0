/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: every setting of the sandbox, built once and hashed, the same
 * value for every run of a command.  It knows no revision.
 */
#ifndef SANDBOX_PLAN_H
#define SANDBOX_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/config/config.h"
#include "core/scenario/scenario.h"

#define PLAN_USER CONFIG_USER
#define PLAN_UID 1000
#define PLAN_HOME CONFIG_HOME
#define PLAN_TREE CONFIG_TREE
#define PLAN_HOST "workstation"
#define PLAN_PATH "/usr/local/bin:/usr/bin:/bin"
#define PLAN_RESOLVER "127.0.0.53"
#define PLAN_OUTPUT_MAX (1U << 20)

struct plan {
	struct arena arena;
	uint64_t timeout_ms;
	uint64_t memory;	/* bytes */
	uint64_t files;		/* bytes */
	unsigned processes;
	unsigned descriptors;
	bool all_calls;		/* ambient ones are told as well */
	char **env;		/* NULL-terminated NAME=VALUE, complete */
	char **binds;		/* NULL-terminated, relative to the work tree */
	char **addresses;	/* NULL-terminated numeric addresses */
	struct str json;	/* one object, what the digest is made of */
	char digest[33];
};

struct plan_overrides {
	uint64_t timeout_ms;	/* 0: as configured */
	const char *syscalls;	/* "notable", "all"; NULL: as configured */
};

/*
 * trace_version names the version of what is observed (tracer tables, fact
 * format): fingerprints of different versions are not comparable either.
 */
void plan_make(struct plan *out, const struct config *cfg,
	       const struct plan_overrides *over, const char *trace_version);
void plan_free(struct plan *p);

#endif
