#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tutorial, the README and the example of core/fingerprint/README.md, as a
# reader would follow them: every command of their console blocks, in its
# order, in one shell.  What is shown must be
# printed, "..." standing for anything; what is not followed by `echo $?` must
# succeed, in the README by what it prints.
. tests/system/lib.sh

# The console blocks of a document: a file for each command, and one for what
# is shown below it.
take_apart() { # document, folder
	mkdir -p "$2"
	awk -v dir="$2" '
		/^```/ { block = /^```console/ && !block; shows = ""; next }
		!block { next }
		/^\$ / {
			n++
			file = sprintf("%s/%03d", dir, n)
			print substr($0, 3) >file
			shows = file ".shown"
			printf "" >shows
			next
		}
		/^>( |$)/ && !(n in begun) {
			print substr($0, 3) >file
			next
		}
		{ begun[n] = 1; print >shows }
	' "$1"
	find "$2" -name '[0-9][0-9][0-9]' | sort >"$2/commands"
}

# One shell runs them all: directories, PATH and $? last from one to the next.
# shellcheck disable=SC2016
script_of() { # folder
	echo 'last=0'
	while read -r file; do
		printf '{\n(exit "$last")\n%s\n} >%s.out 2>&1\n' \
			"$(cat "$file")" "$file"
		printf 'last=$?\necho "$last" >%s.status\n' "$file"
	done <"$1/commands"
}

shown() { # file: does its output fit what the document shows?
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

check_shown() { # folder
	while read -r file; do
		[ ! -s "$file.shown" ] ||
			ok "it prints what is shown: $(head -n 1 "$file")" \
				shown "$file"
	done <"$1/commands"
}

# shellcheck disable=SC2016
check_status() { # folder
	while read -r file; do
		next=$(printf '%03d' \
			$(($(echo "${file##*/}" | sed 's/^0*//') + 1)))
		[ "$(cat "$1/$next" 2>/dev/null)" != 'echo $?' ] || continue
		is "it succeeds: $(head -n 1 "$file")" \
			"$(cat "$file.status")" 0
	done <"$1/commands"
}

# A home with nothing in it but a name, as git asks of every user.
mkdir "$work/home"
HOME=$work/home
export HOME
unset XDG_CACHE_HOME GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
	GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
git config --global user.name 'Ann Example'
git config --global user.email ann@example.org

# --- the README, in a clone where `make demo` was made ---

take_apart README.md "$work/readme"
ok "the README shows results" [ "$(wc -l <"$work/readme/commands")" -ge 2 ]
mkdir -p "$work/clone/build"
ln -s "$behavdiff" "$work/clone/build/behavdiff"
sh tests/implementations/make-repo "$work/clone/build/demo" >/dev/null
script_of "$work/readme" >"$work/readme/script"
(cd "$work/clone" && sh "$work/readme/script")
check_shown "$work/readme"

# --- the worked example of a fingerprint ---

take_apart core/fingerprint/README.md "$work/example"
ok "the example has commands" [ "$(wc -l <"$work/example/commands")" -ge 5 ]
script_of "$work/example" >"$work/example/script"
# Committed in another second than the runs: that of the tree is a token too.
(cd "$work" && mkdir empty && cd empty &&
	GIT_COMMITTER_DATE=2026-01-02T03:04:05Z \
	PATH=$work/clone/build:$PATH sh "$work/example/script")
check_shown "$work/example"
check_status "$work/example"

# --- the tutorial ---

take_apart cmd/tutorial.md "$work/tutorial"
ok "the tutorial has commands" [ "$(wc -l <"$work/tutorial/commands")" -gt 20 ]
script_of "$work/tutorial" >"$work/tutorial/script"
sh "$work/tutorial/script"
check_shown "$work/tutorial"
check_status "$work/tutorial"
finish
