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
is "behavdiff.1 names every format" "$("$behavdiff" list formats |
	awk '{ print $1 }' | missing '^[.]It Cm @$')" ""
finish
