#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever ends behavdiff, and whatever the traced program does against it:
# no process, mount or file stays behind.  The program here forks without end,
# leaves its session, ignores signals and waits for nothing.  SEED=N repeats the
# moments of the fifty deaths.
. tests/system/lib.sh

moments=3	# random ones, for every signal and user
behavdiff_for_user
# The ordinary user may not be able to look into this checkout.
cp tests/system/reaper.py "$work/reaper.py"
mkdir "$work/in" "$work/tmp" "$work/log"
chmod 777 "$work/tmp"
TMPDIR=$work/tmp
export TMPDIR

# An argument that no other process of this host has.
mark=7$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
cat >"$work/in/run.sh" <<E2
#!/bin/sh
trap '' HUP INT QUIT TERM PIPE USR1
setsid sh -c 'trap "" HUP INT TERM
	while :; do setsid sleep $mark & sleep 0.02; done' &
(setsid sleep $mark &) &
while :; do (: | : | :); done
E2
chmod 755 "$work/in/run.sh"
new_repo "$work/in"

# --- one death ---

dies() { # who signal target seconds name, options...
	case $1 in
	root) set -- "$@" && program=$behavdiff as='' ;;
	*) program=$work/behavdiff as=as_user ;;
	esac
	sig=$2 target=$3 seconds=$4 log=$work/log/$5
	shift 5
	$as /usr/bin/python3 "$work/reaper.py" "$sig" "$target" \
		"$seconds" "$program" -C "$work/in" "$@" HEAD HEAD \
		>"$log" 2>"$log.err"
}

# Two seconds hold the export, the start of the first sandboxes, some of their
# life and the start of the second round of runs.
random_seconds() {
	od -An -N2 -tu2 /dev/urandom | awk '{ printf "%.3f\n", $1 / 32768 }'
}

# As many at a time, each with two runs side by side.
all_deaths() { # who
	for signal in INT TERM KILL; do
		for target in main group worker; do
			[ "$signal.$target" != INT.worker ] || continue
			n=0 dying=
			while [ "$n" -lt "$moments" ]; do
				n=$((n + 1))
				seconds=$(random_seconds)
				dies "$1" $signal $target "$seconds" \
					"$1.$signal.$target.$n.$seconds" \
					--runs 3 --timeout 1 --jobs 2 &
				dying="$dying $!"
			done
			# shellcheck disable=SC2086
			wait $dying
		done
	done
}

check_deaths() { # who
	for log in "$work/log/$1".*[0-9]; do
		rest=${log##*/"$1".}
		is "$1: $rest s: nothing is left" \
			"$(sed 's/^status [-0-9]*, //' "$log")" "left 0"
	done
}

# --- the status says how it was ---

check_statuses() { # who
	# Long enough for both sides to get as far on a busy machine.
	dies "$1" none - 0 "$1.natural" --runs 2 --timeout 5
	is "$1: a deadline ends it, and nothing is left" \
		"$(cat "$work/log/$1.natural")" "status 0, left 0"
	dies "$1" KILL worker 0.5 "$1.worker" --runs 2 --timeout 3
	is "$1: a run that is killed is trouble" \
		"$(cat "$work/log/$1.worker" "$work/log/$1.worker.err")" \
		"status 2, left 0
behavdiff: a run of HEAD was killed by signal 9"
	for pair in INT:-2 TERM:-15 KILL:-9; do
		dies "$1" "${pair%:*}" main 0.5 "$1.status" --timeout 3
		is "$1: SIG${pair%:*} is what it dies of" \
			"$(cat "$work/log/$1.status")" \
			"status ${pair#*:}, left 0"
	done
}

# A worker that is stopped is killed after 30 s, in which the rest is tested.
stop_worker() { # who
	dies "$1" STOP worker 0.5 "$1.stopped" --runs 2 --timeout 3 &
	stopped=$!
}

check_stopped() { # who
	wait "$stopped"
	is "$1: a worker that hangs is killed" \
		"$(sed 's/after [0-9]* s/after N s/' "$work/log/$1.stopped" \
			"$work/log/$1.stopped.err")" \
		"status 2, left 0
behavdiff: a run of HEAD hangs: killed after N s
hint: it was stopped from outside, or the machine is too busy for it"
}

nothing_left() { # who
	is "$1: no process with the program's own argument" \
		"$(pgrep -f "sleep $mark")" ""
	is "$1: no temporary file" "$(ls -A "$work/tmp")" ""
	is "$1: no mount" "$(cat /proc/self/mountinfo)" "$mounts"
}

# --- fifty deaths of one series, each looked at from inside ---

# tests/hostile/leech.c in a repository, killed by tests/system/killer.py, which
# is alone with behavdiff in namespaces of its own.  SEED=N repeats a series.
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
own='unshare --pid --fork --mount-proc --kill-child'

prepare_series() {
	mkdir "$work/leech"
	"${CC:-cc}" -std=gnu17 -O1 -D_GNU_SOURCE -Wall -Wextra \
		tests/hostile/leech.c -o "$work/leech/leech" || exit 1
	cat >"$work/leech/.behavdiff" <<-END
	[behavdiff]
		runs = 1
		max-runs = 1
	[sandbox]
		files = 16M
		processes = 64
	[step "leech"]
		command = ./leech
	END
	new_repo "$work/leech"
	give_to_user "$work/leech"
	cp tests/system/killer.py "$work/killer.py"
}

# A stand-in that leaves one of each kind behind.
prepare_leaver() {
	mkdir "$work/leech/bin"
	cat >"$work/leech/bin/leaver" <<-'END'
	#!/bin/sh
	mkdir "$TMPDIR/mount"
	mount -t tmpfs none "$TMPDIR/mount"
	unshare --net sh -c 'sleep 1000 & wait' &
	sleep 1000
	END
	chmod 755 "$work/leech/bin/leaver"
}

deaths() { # who from to command...
	who=$1 from=$2 to=$3 dir=$work/tmp.$2
	shift 3
	mkdir "$dir"
	chmod 777 "$dir"
	TMPDIR=$dir $own /usr/bin/python3 "$work/killer.py" "$seed" "$from" \
		"$to" "$dir" "$@" >"$work/log/series.$who.$from" 2>&1
}

series_of() { # who from to
	as=
	# As as_user does, in words that the killer can start.
	[ "$1" = root ] || as="setpriv --reuid=$test_uid --regid=$test_uid
		--clear-groups env HOME=$work"
	# shellcheck disable=SC2086
	deaths "$1" "$2" "$3" $as "$work/behavdiff" -C "$work/leech" \
		--timeout 400ms --jobs 2 HEAD HEAD
}

check_series() { # who from to
	log=$work/log/series.$1.$2
	n=$2
	while [ "$n" -lt "$3" ]; do
		moment=$(sed -n "s/^$n \(.*\): left .*/\1 ms/p" "$log")
		is "$1: SEED=$seed, death $n (${moment:-none}): nothing" \
			"$(sed -n "s/^$n .*: left //p" "$log")" "nothing"
		n=$((n + 1))
	done
	lines=$(grep -vE '^[0-9]+ (start|run|end) [0-9.]+: ' "$log")
	is "$1: the killer did its work" "$lines" ""
}

check_killer() {
	log=$work/log/series.leaver.1
	for kind in "process [0-9]+ sleep" "namespace net:" \
		"mount .*/tmp.1/mount" "file .*/tmp.1/mount"; do
		ok "the killer finds what is left: $kind" \
			grep -qE "^1 run .*: left .*$kind" "$log"
	done
}

fifty_deaths() {
	if ! $own true 2>/dev/null; then
		skip "no namespaces of one's own without root" \
			"SIGKILL at 50 moments"
		return
	fi
	prepare_series
	prepare_leaver
	deaths leaver 1 2 "$work/leech/bin/leaver" &
	series_of root 0 15 &
	series_of root 15 30 &
	series_of user 30 40 &
	series_of user 40 50 &
	wait
	check_killer
	check_series root 0 15
	check_series root 15 30
	check_series user 30 40
	check_series user 40 50
}

mounts=$(cat /proc/self/mountinfo)
fifty_deaths
users=user
[ "$(id -u)" -ne 0 ] || users='root user'
for user in $users; do
	stop_worker "$user"
	check_statuses "$user"
	all_deaths "$user"
	check_deaths "$user"
	check_stopped "$user"
	nothing_left "$user"
done
finish
