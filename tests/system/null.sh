#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The null comparison: a revision compared with itself has no finding, and the
# facts that every run sees are the same however often it is asked: plainly,
# and under the settings below, as root and as an ordinary user.
#
#   sh tests/system/null.sh [PROGRAM...]
#   NULL_COUNT=100	so many plain comparisons, and as many under settings,
#			which take turns in a fixed order.  Without it, one of
#			each; a program with a table of twins has one
#			comparison only, plain or under a setting by its name;
#			what is found once is looked for twice more
#   NULL_RUNS=60		each is traced so often besides, under the settings in
#			turn, and these runs are kept
#   NULL_REPLAYS=200	so many further comparisons, each of some of the runs
#			that were kept, by luck: tests/replay/replay.c
#   NULL_ONLY="a b"	only these programs
#   NULL_KEEP=DIR	one record for each program is kept there: what was
#			interrupted goes on, what is done is not done again;
#			another build of behavdiff begins anew.  Two scripts
#			may use it at once for different programs
#
# Programs that mostly wait are compared beside the others; a line for each
# tells its figures:  # NAME: N comparisons, N findings, N digests, N s
. tests/system/lib.sh
. tests/system/lib_null.sh

count=${NULL_COUNT:-1}
runs=${NULL_RUNS:-0}
replays=${NULL_REPLAYS:-0}
start_of_all=$(date +%s)

# Programs of whose pool a name is in all runs by chance, or in all but one, so
# that the facts of every run are not the same each time.  Of 30 parts, each
# drawn with a chance of one half, one is in all six runs in 3 of 8 fingerprints;
# of 12 tools, three in each run, one is in all six in 1 of 341 fingerprints.
by_luck="subset tools"

# --- the programs: folders of tests/null, and the sample implementations ---

repo=$work/programs
mkdir "$repo"
cp -R tests/null/. "$repo"
new_repo "$repo" || exit 2
samples=$work/samples
sh tests/implementations/make-repo "$samples" >/dev/null || exit 2
behavdiff_for_user
[ "$replays" -eq 0 ] || null_replayer
mkdir "$work/elsewhere"
chmod 1777 "$work" "$work/elsewhere"
chmod -R a+rX "$work"

programs=${NULL_ONLY:-$*}
[ -n "$programs" ] || programs="$(null_folders) impl04 impl14"

# Sleeps for three seconds: its runs go side by side.
waits() { # program
	[ "$1" = impl14 ]
}

sides() { # program
	case $1 in
	impl*) echo "$samples $1" ;;
	*) echo "$repo main:$1" ;;
	esac
}

# --- the settings: seven, in every second round as an ordinary user ---

busy=
start_busy() {
	for _ in 1 2 3 4; do
		timeout 300 sh -c 'while :; do :; done' &
		busy="$busy $!"
	done
}

stop_busy() {
	for pid in $busy; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	busy=
}

lane=
stop_lane() {
	[ -z "$lane" ] || kill "$lane" 2>/dev/null
	lane=
}
trap 'stop_busy; stop_lane; chmod -R u+rwx "$work" 2>/dev/null
rm -rf "$work"' EXIT

first_cpu() {
	taskset -pc $$ | sed 's/.*: *//; s/[-,].*//'
}

# A host name of its own takes root; others go by the name there is.
with_name() { # command...
	if [ "$(id -u)" -eq 0 ]; then
		# shellcheck disable=SC2016
		unshare --uts sh -c 'hostname null-host
			exec "$@"' _ "$@"
	else
		"$@"
	fi
}

# A command, so that it can stand behind another.
cat >"$work/as-user" <<X
#!/bin/sh
exec setpriv --reuid=$test_uid --regid=$test_uid --clear-groups \\
	env HOME="$work" "\$@"
X
chmod 755 "$work/as-user"

whom() { # number
	if [ "$(id -u)" -eq 0 ] && [ $(($1 / 7 % 2)) -eq 1 ]; then
		echo "$work/as-user"
	else
		echo env
	fi
}

in_setting() { # number command...
	setting=$(($1 % 7)) who=$(whom "$1")
	shift
	case $setting in
	0) start_busy
		"$who" "$@"
		in_setting_status=$?
		stop_busy
		return "$in_setting_status" ;;
	1) as_user "$@" ;;
	2) "$who" env TZ=Asia/Kathmandu "$@" ;;
	3) "$who" env LANG=de_DE.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=fr "$@" ;;
	4) "$who" env TMPDIR="$work/elsewhere" "$@" ;;
	5) with_name "$who" "$@" ;;
	6) "$who" taskset -c "$(first_cpu)" env -i PATH="$PATH" TERM=xterm \
		XDG_CACHE_HOME=/dev/null GIT_CONFIG_NOSYSTEM=1 "$@" ;;
	esac
}

# --- one comparison: a line of the program's record ---
#
#   NUMBER plain|SETTING|replay STATUS OLD-DIGEST NEW-DIGEST FINDINGS

compare_once() { # program number
	name=$1 number=$2
	run=compare_plainly
	kind=plain
	if [ "$number" -gt "$count" ]; then
		run="in_setting $((number - count + offset))"
		kind=$(((number - count + offset) % 7))
	fi
	# They end by themselves, most within a second: where a deadline cuts
	# them off, the machine is compared.
	options="--timeout 120"
	! waits "$name" || options="$options --jobs 6"
	code=0
	# shellcheck disable=SC2046,SC2086
	set -- $(sides "$name") $options
	at=$1 rev=$2
	shift 2
	$run "$work/behavdiff" -C "$at" --format json "$@" "$rev" "$rev" \
		>"$work/$name.json" 2>"$work/$name.err" || code=$?
	/usr/bin/python3 "$top/tests/system/json_read.py" null \
		"$work/$name.json" >"$work/$name.found" 2>&1 || code=$code+
	echo "$number $kind $code $(head -n 1 "$work/$name.found")" \
		>>"$keep/$name"
	[ "$code" = 0 ] && [ "$(wc -l <"$work/$name.found")" -eq 1 ] && return
	{
		echo "comparison $number, setting $kind: status $code"
		head -n 20 "$work/$name.err"
		tail -n +2 "$work/$name.found"
	} >>"$keep/$name.bad"
}

compare_plainly() {
	"$@"
}

build=$(null_build)
drawing=$(null_drawing | paste -sd " " -)
keep=$(null_keep) || exit 2

# The numbers of the comparisons: up to $count they are plain, beyond that
# under settings.
numbers() { # program
	case ${NULL_COUNT-} in
	"") case " $drawing " in
		*" $1 "*) echo $((1 + offset % 2)) ;;
		*) echo 1 2 ;;
		esac ;;
	*) seq $((2 * count)) ;;
	esac
}

# Settings begin with another one for each program.
offset_of() { # program
	offset=$(printf %s "$1" | cksum | cut -d' ' -f1)
	offset=$((offset % 14))
}

# --- comparisons of runs that were kept ---

# The settings take turns, twice, as both users.
keep_runs() { # revision
	mkdir -p "$work/runs/$1"
	chmod 777 "$work/runs/$1"
	for turn in 0 1 2 3 4 5 6 7 8 9 10 11 12 13; do
		in_setting "$turn" env REPLAY_RECORD="$work/runs" \
			"$work/replay" -C "${at% *}" trace --timeout 120 \
			--runs $(((runs + 13) / 14)) "$1" >/dev/null 2>&1
	done
}

compare_kept() { # program
	at=$(sides "$1")
	done_before=$(grep -c " replay " "$keep/$1")
	[ "$done_before" -lt "$replays" ] || return 0
	keep_runs "${at#* }"
	null_replay "$keep/$1" "${at% *}" "${at#* }" "${at#* }" \
		$((done_before + 1)) "$replays"
}

# What draws may be taken for another draw, by luck: less often than once in a
# thousand comparisons at each of its places.  Of one comparison that says so
# nothing follows; of another one of two more, something does.
look_again() { # program
	[ -z "${NULL_COUNT-}" ] && [ -s "$keep/$1.bad" ] || return 0
	mv "$keep/$1.bad" "$keep/$1.once"
	: >"$keep/$1.bad"
	compare_once "$1" -1
	compare_once "$1" -2
	if [ -s "$keep/$1.bad" ]; then
		cat "$keep/$1.once" >>"$keep/$1.bad"
	else
		sed 's/^/# once, and not again: /' "$keep/$1.once"
	fi
}

compare_all() { # program
	offset_of "$1"
	at=$(sides "$1")
	null_record "$keep/$1" "$build $count $(git -C "${at% *}" rev-parse \
		"${at#* }")"
	for next in $(numbers "$1"); do
		! grep -q "^$next " "$keep/$1" || continue
		began=$(null_milliseconds)
		compare_once "$1" "$next"
		null_took "$keep/$1" "$began"
	done
	began=$(null_milliseconds)
	look_again "$1"
	compare_kept "$1"
	null_took "$keep/$1" "$began"
	tell "$1"
}

digests() { # program
	grep -v '^#' "$keep/$1" | awk '{ print $4; print $5 }' | sort -u |
		wc -l
}

tell() { # program
	awk -v name="$1" -v digests="$(digests "$1")" \
		-v took="$(cat "$keep/$1.time")" '
		/^#/ { next }
		{ n++; findings += $6 }
		END {
			printf "# %s: %d comparisons, %d findings, ", name, n,
				findings
			printf "%d digests, %.0f s, %.2f s each\n", digests,
				took / 1000, took / 1000 / n
		}' "$keep/$1"
}

there=
for program in $programs; do
	null_skips "$program" "$program" || there="$there $program"
done

# Those that wait, beside the others.
(
	trap 'stop_busy' EXIT
	trap 'exit 1' TERM
	for program in $there; do
		! waits "$program" || compare_all "$program"
	done
) &
lane=$!
for program in $there; do
	waits "$program" || compare_all "$program"
done
wait "$lane"
lane=

for program in $there; do
	offset_of "$program"
	many=$(numbers "$program" | wc -w)
	[ ! -e "$keep/$program.once" ] || many=$((many + 2))
	many=$((many + replays))
	is "$program: $many times nothing" "$(cat "$keep/$program.bad")" ""
	is "$program: as often as asked" \
		"$(grep -vc '^#' "$keep/$program")" "$many"
	# shellcheck disable=SC2086
	null_among "$program" $by_luck || [ -e "$keep/$program.once" ] ||
		is "$program: the same facts each time" \
			"$(digests "$program")" 1
done
echo "# in all: $(($(date +%s) - start_of_all)) s"
finish
