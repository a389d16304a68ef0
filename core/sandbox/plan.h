/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: every setting of the sandbox, built once and hashed, the same
 * value for every run of a command.  It knows no revision.  The settings are
 * the rows of core/config/keys.def that say so; a row is all that a new one
 * needs to be in the digest, and plan_num() and the others find its value.
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
#include "core/sandbox/identity.h"
#include "core/scenario/scenario.h"

#define PLAN_USER CONFIG_USER
#define PLAN_UID 1000
#define PLAN_HOME CONFIG_HOME
#define PLAN_TREE CONFIG_TREE
#define PLAN_PATH "/usr/local/bin:/usr/bin:/bin"
#define PLAN_RESOLVER "127.0.0.53"
#define PLAN_OUTPUT_MAX (1U << 20)

/* Of one key, as its type has it; the command line has had its say. */
struct plan_value {
	uint64_t num;		/* COUNT; SIZE in bytes; DURATION in ms */
	struct str text;	/* any other type that stands once */
	char **list;		/* MANY, NULL-terminated */
};

struct plan {
	struct arena arena;
	struct plan_value *values;	/* by config_keys(); of settings only */
	char **env;		/* NULL-terminated NAME=VALUE, complete */
	struct str json;	/* one object, what the digest is made of */
	char digest[33];
	struct identity identity;	/* no part of the digest */
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

/*
 * The value of a key that keys.def calls a SETTING, by its name: "memory".
 * Asking for another one is a programming error.
 */
uint64_t plan_num(const struct plan *p, const char *key);
struct str plan_str(const struct plan *p, const char *key);
char *const *plan_list(const struct plan *p, const char *key);
/* syscalls = all: unrecorded calls are recorded as well. */
bool plan_all_calls(const struct plan *p);

#endif
