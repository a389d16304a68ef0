/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff completion SHELL: scripts made from the tables of commands and
 * options, so that they cannot fall behind.  Help texts of our
 * tables hold no double quote, dollar sign, backtick or backslash, the words
 * not even blanks (tests/unit/test_cmd_tables.c).
 */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "core/compare/compare.h"
#include "core/event/event.h"
#include "core/report/report.h"

/* --- what may follow --- */

/* Words an operand or a value may be: "a|b|c", or NULL for anything. */
static const char *choices(const char *arg)
{
	return arg && strchr(arg, '|') && arg[0] >= 'a' && arg[0] <= 'z' ?
	       arg : NULL;
}

static bool takes_file(const struct opt *o)
{
	return o->arg && (!strcmp(o->arg, "FILE") || !strcmp(o->arg, "DIR"));
}

static bool takes_format(const struct opt *o)
{
	return o->name && !strcmp(o->name, "format");
}

static bool takes_revision(const struct command *c)
{
	return strstr(c->operands, "REV") || strstr(c->operands, "NEW");
}

static void put_choices(struct buf *out, const char *words, char separator)
{
	for (; *words; words++)
		buf_ch(out, *words == '|' ? separator : *words);
}

static void put_formats(struct buf *out)
{
	size_t n;
	const struct format *formats = formats_table(&n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? " " : "", formats[i].name);
}

/* Rules and kinds, for explain. */
static void put_explainable(struct buf *out)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s ", rules[i].id);
	for (int k = 0; k < EV_COUNT; k++)
		buf_printf(out, "%s ", event_name((enum event_kind)k));
	buf_c(out, "pass regression trouble inconclusive");
}

static void put_operands(struct buf *out, const struct command *c)
{
	const char *words = choices(c->operands);

	if (!strcmp(c->name, "explain"))
		put_explainable(out);
	else if (words)
		put_choices(out, words, ' ');
}

static void put_commands(struct buf *out)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? " " : "", commands[i].name);
}

/* --- bash --- */

static void bash_options(struct buf *out, const struct command *c)
{
	for (size_t i = 0; i < option_table.n; i++) {
		const struct opt *o = &option_table.v[i];

		if (!(o->sets & c->bit))
			continue;
		if (o->letter)
			buf_printf(out, " -%c", o->letter);
		if (o->name)
			buf_printf(out, " --%s", o->name);
	}
}

/* The names an option has in a case: "-o|--output". */
static void put_pattern(struct buf *out, const struct opt *o)
{
	if (o->letter)
		buf_printf(out, "-%c", o->letter);
	if (o->letter && o->name)
		buf_ch(out, '|');
	if (o->name)
		buf_printf(out, "--%s", o->name);
}

static void bash_values(struct buf *out)
{
	for (size_t i = 0; i < option_table.n; i++) {
		const struct opt *o = &option_table.v[i];

		if (!o->arg)
			continue;
		buf_c(out, "\t");
		put_pattern(out, o);
		buf_c(out, ")\n\t\t");
		if (choices(o->arg)) {
			buf_c(out, "COMPREPLY=($(compgen -W '");
			put_choices(out, o->arg, ' ');
			buf_c(out, "' -- \"$cur\"))");
		} else if (takes_format(o)) {
			buf_c(out, "COMPREPLY=($(compgen -W '");
			put_formats(out);
			buf_c(out, "' -- \"$cur\"))");
		} else if (takes_file(o)) {
			buf_c(out, "COMPREPLY=($(compgen -f -- \"$cur\"))");
		} else {
			buf_c(out, "COMPREPLY=()");
		}
		buf_c(out, "\n\t\treturn ;;\n");
	}
}

static void put_bash(struct buf *out)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	buf_c(out, "# bash completion of behavdiff; made by: behavdiff "
	      "completion bash\n_behavdiff()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} command=diff options= "
	      "words= word\n"
	      "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} revisions=1\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase \" ");
	put_commands(out);
	buf_c(out, " \" in *\" $word \"*) command=$word; break ;; esac\n"
	      "\tdone\n\tcase $prev in\n");
	bash_values(out);
	buf_c(out, "\tesac\n\tcase $command in\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "\t%s)\n\t\toptions='", commands[i].name);
		bash_options(out, &commands[i]);
		buf_c(out, "'\n\t\twords='");
		put_operands(out, &commands[i]);
		buf_printf(out, "'\n\t\trevisions=%d ;;\n",
			   takes_revision(&commands[i]));
	}
	buf_c(out, "\tesac\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	      "\t\treturn\n\tfi\n"
	      "\tif ((COMP_CWORD == 1)); then\n\t\twords+=' ");
	put_commands(out);
	buf_c(out, "'\n\tfi\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	      "\tif ((revisions)); then\n"
	      "\t\twhile IFS= read -r word; do\n"
	      "\t\t\t[[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$word\")\n"
	      "\t\tdone < <(git for-each-ref "
	      "--format='%(refname:short)' refs/heads refs/tags 2>/dev/null)\n"
	      "\t\tCOMPREPLY+=($(compgen -f -X '!*.json' -- \"$cur\"))\n"
	      "\tfi\n}\n"
	      "complete -o default -F _behavdiff behavdiff\n");
}

/* --- zsh --- */

/* In an _arguments spec ':' and brackets have a meaning. */
static void zsh_help(struct buf *out, const char *help)
{
	for (; *help; help++) {
		if (strchr("[]:\\'", *help))
			buf_c(out, *help == '\'' ? "'\\'" : "\\");
		buf_ch(out, *help);
	}
}

static void zsh_value(struct buf *out, const struct opt *o)
{
	if (!o->arg)
		return;
	buf_c(out, ":value:");
	if (choices(o->arg)) {
		buf_ch(out, '(');
		put_choices(out, o->arg, ' ');
		buf_ch(out, ')');
	} else if (takes_format(o)) {
		buf_ch(out, '(');
		put_formats(out);
		buf_ch(out, ')');
	} else if (takes_file(o)) {
		buf_c(out, "_files");
	}
}

static void zsh_option(struct buf *out, const struct opt *o, bool letter)
{
	buf_c(out, " \\\n\t\t'");
	if (o->type == OPT_LIST)
		buf_ch(out, '*');
	if (letter)
		buf_printf(out, "-%c%s[", o->letter, o->arg ? "+" : "");
	else
		buf_printf(out, "--%s%s[", o->name, o->arg ? "=" : "");
	zsh_help(out, o->help);
	buf_ch(out, ']');
	zsh_value(out, o);
	buf_ch(out, '\'');
}

static void zsh_operands(struct buf *out, const struct command *c)
{
	buf_c(out, " \\\n\t\t'*:operand:");
	if (takes_revision(c)) {
		buf_c(out, "_behavdiff_revisions'");
		return;
	}
	buf_ch(out, '(');
	put_operands(out, c);
	buf_c(out, ")'");
}

static void put_zsh(struct buf *out)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	buf_c(out, "#compdef behavdiff\n# made by: behavdiff completion zsh\n"
	      "_behavdiff_revisions()\n{\n"
	      "\tlocal -a refs\n"
	      "\trefs=(${(f)\"$(git for-each-ref "
	      "--format='%(refname:short)' refs/heads refs/tags "
	      "2>/dev/null)\"})\n"
	      "\tcompadd -a refs\n\t_files -g '*.json'\n}\n"
	      "_behavdiff()\n{\n\tlocal command=diff word\n"
	      "\tlocal -a commands\n\tcommands=(");
	put_commands(out);
	buf_c(out, ")\n\tfor word in ${words[2,CURRENT-1]}; do\n"
	      "\t\tif (( ${commands[(Ie)$word]} )); then\n"
	      "\t\t\tcommand=$word\n\t\t\tbreak\n\t\tfi\n\tdone\n"
	      "\t(( CURRENT == 2 )) && compadd -a commands\n"
	      "\tcase $command in\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "\t%s)\n\t\t_arguments -S",
			   commands[i].name);
		for (size_t k = 0; k < option_table.n; k++) {
			const struct opt *o = &option_table.v[k];

			if (!(o->sets & commands[i].bit))
				continue;
			if (o->letter)
				zsh_option(out, o, true);
			if (o->name)
				zsh_option(out, o, false);
		}
		zsh_operands(out, &commands[i]);
		buf_c(out, " ;;\n");
	}
	buf_c(out, "\tesac\n}\n_behavdiff \"$@\"\n");
}

/* --- fish --- */

static void fish_option(struct buf *out, const struct command *c,
			const struct opt *o)
{
	buf_printf(out, "complete -c behavdiff -n '__behavdiff_command %s'",
		   c->name);
	if (o->letter)
		buf_printf(out, " -s %c", o->letter);
	if (o->name)
		buf_printf(out, " -l %s", o->name);
	if (o->arg)
		buf_c(out, takes_file(o) ? " -rF" : " -x");
	if (choices(o->arg) || takes_format(o)) {
		buf_c(out, " -a '");
		if (takes_format(o))
			put_formats(out);
		else
			put_choices(out, o->arg, ' ');
		buf_ch(out, '\'');
	}
	buf_printf(out, " -d \"%s\"\n", o->help);
}

static void fish_operands(struct buf *out, const struct command *c)
{
	buf_printf(out, "complete -c behavdiff -n '__behavdiff_command %s' ",
		   c->name);
	if (takes_revision(c)) {
		buf_c(out, "-fa '(git for-each-ref --format=\"%(refname:short)"
		      "\" refs/heads refs/tags 2>/dev/null; "
		      "__fish_complete_suffix .json)'\n");
		return;
	}
	buf_c(out, "-fa '");
	put_operands(out, c);
	buf_c(out, "'\n");
}

static void put_fish(struct buf *out)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	buf_c(out, "# made by: behavdiff completion fish\n"
	      "function __behavdiff_command\n"
	      "\tset -l command diff\n"
	      "\tfor word in (commandline -opc)[2..]\n"
	      "\t\tif contains -- $word ");
	put_commands(out);
	buf_c(out, "\n\t\t\tset command $word\n\t\t\tbreak\n\t\tend\n"
	      "\tend\n\ttest $command = $argv[1]\nend\n"
	      "complete -c behavdiff -f\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "complete -c behavdiff -n '__fish_is_first_arg"
			   "' -a %s -d \"%s\"\n", commands[i].name,
			   commands[i].summary);
		for (size_t k = 0; k < option_table.n; k++)
			if (option_table.v[k].sets & commands[i].bit)
				fish_option(out, &commands[i],
					    &option_table.v[k]);
		fish_operands(out, &commands[i]);
	}
}

/* --- the command --- */

static const struct {
	const char *name;
	void (*put)(struct buf *out);
} shells[] = {
	{ "bash", put_bash },
	{ "zsh", put_zsh },
	{ "fish", put_fish },
};

int cmd_completion(const struct invocation *inv, struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	for (size_t i = 0; inv->operands.n == 1 && i < ARRAY_LEN(shells);
	     i++) {
		if (strcmp(inv->operands.v[0], shells[i].name))
			continue;
		shells[i].put(&out);
		return output_stdout(&out, err) ? -1 : STATUS_PASS;
	}
	if (inv->operands.n == 1)
		err_set(err, ERR_TROUBLE, "completion: '%s' is no shell known "
			"here", inv->operands.v[0]);
	else
		err_set(err, ERR_TROUBLE, "completion: the name of one shell "
			"is needed");
	return err_hint(err, "bash, zsh or fish");
}
