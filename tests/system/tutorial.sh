#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The README's tutorial, as a new user would follow it: every command in its
# order in one shell, in a home of its own.  What is shown must be printed,
# "..." standing for anything; what is not followed by `echo $?` must succeed.
. tests/system/lib.sh

# Blocks of the section: a file with each command, one with what it shows.
mkdir "$work/commands" "$work/home"
awk -v dir="$work/commands" '
	/^## / { inside = /^## Tutorial/; next }
	!inside { next }
	/^```/ { block = !block; shows = ""; next }
	!block { next }
	/^\$ / {
		n++
		file = sprintf("%s/%03d", dir, n)
		print substr($0, 3) >file
		shows = file ".shown"
		printf "" >shows
		next
	}
	/^>( |$)/ && !(n in begun) { print substr($0, 3) >file; next }
	{ begun[n] = 1; print >shows }
' README.md
commands=$(find "$work/commands" -name '[0-9][0-9][0-9]' | sort)
ok "the tutorial has commands" [ "$(echo "$commands" | wc -l)" -gt 20 ]

# One shell runs them all: directories, PATH and $? last from one to the next.
# shellcheck disable=SC2016
{
	echo 'last=0'
	for file in $commands; do
		printf '{\n(exit "$last")\n%s\n} >%s.out 2>&1\n' \
			"$(cat "$file")" "$file"
		printf 'last=$?\necho "$last" >%s.status\n' "$file"
	done
} >"$work/script"

# A home with nothing in it but a name, as git asks of everybody.
HOME=$work/home
export HOME
unset XDG_CACHE_HOME GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
	GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
git config --global user.name 'Ann Example'
git config --global user.email ann@example.org
sh "$work/script"

shown() { # file: does its output fit what the README shows?
	/usr/bin/python3 - "$1.shown" "$1.out" <<'END'
import re, sys
shown, got = (open(f).read() for f in sys.argv[1:])
# On a line of its own it stands for any lines, none included.
pattern = "".join(
    "(?:.*\n)*?" if line == "..." else
    ".*".join(map(re.escape, line.split("..."))) + "\n"
    for line in shown.splitlines())
if not re.fullmatch(pattern, got):
    sys.exit("shown:\n" + shown + "printed:\n" + got)
END
}

for file in $commands; do
	command=$(head -n 1 "$file")
	next=$(printf '%03d' $(($(echo "${file##*/}" | sed 's/^0*//') + 1)))
	[ ! -s "$file.shown" ] || ok "it prints what is shown: $command" \
		shown "$file"
	# shellcheck disable=SC2016
	if [ "$(cat "$work/commands/$next" 2>/dev/null)" != 'echo $?' ]; then
		is "it succeeds: $command" "$(cat "$file.status")" 0
	fi
done
finish
