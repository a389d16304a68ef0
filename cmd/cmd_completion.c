/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff completion SHELL: a script that asks `behavdiff completion words`,
 * which knows the tables, what may stand where the cursor is; so the shells
 * agree, and none can fall behind.
 */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/complete.h"
#include "cmd/status.h"

/*
 * bash takes words apart at = and : and completes the last part only: COMP_LINE
 * shows which parts belong together.
 */
static const char bash_script[] =
"# bash completion of behavdiff; made by: behavdiff completion bash\n"
"_behavdiff()\n"
"{\n"
"	local IFS=$' \\t\\n' rest=$COMP_LINE gap word cur cut= kind= prefix= i\n"
"	local breaks=${COMP_WORDBREAKS//[^:=]/}\n"
"	local -a words=()\n"
"	COMPREPLY=()\n"
"	for ((i = 0; i <= COMP_CWORD; i++)); do\n"
"		word=${COMP_WORDS[i]}\n"
"		gap=${rest%%[^[:blank:]]*}\n"
"		rest=${rest#\"$gap\"}\n"
"		rest=${rest#\"$word\"}\n"
"		if ((i > 1)) && [[ ! $gap ]] &&\n"
"		   [[ $word == [:=]* || ${words[-1]} == *[:=] ]]; then\n"
"			words[-1]+=$word\n"
"		else\n"
"			words+=(\"$word\")\n"
"		fi\n"
"	done\n"
"	cur=${words[-1]}\n"
"	[[ ! $breaks ]] || cut=${cur%\"${cur##*[$breaks]}\"}\n"
"	while IFS= read -r word; do\n"
"		if [[ ! $kind ]]; then\n"
"			kind=${word%% *} prefix=${word#\"$kind\"}\n"
"			prefix=${prefix# }\n"
"			continue\n"
"		fi\n"
"		word=${word%%$'\\t'*}\n"
"		printf -v word %q \"${word#\"$cut\"}\"\n"
"		COMPREPLY+=(\"$word\")\n"
"	done < <(\"${words[0]/#\\~/$HOME}\" completion words -- \\\n"
"		\"${words[@]:1}\" 2>/dev/null)\n"
"	[[ ${COMPREPLY[*]} != *: ]] || compopt -o nospace 2>/dev/null\n"
"	case $kind in\n"
"	files) set -- -f ;;\n"
"	folders) set -- -d ;;\n"
"	json) set -- -f -X '!*.json' ;;\n"
"	*) return ;;\n"
"	esac\n"
"	((${#COMPREPLY[@]})) || compopt -o filenames 2>/dev/null\n"
"	while IFS= read -r word; do\n"
"		word=$prefix$word\n"
"		COMPREPLY+=(\"${word#\"$cut\"}\")\n"
"	done < <(compgen \"$@\" -- \"${cur#\"$prefix\"}\")\n"
"}\n"
"complete -F _behavdiff behavdiff\n";

static const char zsh_script[] =
"#compdef behavdiff\n"
"# made by: behavdiff completion zsh\n"
"_behavdiff()\n"
"{\n"
"	local kind prefix line name program=${${(Q)words[1]}/#\\~/$HOME}\n"
"	local -a lines names shown heads\n"
"	lines=(\"${(@f)$($program completion words -- \\\n"
"		\"${(@Q)words[2,CURRENT-1]}\" \"${(Q)PREFIX}\" 2>/dev/null)}\")\n"
"	kind=${lines[1]%% *} prefix=${${lines[1]#$kind}# }\n"
"	for line in ${lines[2,-1]}; do\n"
"		name=${line%%$'\\t'*}\n"
"		if [[ $name == *: ]]; then\n"
"			heads+=($name)\n"
"			continue\n"
"		fi\n"
"		names+=($name)\n"
"		shown+=(${line//$'\\t'/  -- })\n"
"	done\n"
"	(( $#heads )) && compadd -S '' -a heads\n"
"	(( $#names )) && compadd -l -d shown -a names\n"
"	[[ $kind == words ]] || compset -P \"${(b)prefix}\"\n"
"	case $kind in\n"
"	files) _files ;;\n"
"	folders) _files -/ ;;\n"
"	json) _files -g '*.json' ;;\n"
"	esac\n"
"}\n"
/* Autoloaded the file is the function; sourced it says what it is for. */
"if [[ $funcstack[1] == _behavdiff ]]; then\n"
"	_behavdiff \"$@\"\n"
"else\n"
"	compdef _behavdiff behavdiff\n"
"fi\n";

static const char fish_script[] =
"# made by: behavdiff completion fish\n"
"function __behavdiff_complete\n"
"	set -l words (commandline -opc)\n"
"	set -l typed (commandline -ct)\n"
"	set -l lines ($words[1] completion words -- $words[2..] \"$typed\" \\\n"
"		2>/dev/null)\n"
"	set -l head (string split -m 1 ' ' -- $lines[1])\n"
"	set -l prefix $head[2]\n"
"	set -l rest (string sub -s (math 1 + (string length -- \"$prefix\")) \\\n"
"		-- \"$typed\")\n"
"	string join -- \\n $lines[2..]\n"
"	switch $head[1]\n"
"		case files\n"
"			string replace -r '^' -- \"$prefix\" \\\n"
"				(__fish_complete_path \"$rest\" '')\n"
"		case folders\n"
"			string replace -r '^' -- \"$prefix\" \\\n"
"				(__fish_complete_directories \"$rest\" '')\n"
"		case json\n"
"			string match -r '.*(?:\\.json|/)(?=\\t|$)' -- \\\n"
"				(__fish_complete_path \"$rest\" '')\n"
"	end\n"
"end\n"
"complete -c behavdiff -f -a '(__behavdiff_complete)'\n";

static const struct {
	const char *name, *script;
} shells[] = {
	{ "bash", bash_script },
	{ "zsh", zsh_script },
	{ "fish", fish_script },
};

int cmd_completion(const struct invocation *inv, struct err *err)
{
	const struct opt_list *ops = &inv->operands;
	autobuf struct buf out = BUF_INIT;

	if (ops->n && !strcmp(ops->v[0], "words")) {
		complete_words(&out, (const char *const *)ops->v + 1,
			       ops->n - 1);
		return output_stdout(&out, err) ? -1 : STATUS_PASS;
	}
	for (size_t i = 0; ops->n == 1 && i < ARRAY_LEN(shells); i++) {
		if (strcmp(ops->v[0], shells[i].name) != 0)
			continue;
		buf_c(&out, shells[i].script);
		return output_stdout(&out, err) ? -1 : STATUS_PASS;
	}
	if (ops->n == 1)
		err_set(err, ERR_TROUBLE, "completion: '%s' is no shell known "
			"here", ops->v[0]);
	else
		err_set(err, ERR_TROUBLE, "completion: the name of one shell "
			"is needed");
	return err_hint(err, "bash, zsh or fish");
}
