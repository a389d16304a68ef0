/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is run: steps with their commands, in an order, from `.behavdiff` or
 * detected in the tree.
 */
#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/config/config.h"

enum ready_kind {
	READY_AFTER,		/* ms after its start */
	READY_LISTEN,		/* a process of the step listens on a socket */
	READY_OUTPUT,		/* text appeared on its stdout or stderr */
	READY_FILE,		/* path exists; relative to the tree */
	READY_EXIT		/* the command ended with status 0 */
};

struct step {
	struct str name;
	char **argv;		/* NULL-terminated, at least argv[0] */
	struct str dir;		/* below the tree, "" for its root */
	struct str stdin_path;	/* below the tree, "" for /dev/null */
	char **env;		/* NULL-terminated NAME=VALUE of its own */
	size_t *after;		/* indexes of steps that must be ready */
	size_t n_after;
	enum ready_kind ready;
	struct str ready_text;	/* OUTPUT's text, FILE's path */
	uint64_t ready_ms;	/* AFTER */
};

struct scenario {
	struct arena arena;
	struct str name;	/* "default" unless chosen */
	struct step *steps;	/* in an order that respects `after` */
	size_t n;
	bool detected;
	/*
	 * "main entry: client.py, detected automatically", or "" when
	 * configured.
	 */
	struct str how;
};

/*
 * Steps from cfg when it has any, else by looking at the tree (treefd, only
 * read).  No entry point at all is ERR_INCONCLUSIVE with a hint how to name
 * one.  Cycles in `after`, unknown step names, a dir or stdin outside the tree
 * and commands that need a shell are ERR_TROUBLE with file and line.
 */
int scenario_make(struct scenario *out, const struct config *cfg, int treefd,
		  struct err *err);
void scenario_free(struct scenario *s);

/*
 * Split a command into words: blanks, 'single', "double" quotes and backslash
 * as in sh(1); no expansion.  An unquoted | & ; < > ( ) $ ` * ? [ # or ~ is an
 * error that says to write sh -c '...'.  Words live in arena.
 */
int scenario_split(char ***argv, struct arena *arena, struct str command,
		   struct err *err);

/* Digest of what the configuration asks for ("detected" when nothing). */
void scenario_digest(const struct config *cfg, char out[33]);

#endif
