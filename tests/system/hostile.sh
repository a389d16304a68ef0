#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs that want out, want to hide, or want to bring the observer down
# (tests/hostile, one story each).  What they do must be told, the run must end
# and nothing may be left.
. tests/system/lib.sh

DEADLINE=60	# most end by themselves, on a busy machine later
BOUND=90	# against hanging, not for measuring
MEMORY=262144	# KiB that behavdiff and its workers may take, each
who=user
mine=$work/mine	# where the ordinary user may write
facts=$work/facts
program=hostile$$	# found again by this name, beside other tests

behavdiff_for_user
mkdir "$mine"
give_to_user "$mine"

# prepare NAME [ARGUMENT]: a repository with that program and its scenario,
# and $second, a step that is started a moment later.
second=
prepare() {
	prog=$who.$1${2:+-$2}
	repo=$work/$prog
	mkdir "$repo"
	if [ -f "tests/hostile/$1.c" ]; then
		"${CC:-cc}" -std=gnu17 -O1 -D_GNU_SOURCE -Wall -Wextra \
			-Wno-infinite-recursion "tests/hostile/$1.c" \
			-o "$repo/$program" -lpthread || exit 1
		command=./$program
	else
		cp "tests/hostile/$1.py" "$repo/prog.py"
		command='python3 prog.py'
	fi
	echo hello >"$repo/in.txt"
	cat >"$repo/.behavdiff" <<-END
	[behavdiff]
		runs = 1
	[sandbox]
		timeout = ${DEADLINE}s
		memory = 64M
		files = 16M
		processes = 128
	[step "hostile"]
		command = $command${2:+ $2}
		stdin = in.txt
	END
	[ -z "$second" ] || cat >>"$repo/.behavdiff" <<-END
		ready = after 300ms
	[step "second"]
		command = $second
		after = hostile
	END
	new_repo "$repo" || exit 1
	[ "$who" = root ] || give_to_user "$repo"
}

as_who() {
	if [ "$who" = user ]; then as_user "$@"; else "$@"; fi
}

# behavdiff ARGUMENT..., bounded; what its largest process took in $mine/peak.
bounded() {
	rm -f "$mine/peak" "$mine/out.json"
	as_who python3 - "$mine/peak" "$BOUND" "$work/behavdiff" "$@" <<-'END'
	import os, resource, subprocess, sys
	r = subprocess.run(sys.argv[3:], timeout=int(sys.argv[2]), check=False,
	                   env={**os.environ, "HOST_SECRET": "1"})
	with open(sys.argv[1], "w") as f:
	    f.write("%d" % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	sys.exit(r.returncode)
	END
}

# trace NAME [ARGUMENT]: its facts, one a line, in $facts.
trace() {
	prepare "$@"
	status=0
	: >"$facts"
	bounded trace -C "$repo" HEAD -o "$mine/out.json" \
		>"$out" 2>"$err" || status=$?
	if [ "$status" -eq 0 ] || [ "$status" -eq 3 ]; then
		result 0 "$prog: is traced"
		python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print("lost", d["ledger"]["lost"])
print("how", d["ends"][0]["how"])
print("ms", d["ends"][0]["ms"])
facts = d["facts"]
for f in facts:
    print(f if isinstance(facts, dict) else f["fact"])
for b in d["blind_spots"]:
    print("blind", b)' "$mine/out.json" >"$facts"
	else
		result 1 "$prog: is traced (status $status)"
		sed 's/^/# /' "$err"
	fi
}

has() { # name fact...
	has_name=$1
	shift
	for fact in "$@"; do
		ok "$prog: $has_name: $fact" grep -qxF -- "$fact" "$facts"
	done
}

hasnt() { # name pattern
	hasnt_name=$1
	shift
	is "$prog: $hasnt_name" "$(grep -E -- "$1" "$facts")" ""
}

nothing_left() {
	is "$prog: no process is left" "$(pgrep -x "$program")" ""
}

small() {
	if grep -q __asan_init "$behavdiff"; then
		skip "sanitizers take memory of their own" "$prog: stays small"
		return
	fi
	peak=$(cat "$mine/peak")
	ok "$prog: stays small: $peak KiB" test "$peak" -lt "$MEMORY"
}

# inconclusive NAME [ARGUMENT]: against itself it proves nothing, and says so.
inconclusive() {
	prepare "$@"
	exits 3 "$prog: compared with itself is inconclusive" \
		bounded diff -C "$repo" HEAD HEAD
	small
	nothing_left
}

# --- hiding ---

# shellcheck disable=SC2016
hide() {
	trace unreadable
	has "what it hid" \
		'net.connect tcp 203.0.113.7:4444 = ENETUNREACH' \
		'net.connect tcp 203.0.113.8:4444 = ENETUNREACH' \
		'net.send udp 203.0.113.7:4444 = ENETUNREACH' \
		'net.send udp 203.0.113.8:4444 = ENETUNREACH' \
		'net.send udp 203.0.113.9:5555 = ENETUNREACH' \
		'net.send udp 203.0.113.10:6666 = ENETUNREACH' \
		'file.create /tmp/hidden' 'file.create /tmp/secret' \
		'exec /nonexistent/hidden = ENOENT' \
		'exec /nonexistent/secret = ENOENT'
	hasnt "nothing is unreadable" unreadable

	trace pid1
	has "the resolver still answers" 'net.dns evil.example.org A' 'how exit'

	trace race
	ok "$prog: both addresses, or the change itself" \
		grep -qE '^(net\.connect tcp 127\.0\.0\.1:4444|evasion connect arg)' \
		"$facts"
	has "the file that was made" 'file.create /tmp/swapped'

	for way in '' processes; do
		trace putback $way
		ok "$prog: the address that was used is told" \
			sh -c '! grep -q "^file.create /tmp/used" "$1" ||
				grep -qE "^(evasion connect|net.connect tcp 203)" \
				"$1"' sh "$facts"
		has "it came to its end" 'how exit'
	done
	trace otherside
	ok "$prog: what came of it gives it away, or it was seen" \
		sh -c '! grep -q "^file.create /tmp/used" "$1" ||
			grep -qE "^(evasion connect|net.connect tcp .2001)" \
			"$1"' sh "$facts"
	has "it came to its end" 'how exit'
	trace cloned
	hasnt "no child is unseen" /tmp/unseen
	has "what was asked for" 'evasion clone3(CLONE_UNTRACED) = EPERM' \
		'how exit' 'lost 0'
	trace starve
	has "old tasks go on beside new ones" 'file.create /tmp/served'
	trace orphan
	hasnt "every child runs" frozen
	has "and that is all" 'how exit' 'lost 0'

	trace execrace
	has "what was shown and what was executed" \
		'evasion execve argument changed' \
		'evasion execve argument changed to $TREE/hidden' \
		'exec $TREE/shown' 'exec $TREE/hidden' \
		'exec.args $TREE/hidden prog /tmp/shown' \
		'exec.args $TREE/hidden prog /tmp/hidden' \
		'file.create /tmp/hidden'
	trace args
	hasnt "unusual arguments are no changed ones" '^(evasion|process.exit)'

	trace longname
	has "new code behind a long name" "memory.exec \$TREE/$program"

	trace vthread
	has "threads are no processes" 'exec /usr/bin/true' 'how exit'

	# Before Linux 6.9 no pidfd is a thread's: which socket is not known.
	thread='tcp 127.0.0.2:4445'
	uname -r | awk -F'[.-]' '{ exit $1 * 1000 + $2 >= 6009 }' &&
		thread=unknown
	trace undumpable
	has "what it did unreadably" \
		'net.connect tcp 203.0.113.20:81 = ENETUNREACH' \
		'net.listen tcp 127.0.0.1:4444' "net.listen $thread" \
		'file.create /tmp/undumpable' 'file.delete /tmp/undumpable'

	trace dnsflood
	has "the name was asked for" 'how exit'
	ok "$prog: the name, or a loss that is told" \
		grep -qE '^(net\.dns evil A|lost [1-9])' "$facts"
	for way in '' pieces; do
		trace sayflood $way
		has "the name was said" 'how exit'
		ok "$prog: the name, or a loss that is told" \
			grep -qE 'host evil\.example$|^lost [1-9]' "$facts"
	done
}

# --- seeing through ---

# shellcheck disable=SC2016
see() {
	trace peek
	hasnt "sees nothing of the host" leak

	second="./$program held"
	trace neighbour
	second=
	hasnt "sees nothing of a step that is started" leak
	has "the step that it tried to hold" \
		"exec.args \$TREE/$program ./$program held" 'lost 0'

	trace stdin
	has "the copy is the run's own" 'file.write $TREE/in.txt'
	hasnt "no other run's change is seen" leak
	hasnt "the stage has no path" '/sys'
}

if [ "$(id -u)" -eq 0 ]; then
	who=root
	hide
	see
	who=user
fi
hide
see

# --- forging ---

trace forge
hasnt "no fact that did not happen" '^(exec /bin/evil|evil)'
exits 0 "$prog: compared with itself passes" \
	bounded diff -C "$repo" HEAD HEAD
is "$prog: no control byte in what is printed" \
	"$(LC_ALL=C tr -d '\n\t -~\200-\377' <"$out" | wc -c)" 0
is "$prog: no line begins with a forged fact" \
	"$(grep -E '^exec /bin/evil' "$out")" ""

# --- bringing it down ---

trace large
has "says what it did not read" 'blind directories were left that are deeper than the comparison with the trace reads'
trace hog shared
hasnt "shared memory is counted once" '^limit|^how limit'
has "it came to its end" 'how exit'
inconclusive hog files
inconclusive hog memory
for kind in memfd hidden sysv tables sparse; do
	trace hog "$kind"
	has "memory that is no process's" 'limit memory'
	ok "$prog: how it ended" grep -qE '^how limit: memory$' "$facts"
	nothing_left
done

# 60 processes of 60,000 mappings: a look at all of them takes longer than this.
DEADLINE=4
trace hog mappings
ok "$prog: is at the limit, or says what it did not look at" \
	grep -qE '^(limit memory|blind memory: the mappings)' "$facts"
ms=$(sed -n 's/^ms //p' "$facts")
ok "$prog: ends at its deadline: $ms ms" test "$ms" -lt 9000
nothing_left

# These have no end of their own.
DEADLINE=2
trace storm
has "survives every kind of death" 'lost 0' 'how deadline'
nothing_left
trace threads
has "ends in spite of 2,000 threads" 'how deadline'
nothing_left
trace stubborn
has "ends what refuses to" 'how deadline'
nothing_left
trace chain
has "forgets the dead" 'how deadline'
small
nothing_left
trace hog output
has "a flood of output" 'limit output' 'how deadline'
nothing_left
trace names
has "as many names as there is time for" 'how deadline'
small
nothing_left
trace hog names
small
nothing_left
inconclusive forkbomb
finish
