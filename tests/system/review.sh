#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# review on a terminal: every key does what it says, a yes is in the file at
# once and whole, and the terminal comes back whatever ends the program.
. tests/system/lib.sh

XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
repo=$work/repo
mkdir "$repo"
printf '[behavdiff]\n\truns = 1\n[sandbox]\n\ttimeout = 5s\n' >"$repo/.behavdiff"
echo 'open("out.txt", "w")' >"$repo/main.py"
new_repo "$repo"
file=$repo/baselines/default.json

keys() { # pairs argument...: see review.py
	pairs=$1
	shift
	/usr/bin/python3 tests/system/review.py "$pairs" \
		"$behavdiff" -C "$repo" review "$@"
}

restored() { # what it was asked after: the terminal, and nothing written
	ok "$1: the terminal is as it was" holds "$work/seen" 'terminal: as found'
	is "$1: the file is as it was" "$(cat "$file")" "$(cat "$work/first")"
}

types() { # status name pairs argument...
	want=$1
	name=$2
	shift 2
	exits "$want" "$name" keys "$@"
	cp "$out" "$work/seen"
}

exits 2 "not on a terminal" b review
is "one line that says what to use" "$(cat "$err")" "behavdiff: review asks on \
a terminal, and this is none; in a script: behavdiff baseline accept ID... \
--reason TEXT"
types 2 "no comparison is cached" ''
exits 0 "a baseline" b baseline update
cp "$file" "$work/first"
git -C "$repo" add -A
git -C "$repo" commit -q -m baseline

# A name that would colour a terminal, made by the program and in the tree.
cat >>"$repo/main.py" <<-'END'
	import os
	home = os.path.expanduser("~")
	open(home + "/\x1b[31mred", "w")
	os.mkdir(home + "/zz")
	open(home + "/zz/a", "w")
	open("/var/tmp/x", "w")
END
: >"$repo/$(printf 'tree\033[32mname')"
exits 1 "three causes" b check

help='? help: '
types 130 "Ctrl-C at a finding" "$help=\\x03"
restored "Ctrl-C at a finding"
types 130 "Ctrl-C at a question" "$help=a
should be: =half a rea\\x03"
restored "Ctrl-C at a question"
for signal in 1 15; do
	types $((128 + signal)) "signal $signal" "$help=
!kill=$signal"
	restored "signal $signal"
done
types 1 "Ctrl-D leaves the rest" "$help=\\x04" --color never
restored "Ctrl-D leaves the rest"
ok "the evidence" grep -q 'at  .* after 0\.[0-9]* s in step main' "$work/seen"
ok "what changed" grep -q ' main.py *| *6 +' "$work/seen"
ok "no name colours the terminal" sh -c "! grep -q '$(printf '\033')' '$work/seen'"
ok "of the program" grep -qF "\$HOME/\x1b[31mred" "$work/seen"
ok "of the tree" grep -qF '\x1b[32mname' "$work/seen"
types 1 "an arrow is no letter" "$help=\\x1b[a
$help=q"
restored "an arrow is no letter"
types 1 "a resize shows it again" "$help=
!size=60
--- 1 of 3 ---=
$help=q"
is "folded to the new width" "$(awk '/1 of 3/ { n++ }
	n == 2 && /^         / && length > 61' "$work/seen")" ""
is "twice" "$(grep -c '1 of 3' "$work/seen")" 2

types 1 "without a reason" "$help=a
should be: =\\n
$help=q"
restored "without a reason"
types 1 "Ctrl-Z at a question leaves a line to edit" "$help=a
should be: =no
!kill=20
!sleep=0.2
!kill=18
!sleep=0.2
no=\\x7f\\x7f\\n
not accepted=
$help=q"
restored "Ctrl-Z at a question leaves a line to edit"

types 1 "accept one, reject one, skip one" "$help=?
q  quit=
$help=a
should be: =our own \"page\"\\n
for ever): =2001-01-01\\n
is past=
for ever): =2999-12-31\\n
--- 2 of 3 ---=
$help=r
--- 3 of 3 ---=
$help=s"
ok "it says so" holds "$work/seen" '1 accepted, 1 rejected, 1 left'
ok "the terminal is as it was" holds "$work/seen" 'terminal: as found'
ok "the file says why and until when" grep -q \
	'"reason": "our own \\"page\\"".*"expires": "2999-12-31"' "$file"
ok "the file is valid" /usr/bin/python3 tests/system/json_read.py valid \
	baselines/baseline.schema.json "$file"
types 1 "only what is open is asked again" "$help=q"
ok "one" holds "$work/seen" '--- 1 of 1 ---'
exits 1 "check still fails" b check
types 0 "the rest" "$help=a
should be: =yes\\n
for ever): =\\n
accepted: file.create \$HOME/zz=
accepted: file.create \$HOME/zz/a=
--- 2 of 2 ---=
$help=a
should be: =yes\\n
for ever): =\\n"
exits 0 "check passes" b check
types 0 "then there is nothing to decide" ''

# Killed while it writes: the old file or the new one.
for pause in 0 0.001 0.003 0.006; do
	cp "$work/first" "$file"
	b check -q >/dev/null
	keys "$help=a
should be: =x\\n
for ever): =\\n
!sleep=$pause
!kill=9" >/dev/null 2>&1
	cmp -s "$file" "$work/first" ||
		/usr/bin/python3 tests/system/json_read.py valid \
			baselines/baseline.schema.json "$file" ||
		echo "after $pause s"
done >"$work/half"
is "killed at any time: the old file or a new one" "$(cat "$work/half")" ""
rm -rf "$repo/baselines"
types 3 "without a baseline" ''
finish
