#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Evil in a draw is found: a program of tests/null that draws something is
# compared with twins of itself.  A twin draws the same and does something more,
# or draws otherwise; the comparison is a regression, and what the twin does is
# among the findings that make it one.  Warnings do, as more names of one form
# are one; where a finding would be a note, the program's .behavdiff raises it.
#
#   sh tests/system/twins.sh [PROGRAM...]
#   TWINS_COUNT=N		each twin so often; without it, one twin of each
#			program once, another one with each commit; what is
#			missed once is looked for twice more
#   TWINS_REPLAYS=N	and so often by runs that were kept, each time some of
#			TWINS_RUNS=30 of both: tests/replay/replay.c
#   TWINS_TURN=N		which one, in the place of the number of commits
#   NULL_ONLY="a b/2"	only these programs, or twins by their number
#   NULL_KEEP=DIR		one record for each twin is kept there, as null.sh
#			does; scripts with other programs may use it, too
#
# The table of a program is its file "twins":
#
#   what the twin does
#   	KIND GLOB	of a finding that must be there
#   	what stands in the file "evil" of the twin, in lines; this file is
#   	empty in the program, which executes it before it begins
#
# A line for each tells its figures:  # NAME/N: found in N of N, N s: TITLE
. tests/system/lib.sh
. tests/system/lib_null.sh

# Twins that are not found each time: tests/null/README.md says why, with
# figures.  TWINS_PENDING= tries them.
pending="digests/3 port/5 subset/1 tools/3"
pending=${TWINS_PENDING-$pending}

# --- the tables ---

twin_numbers() { # program
	awk '/^[^\t#]/ { print ++n }' "tests/null/$1/twins"
}

twin_title() { # program number
	awk -v want="$2" '/^[^\t#]/ && ++n == want' "tests/null/$1/twins"
}

# The first line below the title, or those behind it.
twin_lines() { # program number 1|2
	awk -v want="$2" -v part="$3" '
		/^#/ { next }
		/^[^\t]/ { n++; line = 0; next }
		n == want && (++line > 1) == (part > 1) { print substr($0, 2) }
		' "tests/null/$1/twins"
}

turn=${TWINS_TURN:-$(git rev-list --count HEAD 2>/dev/null || echo 0)}
chosen() { # program
	if [ -n "${TWINS_COUNT:-}" ]; then
		twin_numbers "$1"
	else
		many=$(twin_numbers "$1" | wc -l)
		echo $(((turn + $(printf %s "$1" | cksum | cut -d' ' -f1)) %
			many + 1))
	fi
}

twins=
for name in ${NULL_ONLY:-${*:-$(null_drawing)}}; do
	case $name in
	*/*) twins="$twins $name" ;;
	*) for number in $(chosen "$name"); do
			twins="$twins $name/$number"
		done ;;
	esac
done

# --- one repository: each program, and each of its twins ---

repo=$work/programs
mkdir "$repo"
for twin in $twins; do
	from=tests/null/${twin%/*} to=$repo/$(echo "$twin" | tr / .)
	[ -e "$repo/${twin%/*}" ] || cp -R "$from" "$repo"
	cp -R "$from" "$to"
	twin_lines "${twin%/*}" "${twin#*/}" 2 >"$to/evil"
done
new_repo "$repo" || exit 2

keep=$(null_keep) || exit 2
count=${TWINS_COUNT:-1}
runs=${TWINS_RUNS:-30}
replays=${TWINS_REPLAYS:-0}
[ "$replays" -eq 0 ] || null_replayer
build=$(null_build)

matches() { # glob <findings
	while IFS= read -r finding; do
		# shellcheck disable=SC2254
		case $finding in $1) return 0 ;; esac
	done
	return 1
}

sides_of() { # twin
	old=main:${1%/*} new=main:$(echo "$1" | tr / .)
	wanted=$(twin_lines "${1%/*}" "${1#*/}" 1)
}

# NUMBER STATUS found|missed, a line of the twin's record
compare_once() { # twin record number
	sides_of "$1"
	code=0
	"$behavdiff" -C "$repo" --format json --fail-on warning \
		--timeout 120 "$old" "$new" >"$work/result.json" \
		2>"$work/result.err" || code=$?
	/usr/bin/python3 tests/system/json_read.py gating \
		"$work/result.json" >"$work/gating" 2>&1
	found=missed
	! matches "$wanted" <"$work/gating" || [ "$code" -ne 1 ] || found=found
	echo "$3 $code $found" >>"$2"
	[ "$found" = missed ] || return 0
	{
		echo "comparison $3: status $code, no $wanted"
		head -n 5 "$work/result.err"
		head -n 15 "$work/gating"
	} >>"$2.bad"
}

# As in null.sh: what is missed once by luck is found twice more.
look_again() { # twin record
	[ -z "${TWINS_COUNT:-}" ] && [ -s "$2.bad" ] || return 0
	mv "$2.bad" "$2.once"
	: >"$2.bad"
	compare_once "$1" "$2" 2
	compare_once "$1" "$2" 3
	if [ -s "$2.bad" ]; then
		cat "$2.once" >>"$2.bad"
	else
		sed 's/^/# once, and not again: /' "$2.once"
	fi
}

keep_runs() { # revision
	[ -d "$work/runs/$1" ] ||
		REPLAY_RECORD="$work/runs" "$work/replay" -C "$repo" trace \
			--timeout 120 --runs "$runs" "$1" >/dev/null 2>&1
}

compare_kept() { # twin record
	done_before=$(grep -c '^r' "$2")
	[ "$done_before" -lt "$replays" ] || return 0
	sides_of "$1"
	mkdir -p "$work/runs"
	keep_runs "$old"
	keep_runs "$new"
	null_replay "$2" "$repo" "$old" "$new" $((done_before + 1)) \
		"$replays" "$wanted"
}

compare_all() { # twin record
	done_before=$(grep -c '^[1-9]' "$2")
	while [ "$done_before" -lt "$count" ]; do
		done_before=$((done_before + 1))
		began=$(null_milliseconds)
		compare_once "$1" "$2" "$done_before"
		null_took "$2" "$began"
	done
	look_again "$1" "$2"
	began=$(null_milliseconds)
	compare_kept "$1" "$2"
	null_took "$2" "$began"
}

for twin in $twins; do
	what=$(twin_title "${twin%/*}" "${twin#*/}")
	# shellcheck disable=SC2086
	if null_among "$twin" $pending; then
		skip "not found by now" "$twin: $what"
		continue
	fi
	! null_skips "${twin%/*}" "$twin: $what" || continue
	name=$(echo "$twin" | tr / .)
	record=$keep/$name
	null_record "$record" "$build $count $(git -C "$repo" rev-parse \
		"main:${twin%/*}" "main:$name" | paste -sd " " -)"
	compare_all "$twin" "$record"
	echo "# $twin: found in $(grep -c ' found$' "$record") of" \
		"$((count + replays))," \
		"$(($(cat "$record.time") / 1000)) s: $what"
	is "$twin: $what" "$(cat "$record.bad")" ""
done
ok "there are twins" [ -n "$twins" ]
finish
