/* SPDX-License-Identifier: Apache-2.0 */
/* How a detected file is started. */
#ifndef SCENARIO_DETECT_RUN_H
#define SCENARIO_DETECT_RUN_H

#include "core/base/arena.h"
#include "core/base/str.h"

enum detect_runner {
	RUNNER_PYTHON,
	RUNNER_SHELL,		/* bash when its #! line says so */
	RUNNER_NODE,
	RUNNER_PACKAGE,		/* package.json */
	RUNNER_PERL,
	RUNNER_RUBY,
	RUNNER_PHP,
	RUNNER_GO,		/* go.mod beside main.go */
	RUNNER_MAKE,		/* a Makefile with a target "run" */
	RUNNER_PROGRAM		/* executes itself */
};

/*
 * The command that starts the file of this name and content in dirfd, in
 * arena; NULL when it cannot be started.  Interpreters are named without a
 * path: the sandbox's PATH decides.
 */
char **detect_run_argv(enum detect_runner runner, struct str name,
		       struct str content, int dirfd, struct arena *arena);

#endif
