#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A run ends when nothing can happen any more, and not a moment before: who
# sleeps in whatever way and acts then is seen, who sleeps for good is not
# waited for, and the facts are those of the deadline.
. tests/system/lib.sh

repo=$work/repo
mkdir -p "$repo"
"${CC:-cc}" -O1 -o "$repo/sleeps" tests/system/sleeps.c -lpthread -lrt ||
	exit 2
kinds=$("$repo/sleeps")

# One folder for each: its program and what is done with it.
folder() { # name command ready timeout
	mkdir "$repo/$1"
	ln "$repo/sleeps" "$repo/$1/sleeps"
	printf '[sandbox]\n\ttimeout = %s\n[step "main"]\n\tcommand = %s\n' \
		"$4" "$2" >"$repo/$1/.behavdiff"
	printf '\tready = %s\n' "$3" >>"$repo/$1/.behavdiff"
}

for kind in $kinds; do
	folder "$kind" "./sleeps $kind" "after 0s" 15s
done
folder idle "./sleeps idle" "after 0s" 30s
folder idle-later "./sleeps idle" "after 2s" 30s
folder idle-deadline "./sleeps idle" "after 30s" 3s
folder nothing "./sleeps pause" "after 0s" 30s

# The server of the sample implementations, with nobody to serve, watched until
# it sleeps for good and, beside that, for longer: IDLE=59 is its whole minute.
idle=${IDLE:-8}
for name in server server-watched; do
	mkdir "$repo/$name"
	cp tests/implementations/impl04/*.py "$repo/$name"
	cat >"$repo/$name/.behavdiff" <<-END
	[sandbox]
		timeout = 60s
	[step "server"]
		command = python3 server_single.py
		ready = $([ $name = server ] && echo listen || echo "after ${idle}s")
	END
done
new_repo "$repo" || exit 2

# They sleep nearly all the time, so they may do so together.
record() { # name
	"$behavdiff" -C "$repo" trace --runs 1 -o "$work/$1.json" "main:$1" \
		2>"$work/$1.err" || echo "trace: $?" >>"$work/$1.err"
}

all="$kinds idle idle-later idle-deadline nothing server server-watched"
for name in $all; do
	record "$name" &
done
wait

how() { # name
	json get "$work/$1.json" ends.0.how
}

beacon='net.connect tcp 203.0.113.7:4444 = ENETUNREACH'
for kind in $kinds; do
	json facts "$work/$kind.json" >"$work/facts" 2>&1
	ok "$kind: what it does after its sleep is seen" \
		grep -qxF "$beacon" "$work/facts"
	is "$kind: it ended by itself" "$(how "$kind")" '"exit"'
done

for name in idle nothing idle-later server; do
	is "$name: not waited for" "$(how "$name")" '"quiescent"'
done
is "idle-deadline: the deadline came" "$(how idle-deadline)" '"deadline"'
is "idle: alive at its end are parent and child" \
	"$(json get "$work/idle.json" ends.0.alive)" 2
json facts "$work/idle.json" >"$work/facts"
ok "idle: what it did is there" \
	grep -qxF 'net.listen tcp 127.0.0.1:8080' "$work/facts"
for name in idle-later idle-deadline; do
	is "$name: the same facts" "$(json facts "$work/$name.json")" \
		"$(json facts "$work/idle.json")"
done
is "server: the same facts when it is watched for longer" \
	"$(json facts "$work/server-watched.json")" \
	"$(json facts "$work/server.json")"
json facts "$work/server.json" >"$work/facts"
ok "server: it serves" grep -qxF 'net.listen tcp 127.0.0.1:8765' "$work/facts"
# Of its minute, half at most: a machine may be busy.
ok "server: its end is told long before the deadline" \
	[ "$(json get "$work/server.json" ends.0.ms)" -lt 30000 ]
finish
