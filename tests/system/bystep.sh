#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# By step: what a step does now and only another did before is told and weighs a
# level less; steps that race for one action are one program.
. tests/system/lib.sh

behavdiff_for_user
chmod 1777 "$work"
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
repo=$work/repo
mkdir "$repo"
git init -q -b main "$repo"

# Three steps that do what act.py says for each; the server accepts them all.
cat >"$repo/.behavdiff" <<'X2'
[sandbox]
	timeout = 10s
[step "server"]
	command = python3 server.py
	ready = listen
[step "signup"]
	command = python3 act.py signup
	after = server
	ready = exit
[step "login"]
	command = python3 act.py login
	after = signup
	ready = exit
[step "audit"]
	command = python3 act.py audit
	after = login
	ready = exit
X2
cat >"$repo/server.py" <<'X2'
import socket
s = socket.create_server(("127.0.0.1", 9001))
while True:
    c, _ = s.accept()
    c.recv(64)
    c.close()
X2
cat >"$repo/do.py" <<'X2'
import os, socket, subprocess
def connect():
    socket.create_connection(("127.0.0.1", 9001)).sendall(b"x")
def execute():
    subprocess.run(["/usr/bin/id"], stdout=subprocess.DEVNULL)
def secret():
    try:
        open("/etc/shadow").read()
    except OSError:
        pass
X2

# A revision whose steps do so: act TAG SIGNUP LOGIN AUDIT
act() {
	cat >"$repo/act.py" <<X2
import sys
import do
todo = {"signup": [$2], "login": [$3], "audit": [$4]}
for what in todo[sys.argv[1]]:
    what()
X2
	git -C "$repo" add -A
	git -C "$repo" commit -q --allow-empty -m "$1"
	git -C "$repo" tag "$1"
}

behave() { # argument...
	(cd "$repo" && as_user "$work/behavdiff" "$@")
}

# "CHANGE LEVEL STEP OTHERS" of each finding of this fact, in lines.
found() { # file fact
	/usr/bin/python3 -c '
import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["fact"] == sys.argv[2]:
        print(f["change"], f["level"], f.get("step", "-"),
              ",".join(f.get("others", [])))' "$@"
}

compare() { # status name old new argument...
	compare_want=$1
	compare_name=$2
	shift 2
	exits "$compare_want" "$compare_name" behave --format json "$@"
	cp "$out" "$work/result.json"
}

act base "do.connect, do.execute, do.secret" "" ""
act more "do.connect, do.execute, do.secret" \
	"do.connect, do.execute, do.secret" ""
act moved "" "do.connect, do.execute, do.secret" ""
act third "do.connect" "do.connect" "do.connect"
act two "do.connect" "do.connect" ""
act lively "do.connect, do.execute, do.secret" "do.connect" ""
act all "do.connect, do.execute" "do.connect, do.execute" \
	"do.connect, do.execute"
give_to_user "$repo"

# --- told, and no alarm ---

compare 0 "what another step did before passes" base more
is "a connection is a warning" \
	"$(found "$work/result.json" "net.connect tcp 127.0.0.1:9001")" \
	"new warning login signup"
is "so is a program" "$(found "$work/result.json" "exec /usr/bin/id")" \
	"new warning login signup"
is "and a secret" \
	"$(found "$work/result.json" "file.read /etc/shadow = EACCES")" \
	"new warning login signup"
exits 0 "for people" behave base more --color never
cp "$out" "$work/text"
ok "it names both steps" holds "$work/text" \
	"step login does this now; before, only step signup did"
compare 0 "work that moved passes" base moved
is "it is new in one and gone in the other" \
	"$(found "$work/result.json" "exec /usr/bin/id" | sort)" \
	"gone note signup login
new warning login signup"
compare 0 "a third step" two third
is "is told beside those that did it" \
	"$(found "$work/result.json" "net.connect tcp 127.0.0.1:9001")" \
	"new warning audit login,signup"
compare 0 "and the other way round" third two
is "a step that stops is gone, as another goes on" \
	"$(found "$work/result.json" "net.connect tcp 127.0.0.1:9001")" \
	"gone note audit login,signup"
compare 0 "a revision and itself" more more
is "have no finding" "$(json get "$work/result.json" findings)" "[]"

# --- the policy of a step ---

cp "$repo/.behavdiff" "$work/plain"
printf '[policy "login"]\n\tlevel = exec:/usr/bin/id error\n' \
	>>"$repo/.behavdiff"
compare 1 "the policy of the step is the last word" base more \
	--config .behavdiff
is "and is not lowered" "$(found "$work/result.json" "exec /usr/bin/id")" \
	"new error login signup"
cp "$work/plain" "$repo/.behavdiff"
printf '[policy]\n\tlevel = exec:/usr/bin/id warning\n' >>"$repo/.behavdiff"
compare 0 "the policy of all steps" base more --config .behavdiff
is "is lowered by one" "$(found "$work/result.json" "exec /usr/bin/id")" \
	"new note login signup"
cp "$work/plain" "$repo/.behavdiff"
printf '[policy "login"]\n\tfail-on = warning\n' >>"$repo/.behavdiff"
compare 1 "fail-on is the step's own" base more --config .behavdiff
compare 0 "and no other's" two third --config .behavdiff
cp "$work/plain" "$repo/.behavdiff"

# --- fixtures ---

sed 's/^\[step "signup"\]/&\n\trole = fixture/' "$work/plain" \
	>"$repo/fixture.conf"
compare 1 "what only a fixture did is not known" base more \
	--config fixture.conf
is "it is as new as anything" \
	"$(found "$work/result.json" "exec /usr/bin/id")" "new error - "
compare 0 "what a fixture does now is not compared" two lively \
	--config fixture.conf
is "in no finding but that it was edited" \
	"$(json get "$work/result.json" findings | grep -o '"fact": "[^"]*"')" \
	'"fact": "policy.edit act.py"'
rm "$repo/fixture.conf"

# --- the baseline ---

git_user() {
	as_user git -C "$repo" "$@"
}

update() {
	git_user checkout -q "$1" &&
		behave baseline update --config "$work/strict"
}
{ cat "$work/plain"; printf '[policy]\n\tfail-on = warning\n'; } \
	>"$work/strict"
file=$repo/baselines/default.json
exits 0 "a baseline" update base
ok "knows the steps" holds "$file" '"signup exec /usr/bin/id": "always"'
ok "of each its own" lacks "$file" '"login exec /usr/bin/id"'
cp "$file" "$work/first.json"
exits 0 "updated again" update base
ok "it is the same to the byte" cmp "$file" "$work/first.json"

check() {
	behave check "$@" --config "$work/strict" --format json
}
git_user checkout -q more
exits 1 "check tells what another step does" check
cp "$out" "$work/result.json"
is "and who" "$(found "$work/result.json" "exec /usr/bin/id")" \
	"new warning login signup"
id=$(/usr/bin/python3 -c '
import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["fact"] == "exec /usr/bin/id": print(f["id"])' "$work/result.json")
exits 0 "it is explained" behave explain "$id" --color never
cp "$out" "$work/text"
ok "with what each step did" grep -q 'login: in [0-9]* runs' "$work/text"
ok "and who did it before" holds "$work/text" "this step of OLD never"
exits 0 "it is accepted by its id" behave baseline accept "$id" \
	--reason "asked for" --config "$work/strict"
ok "for this step" grep -q \
	'"login exec /usr/bin/id": {"reason": "asked for"' "$file"
ok "and not as a fact" lacks "$file" '    "exec /usr/bin/id": {'
exits 1 "the rest still fails" check
cp "$out" "$work/result.json"
is "but not what was accepted" "$(/usr/bin/python3 -c '
import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["fact"] == "exec /usr/bin/id":
        print(f["gates"], f["accepted"], f["acceptance"]["step"])' \
	"$work/result.json")" "False True login"
exits 0 "a fact's line is accepted for the step that does it" \
	behave baseline accept "net.connect tcp 127.0.0.1:9001" \
	--reason "asked for" --config "$work/strict"
ok "alone" grep -q '"login net.connect tcp 127.0.0.1:9001": {' "$file"
exits 0 "all that is left" behave baseline accept --all \
	--reason "asked for" --config "$work/strict"
exits 0 "and check passes" check
cp "$file" "$work/accepted.json"
exits 0 "an update keeps it apart" update more
ok "also from the steps" lacks "$file" '"login exec /usr/bin/id": "always"'
exits 1 "where a third step does it" check all
exits 0 "prune" behave baseline prune --config "$work/strict"
ok "keeps what is no fact" grep -q '"login exec /usr/bin/id": {' "$file"

# A baseline of before: nothing is known of steps, and nothing compared.
/usr/bin/python3 - "$work/first.json" "$file" <<'X2'
import json, sys
doc = json.load(open(sys.argv[1]))
del doc["by_step"]
json.dump(doc, open(sys.argv[2], "w"), indent=2)
X2
exits 0 "a baseline without steps" check
ok "valid baselines" json valid "$top/baselines/baseline.schema.json" \
	"$work/first.json" "$work/accepted.json"
ok "and results" json valid "$top/baselines/result.schema.json" \
	"$work/result.json"
exits 0 "a fingerprint" behave trace more -o "$work/more.json"
ok "is valid" json valid "$top/baselines/fingerprint.schema.json" \
	"$work/more.json"
ok "and knows each step" grep -q '"steps": \[{"step": "login", "seen": 3' \
	"$work/more.json"
finish
