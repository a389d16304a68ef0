#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manuals say what the tables say: every key of keys.def with its default,
# every command, option and format; and mandoc has nothing to object.
. tests/system/lib.sh

options=$BUILD/behavdiff.1
config=cmd/behavdiff-config.5

for page in "$options" "$config"; do
	if ! command -v mandoc >/dev/null 2>&1; then
		skip "mandoc is not installed" "$page: mandoc has no objection"
		continue
	fi
	is "$page: mandoc has no objection" \
		"$(mandoc -T lint -W warning "$page" 2>&1)" ""
done

# "SECTION.KEY DEFAULT" of each side, a default of "-" for none.
"$behavdiff" list config | awk '{
	name = $1; rest = substr($0, length($1) + 1); sub(/^ +/, "", rest)
	split(rest, column, /  +/); sub(/[.]NAME[.]/, ".", name)
	print name, column[1]
}' >"$work/table"
awk '
	function flush() { if (key) print section "." key, dflt }
	/^[.]Ss / { flush(); key = ""; section = $2; gsub(/[][]/, "", section) }
	/^[.]It Ic / { flush(); key = $3; dflt = "-" }
	/^Default: / { dflt = $0; sub(/^Default: /, "", dflt); sub(/[.]$/, "", dflt) }
	/^[.]Sh FILES/ { flush(); key = "" }
' "$config" >"$work/manual"
ok "the table of keys was read" test -s "$work/table"
is "behavdiff-config.5 names every key with its default, and no other" \
	"$(cat "$work/manual")" "$(cat "$work/table")"

# The words of the table that the manual lacks.
missing() { # pattern-with-@ < words
	while read -r word; do
		pattern=$(printf '%s' "$1" | sed "s/@/$word/g")
		grep -qE -- "$pattern" "$options" || echo "$word"
	done
}

is "behavdiff.1 names every option" "$(sed -nE \
	's/^OPTION\([^"]*"([a-z-]+)".*/\1/p' cmd/options.def | sort -u |
	missing '^[.]It .*Fl Fl @( |$)')" ""
is "behavdiff.1 names every command" "$(sed -nE \
	's/^COMMAND\(([a-z]+),.*/\1/p' cmd/commands.def |
	missing '^[.]It Cm @( |$)')" ""
# "list [facts|rules]", of each command, as its help has it: without dots.
is "SYNOPSIS of behavdiff.1 has every command with its operands" "$(awk '
	function flush() { if (line ~ /^ [a-z]/) print line; line = "" }
	/^[.]Sh / { flush(); on = $2 == "SYNOPSIS"; next }
	!on { next }
	$1 == ".Nm" { flush(); next }
	$1 == ".Op" && $3 == "option" { next }
	{
		end = ""
		upper = 0
		for (i = 1; i <= NF; i++) {
			word = $i
			sub(/^[.]/, "", word)
			if (word == "Ar") upper = 1
			else if (word == "Cm") upper = 0
			else if (word == "Op") { line = line " ["; end = "]" }
			else if (word == "Oo") line = line " ["
			else if (word == "Oc") line = line "]"
			else if (word == "|") line = line "|"
			else if (word !~ /^[.]*$/)
				line = line " " (upper ? toupper(word) : word)
		}
		line = line end
	}' "$options" | sed 's/^ //; s/\([[|]\) /\1/g')" \
	"$(sed -nE 's/^COMMAND\(([a-z]+), [A-Z]+, "([^"]*)",.*/\1 \2/p' \
		cmd/commands.def | sed 's/[.][.][.]//g; s/ *| */|/g; s/ $//')"
is "behavdiff.1 names every format" "$("$behavdiff" list formats |
	awk '{ print $1 }' | missing '^[.]It Cm @$')" ""
finish
