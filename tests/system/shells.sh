#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A command that a shell does not find is an attempt to execute it, whichever
# shell it is and wherever its standard error leads; a shell that was only
# asked about a name has tried nothing.
. tests/system/lib.sh

repo=$work/repo
mkdir "$repo"
# Each line by itself: the names are numbered in the order of the lines.
cat >"$repo/missing.sh" <<'X'
missing1 auth token | missing2 -
missing3 2>/dev/null
(missing4 >/dev/null 2>&1)
text=$(missing5)
command missing6
missing7 &
wait
if missing8; then :; fi
PATH=/nowhere:/bin
missing9
exec 2>&-
missing10
:
X
cat >"$repo/asked.sh" <<'X'
command -v asked1
command -V asked2
type asked3
which asked5
test -x /usr/bin/asked6 || echo "asked6: not found" >&2
cd asked7
. ./asked8.sh
echo "sh: asked9: not found" >&2
cat asked10
mkdir late && printf '#!/bin/sh\n' >late/asked11 && chmod 755 late/asked11
PATH=/nowhere:$PWD/late:$PATH
asked11
:
X
touch "$repo/asked8.sh"
new_repo "$repo" || exit 2

attempts() { # shell script
	printf '[step "main"]\n\tcommand = %s %s\n' "$1" "$2" \
		>"$work/$2.cfg"
	"$behavdiff" -C "$repo" trace HEAD --config "$work/$2.cfg" --runs 1 \
		-o "$work/out.json" 2>"$err" </dev/null
	json facts "$work/out.json" | sed -n 's/^exec \([^ ]*\) = ENOENT/\1/p'
}

wanted=$(for i in 1 2 3 4 5 6 7 8 9 10; do
	echo "missing$i"
done | LC_ALL=C sort)
for shell in dash bash "bash --posix" "busybox sh" mksh; do
	if ! command -v "${shell%% *}" >/dev/null; then
		skip "not installed" "$shell"
		continue
	fi
	is "$shell: what it does not find" "$(attempts "$shell" missing.sh)" \
		"$wanted"
	is "$shell: what it was asked about" "$(attempts "$shell" asked.sh)" ""
done
finish
