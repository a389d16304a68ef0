#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One table, several tellers: what the *.def files list, the help prints, the
# manual page explains, the schemas allow and the READMEs describe.
. tests/system/lib.sh

manual=$BUILD/behavdiff.1

# The rows of a table: NAME(a, "b", ...) with one row a line.
rows() { # macro file
	sed -n "s/^$1(\(.*\))\$/\1/p" "$2"
}

# The first string of each row.
first_string() {
	sed 's/^[^"]*"\([^"]*\)".*/\1/'
}

first_strings() { # macro file
	rows "$1" "$2" | first_string
}

columns() { # the first word of each line that has one
	awk 'NF { print $1 }'
}

listed() { # table
	"$behavdiff" list "$1" | columns
}

# --- refusals ---

# The functions that call call_refuse().
refusing() {
	for file in core/trace/*.c; do
		[ "$file" = core/trace/call.c ] || awk '
			/^[a-z].*[a-z_0-9]+\(/ && !/;$/ {
				name = $0
				sub(/\(.*/, "", name)
				sub(/.*[ *]/, "", name)
			}
			/call_refuse(_with_event)?\(/ { print name }' "$file"
	done | sort -u
}

is "core/trace/refusals.def has every function that refuses a call" \
	"$(rows REFUSAL core/trace/refusals.def | sed 's/,.*//' | sort)" \
	"$(refusing)"
is "the manual page has every limit" \
	"$(sed -n 's/^\.It Li limit \([a-z-]*\)$/\1/p' "$manual" | sort)" \
	"$(first_strings LIMIT core/event/limits.def | sort)"
for call in $(rows LIMITED core/trace/limits.def | sed 's/,.*//' | sort -u); do
	ok "the manual page has $call among what limits refuse" \
		grep -q "^\.Li $call = E" "$manual"
done

# --- commands and options ---

commands() {
	rows COMMAND cmd/commands.def | sed 's/,.*//'
}

# "letter name commands" of each row: "C - ALL", "- config diff trace"
options() {
	rows OPTION cmd/options.def | sed '
		s/^\(.*\), *\(0\|'"'.'"'\), *\(NULL\|"[a-z-]*"\),.*/\2 \3 \1/
		s/['"'"'"]//g; s/^0 /- /; s/ NULL / - /
		s/ON(\([a-z]*\))/\1/g; s/ | / /g'
}

runs_revisions() { # command
	rows COMMAND cmd/commands.def | grep -q "^$1, RUNS,"
}

of_command() { # command: the option names and letters it takes
	all=ALL
	! runs_revisions "$1" || all="ALL RUNNING"
	options | while read -r letter name sets; do
		takes=
		for set in $1 $all; do
			case " $sets " in *" $set "*) takes=1 ;; esac
		done
		[ "$takes" ] || continue
		[ "$letter" = - ] || echo "-$letter"
		[ "$name" = - ] || echo "--$name"
	done | sort
}

# What stands in front of the explanations.
in_help() { # command
	"$behavdiff" "$1" --help | sed -n 's/^  \(-[^ ].*\)/\1/p' |
		sed 's/   .*//' | grep -oE '(^|[ ,])--?[A-Za-z][a-z-]*' |
		tr -d ' ,' | sort
}

in_manual() {
	sed -n '/^\.It Fl/{
		s/ Ns / /g; s/Fl Fl \([a-z-]*\)/ --\1 /g
		s/Fl \([A-Za-z]\) / -\1 /g; p
	}' "$manual" | grep -oE '(^| )--?[A-Za-z][a-z-]*' | tr -d ' ' | sort -u
}

check_options() {
	ok "the table of options can be read" [ "$(options | wc -l)" -eq \
		"$(grep -c '^OPTION(' cmd/options.def)" ]
	for command in $(commands); do
		is "$command --help lists its options, all and no other" \
			"$(in_help "$command")" "$(of_command "$command")"
		ok "the manual page has the command $command" \
			grep -qE "^\.It Cm $command( |\$)" "$manual"
	done
	is "the manual page has every option, and no other" "$(in_manual)" \
		"$(for command in $(commands); do
			of_command "$command"
		done | sort -u)"
	"$behavdiff" --help >"$work/help"
	is "--help names every command" \
		"$(sed -n '/^commands:/,/^$/s/^  \([a-z]\)/\1/p' "$work/help" |
			columns)" "$(commands)"
	for command in $(commands); do
		ok "$command has its file" [ -f "cmd/cmd_$command.c" ]
	done
}

# --- facts, rules, formats, keys ---

# The commands that documents show, a line each: `behavdiff list rules`.
shown() {
	find . -name '*.md' ! -path './build/*' ! -path './tests/*/*/*' \
		-exec cat {} + >"$work/documents"
	# shellcheck disable=SC2016
	grep -oE '`(build/)?behavdiff [^`]+`' "$work/documents" | tr -d '`'
	sed -nE 's,^(\$ )?(build/)?(behavdiff ),\3,p' "$work/documents"
	sed -nE 's,^[.][QD]l (\$ )?(behavdiff ),\2,p' cmd/*.[15]
}

# Options that go with another command than the one they are shown with.
misplaced() {
	names=" $(commands | tr '\n' ' ')"
	for command in $(commands); do
		of_command "$command" >"$work/$command.options"
	done
	shown | sed 's/ [|&#].*//' | sort -u | while read -r line; do
		command="diff"
		set -f
		for word in $line; do
			case $names in *" $word "*) command=$word && break ;; esac
		done
		for word in $line; do
			case $word in --) break ;; -?*) ;; *) continue ;; esac
			grep -qxe "${word%%=*}" "$work/$command.options" ||
				echo "$line: $word"
		done
	done
}

check_documents() {
	ok "documents show commands" [ "$(shown | wc -l)" -gt 20 ]
	is "documents show every command with options that it takes" \
		"$(misplaced)" ""
}

# The types of values that a text lacks.
missing_types() { # pattern-with-@ < text
	cat >"$work/text"
	sed -n '/^enum config_type/,/^}/p' core/config/config.h |
		grep -o 'CONFIG_[A-Z]*' | sed 's/CONFIG_//' |
		while read -r type; do
			grep -qE "$(echo "$1" | sed "s/@/$type/")" \
				"$work/text" || echo "$type"
		done
}

check_types() {
	ok "config.h has types" test -n "$(missing_types @ </dev/null)"
	is "core/config/README.md explains every type of values" \
		"$(missing_types '^[|] @ [|]' <core/config/README.md)" ""
	is "the head of keys.def has every type" "$(sed '/^KEY(/,$d' \
		core/config/keys.def | missing_types '\<@\>')" ""
}

check_statuses() {
	for status in $(rows STATUS cmd/status.def | awk -F', ' '{ print $2 }')
	do
		ok "cmd/behavdiff.1, EXIT STATUS: an item for $status" \
			grep -q "^\.It $status\$" "$manual"
	done
}

# Rules that no area of the assessment takes; what only a comparison makes, and
# what is of no kind, has none.
areas() {
	rows AREA core/report/audit.def |
		awk -F'"' '{ print $4, $6 }' | tr ' ' '\n' >"$work/globs"
	rows RULE core/compare/rules.def |
		grep -vE ', (BREAKAGE|POLICY|OTHER|STEP_END), ' | first_string |
		while read -r rule; do
			while read -r glob; do
				# shellcheck disable=SC2254
				case $rule in $glob) continue 2 ;; esac
			done <"$work/globs"
			echo "$rule: add it to an AREA"
		done
}

check_lists() {
	is "list facts prints every kind" "$(listed facts)" \
		"$(first_strings EVENT core/event/events.def)"
	is "list rules prints every rule" "$(listed rules)" \
		"$(first_strings RULE core/compare/rules.def)"
	is "list paths prints every row of its tables" "$(listed paths | wc -l)" \
		"$(cat core/normalise/sensitive.def core/normalise/startup.def \
			core/normalise/run_by_others.def \
			core/normalise/by_product.def | grep -c '^[A-Z_]*(.*)$')"
	is "list formats prints every format" "$(listed formats)" \
		"$(first_strings FORMAT core/report/formats.def)"
	is "list config prints every key" "$(listed config)" \
		"$(rows KEY core/config/keys.def | tr -d '" ' |
			awk -F, '{ print $1 ($2 == "YES" ? ".NAME." : ".") $3 }')"
	for table in $("$behavdiff" list); do
		ok "the manual page names the table $table" \
			grep -qE "^(\.Cm.*[ |])?(\.Cm )?$table" "$manual"
	done
	sed -n '/--format FORMAT/,/^  -/p' "$work/help" | sed '$d' \
		>"$work/format"
	for format in $(listed formats); do
		ok "the manual page names the format $format" \
			grep -qE "^\.It Cm $format\$" "$manual"
		ok "the help of --format names $format" \
			grep -qwF -- "$format" "$work/format"
	done
	is "no rule's id stands twice" "$(listed rules | sort | uniq -d)" ""
	is "every rule is in an area of core/report/audit.def" "$(areas)" ""
	is "no area stands twice" \
		"$(first_strings AREA core/report/audit.def |
			sort | uniq -d)" ""
}

# --- numbers of the kernel ---

# In a table a value of the kernel is named as its headers name it; 0 is 0.
typed_values() {
	grep -vE '^(#| \*)' core/trace/syscalls.def |
		grep -oE '(WHEN|UNLESS|STOPS)\([^)]*\)' |
		awk -F'[(,)] *' '{
			for (i = 4; i < NF; i++)
				if ($i !~ /^(0|[A-Z_][A-Z0-9_]*)$/)
					print $0
		}'
}

check_values() {
	ok "syscalls.def has values" grep -q '^UNLESS(write, 0, STDERR_FILENO)' \
		core/trace/syscalls.def
	is "syscalls.def: values are the names of headers (core/trace/kernel.h)" \
		"$(typed_values)" ""
}

# --- schemas ---

check_schemas() {
	listed facts >"$work/kinds"
	ok "the schemas allow what the tables say" \
		/usr/bin/python3 tests/lint/schemas.py "$work/kinds"
	for schema in baselines/*.schema.json; do
		name=$(basename "$schema" .schema.json)
		ok "$name: its number stands in the code" \
			grep -rqF "\"behavdiff.$name/1\"" core cmd
	done
}

# --- tests ---

check_tests() {
	for path in tests/*/ tests/system/* tests/lint/*.sh; do
		name=${path%/}
		case $name in tests/system/cookbook) ;; tests/system/* | \
			tests/lint/*) name=${name##*/} ;; esac
		case $path in *__pycache__*) continue ;; esac
		ok "tests/README.md has $path" \
			grep -qF -e "\`$name\`" -e "[$name]" tests/README.md
	done
	# shellcheck disable=SC2016
	is "tests/README.md names no script that is not there" \
		"$(grep -oE '`[a-z_]+[.](sh|py)`' tests/README.md | tr -d '`' |
			sort -u | while read -r name; do
			[ -e "tests/system/$name" ] ||
				[ -e "tests/lint/$name" ] || echo "$name"
		done)" ""
}

check_options
check_documents
check_lists
check_types
check_statuses
check_values
check_schemas
check_tests
finish
