# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For null.sh and twins.sh, behind lib.sh: the programs, and the records of
# what was compared.
#
#   null_folders               the folders of tests/null
#   null_drawing               those of them that have twins
#   null_missing PROGRAM       the tools that it needs and that are not there
#   null_record FILE HEAD      begins FILE, unless it begins with HEAD already
#   null_among WORD WORDS...   is it one of them?
#   null_skips PROGRAM NAME    skips the test NAME where a tool is missing
#   null_keep                  the folder of the records, made
#   null_replayer              a copy of what keeps runs and replays them
#   null_replay RECORD REPOSITORY OLD NEW FIRST LAST [GLOB]
#                              compares kept runs: tests/replay/replays.py
#   null_build                 the digest of the program that is tested
#   null_milliseconds, null_took RECORD SINCE     the time a record took

null_folders() {
	for dir in tests/null/*/; do
		basename "$dir"
	done
}

null_drawing() {
	for table in tests/null/*/twins; do
		basename "$(dirname "$table")"
	done
}

# What the sandbox shows of the host is below /usr.
null_needs() { # program
	case $1 in
	node) echo node ;;
	build) echo gcc make ;;
	clone) echo git ;;
	impl*) echo python3 ;;
	*) case $(echo "tests/null/$1"/main.*) in
		*.pl) echo perl ;;
		*.sh) echo sh ;;
		*) echo python3 ;;
		esac ;;
	esac
}

null_missing() { # program
	for tool in $(null_needs "$1"); do
		env PATH=/usr/local/bin:/usr/bin:/bin sh -c \
			"command -v $tool" >/dev/null || echo "$tool"
	done
}

null_among() { # word words...
	null_word=$1
	shift
	for each; do
		[ "$each" != "$null_word" ] || return 0
	done
	return 1
}

null_skips() { # program name
	null_lacks=$(null_missing "$1" | paste -sd " " -)
	[ -n "$null_lacks" ] || return 1
	skip "$null_lacks not installed" "$2"
}

null_keep() {
	# shellcheck disable=SC2154
	mkdir -p "${NULL_KEEP:=$work/keep}" && (cd "$NULL_KEEP" && pwd)
}

# A record of another build, program or count begins anew; one that was
# interrupted goes on.
null_record() { # file head
	[ "$(head -n 1 "$1" 2>/dev/null)" != "# $2" ] || return 0
	echo "# $2" >"$1"
	: >"$1.bad"
	rm -f "$1.once"
	echo 0 >"$1.time"
}

null_replayer() {
	# shellcheck disable=SC2154
	cp "$BUILD/replay/replay" "$work/replay" && chmod 755 "$work/replay"
}

null_replay() { # record repository old new first last [glob]
	record=$1
	shift
	# shellcheck disable=SC2154
	/usr/bin/python3 tests/replay/replays.py "$work/replay" "$1" \
		"$work/runs" "$2" "$3" "$4" "$5" ${6:+"$6"} \
		>>"$record" 2>>"$record.bad"
}

null_build() {
	# shellcheck disable=SC2154
	sha256sum "$behavdiff" | cut -d' ' -f1
}

null_milliseconds() {
	echo $(($(date +%s%N) / 1000000))
}

# Adds to the time that a record took.
null_took() { # record since
	echo $(($(cat "$1.time") + $(null_milliseconds) - $2)) >"$1.time"
}
