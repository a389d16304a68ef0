#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The gate before a merge, as a story in a scratch repository: a baseline is
# made, harmless changes pass, a beacon does not, people say yes for a while,
# a change cannot let itself in, and no file, clone or neighbour breaks it.
# shellcheck disable=SC2016
. tests/system/lib.sh

behavdiff_for_user
chmod 777 "$work"
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME

# The checks themselves write to $out and $err.
kept=$work/kept
ends() { # status name command...
	exits "$@"
	cp "$out" "$kept.out"
	cp "$err" "$kept.err"
}

who=
me() { # command...
	if [ "$who" = user ]; then
		as_user "$@"
	else
		"$@"
	fi
}

b() { # argument...
	me "$work/behavdiff" -C "$repo" "$@"
}

g() { # argument...
	me git -C "$repo" "$@"
}

say() { # file: standard input, as whoever it is
	me tee "$repo/$1" >/dev/null
}

append() {
	me tee -a "$repo/$1" >/dev/null
}

commit() { # subject
	g add -A && g commit -q -m "$1"
}

branch() { # name [from]
	g checkout -q -f -B "$1" "${2:-main}"
}

file() {
	cat "$repo/baselines/default.json"
}

# The ids of what failed, from the last line of the last output.
ids() {
	sed -n 's/^to accept: behavdiff baseline accept \(.*\) --reason.*/\1/p' \
		"$kept.out"
}

edit() { # sed-script
	sed "$1" "$repo/baselines/default.json" >"$work/edited"
	say baselines/default.json <"$work/edited"
}

# A beacon in a few lines: nobody answers, the attempt is what counts.
beacon='import socket
s = socket.socket()
s.settimeout(1)
s.connect_ex(("203.0.113.7", 4444))'

begin() { # who
	who=$1
	repo=$work/$1
	mkdir "$repo"
	[ "$who" = root ] || give_to_user "$repo"
	me git -C "$repo" init -q -b main
	g config user.name 'Ann Example'
	say main.py <<-END
		open("out.txt", "w").write("hello")
	END
	ends 0 "$who: init" b init
	g config -f "$repo/.behavdiff" behavdiff.runs 2
	g config -f "$repo/.behavdiff" sandbox.timeout 5s
	commit start
}

# --- making one ---

making() {
	ends 3 "$who: without a baseline: inconclusive" b check
	ok "$who: and the command to make one" holds "$kept.err" \
		'behavdiff baseline update'
	ends 0 "$who: update makes one" b baseline update
	file >"$work/first"
	is "$who: one fact a line" \
		"$(grep -c '"file.create $TREE/out.txt": "always",\{0,1\}$' \
			"$work/first")" 1
	ends 0 "$who: and again" b baseline update --no-cache
	is "$who: the same bytes" "$(file)" "$(cat "$work/first")"
	commit baseline
	ends 0 "$who: and after it was committed" b baseline update
	is "$who: git diff is empty" "$(g status --porcelain)" ""
	ok "$who: the file is valid" /usr/bin/python3 \
		tests/system/json_read.py valid baselines/baseline.schema.json \
		"$repo/baselines/default.json"
	ends 0 "$who: check passes" b check
	ok "$who: says what it trusts" holds "$kept.out" 'trusted side: the work tree'
	ends 0 "$who: a baseline is a side of diff" \
		b diff baselines/default.json HEAD
	ends 0 "$who: on either side" b diff HEAD baselines/default.json
	ends 0 "$who: show" b baseline show
	ok "$who: shows the facts" holds "$kept.out" 'always     file.create'
	ends 0 "$who: list" b baseline list
	ok "$who: lists the file" holds "$kept.out" 'baselines/default.json  '
}

# --- changes ---

changes() {
	branch harmless
	say main.py <<-END
		text = "hello, again"
		open("out.txt", "w").write(text)
	END
	commit harmless
	ends 0 "$who: a harmless change passes" b check --base main
	ok "$who: says what it trusts" holds "$kept.out" \
		', the tip of main'

	branch beacon
	echo "$beacon" | append main.py
	commit beacon
	ends 1 "$who: a beacon does not" b check --base main HEAD
	ok "$who: it is named" holds "$kept.out" \
		'net.connect tcp 203.0.113.7:4444 = ENETUNREACH'
	ok "$who: the last line accepts it" test -n "$(ids)"
	accepted=$(ids)
	explaining
	ends 1 "$who: nor from the work tree" b check
	ends 1 "$who: nor as another branch's name" b check beacon
}

# What was compared last is told in full, by as little of its id as is needed.
explaining() {
	line='net.connect tcp 203.0.113.7:4444 = ENETUNREACH'
	id=$(grep -F "$line" "$kept.out" | sed -n 's/.*  id //p' | head -n 1)
	ok "$who: it has an id, and the command to ask about it" \
		grep -q "^to explain: behavdiff explain $id" "$kept.out"
	ends 0 "$who: explain by four digits" b explain \
		"$(echo "$id" | cut -c 1-4)"
	ok "$who: tells the call" grep -q '^first    connect(.*ENETUNREACH$' \
		"$kept.out"
	ok "$who: and what would accept it" \
		grep -q "^         behavdiff baseline accept $id" "$kept.out"
	ends 0 "$who: explain by the fact" b explain "$line"
	ends 2 "$who: no such finding" b explain 0000000000000000
	ends 2 "$who: too few digits for one" b explain 000
	remembered=$(ls "$XDG_CACHE_HOME"/behavdiff/last-*)
	cp "$remembered" "$work/remembered"
	me sh -c "sed s/ENETUNREACH/ENETUNREACHED/ '$work/remembered' \
		>'$remembered'"
	ends 2 "$who: what was tampered with is not told" b explain "$id"
	ok "$who: but forgotten" holds "$kept.err" 'no comparison is cached'
	me cp "$work/remembered" "$remembered"
}

accepting() {
	ends 2 "$who: accept wants a reason" b baseline accept "$accepted"
	ends 2 "$who: a finding there was" \
		b baseline accept 0000000000000000 --reason no
	ends 2 "$who: and a day to come" \
		b baseline accept --all --reason no --expires 2020-01-01
	# shellcheck disable=SC2086
	ends 0 "$who: accept" b baseline accept $accepted \
		--reason 'health check of "ours"' --expires 2999-12-31
	ends 0 "$who: then it passes" b check
	ok "$who: and says why" holds "$kept.out" \
		'accepted until 2999-12-31 by Ann Example: health check'
	ends 0 "$who: update keeps it apart" b baseline update
	file >"$work/kept"
	ok "$who: with who and when" grep -q \
		'^    "net.connect .*"by": "Ann Example", "date": "20..-' \
		"$work/kept"
	is "$who: not among the facts" \
		"$(grep -c '^    "net.connect .*: "always"' "$work/kept")" 0
	ends 0 "$who: a fact is accepted before anybody saw it" \
		b baseline accept "net.connect tcp 203.0.113.9:1" --reason 'later'
	ends 0 "$who: prune" b baseline prune
	ok "$who: keeps what counts" holds "$kept.out" 'unchanged'

	edit 's/2999-12-31/2020-01-01/'
	ends 1 "$who: what expired gates again" b check
	ok "$who: and says so" holds "$kept.out" \
		'accepted, but that expired on 2020-01-01'
	edit '/^    "net.socket/d; /^    "net.connect/d; s|^  "accepted": {|&\
    "net.connect tcp 203.0.113.*:4444 = ENETUNREACH": {"reason": "by hand", "glob": true},\
    "net.socket inet stream *": {"reason": "by hand", "glob": true}|'
	edit '/^    "net.connect tcp 203.0.113.9/d'
	ends 0 "$who: a pattern written by hand counts" b check
	edit 's|"net.socket inet stream \*"|"net.socket **"|'
	ends 2 "$who: not one that is all wildcard" b check
	ok "$who: it says where" holds "$kept.err" 'line '
	g checkout -q -f .
}

# The words of baseline find the file that judged, wherever they are called.
elsewhere() {
	branch apart
	me mkdir "$repo/part"
	me cp "$repo/main.py" "$repo/part/main.py"
	commit part
	ends 0 "$who: a folder has a baseline of its own" \
		b baseline update HEAD:part
	commit 'baseline of a part'
	echo "$beacon" | append part/main.py
	commit 'beacon in a part'
	ends 1 "$who: it judges the folder" b check HEAD:part
	# shellcheck disable=SC2046
	ends 0 "$who: accept finds it by the last comparison" \
		b baseline accept $(ids) --reason part
	ok "$who: the folder's" holds "$kept.out" 'part/baselines/default.json: written'
	ends 0 "$who: then the folder passes" b check HEAD:part
	ends 0 "$who: show --dir" b baseline show --dir part
	ok "$who: shows it" holds "$kept.out" 'accepted   net.connect'
	ends 0 "$who: show REV:DIR" b baseline show HEAD:part
	ok "$who: shows what is different" holds "$kept.out" '+ accepted   net.connect'
	ends 0 "$who: show REV" b baseline show main
	ok "$who: or that nothing is" holds "$kept.out" 'as in main'
	ends 2 "$who: not out of the repository" b baseline show --dir ../x
	ends 2 "$who: update has REV:DIR" b baseline update --dir part
	ends 2 "$who: prune expects no day" b baseline prune --expires 2099-01-01
	ends 0 "$who: prune --dir" b baseline prune --dir part
	ends 0 "$who: from a folder inside" b -C part baseline show
	me sh -c "printf '[behavdiff]\n\tbaselines = other\n' >'$repo/../other.$who'"
	ends 0 "$who: --config names another folder" b --config "../other.$who" \
		baseline update
	ends 0 "$who: where accept writes, too" b baseline accept \
		--config "../other.$who" 'net.dns a.example A' --reason other
	ok "$who: there" holds "$kept.out" 'other/default.json: written'
	me rm -rf "$repo/other"
	g checkout -q -f .
}

# What a change brings along does not judge it.
no_way_in() {
	branch sneak beacon
	printf '[policy]\n\tlevel = net.connect:** never\n\tlevel = net.socket:** never\n' |
		append .behavdiff
	b check >/dev/null
	b baseline update >/dev/null
	commit sneak
	ends 0 "$who: in its own eyes it is fine" b check
	ends 1 "$who: not in those of main" b check --base main
	for edited in .behavdiff baselines/default.json; do
		ok "$who: the edit of $edited is a finding" holds "$kept.out" \
			"error    policy.edit $edited"
	done
	branch main main
	ends 1 "$who: nor in those of main's work tree" b check sneak
	ok "$who: where the edit is a finding, too" holds "$kept.out" \
		'error    policy.edit .behavdiff'
}

# Nothing fails, everything is told; who may say so is the trusted side.
reporting() {
	branch reporting beacon
	ends 0 "$who: --report-only: a regression" \
		b check --base main --report-only -o "json:$work/result.json" HEAD
	ok "$who: is told" holds "$kept.out" 'error    net.connect'
	is "$who: loudly" "$(grep '^report-only' "$kept.out")" \
		'report-only: would have exited 1'
	ok "$who: to machines" grep -q '"would_exit": 1' "$work/result.json"
	ok "$who: which is valid" /usr/bin/python3 \
		tests/system/json_read.py valid baselines/result.schema.json \
		"$work/result.json"
	ends 0 "$who: --report-only: another plan" b check --timeout 4 --report-only
	ok "$who: is told, too" holds "$kept.err" 'report-only: would have exited 3'
	ends 2 "$who: --report-only: trouble stays" b check --report-only nowhere
	printf '[policy]\n\tmode = report-only\n' | append .behavdiff
	commit 'report only'
	ends 0 "$who: configured, in its own eyes" b check
	ends 1 "$who: no change turns itself report-only" b check --base main
	ends 0 "$who: the trusted side may" b diff HEAD~1 HEAD
	ends 0 "$who: in a diff that is OLD" b diff HEAD beacon
	ok "$who: which says nothing where nothing would fail" \
		lacks "$kept.out" report-only
	ends 1 "$who: never NEW" b diff main HEAD

	branch steps beacon
	printf '[step "a"]\n\tcommand = python3 main.py\n[policy "a"]\n\tfail-on = never\n' |
		append .behavdiff
	ends 0 "$who: a step's own policy" b diff . beacon
	commit 'lax step'
	me git -C "$repo" config -f "$repo/.behavdiff" step.b.command 'python3 main.py'
	me git -C "$repo" config -f "$repo/.behavdiff" step.b.after a
	commit 'strict step'
	say main.py <<-END
		open("out.txt", "w").write("hello")
	END
	commit harmless
	ends 1 "$who: the strictest of two that do it judges" b diff HEAD HEAD~1
	ok "$who: both are named" grep -q 'in step .* (also ' "$kept.out"
}

# --- merges and clones ---

merging() {
	branch left
	echo 'open("left.txt", "w").write("l")' | append main.py
	b baseline update . >/dev/null
	commit left
	branch right
	echo 'open("right.txt", "w").write("r")' | me sh -c \
		"cat - '$repo/main.py' >'$repo/new' && mv '$repo/new' '$repo/main.py'"
	b baseline update HEAD >/dev/null
	b baseline update . >/dev/null
	commit right
	ok "$who: two baselines merge" g merge -q -m both left
	ends 0 "$who: both sides' facts count" b check
	ok "$who: the merge is mentioned" holds "$kept.out" 'merged line by line'
	ends 0 "$who: update puts it in order" b baseline update HEAD
	commit order
	ends 0 "$who: then nothing is mentioned" b check
	ok "$who: nothing" lacks "$kept.out" 'merged line by line'

	branch conflict right
	edit 's/^  "facts": {/&\
<<<<<<< ours\
=======\
>>>>>>> theirs/'
	ends 2 "$who: a conflict left in the file is trouble" b check
	ok "$who: with its line" holds "$kept.err" 'an unresolved merge conflict'
	ends 0 "$who: update resolves it" b baseline update .
	ends 0 "$who: for good" b check
	g checkout -q -f .
}

environments() {
	branch main main
	edit 's/"kernel": "[^"]*"/"kernel": "2.6.32"/'
	ends 0 "$who: another kernel: traced again" b check
	ok "$who: said apart" holds "$kept.out" 'the environment changed 0 facts'
	edit '/"file.create $TREE.out.txt"/d'
	ends 0 "$who: what is new by the environment only passes" b check
	ok "$who: and is counted" holds "$kept.out" 'the environment changed 1 fact'
	ok "$who: and named" holds "$kept.out" '+ file.create $TREE/out.txt'
	g checkout -q -f .

	me git clone -q --depth 1 "file://$repo" "$repo-shallow"
	edit 's/"kernel": "[^"]*"/"kernel": "2.6.32"/'
	cp "$repo/baselines/default.json" "$work/old-kernel"
	g checkout -q -f .
	home=$repo
	repo=$repo-shallow
	ends 0 "$who: a shallow clone will do" b check
	say baselines/default.json <"$work/old-kernel"
	ends 3 "$who: not to trace the baseline's revision again" b check
	ok "$who: with the command that fetches it" grep -q \
		'git fetch origin [0-9a-f]\{40\}' "$kept.err"
	repo=$home

	ends 3 "$who: another plan is inconclusive" b check --timeout 4
	ok "$who: and says what differs" holds "$kept.err" 'sandbox.timeout 5s and 4s'
}

# --- broken files ---

refused() { # what [text in the message]
	ends 2 "$who: $1: refused by check" b check
	ok "$who: $1: with the reason" holds "$kept.err" "$2"
	ends 2 "$who: $1: and not overwritten" b baseline update
}

broken() {
	file >"$work/whole"
	head -c 900 "$work/whole" | say baselines/default.json
	refused "cut short" 'line '
	edit '1,$d'
	refused "empty" 'default.json'
	sed 's/: "always",/: "perhaps",/' "$work/whole" | say baselines/default.json
	refused "an unknown word" 'line 38: a fact is "always" or "sometimes"'
	sed 's|baseline/1|baseline/2|' "$work/whole" | say baselines/default.json
	refused "a newer schema" 'this program knows up to'
	sed 's|baseline/1|fingerprint/1|' "$work/whole" |
		say baselines/default.json
	refused "another schema" 'line 2: '
	head -c 100000 /dev/zero | tr '\0' '[' | say baselines/default.json
	refused "nested" 'line 1, column 33: nested too deeply'
	yes '' | head -c 104857600 | say baselines/default.json
	refused "of 100 MB" 'line 33554433: more than'
	g checkout -q -f .

	me rm "$repo/baselines/default.json"
	echo secret >"$work/outside"
	chmod 666 "$work/outside"
	me ln -s "$work/outside" "$repo/baselines/default.json"
	ends 2 "$who: a link is not followed" b baseline update
	is "$who: what it names is as it was" "$(cat "$work/outside")" secret
	g checkout -q -f .
}

# --- several at once, and death ---

at_once() {
	for i in 1 2 3; do
		b check --no-cache >"$work/at.$i" 2>&1 &
	done
	b baseline update --no-cache >/dev/null &
	wait
	is "$who: three checks and an update at once agree" \
		"$(tail -qn 1 "$work/at.1" "$work/at.2" "$work/at.3" | uniq -c |
			sed 's/^ *//')" "3 pass: nothing new at error, exit 0"
	is "$who: nothing is left behind" "$(g status --porcelain)" ""
}

killed() {
	edit '/"file.create $TREE.out.txt"/d'
	file >"$work/old"
	b baseline update -q
	file >"$work/new"
	for delay in 0.02 0.05 0.08 0.1 0.12 0.15 0.2 0.3; do
		say baselines/default.json <"$work/old"
		me timeout -s KILL "$delay" "$work/behavdiff" -C "$repo" \
			baseline update -q --no-cache >/dev/null 2>&1
		cmp -s "$repo/baselines/default.json" "$work/old" ||
			cmp -s "$repo/baselines/default.json" "$work/new" ||
			echo "after $delay s"
	done >"$work/half"
	is "$who: killed at any time: the old file or the new" \
		"$(cat "$work/half")" ""
	rm -f "$repo"/baselines/*.tmp
	g checkout -q -f .
}

# --- the cache ---

caching() {
	b cache clear >/dev/null
	b trace main -o "$work/cold.$who.json"
	ends 0 "$who: a revision is traced once" b diff main main
	ok "$who: then it comes from the cache" grep -q '^new .* cache, ' "$kept.out"
	b trace main -o "$work/warm.$who.json"
	is "$who: to the byte" "$(cat "$work/warm.$who.json")" \
		"$(cat "$work/cold.$who.json")"
	ends 0 "$who: by its tree, for the work tree too" b diff main .
	ok "$who: the same files are the same tree" \
		grep -q '^new  \..* cache, ' "$kept.out"
	ends 0 "$who: not under another plan" b diff --timeout 4 main main
	ok "$who: traced" grep -q '^new .* traced, ' "$kept.out"
	ends 0 "$who: not when it shall not" b diff --no-cache main main
	ok "$who: traced" grep -q '^new .* traced, ' "$kept.out"
	for f in "$XDG_CACHE_HOME"/behavdiff/*.json; do
		me sh -c "sed 's/out.txt/our.txt/' '$f' >'$f.x' && mv '$f.x' '$f'"
	done
	ends 0 "$who: what was tampered with is not believed" b diff main main
	ok "$who: traced" grep -q '^new .* traced, ' "$kept.out"
	ends 0 "$who: cache list" b cache list
	ok "$who: counts" grep -q '^[1-9][0-9]* files, ' "$kept.out"
	chmod 777 "$XDG_CACHE_HOME/behavdiff"
	ends 0 "$who: nor what others may write" b diff main main
	ok "$who: traced" grep -q '^new .* traced, ' "$kept.out"
	chmod 700 "$XDG_CACHE_HOME/behavdiff"
	ends 0 "$who: cache clear" b cache clear
	is "$who: is empty then" "$(ls "$XDG_CACHE_HOME/behavdiff")" ""
}

# --- what differs from run to run ---

# One name more among temporary ones, and a random name for a constant one.
names() {
	branch names
	say main.py <<-END
		import random, tempfile
		for i in range(2):
		    tempfile.mkstemp()
		n = random.SystemRandom().randrange(10, 10 ** 4)
		open("job-%d.txt" % n, "w")
	END
	commit names
	b baseline update >/dev/null
	commit 'their baseline'
	sed 's/range(2)/range(3)/' "$repo/main.py" >"$work/edited"
	say main.py <"$work/edited"
	ends 1 "a third temporary name" b check --fail-on warning
	ok "is more of the same" holds "$kept.out" '3 names, before 2'
	# shellcheck disable=SC2046
	ends 0 "it is accepted by its id" b baseline accept $(ids) --reason more
	ends 0 "and passes" b check --fail-on warning
	ends 0 "prune" b baseline prune
	ok "keeps it, though the fact is one of the baseline" \
		holds "$kept.out" unchanged
	g checkout -q -f .
	edit 's/"kernel": "[^"]*"/"kernel": "2.6.32"/; s/job-<n>.txt/job-12.txt/'
	ends 0 "another kernel, and a name that was the same by chance" b check
	ok "is no change by the environment" \
		holds "$kept.out" 'the environment changed 0 facts'
	g checkout -q -f .
}

# A side that was cached after two runs is run again with one that needs more.
shorter() {
	branch steady
	ends 0 "a steady revision" b diff HEAD HEAD
	say main.py <<-END
		import random
		for c in "abcdefghijklmnopqrstuvwxyz":
		    if random.SystemRandom().random() < .5:
		        open("out." + c, "w")
	END
	b diff HEAD . >"$kept.out"
	runs() { # side
		sed -n "s/^$1 .* \([a-z]*, [0-9]* runs\).*/\1/p" "$kept.out"
	}
	ok "is traced again, more often" grep -q '^old .* traced, [3-6] runs' \
		"$kept.out"
	often=$(runs new)
	is "as often as the other side needs" "$(runs old)" "$often"
	b diff HEAD . >"$kept.out"
	is "which the cache keeps" "$(runs old)" "cache, ${often#*, }"
}

# A scenario is some of the steps, with a baseline of its own.
scenarios() {
	branch scenarios
	g rm -q -r --cached baselines
	rm -r "$repo/baselines"
	say .behavdiff <<-END
		[behavdiff]
		    runs = 1
		[step "one"]
		    command = python3 main.py
		[step "two"]
		    command = sh -c 'echo >two.txt'
		    after = one
		[step "three"]
		    command = sh -c 'echo >three.txt'
		[scenario "short"]
		    step = two
	END
	commit scenarios
	ends 0 "a scenario's baseline" b baseline update --scenario short
	ok "is a file of its own" test -e "$repo/baselines/short.json"
	ok "with the steps and what they wait for" grep -q '"file.create .*two.txt' \
		"$repo/baselines/short.json"
	ok "no others" lacks "$repo/baselines/short.json" three.txt
	ok "and its name" holds "$repo/baselines/short.json" '"scenario": "short"'
	commit 'short baseline'
	ends 0 "check --scenario" b check --scenario short
	ends 3 "there is no other baseline" b check
	ends 2 "nor another scenario" b check --scenario long
	ok "those there are, are named" holds "$kept.err" 'scenarios: default, short'
	echo "$beacon" | append main.py
	ends 1 "it fails" b check --scenario short
	# shellcheck disable=SC2046
	ends 0 "accept finds its file" b baseline accept $(ids) --reason short
	ok "by itself" holds "$kept.out" 'baselines/short.json: written'
	ends 0 "then it passes" b check --scenario short
	ends 0 "show" b baseline show --scenario short HEAD
	ok "shows it" holds "$kept.out" '+ accepted   net.connect'
	ends 0 "prune" b baseline prune --scenario short
	g checkout -q -f .
}

users=user
[ "$(id -u)" -ne 0 ] || users='root user'
for user in $users; do
	XDG_CACHE_HOME=$work/cache.$user
	begin "$user"
	making
	changes
	accepting
	elsewhere
	no_way_in
	reporting
	merging
	environments
	broken
	at_once
	killed
	caching
done
names
shorter
scenarios
finish
