#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The null comparison: a revision compared with itself has no finding, and the
# facts that every run sees are the same however often it is asked: in a
# terminal's or a job's environment, on one CPU or all, beside a busy machine,
# as root or an ordinary user.
#
#   NULL_COUNT=100 sh tests/system/null.sh [PROGRAM...]     (make null)
. tests/system/lib.sh

count=${NULL_COUNT:-2}
json() {
	/usr/bin/python3 "$top/tests/system/json_read.py" "$@"
}

# --- the programs: folders of tests/null, and the sample implementations ---

repo=$work/programs
mkdir "$repo"
cp -R tests/null/. "$repo"
new_repo "$repo" || exit 2
samples=$work/samples
sh tests/implementations/make-repo "$samples" >/dev/null || exit 2
behavdiff_for_user
mkdir "$work/elsewhere"
chmod 1777 "$work" "$work/elsewhere"
chmod -R a+rX "$work"

programs=
if [ $# -gt 0 ]; then
	programs=$*
else
	for dir in tests/null/*/; do
		programs="$programs $(basename "$dir")"
	done
	programs="$programs impl04 impl14"
fi

# What the sandbox shows of the host is below /usr.
needs() { # program
	case $1 in
	node) echo node ;;
	perl) echo perl ;;
	build) echo gcc make ;;
	clone) echo git ;;
	*) echo python3 ;;
	esac
}

missing() { # program
	for tool in $(needs "$1"); do
		env PATH=/usr/local/bin:/usr/bin:/bin sh -c \
			"command -v $tool" >/dev/null || echo "$tool"
	done
}

# --- one comparison, each in another setting ---

busy=
start_busy() {
	for _ in 1 2 3; do
		(while :; do :; done) &
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
trap 'stop_busy; chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT

first_cpu() {
	taskset -pc $$ | sed 's/.*: *//; s/[-,].*//'
}

in_setting() { # number command...
	number=$1
	shift
	case $((number % 5)) in
	1) "$@" ;;
	2) as_user env LANG=de_DE.UTF-8 LC_ALL=C TZ=Asia/Kathmandu \
		TMPDIR="$work/elsewhere" "$@" ;;
	3) taskset -c "$(first_cpu)" "$@" ;;
	4) start_busy
		"$@"
		in_setting_status=$?
		stop_busy
		return "$in_setting_status" ;;
	0) as_user taskset -c "$(first_cpu)" env -i PATH="$PATH" TERM=xterm \
		TZ=America/Lima "$@" ;;
	esac
}

sides() { # program
	case $1 in
	impl*) echo "$samples $1" ;;
	*) echo "$repo main:$1" ;;
	esac
}

compare_once() { # program number
	# shellcheck disable=SC2046
	set -- "$1" "$2" $(sides "$1")
	code=0
	in_setting "$2" "$work/behavdiff" -C "$3" --format json "$4" "$4" \
		>"$work/json" 2>"$work/err" || code=$?
	json findings "$work/json" >"$work/found" 2>&1
	json get "$work/json" old.fingerprint >>"$work/digests" 2>&1
	json get "$work/json" new.fingerprint >>"$work/digests" 2>&1
	[ "$code" -eq 0 ] && ! [ -s "$work/found" ] && return
	{
		echo "comparison $2: status $code"
		cat "$work/err" "$work/found"
		json get "$work/json" reasons
	} >>"$work/bad" 2>&1
}

check() { # program
	: >"$work/bad"
	: >"$work/digests"
	number=0
	while [ "$number" -lt "$count" ]; do
		number=$((number + 1))
		compare_once "$1" "$number"
	done
	is "$1: $count times nothing" "$(cat "$work/bad")" ""
	is "$1: the same facts each time" \
		"$(sort "$work/digests" | uniq -c | wc -l)" 1
}

for program in $programs; do
	lacks=$(missing "$program" | paste -sd " " -)
	if [ -n "$lacks" ]; then
		skip "$lacks not installed" "$program"
	else
		check "$program"
	fi
done
finish
