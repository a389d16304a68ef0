#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How steps end: what is kept of it, shown, and asked of a baseline.
. tests/system/lib.sh

repo=$work/repo
mkdir "$repo" && cd "$repo" || exit 2
git init -q -b main .
b() { "$behavdiff" "$@"; }
commit() { # tag
	git add -A -f && git commit -q --allow-empty -m "$1" && git tag "$1"
}
holds() { grep -qF -- "$2" "$1"; }
lacks() { ! holds "$@"; }

# --- what it printed ---

cat >.behavdiff <<'E'
[step "main"]
	command = sh main.sh
E
cat >main.sh <<'E'
printf 'plain\n\033[31mred\033[0m\rforged\n'
printf '%s\n' "$PWD/main.sh is mine"
i=0
while [ $i -lt 2000 ]; do echo "line $i"; i=$((i + 1)); done
E
commit talks
echo 'echo "main.sh: 7: no such luck" >&2; exit 4' >>main.sh
commit fails

exits 1 "a step that fails now is a regression" b talks fails -v
cp "$out" "$work/text"
ok "the line that names the error is said" holds "$work/text" \
	"main no longer ends with status 0: no such luck, main.sh:7"
ok "what it printed is shown" holds "$work/text" "new: step main printed"
ok "it colours nothing" lacks "$work/text" "$(printf '\033')"
ok "and forges no line" holds "$work/text" '\x1b[31mred\x1b[0m\rforged'
ok "the tree has its name" holds "$work/text" "\$TREE/main.sh is mine"
ok "the beginning is kept" holds "$work/text" "line 3"
ok "and the end" holds "$work/text" "line 1999"
ok "of what lies between the size is" grep -q "[0-9]* lines are not shown" \
	"$work/text"
ok "it is not kept itself" lacks "$work/text" "line 1000"
exits 1 "without -v" b talks fails
ok "nothing of it is shown" lacks "$out" "step main printed"

# --- another text than is expected: what it printed is said ---

cat >.behavdiff <<'E'
[step "main"]
	command = sh main.sh
	expect = output total: 42
E
printf 'echo a warning >&2\necho reading\necho total: %%s\n' >form
sed 's/%s/42/' form >main.sh
commit counts
sed 's/%s/41/' form >main.sh
commit miscounts
printf 'echo total: 4\necho "./main.sh: line 2: oops: not found" >&2\n' >main.sh
commit complains
missed='main no longer does what is expected of it: it was expected to print'
exits 1 "a step that prints another text is broken" b counts miscounts
cp "$out" "$work/text"
ok "the finding quotes it, and no warning" holds "$work/text" \
	"$missed \"total: 42\" and did not: total: 41"
exits 1 "and one that complains" b counts complains
cp "$out" "$work/text"
ok "quotes the complaint" grep -q "$missed \"total: 42\" and did not: .*oops" \
	"$work/text"
exits 3 "on both sides it is a doubt" b miscounts miscounts
cp "$out" "$work/text"
ok "which quotes it as well" holds "$work/text" 'and did not: total: 41: repair'

# --- stopped, and how it ends then ---

cat >.behavdiff <<'E'
[step "main"]
	command = python3 main.py
	stop = SIGTERM after 300ms
	repeat = 2
E
end() { # statement name: what it does when it is asked to end
	cat >main.py <<E
import os, signal, sys, time
def end(*a):
    $1
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True:
    time.sleep(0.1)
E
	commit "$2"
}
end 'sys.exit(0)' politely
end 'sys.exit(3)' with_a_status
end 'os.kill(os.getpid(), 11)' by_a_crash
ok "a stopped step may end with any status" b politely with_a_status
exits 1 "and may not crash" b politely by_a_crash
cp "$out" "$work/text"
ok "which is said" holds "$work/text" "main crashes now: it was killed by SIGSEGV"
ok "to have crashed before is no news" b by_a_crash by_a_crash

exits 0 "how a step ended is written" b trace fails --runs 1 -o "$work/fp.json"
for key in error_text error_file error_line output started_ms ended_ms; do
	ok "with $key" grep -q "\"$key\":" "$work/fp.json"
done
ok "bounded" grep -q "\[[0-9]* bytes left out\]" "$work/fp.json"
exits 0 "and read back" b "$work/fp.json" "$work/fp.json"
b trace talks --runs 2 -o "$work/a.json"
b trace fails --runs 2 -o "$work/b.json"
exits 1 "two files break too" b "$work/a.json" "$work/b.json"
sed 's/"error_text": "/"error_text": "\\u001b[31m/' "$work/fp.json" \
	>"$work/bad.json"
b "$work/bad.json" "$work/fp.json" >"$work/text"
ok "it is shown" holds "$work/text" '\x1b[31mno such luck'
ok "and colours nothing" lacks "$work/text" "$(printf '\033')"
sed 's/"output": \[/"output": [7, /' "$work/fp.json" >"$work/bad.json"
exits 2 "what is no text is refused" b "$work/bad.json" "$work/fp.json"

# --- what kept it from starting ---

# starts NAME COMMAND WHY: NEW has no such program, for this reason.
starts() {
	printf '[step "main"]\n\tcommand = %s\n' "$2" >.behavdiff
	exits 1 "$1: it no longer starts" b works broken
	cp "$out" "$work/text"
	ok "$1: $3" holds "$work/text" "main no longer starts: $3"
	git tag -d works broken >/dev/null
}
works() { # file
	printf '[step "main"]\n\tcommand = ./%s\n' "$1" >.behavdiff
	printf '#!/bin/sh\necho works\n' >"$1"
	chmod +x "$1"
	commit works
}
works one && git rm -q --cached one && rm one && commit broken
starts "gone" ./one "./one: ENOENT (no such program)"
works two && chmod -x two && commit broken
starts "no execute bit" ./two "./two: EACCES (it may not be executed)"
works three && printf '#!/usr/bin/nosuch\necho\n' >three && commit broken
starts "no interpreter" ./three "./three: ENOENT (it is there, but its \
interpreter is not: /usr/bin/nosuch)"
git rm -q -f --ignore-unmatch one two three
git checkout -q fails -- .behavdiff && git commit -q --allow-empty -m back

# --- where it is ---

exits 1 "formats name the file and the line" b talks fails --format github
cp "$out" "$work/text"
ok "of the error" holds "$work/text" "file=main.sh,line=7"
exits 0 "the rule is explained" b explain step-broken

# --- baselines ---

exits 0 "a baseline of what works" b baseline update talks
exits 1 "knows that it did" b check fails
cp "$out" "$work/text"
ok "and names the step" holds "$work/text" "step main"
git add -A && git commit -q -m baseline

git rm -q main.sh && commit gone
exits 3 "a program that fails at once is no baseline" b baseline update gone
cp "$err" "$work/text"
ok "for this reason" grep -q "doubt: step main .*main.sh" "$work/text"
ok "unless it must" holds "$work/text" "--force"
exits 0 "then it is written" b baseline update gone --force
exits 3 "and proves as little" b check gone
exits 2 "other words take no --force" b baseline list --force

finish
