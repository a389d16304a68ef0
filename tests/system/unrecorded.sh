#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --syscalls=all: unrecorded calls are told by name, all other facts are the same,
# and fingerprints of the two kinds are told apart.
. tests/system/lib.sh

fixtures=${behavdiff%/*}/fixtures
repo=$work/repo
mkdir -p "$repo/dir"
cd "$repo" || exit 2
echo text >file
echo inner >dir/file
ln -s file link
cp "$fixtures/recorded" "$fixtures/timers" "$fixtures/inet" \
	"$fixtures/threads" "$fixtures/shared" . || exit 2
# Waiting with a time-out while another thread's paths are read: whoever is
# held goes on by restart_syscall.
cat >waits.py <<-'END'
	import os, select, threading
	t = threading.Thread(target=lambda: select.poll().poll(400))
	t.start()
	while t.is_alive():
	    open('file').close()
	    t.join(0.02)
	# Gone for Python, it may not have made its last call.
	while len(os.listdir("/proc/self/task")) > 1:
	    pass
	END
cat >sleeps.py <<-'END'
	import signal, threading
	threading.Thread(target=signal.pause, daemon=True).start()
	signal.pause()
	END
cat >shell.sh <<-'END'
	for i in 1 2 3; do echo $i; done | sort | (read x; echo $x)
	wait
	END
cat >copy.py <<-'END'
	with open('file', 'rb') as a, open('out', 'wb') as b:
	    b.write(a.read())
	END
cd "$top" || exit 2
new_repo "$repo" && git -C "$repo" branch old || exit 2
cat >"$repo/copy.py" <<-'END'
	import os
	with open('file', 'rb') as a, open('out', 'wb') as b:
	    os.sendfile(b.fileno(), a.fileno(), 0, 100)
	END
git -C "$repo" commit -q -a -m sendfile || exit 2

config() { # name command...
	name=$1
	shift
	printf '[sandbox]\n\ttimeout = 20s\n[step "main"]\n\tcommand = %s\n' \
		"$*" >"$work/$name.cfg"
}
for name in recorded timers inet threads shared; do
	config "$name" "./$name"
done
config shell sh shell.sh
for name in waits sleeps copy; do
	config "$name" python3 -B "$name.py"
done

b() { # name command...
	b_name=$1 b_command=$2
	shift 2
	"$behavdiff" "$b_command" -C "$repo" --config "$work/$b_name.cfg" "$@"
}

# --- what is told ---

# "COUNT FACT" of those that are no calls by name, and the names of the others.
facts() { # fingerprint
	sed -n 's/^ *{"fact": "\(.*\)", "seen": [0-9]*, "count": \([0-9]*\),.*/\2 \1/p' "$1" |
		grep -v '^[0-9]* syscall ' | sort -k 2
}
calls() { # fingerprint
	json facts "$1" | sed -n 's/^syscall //p' | sort
}
told() { # call name...: it, for each fingerprint that has it
	told_call=$1
	shift
	for told_name in "$@"; do
		calls "$work/$told_name" | grep -x "$told_call"
	done
}

for name in recorded timers inet threads shared; do
	for which in notable all; do
		b "$name" trace main --runs 1 --syscalls "$which" \
			-o "$work/$name.$which" || echo "# $name: status $?"
	done
	is "$name: all other facts are the same, and as often" \
		"$(facts "$work/$name.all")" "$(facts "$work/$name.notable")"
	calls "$work/$name.notable" >"$work/notable"
	calls "$work/$name.all" >"$work/all"
	is "$name: and no call by name is missing" \
		"$(comm -23 "$work/notable" "$work/all")" ""
	is "$name: nothing is lost" "$(json get "$work/$name.all" ledger.lost)" 0
done
for call in read write getppid close sched_yield getcwd exit_group; do
	is "recorded: $call is told, and only when all are asked for" \
		"$(told "$call" recorded.notable recorded.all)" "$call"
done
# The linker asks once, the fixture asks and sets.
is "recorded: one that is unrecorded by its arguments counts as often as made" \
	"$(for which in notable all; do
		sed -n 's/.*"syscall prlimit64".*"count": \([0-9]*\).*/\1/p' \
			"$work/recorded.$which"
	done | tr '\n' ' ')" "1 3 "
is "recorded: what is told has no result" \
	"$(sed -n 's/.*"syscall sched_yield".*"call": "\([^"]*\)".*/\1/p' \
		"$work/recorded.all")" "sched_yield()"
for call in timerfd_settime setitimer; do
	is "timers: $call, which is looked at for no fact, is told" \
		"$(told "$call" timers.notable timers.all)" "$call"
done

# --- what the stops must not do ---

b waits trace main --syscalls=all -o "$work/waits.json"
is "the tracer's own interruptions are no calls of the program's" \
	"$(calls "$work/waits.json" | grep -x 'poll\|restart_syscall')" poll
b sleeps trace main --syscalls=all --runs 1 -o "$work/sleeps.json"
is "a run ends early as ever" "$(json get "$work/sleeps.json" ends.0.how)" \
	'"quiescent"'
for name in waits shell; do
	exits 0 "$name: the null comparison passes" b "$name" diff --no-cache \
		--syscalls=all --format json -o "json:$work/null" main main
	is "$name: without a finding" "$(json findings "$work/null")" ""
done

# --- two revisions ---

exits 0 "by default a copy by sendfile is the same copy" \
	b copy diff -o "json:$work/diff" old main
is "without a finding on calls" \
	"$(json findings "$work/diff" | grep syscall)" ""
exits 0 "with all calls it is a note" b copy diff --syscalls=all \
	-o "json:$work/diff" old main
is "of its name" "$(json findings "$work/diff" | grep ' new syscall')" \
	"note new syscall sendfile"
is "the result says so" "$(json get "$work/diff" plan.syscalls)" '"all"'
exits 1 "which is a regression to whom notes are" b copy diff --syscalls=all \
	--fail-on note old main

# --- one kind or the other ---

printf '[behavdiff]\n\tsyscalls = all\n' >>"$work/copy.cfg"
b copy trace main --runs 1 -o "$work/configured.json"
b copy trace main --runs 1 --syscalls=notable -o "$work/option.json"
is "the configuration says it as well" \
	"$(calls "$work/configured.json" | grep -x sendfile)" sendfile
is "and the command line has the last word" \
	"$(calls "$work/option.json" | grep -x sendfile)" ""
exits 3 "one of each are not compared" b copy diff "$work/configured.json" \
	"$work/option.json"
is "and the output says why" \
	"$(grep -c 'observed under different plans' "$out")" 1
exits 0 "a baseline" b copy baseline update main
git -C "$repo" add -A && git -C "$repo" commit -q -m baseline
exits 0 "is checked as it was made" b copy check
exits 3 "and not in another way" b copy check --syscalls=notable
is "which is named" "$(grep -c 'behavdiff.syscalls all and notable' "$err")" 1
mkdir "$work/cache"
XDG_CACHE_HOME=$work/cache
b copy report main --syscalls=notable --format json -o "json:$work/report" \
	>/dev/null
b copy report main --format json -o "json:$work/report" >/dev/null
ok "what was traced the one way is not taken for the other" \
	holds "$work/report" '"from": "traced"'
ok "the report says that unrecorded calls are counted" \
	holds "$work/report" 'unrecorded ones (reading and writing what is open, memory, time, waiting) as well'
exits 2 "what is neither is refused" b copy trace main --syscalls=some
exits 2 "and where nothing is traced" b copy baseline list --syscalls=all
finish
