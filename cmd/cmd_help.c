/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of commands and options, and the help printed from them. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/version.h"

enum command_index {
#define COMMAND(name, does, operands, summary) COMMAND_##name,
#include "cmd/commands.def"
#undef COMMAND
};

#define ON(name) (1U << COMMAND_##name)
#define ALL (~0U)
/* Those that run revisions. */
#define BIT_RUNS(name) | ON(name)
#define BIT_LOOKS(name)
enum {
	RUNNING = 0
#define COMMAND(name, does, operands, summary) BIT_##does(name)
#include "cmd/commands.def"
#undef COMMAND
};

static const struct command commands[] = {
#define COMMAND(name, does, operands, summary) \
	{ #name, operands, summary, ON(name), cmd_##name },
#include "cmd/commands.def"
#undef COMMAND
};

/* Of --format: first what every writer has, then what only comparisons have. */
#define FORMAT_OF_YES(name) " " name
#define FORMAT_OF_NO(name)
#define FORMAT_NOT_YES(name)
#define FORMAT_NOT_NO(name) " " name
static const char format_help[] =
	"standard output, text unless given:"
#define FORMAT(id, name, both, help) FORMAT_OF_##both(name)
#include "core/report/formats.def"
#undef FORMAT
	"; diff and check also:"
#define FORMAT(id, name, both, help) FORMAT_NOT_##both(name)
#include "core/report/formats.def"
#undef FORMAT
	;

static const struct opt options[] = {
#define OPTION(sets, letter, name, type, field, arg, number, help)	\
	{ sets, letter, name, OPT_##type,				\
	  offsetof(struct settings, field), arg, number, help },
#include "cmd/options.def"
#undef OPTION
};

const struct opt_table option_table = { options, ARRAY_LEN(options) };

const struct command *commands_table(size_t *n)
{
	*n = ARRAY_LEN(commands);
	return commands;
}

const struct command *command_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

int command_takes(const struct invocation *inv, size_t least, size_t most,
		  struct err *err)
{
	const struct opt_list *ops = &inv->operands;
	const char *name = inv->command->name;

	if (ops->n >= least && ops->n <= most)
		return 0;
	if (ops->n < least)
		err_set(err, ERR_TROUBLE, "%s: REV is missing", name);
	else
		err_set(err, ERR_TROUBLE, "%s: '%s' is one too many%s", name,
			ops->v[most], most ? ": REV is all" : "");
	return err_hint(err, "see behavdiff %s --help", name);
}

static const char revisions_help[] =
	"\n"
	"OLD, NEW and REV are what git rev-parse names, REV:DIR included; '.'\n"
	"is the work tree; FILE.json, where OLD and NEW may be one, is a\n"
	"fingerprint or a baseline.\n";

static const char status_help[] =
	"\n"
	"exit status:\n"
#define STATUS(id, number, word, brief, text, example) \
	"  " #number "  " word ": " brief "\n"
#include "cmd/status.def"
#undef STATUS
	;

static void program_help(struct buf *out)
{
	buf_c(out, "usage: behavdiff [OPTION]... OLD NEW\n"
	      "       behavdiff COMMAND [OPTION]... OPERAND...\n\n"
	      "Compare what two git revisions of a program do.\n\n"
	      "commands:\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		buf_printf(out, "  %s%s%s\n%*s%s\n", commands[i].name,
			   *commands[i].operands ? " " : "",
			   commands[i].operands, 8, "", commands[i].summary);
	buf_c(out, "\noptions of diff, the command when none is named:\n");
	opt_help(out, &option_table, ON(diff));
	buf_c(out, revisions_help);
	buf_c(out, status_help);
}

void help_text(struct buf *out, const struct command *command)
{
	if (!command) {
		program_help(out);
		return;
	}
	buf_printf(out, "usage: behavdiff %s [OPTION]...%s%s\n\n%c%s.\n\n"
		   "options:\n", command->name,
		   *command->operands ? " " : "", command->operands,
		   command->summary[0] - 'a' + 'A', command->summary + 1);
	opt_help(out, &option_table, command->bit);
	if (command->bit & RUNNING) {
		buf_c(out, revisions_help);
		buf_c(out, status_help);
	}
}
