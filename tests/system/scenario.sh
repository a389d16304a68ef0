#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a scenario can ask of its steps: arguments, a script that types, a
# terminal, to be stopped, repeated, and expectations; and how often a revision
# is run.
. tests/system/lib.sh

behavdiff_for_user
chmod 1777 "$work"
repo=$work/repo
mkdir "$repo"

folder() { # name; the configuration on standard input
	mkdir -p "$repo/$1"
	cat >"$repo/$1/.behavdiff"
}

folder keys <<'X'
[sandbox]
	timeout = 10s
[step "server"]
	command = python3 server.py
	args = --name 'a b'
	args = last
	ready = output up
	stop = SIGTERM after 300ms
	expect = status 3
[step "chat"]
	command = python3 chat.py
	tty = yes
	input = session.txt
	after = server
	expect = output bye alice
	expect = status 0
[step "again"]
	command = sh again.sh
	repeat = 3
	ready = exit
	expect = output 3
[step "after"]
	command = sh after.sh
	after = again
	expect = output 3
[step "pipe"]
	command = cat
	input = lines.txt
	expect = output two
X
cat >"$repo/keys/server.py" <<'X'
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("up", flush=True)
time.sleep(100)
X
cat >"$repo/keys/chat.py" <<'X'
import os, sys
assert all(os.isatty(n) for n in (0, 1, 2))
open("/dev/tty", "w").close()
open(os.ttyname(0), "w").close()
print("bye", input("Name: "))
open("typed", "w").write(sys.stdin.read())
X
printf 'echo x >>count\nwc -l <count\n' >"$repo/keys/again.sh"
printf 'wc -l <count\n' >"$repo/keys/after.sh"
printf '# a session\nwait for Name:\npause 100ms\nsend alice\nsend more\n' \
	>"$repo/keys/session.txt"
printf 'send one\nsend two\n' >"$repo/keys/lines.txt"

folder unmet <<'X'
[sandbox]
	timeout = 5s
[step "status"]
	command = sh -c 'exit 4'
	expect = status 0
[step "output"]
	command = echo no
	expect = output yes
[step "typing"]
	command = cat
	input = stuck.txt
[step "running"]
	command = sleep 100
	expect = status 0
X
printf 'send a\nwait for b\nsend c\n' >"$repo/unmet/stuck.txt"

folder hold <<'X'
[sandbox]
	timeout = 20s
[step "main"]
	command = cat
	input = hold.txt
X
printf 'send a\nhold\n' >"$repo/hold/hold.txt"

folder signals <<'X'
[sandbox]
	timeout = 10s
[step "server"]
	command = python3 server.py
	ready = output up
[step "client"]
	command = python3 client.py
	after = server
X
cat >"$repo/signals/server.py" <<'X'
import os, signal, time
signal.signal(signal.SIGUSR1, lambda *_: None)
open("pid", "w").write(str(os.getpid()))
print("up", flush=True)
while True:
    time.sleep(0.1)
X
cat >"$repo/signals/client.py" <<'X'
import os, signal, subprocess
server = int(open("pid").read())
os.kill(server, signal.SIGUSR1)
os.killpg(server, signal.SIGUSR1)
signal.pidfd_send_signal(os.pidfd_open(server), signal.SIGUSR1)
signal.pidfd_send_signal(os.open(f"/proc/{server}", os.O_RDONLY), 0)
own = subprocess.Popen(["sleep", "100"])
subprocess.run(["/bin/sh", "-c", f"kill -USR1 {own.pid}; kill {server}"])
X

# Servers: several sockets, clients that say and go, a timer that never ends.
for name in serve stubborn first; do
	folder "$name" <<'X'
[sandbox]
	timeout = 40s
[step "server"]
	command = python3 server.py
	ready = listen 8765
[step "client"]
	command = python3 client.py
	after = server
X
	cat >"$repo/$name/client.py" <<'X'
import socket
socket.create_connection(("127.0.0.1", 8765)).sendall(b"said\n")
X
done
sed -i 's/listen 8765/listen/' "$repo/first/.behavdiff"
cat >"$repo/serve/server.py" <<'X'
import signal, socket, threading, time
def stopped(*_):
    open("orderly", "w").close()
    raise SystemExit
def tick():
    while True:
        time.sleep(0.2)
signal.signal(signal.SIGTERM, stopped)
threading.Thread(target=tick, daemon=True).start()
status = socket.create_server(("127.0.0.1", 8080))
time.sleep(0.5)
chat = socket.create_server(("", 8765))
while True:
    c, _ = chat.accept()
    open("heard-" + c.makefile().readline().strip(), "w").close()
X
cp "$repo/serve/server.py" "$repo/first/server.py"
sed '/SIGTERM/s/stopped/signal.SIG_IGN/' "$repo/serve/server.py" \
	>"$repo/stubborn/server.py"

# Two servers, one of them a daemon with a unix socket; what ends when.
folder order <<'X'
[sandbox]
	timeout = 40s
[step "db"]
	command = sh -c 'python3 server.py db & echo started'
	ready = listen $HOME/db.sock
[step "web"]
	command = python3 server.py web
	after = db
	ready = listen @web
[step "watch"]
	command = sh watch.sh
	ready = file /tmp/watching
	stop = INT after client
[step "client"]
	command = true
	after = web
	after = watch
X
cat >"$repo/order/server.py" <<'X'
import os, signal, socket, sys, time
def stopped(*_):
    time.sleep(0.2)
    if sys.argv[1] == "web":
        socket.socket(socket.AF_UNIX).connect("/home/auditor/db.sock")
    os._exit(0)
signal.signal(signal.SIGTERM, stopped)
s = socket.socket(socket.AF_UNIX)
s.bind("\0web" if sys.argv[1] == "web" else "/home/auditor/db.sock")
s.listen()
while True:
    signal.pause()
X
cat >"$repo/order/watch.sh" <<'X'
trap 'exit 0' INT
touch /tmp/watching
while :; do sleep 0.1; done
X

# A program started a second time when its first run has been stopped.
folder restart <<'X'
[sandbox]
	timeout = 20s
[step "first"]
	command = python3 server.py first
	ready = exit
	stop = INT after client
[step "client"]
	command = "sh -c 'until test -e first; do sleep 0.05; done'"
[step "second"]
	command = sh -c 'test -e first-ended && touch restarted'
	after = first
[step "fails"]
	command = sh -c 'exit 1'
	ready = exit
	expect = status 1
[step "then"]
	command = touch then
	after = fails
X
cat >"$repo/restart/server.py" <<'X'
import time
open("first", "w").close()
try:
    time.sleep(100)
except KeyboardInterrupt:
    open("first-ended", "w").close()
X
for name in steady wavering flaky; do
	folder "$name" <<'X'
[step "main"]
	command = python3 main.py
X
done
echo 'open("a", "w").close()' >"$repo/steady/main.py"
cat >"$repo/wavering/main.py" <<'X'
import os, secrets
for bit in range(8):
    if secrets.randbits(1):
        open(f"bit-{'abcdefgh'[bit]}", "w").close()
X
# About one run of two dies; nothing tells a program which one it is in.
cat >"$repo/flaky/main.py" <<'X'
import os, secrets
if secrets.randbits(1):
    os.abort()
X
new_repo "$repo" || exit 2

trace() { # who folder option...
	trace_who=$1
	trace_name=$2
	shift 2
	if [ "$trace_who" = user ]; then
		set -- as_user "$work/behavdiff" -C "$repo" "$@"
	else
		set -- "$behavdiff" -C "$repo" "$@"
	fi
	rm -f "$work/$trace_name.json"
	"$@" trace -o "$work/$trace_name.json" "main:$trace_name"
}

get() { # folder path
	json get "$work/$1.json" "$2"
}

fact_step() { # folder fact step what
	is "$4" "$(/usr/bin/python3 -c '
import json, sys
for fact in json.load(open(sys.argv[1]))["facts"]:
    if fact["fact"] == sys.argv[2]:
        print(fact.get("step", ""))' "$work/$1.json" "$2")" "$3"
}

process_of() { # folder fact step
	/usr/bin/python3 -c '
import json, sys
for fact in json.load(open(sys.argv[1]))["facts"]:
    for step in fact.get("steps", []):
        if [fact["fact"], step["step"]] == sys.argv[2:]:
            print(step["process"])' "$work/$1.json" "$2" "$3"
}

check_keys() { # who
	exits 0 "$1: every step keeps what it promised" trace "$1" keys
	is "$1: it ended by itself" "$(get keys ends.0.how)" '"exit"'
	is "$1: arguments are appended, words keep their quotes" \
		"$(get keys ends.0.steps.0.command)" \
		"\"python3 server.py --name 'a b' last\""
	is "$1: and so do they in evidence" "$(process_of keys \
		"exec /usr/bin/$(basename "$(readlink -f \
			/usr/bin/python3)")" server)" \
		"python3 server.py --name 'a b' last"
	is "$1: the stopped step ended by its own handler" \
		"$(get keys ends.1.steps.0.status)" 768
	fact_step keys 'file.write /dev/tty' chat \
		"$1: the terminal is a controlling one, and belongs to its step"
	fact_step keys "file.create \$TREE/typed" chat \
		"$1: the end of file comes after the last line"
	fact_step keys "file.create \$TREE/count" again \
		"$1: what a repeated step does is the step's"
	json facts "$work/keys.json" >"$work/$1.facts"
}

users=user
[ "$(id -u)" -ne 0 ] || users='root user'
for who in $users; do
	check_keys "$who"
done
if [ "$users" = user ]; then
	skip "root is needed to be two users" "both see the same facts"
else
	is "both see the same facts" "$(cat "$work/root.facts")" \
		"$(cat "$work/user.facts")"
fi

exits 3 "what was expected and did not come is inconclusive" trace root unmet
cp "$err" "$work/said"
for text in \
	'step status in 3 of 3 runs: status 0 was expected and it ended with status 4' \
	'step output in 3 of 3 runs: it was expected to print "yes" and did not' \
	'step typing in 3 of 3 runs: its input waited in line 2 for "b"' \
	'step running in 3 of 3 runs: status 0 was expected and it was still running'; do
	ok "it says: $text" holds "$work/said" "$text"
done

exits 0 "an input that is held open" trace root hold
is "is not waited for" "$(get hold ends.0.how)" '"quiescent"'
is "and does not end the program" "$(get hold ends.0.alive)" 1

exits 0 "signals of one step to another" trace root signals --runs 1
is "are told with the step that is hit" \
	"$(json facts "$work/signals.json" | grep -E '^process.(sig|insp)' |
		sed 's/python3\.[0-9]*/python3/')" \
	"process.inspect pidfd_send_signal(step server, 0)
process.signal SIGTERM to step server /usr/bin/python3
process.signal SIGUSR1 to group of step server
process.signal SIGUSR1 to other /usr/bin/sleep
process.signal SIGUSR1 to step server /usr/bin/python3"

# --- servers ---

# Of the last trace: "STEP STATUS" for each step of the first run.
step_ends() { # folder
	/usr/bin/python3 -c '
import json, sys
for step in json.load(open(sys.argv[1]))["ends"][0]["steps"]:
    print(step["name"], step.get("status"))' "$work/$1.json"
}

has_fact() { # folder fact
	json facts "$work/$1.json" | grep -qxF "$2"
}

exits 0 "a server with a timer" trace user serve --runs 2
is "ends with its client" "$(get serve ends.0.how) $(get serve ends.1.how)" \
	'"exit" "exit"'
is "in an orderly way" "$(step_ends serve)" "server 0
client 0"
ok "what it does then is seen" has_fact serve "file.create \$TREE/orderly"
ok "and what was said last is heard" has_fact serve \
	"file.create \$TREE/heard-said"
exits 0 "a program is stopped and started again" trace user restart --runs 1
ok "once it has ended" has_fact restart "file.create \$TREE/restarted"
ok "and a status that is expected is an end" has_fact restart \
	"file.create \$TREE/then"
exits 0 "a server that stays" trace root stubborn --runs 1
is "is killed" "$(step_ends stubborn)" "server 9
client 0"
is "and not held against the program" \
	"$(json facts "$work/stubborn.json" | grep '^process.exit')" ""
# The server's first socket is not the one that its client needs.
exits 3 "ready = listen is any socket" trace root first --runs 1
is "what its client met is said" \
	"$(grep -c 'doubt: step client .*refused' "$err")" 1
is "also the wrong one" "$(step_ends first | grep client)" "client 256"

exits 0 "servers end one after the other, each when it is not needed" \
	trace user order --runs 1
is "by itself" "$(get order ends.0.how)" '"exit"'
is "and the database outlives who needs it" "$(step_ends order)" "db 0
web 0
watch 0
client 0"

# --- what is typed, and files of the user's own ---

# A repository that knows nothing of behavdiff, and who reviews it.
mkdir -p "$repo/guest" "$work/review/sub"
printf 'import os, sys\nopen(sys.stdin.readline().strip(), "w").close()\n%s\n' \
	'print(os.readlink("/proc/self/fd/0").split(":")[0])' \
	>"$repo/guest/main.py"
printf 'send tree\n' >"$repo/guest/session.in"
printf 'other\n' >"$repo/guest/only.txt"
git -C "$repo" add -A && git -C "$repo" commit -q -m guest
chmod 777 "$work/review"

guest() { # line...: traced with these lines in a file of the reviewer
	printf '[step "main"]\n\tcommand = python3 main.py\n' \
		>"$work/review/x.behavdiff"
	printf '\t%s\n' "$@" >>"$work/review/x.behavdiff"
	as_user "$work/behavdiff" -C "$repo" \
		--config "$work/review/x.behavdiff" \
		trace --runs 1 -o "$work/guest.json" main:guest
}

made() { # file
	has_fact guest "file.create \$TREE/$1"
}

exits 0 "lines that are typed" guest 'type = send typed'
ok "reach the program" made typed
exits 0 "a script of the tree" guest 'input = session.in'
ok "is read where there is no other" made tree
printf 'send beside\n' >"$work/review/session.in"
exits 0 "one beside --config" guest 'input = session.in'
ok "comes first" made beside
was=$(get guest plan.digest)
printf 'send again\n' >"$work/review/session.in"
exits 0 "with another content" guest 'input = session.in'
ok "the plan is another one" test "$was" != "$(get guest plan.digest)"
printf 'data\n' >"$work/review/sub/in.txt"
exits 0 "stdin beside --config" guest 'stdin = sub/in.txt'
ok "is the program's" made data
exits 0 "stdin of the tree" guest 'stdin = only.txt'
ok "is read where there is no other" made other
ln -s /etc/hostname "$work/review/link"
exits 2 "a link out of the folder" guest 'stdin = link'
cp "$err" "$work/said"
ok "is named" holds "$work/said" 'stdin: cannot open link'
exits 2 "and what leads out" guest 'stdin = ../in.txt'
exits 2 "and what is nowhere" guest 'stdin = nowhere.txt'
cp "$err" "$work/said"
ok "with line and step" grep -q \
	'x.behavdiff:[0-9]*: step "[a-z]*": cannot open its stdin nowhere.txt' \
	"$work/said"
sed -i 's/stdin = .*/stdin = sub\/in.txt/' "$work/review/x.behavdiff"
exits 0 "a comparison" "$behavdiff" -C "$repo" \
	--config "$work/review/x.behavdiff" main:guest main:guest
cp "$out" "$work/said"
ok "says what was read there" holds "$work/said" \
	"sub/in.txt was read beside the configuration"

# --- fixtures ---

# What the driver does is no matter; what the program does for it is.
fixture() { # revision; the driver says this, on standard input
	git -C "$repo" checkout -q -B "$1" main
	cat >"$repo/fixture/driver.py"
	git -C "$repo" add -A && git -C "$repo" commit -q -m "$1"
}

folder fixture <<'X'
[step "server"]
	command = python3 server.py
	ready = listen $HOME/s.sock
[step "driver"]
	command = python3 driver.py
	role = fixture
	after = server
X
cat >"$repo/fixture/server.py" <<'X'
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("/home/auditor/s.sock")
s.listen()
while True:
    c, _ = s.accept()
    name = c.makefile().readline().strip()
    if name:
        open("/tmp/" + name, "w").close()
    c.close()
X
git -C "$repo" add -A && git -C "$repo" commit -q -m fixture
say='import socket
s = socket.socket(socket.AF_UNIX)
s.connect("/home/auditor/s.sock")
s.sendall(b"%s\\n")
s.recv(1)
'
# shellcheck disable=SC2059
printf "$say" "" | fixture quietly
# shellcheck disable=SC2059
{ printf "$say" ""; echo 'open("/tmp/by-driver", "w").close()'; } |
	fixture busily
# shellcheck disable=SC2059
printf "$say" hello | fixture loudly
git -C "$repo" checkout -q main
exits 0 "what a fixture does now is no finding" "$behavdiff" -C "$repo" \
	--runs 2 quietly:fixture busily:fixture
cp "$out" "$work/said"
ok "and nowhere in the comparison" lacks "$work/said" by-driver
ok "which says what it is" holds "$work/said" "driver (fixture) exited 0"
exits 1 "what a subject does for it is one" "$behavdiff" -C "$repo" \
	--runs 2 quietly:fixture loudly:fixture
cp "$out" "$work/said"
ok "by name" holds "$work/said" "file.create /tmp/hello"

# --- two settings and two commands of one revision ---

folder variant <<'X'
[step "login"]
	command = python3 main.py login
	env = MODE=own
	ready = exit
[step "signup"]
	command = python3 main.py signup
	ready = exit
	after = login
[step "show"]
	command = python3 main.py show
	after = signup
[step "lone"]
	command = true
[scenario "alone"]
	step = lone
[scenario "login"]
	step = login
X
cat >"$repo/variant/main.py" <<'X'
import os, sys
open("/tmp/" + sys.argv[1], "w").close()
if os.environ.get("CI"):
    open("/tmp/ci-" + os.environ["CI"], "w").close()
if "MODE" in os.environ:
    open("/tmp/mode-" + os.environ["MODE"], "w").close()
X
git -C "$repo" add -A && git -C "$repo" commit -q -m variant

variant() { # option...
	as_user env XDG_CACHE_HOME="$work/cache" "$work/behavdiff" -C "$repo" \
		"$@" --format json main:variant main:variant
}

news() { # the new facts, each with its step
	/usr/bin/python3 -c '
import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["change"] == "new" and f["kind"] == "file.create":
        print(f["object"], f["first"]["step"])' "$work/result"
}

mkdir "$work/cache"
chmod 777 "$work/cache"
# Twice: what is kept from one comparison must not answer another.
for from in traced cache; do
	exits 0 "$from: the same is the same" variant
	exits 1 "$from: a variable that only NEW has" variant --env CI=true
	cp "$out" "$work/result"
	is "$from: brings what it does" "$(news)" "/tmp/ci-true login"
	ok "$from: and is named" holds "$work/result" \
		'"spec": "main:variant with CI=true"'
	exits 1 "$from: another value" variant --env CI=true --env CI=maybe
	cp "$out" "$work/result"
	is "$from: is another run, and the last one counts" "$(news)" \
		"/tmp/ci-maybe login"
	exits 1 "$from: the steps' own variables too" variant \
		--env MODE=given
	cp "$out" "$work/result"
	is "$from: are replaced" "$(news)" "/tmp/mode-given login"
	exits 1 "$from: two steps as one" variant --old-step login \
		--new-step signup
	cp "$out" "$work/result"
	is "$from: differ in what they do" "$(news)" "/tmp/signup login"
	exits 1 "$from: and the other way round" variant --old-step signup \
		--new-step login
	cp "$out" "$work/result"
	is "$from: in the other" "$(news)" "/tmp/login signup
/tmp/mode-own signup"
done
exits 2 "no variable" variant --env CI
# shellcheck disable=SC2016,SC2088
for value in '$HOME/x' '${TREE}' '~/x'; do
	exits 2 "$value is not expanded" variant --env "AT=$value"
	cp "$err" "$work/said"
	ok "which the message shows" grep -q \
		'^hint: nothing is: write --env AT=/home/auditor' "$work/said"
done
exits 2 "one step of two" variant --old-step login
exits 2 "a step that is none" variant --old-step login --new-step log
exits 2 "the same step twice" variant --old-step show --new-step show
exits 1 "a scenario has either" variant \
	--old-step login --new-step signup --scenario login
exits 2 "or neither, which is a mistake" variant \
	--old-step login --new-step signup --scenario alone
exits 2 "a gate has no two settings" "$behavdiff" -C "$repo" check \
	--env CI=true main
cp "$err" "$work/said"
ok "and says so" holds "$work/said" "option '--env' does not go with"

# --- how often ---

exits 0 "runs that agree" trace root steady
is "are three" "$(get steady runs)" 3
exits 0 "and one is one" trace root steady --runs 1
is "as asked" "$(get steady runs)" 1
exits 0 "runs that do not agree" trace root wavering --max-runs 5
ok "are more, and no more than allowed" test "$(get wavering runs)" -gt 3 \
	-a "$(get wavering runs)" -le 5
exits 0 "unless there shall be none" trace root wavering --max-runs 1
is "more" "$(get wavering runs)" 3
# Twenty runs are all alike once in half a million times.
trace root flaky --runs 20 --max-runs 20 >"$out" 2>"$err"
is "a crash in some of the runs is a fact" "$(/usr/bin/python3 -c '
import json, sys
for fact in json.load(open(sys.argv[1]))["facts"]:
    if fact["fact"].startswith("process.exit"):
        print(fact["fact"].split()[-1], 0 < fact["seen"] < 20)' \
	"$work/flaky.json")" "signal=SIGABRT True"

# --- what makes no sense ---

refuses() { # what message line...
	refuses_what=$1
	refuses_text=$2
	shift 2
	printf '[step "x"]\n\tcommand = cat\n' >"$work/bad"
	printf '\t%s\n' "$@" >>"$work/bad"
	exits 2 "$refuses_what" "$behavdiff" -C "$repo" \
		--config "$work/bad" trace main:keys
	cp "$err" "$work/said"
	ok "and says where" holds "$work/said" "$refuses_text"
}

refuses "an unknown signal" "bad:3: step.stop: bad value" 'stop = SIGFOO'
refuses "a stop after no step" \
	'bad:3: step "x": stop = after "soon" names no step' 'stop = after soon'
refuses "an expectation of nothing" "bad:3: step.expect: bad value" \
	'expect = joy'
refuses "two statuses" 'bad:4: step "x": expect: a second status' \
	'expect = status 0' 'expect = status 1'
refuses "a value that a comment would cut" \
	'bad:3: step.args: ";" begins a comment' 'args = a;b'
refuses "quotes that git-config takes away" \
	'bad:3: step "x": args: git-config takes the double quotes away' \
	'args = add "milk is out"'
ok "and shows the line that works" holds "$work/said" \
	"args = add 'milk is out'"
refuses "the same in what is typed" 'bad:3: step.type: git-config takes' \
	'type = send "hello"'
refuses "two ways to type" 'bad:3: step "x": type and input contradict' \
	'type = send a' 'input = lines.txt'
refuses "no repetition" "bad:3: step.repeat: bad value" 'repeat = 0'
refuses "a script and a file" 'bad:4: step "x": input and stdin contradict' \
	'stdin = lines.txt' 'input = lines.txt'
refuses "a terminal and a file" 'bad:4: step "x": tty and stdin contradict' \
	'stdin = lines.txt' 'tty = yes'
refuses "to stop what has ended" 'bad:4: step "x": stop and ready contradict' \
	'ready = exit' 'stop = SIGTERM'
refuses "a script that is not there" \
	'bad:3: step "x": input: cannot read nowhere' 'input = nowhere'
refuses "a script that is none" \
	'server.py:1: "import signal, sys, time" is no line of a script' \
	'input = server.py'
refuses "a quote that never closes" 'bad:3: step "x": args' "args = 'a"

# --- the tutorial's own configuration ---

mkdir "$work/tutorial"
awk '/^```ini$/ { on = 1; next } /^```$/ { on = 0 } on' \
	"$top/cmd/tutorial.md" >"$work/tutorial/.behavdiff"
ok "the tutorial has a configuration" test -s "$work/tutorial/.behavdiff"
cat >"$work/tutorial/server.py" <<'X'
import socket
server = socket.create_server(("127.0.0.1", 8765))
while True:
    server.accept()[0].close()
X
cat >"$work/tutorial/client.py" <<'X'
import socket
print(input())
socket.create_connection(("127.0.0.1", 8765)).close()
X
new_repo "$work/tutorial" || exit 2
exits 0 "the tutorial's configuration works as it stands" \
	"$behavdiff" -C "$work/tutorial" --runs 2 main main
finish
