#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The house style, as far as a machine can see it.
. tests/system/lib.sh

# Everything of ours; git is not asked, as an archive has none.
find core cmd tests baselines .ci Makefile -type f ! -path '*/__pycache__/*' |
	LC_ALL=C sort >"$work/all"

files() { # pattern of paths
	grep -E "$1" "$work/all"
}

c='\.[ch]$'
text='\.([ch]|def|sh|md|1|json|py)$|^Makefile$|^\.ci/|^tests/run$'

# Tabs count eight columns.  A line may be longer when there is nothing to
# break: one word, or one string.
cat >"$work/width.py" <<'EOF'
import re
import sys

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n").expandtabs(8)
            if len(line) > 80 and not re.fullmatch(
                    r' *([^ ]*|"([^"\\]|\\.)*"[,;)} ]*)', line):
                print(f"{path}:{number}: {len(line)} columns")
EOF

# shellcheck disable=SC2046
is "lines of C have 80 columns at most" "$(/usr/bin/python3 \
	"$work/width.py" $(files "$c"))" ""

# shellcheck disable=SC2046
is "no blanks at the end of a line" \
	"$(grep -nIE '[ 	]+$' $(files "$text"))" ""

# shellcheck disable=SC2046
is "tabs indent C" "$(grep -nE '^        ' $(files "$c"))" ""

# shellcheck disable=SC2046
is "every file ends in a newline" \
	"$(for file in $(files "$text"); do
		[ -z "$(tail -c 1 "$file")" ] || echo "$file"
	done)" ""

# What the samples are made of looks as it would elsewhere.
is "every source file names its licence at the head" \
	"$(files "$text|/make-repo$|/demo$" |
		grep -vE '\.(md|json)$|/implementations/impl' |
		while read -r file; do
			head -n 3 "$file" |
				grep -q 'SPDX-License-Identifier: Apache-2.0' ||
				echo "$file"
		done)" ""

# Tables may be as long as what they list.
is "no file of the product has 600 lines" \
	"$(files '^(core|cmd)/.*\.[ch]$' | while read -r file; do
		[ "$(wc -l <"$file")" -lt 600 ] || wc -l "$file"
	done)" ""

# shellcheck disable=SC2046
is "comments of C are /* */" \
	"$(grep -nE '^[ 	]*//' $(files '\.([ch]|def)$'))" ""

# The words are taken apart, so that this file does not find itself.
# shellcheck disable=SC2046
is "nothing is put off" \
	"$(grep -nIwE "TO""DO|FIX""ME|X""XX" $(files .))" ""

# shellcheck disable=SC2046
is "no document is cited that is not in the project" \
	"$(grep -nIwE "DESI""GN|STY""LE|ARCHITECT""URE" \
		$(files '^(core|cmd)/|^tests/') | grep -v 'HTML_STYLE')" ""

# Every header guards itself by its own name, whatever prefix is left out.
is "every header has a guard" \
	"$(files '^(core|cmd)/.*\.h$' | while read -r file; do
		name=$(basename "$file" .h | tr a-z- A-Z_)
		grep -qE "^#ifndef ([A-Z_]+_)?${name}_H\$" "$file" ||
			echo "$file"
	done)" ""
finish
