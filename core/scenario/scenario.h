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
	READY_FILE,		/* path exists */
	/* The command ended as expected: `expect`, `stop after`, status 0. */
	READY_EXIT
};

/* A line of an `input` script. */
enum script_kind {
	SCRIPT_SEND,		/* text and a newline */
	SCRIPT_WAIT,		/* until text was printed since the last line */
	SCRIPT_PAUSE,		/* ms */
	SCRIPT_HOLD		/* keep the input open; the last line */
};

struct script_line {
	enum script_kind kind;
	struct str text;
	uint64_t ms;
	unsigned line;		/* in the file */
};

struct step {
	struct str name;
	struct str entry;	/* the file that was detected, "" else */
	struct str arguments;	/* that its source seems to want, or "" */
	char **argv;		/* NULL-terminated, at least argv[0] */
	struct str dir;		/* below the tree, "" for its root */
	struct str stdin_path;	/* below the tree, "" for /dev/null */
	struct str stdin_at;	/* FILE:LINE of the configuration, or "" */
	/* Its content instead, borrowed from the configuration; or NULL. */
	const struct str *stdin_text;
	char **env;		/* NULL-terminated NAME=VALUE of its own */
	size_t *after;		/* indexes of steps that must be ready */
	size_t n_after;
	enum ready_kind ready;
	/*
	 * OUTPUT's text, FILE's place (config_place()), LISTEN's endpoint
	 * (config_endpoint()) or "" for any.
	 */
	struct str ready_text;
	uint64_t ready_ms;	/* AFTER */
	struct script_line *script;	/* what is typed; NULL: nothing is */
	size_t n_script;
	const uint64_t *nums;	/* see step_num(); NULL: all at default */
	bool fixture;		/* what it does does not count */
	int stop;		/* signal, or 0: none is asked for */
	uint64_t stop_ms;	/* after it was ready; 0 with stop_after */
	bool stop_follows;	/* the end of another step, stop_after */
	size_t stop_after;
	bool expects_status;
	int expect_status;
	struct str *expect_output;
	size_t n_expect_output;
};

/*
 * The value of a key of [step] that is a number or yes and no, by its name:
 * "tty", "repeat".  Asking for another one is a programming error.
 */
uint64_t step_num(const struct step *step, const char *key);

struct scenario {
	struct arena arena;
	struct str name;	/* "default" unless chosen */
	struct step *steps;	/* in an order that respects `after` */
	size_t n;
	bool detected;
	/*
	 * The entry is the only one of its language, and there are scripts in
	 * others: it may be a part of the program.
	 */
	bool unsure;
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
 * What to write where no entry point is found, for what is there: the row HINT
 * of detect.def.  file is in arena; "" with "PROGRAM ARGUMENTS" when nothing is
 * known.
 */
struct scenario_hint {
	struct str file;
	const char *command, *note;
};

struct scenario_hint scenario_hint(int treefd, struct arena *arena);

/*
 * Split a command into words: blanks, 'single', "double" quotes and backslash
 * as in sh(1); no expansion.  An unquoted | & ; < > ( ) $ ` * ? [ # or ~ is an
 * error that says to quote it or to write sh -c '...'.  Words live in arena.
 */
int scenario_split(char ***argv, struct arena *arena, struct str command,
		   struct err *err);

/*
 * Parse an `input` script, at most 1 MiB of text; name is for messages.  Lines
 * live in arena.
 */
int script_parse(struct script_line **out, size_t *n, struct arena *arena,
		 const char *name, struct str text, struct err *err);

/*
 * The same with one line more, lines[n]: raw without its newline, at its
 * number.
 */
int script_add(struct script_line *lines, size_t n, struct arena *arena,
	       const char *name, unsigned at, struct str raw, struct err *err);

/*
 * --- beside.c: files that stand beside the configuration ---
 *
 * Where the configuration is a file of the user's own (--config), what its
 * steps' `input` and `stdin` name is looked for in that file's folder first:
 * read once, kept in cfg, part of the digest and the same for both sides.
 * Nothing outside the folder is read.  folder: a directory, borrowed for the
 * call.  After cfg->scenario is set.
 */
int scenario_beside(struct config *cfg, int folder, struct err *err);
/* What stood there under the name of such a value, or NULL. */
const struct config_file *scenario_file(const struct config *cfg,
					struct str name);

/*
 * --- choice.c: which steps are run, by cfg->scenario ---
 *
 * "default" is all of them; [scenario "NAME"] names some, and those they wait
 * for come along.
 */
struct str scenario_name(const struct config *cfg);
/* Is there a scenario of this name? */
int scenario_check(const struct config *cfg, struct err *err);
/* Of the i-th step; wanted has CONFIG_SUBSECTIONS_MAX places. */
void scenario_wanted(const struct config *cfg, bool *wanted);

/* Digest of what the configuration asks for ("detected" when nothing). */
void scenario_digest(const struct config *cfg, char out[33]);

#endif
