/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: what each is given and what they share. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/opt.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/run/run.h"

/* Every option; zero means not given. */
struct settings {
	struct opt_list dirs, outputs, env;
	const char *old_step, *new_step;
	const char *config, *scenario, *fail_on, *format, *output, *color;
	const char *specimen, *syscalls;
	unsigned runs, max_runs, jobs;
	uint64_t timeout_ms;
	const char *base, *reason, *expires, *folder, *ci, *hook;
	int quiet, verbose, help, version, report_only;
	int no_cache, all, force;
};

struct command;

struct invocation {
	const struct command *command;
	bool named;		/* the command was written, not implied */
	struct settings set;
	struct opt_list operands;	/* without the command's name */
};

struct command {
	const char *name;
	const char *operands;
	const char *summary;
	unsigned bit;		/* in the sets of an option */
	/* An enum status, or -1 with err set. */
	int (*run)(const struct invocation *inv, struct err *err);
};

/* --- cmd_help.c --- */

const struct command *commands_table(size_t *n);
extern const struct opt_table option_table;
/* The command of this name, or NULL. */
const struct command *command_by_name(const char *name);
/* Has it at least and at most so many operands, each of them a REV? */
int command_takes(const struct invocation *inv, size_t least, size_t most,
		  struct err *err);
/* The help of a command, or of the program when command is NULL. */
void help_text(struct buf *out, const struct command *command);

/* --- output.c --- */

/* Write to standard output; a closed pipe and a full disk are errors. */
int output_stdout(const struct buf *text, struct err *err);
/*
 * Write a file: replaced as a whole when it is, or will be, a regular file;
 * written to when it is a device or a pipe.
 */
int output_file(const char *path, const struct buf *text, struct err *err);
/* Are colours wanted on standard output? how: "auto" (or NULL), ... */
bool output_color(const char *how);
/* Columns of standard output, 0 when it is no terminal. */
unsigned output_width(void);
/* "behavdiff: MESSAGE" and the hint, on standard error. */
void output_error(const struct err *err);

/* --- pipeline.c --- */

/* What the options say about running. */
struct run_options run_options_of(const struct settings *set);
static inline void session_cleanup(struct session **s)
{
	if (*s)
		session_free(*s);
}
#define autosession __attribute__((cleanup(session_cleanup)))

#define COMMAND(name, does, operands, summary) \
	int cmd_##name(const struct invocation *inv, struct err *err);
#include "cmd/commands.def"
#undef COMMAND

#endif
