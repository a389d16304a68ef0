#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every modelled system call, made for real by a fixture, gives exactly the
# facts that the fixture states: none is missing, none is more, none comes once
# too often.  What fixtures are: tests/fixtures/README.md.
#   FIXTURES="open look" sh tests/system/fixtures.sh    only these
. tests/system/lib.sh
LC_ALL=C
export LC_ALL

fixtures=$BUILD/fixtures
case $fixtures in /*) ;; *) fixtures=$top/$fixtures ;; esac
case $BUILD in /*) behavdiff=$BUILD/behavdiff ;; esac
table=core/trace/syscalls.def
repo=$work/repo

# --- what is claimed ---

rows() {
	sed -n 's/^CALL(\([a-z0-9_]*\),.*/\1/p' "$table"
}

# "CALL FIXTURE" for every claim in a comment.
read_claims() {
	for source in tests/fixtures/*.c; do
		name=${source##*/}
		sed -n 's/.*covers: *\([a-z0-9_, ]*\).*/\1/p' "$source" |
			tr -s ', ' '\n' | sed -n "s/^[a-z].*/& ${name%.c}/p"
	done
}
read_claims >"$work/claims"

# Calls that this machine has a number for, of those on standard input.
known_here() {
	grep -Fx -f "$work/numbered" -
}
"$behavdiff" list syscalls | awk '{ print $1 }' >"$work/numbered"

claimed_for() {
	awk -v f="$1" '$2 == f { print $1 }' "$work/claims"
}

unclaimed() {
	rows | while read -r row; do
		grep -q "^$row " "$work/claims" || echo "$row"
	done
}

# --- a repository with all of them ---

make_tree() {
	mkdir -p "$repo/dir" && cp "$fixtures"/* "$repo/" 2>/dev/null
	rm -f "$repo"/*.d
	echo text >"$repo/file"
	echo inner >"$repo/dir/file"
	echo "not a program" >"$repo/text"
	printf '#!./nothing --end\n' >"$repo/script"
	chmod 755 "$repo/text" "$repo/script"
	ln -s file "$repo/link"
	ln -s dir "$repo/dirlink"
	ln -s loop "$repo/loop"
	ln -s dir/made "$repo/dangling"
	new_repo "$repo"
}

# --- both lists, as "COUNT FACT", sorted ---

# The facts of a fingerprint; JSON escapes only what facts hold of it.
seen() {
	sed -n 's/^ *{"fact": "\(.*\)", "seen": [0-9]*, "count": \([0-9]*\),.*/\2 \1/p' "$1" |
		sed 's/\\\(["\\]\)/\1/g' | sort -k 2
}

# The calls that were seen, modelled ones among them.
called() {
	sed -n '/^  "syscalls": {/,/^  }/s/^    "\([a-z0-9_]*\)": .*/\1/p' "$1"
}

# What NAME states and what the dynamic linker does, once for each start.
stated() {
	awk -v name="$1" '
	FNR == 1 { file++ }
	file == 1 {
		n = $1
		sub(/^[0-9]+ /, "")
		if (/^exec/) {
			gsub(/nothing/, name)
			want[$0] += n
		} else {
			linker[$0] = n
		}
		next
	}
	/^start: / { starts++ }
	/^fact: / { want[substr($0, 7)]++ }
	END {
		for (line in linker)
			want[line] += linker[line] * (starts + 1)
		for (line in want)
			print want[line], line
	}' "$work/start" "$work/stated" | sort -k 2
}

ledger_is_clean() {
	holds "$1" '"lost": 0' && holds "$1" '"dropped": 0' &&
		holds "$1" '"blind_spots": []'
}

notes_are_there() { # fingerprint
	sed -n 's/^note: //p' "$work/stated" | while read -r note; do
		holds "$1" "\"note\": \"$note\"" || echo "$note"
	done
}

trace() { # name deadline output [user]
	printf '[step "main"]\n\tcommand = ./%s\n' "$1" >"$work/$1.cfg"
	${4:-env} "$behavdiff" -C "$repo" trace HEAD --config "$work/$1.cfg" \
		--runs 1 --timeout "$2" -o "$3" 2>"$err" </dev/null
	# 3 is for those that end uncleanly, which is what they are for.
	case $? in 0 | 3) ;; *) return 1 ;; esac
}

deadline_of() {
	sed -n 's/.*deadline: *\([0-9]*\).*/\1/p' "tests/fixtures/$1.c" |
		grep . || echo 60
}

same() { # name wanted got
	if cmp -s "$2" "$3"; then
		result 0 "$1"
	else
		result 1 "$1"
		diff "$2" "$3" | sed -n 's/^< /# missing: /p;s/^> /# more: /p'
		sed -n 's/.*"fact": "\(process.exit.*\)", "seen".*"note": \(.*\)}.*/# \1: \2/p' "$4"
	fi
}

check_fixture() { # name
	seconds=$(deadline_of "$1")
	if ! "$fixtures/$1" --facts >"$work/stated"; then
		result 1 "$1 states its facts"
		return
	fi
	stated "$1" >"$work/wanted"
	if ! trace "$1" "$seconds" "$work/$1.json"; then
		result 1 "$1 is traced"
		sed 's/^/# /' "$err"
		return
	fi
	seen "$work/$1.json" >"$work/got"
	same "$1: the facts it states and no others" "$work/wanted" \
		"$work/got" "$work/$1.json"
	ok "$1: nothing lost, no blind spot" ledger_is_clean "$work/$1.json"
	if grep -q '^note: ' "$work/stated"; then
		is "$1: its last words" "$(notes_are_there "$work/$1.json")" ""
	fi
	called "$work/$1.json" >"$work/called"
	is "$1: makes the calls it covers" "$(claimed_for "$1" | known_here |
		grep -vFx -f "$work/called")" ""
	[ "$(id -u)" -eq 0 ] || return
	trace "$1" "$seconds" "$work/user/$1.json" as_user
	seen "$work/user/$1.json" >"$work/got"
	same "$1: the same for an ordinary user" "$work/wanted" "$work/got" \
		"$work/user/$1.json"
}

is "every row of $table has a fixture" "$(unclaimed)" ""
is "every claim is a row" "$(while read -r call name; do
	rows | grep -qx "$call" || echo "$name: $call"
done <"$work/claims")" ""
ok "a repository of fixtures" make_tree
behavdiff_for_user
behavdiff=$work/behavdiff
mkdir "$work/user"
give_to_user "$repo" "$work/user"
# Whose repository it is: git's safe.directory.
[ "$(id -u)" -ne 0 ] || chown -R 0:0 "$repo"
if trace nothing 60 "$work/nothing.json"; then
	seen "$work/nothing.json" >"$work/start"
fi
ok "a program that does nothing is started" \
	grep -qFx "1 exec \$TREE/nothing" "$work/start"
for fixture in ${FIXTURES:-$(ls tests/fixtures/*.c)}; do
	fixture=${fixture##*/}
	check_fixture "${fixture%.c}"
done
finish
