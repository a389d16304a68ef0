#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The sample implementations, from the repository to the verdict: a refactoring
# is silent, a backdoor is found to the last planted behaviour, and what
# reviewers wrote by hand about the two programs stands in the fingerprints.
# All of it as root, too, where root runs the tests.
. tests/system/lib.sh

golden=$top/tests/golden
repo=$work/samples
mkdir "$work/json"
chmod 777 "$work/json"
behavdiff_for_user
sh tests/implementations/make-repo "$repo" >/dev/null || exit 2

# The host's shell and Python by the names that the golden files have.
shell=$(readlink -f /bin/sh)
plain() {
	sed -e "s|$shell\$|/usr/bin/dash|; s|$shell |/usr/bin/dash |" \
		-e 's|/usr/[a-z/]*bin/python3\.[0-9]*|PYTHON|g' \
		-e 's|cpython-3[0-9]*|cpython-3N|g'
}

run_as() { # who command...
	run_who=$1
	shift
	if [ "$run_who" = root ]; then
		"$behavdiff" "$@"
	else
		as_user "$work/behavdiff" "$@"
	fi
}

# Several at once, each under a name: their results are in $work/json.
start() { # who name command...
	base=$work/json/$1.$2
	who=$1
	shift 2
	{
		code=0
		# All of them end long before; many of them side by side, under
		# sanitizers, need more than the six seconds of the samples.
		run_as "$who" -C "$repo" "$@" --timeout 30 \
			>"$base.out" 2>"$base.err" || code=$?
		echo "$code" >"$base.code"
	} &
}

compare() { # who name OLD NEW
	start "$1" "$2" -o "json:$work/json/$1.$2.json" --runs 2 --jobs 4 \
		"$3" "$4"
}

record() { # who name REV
	start "$1" "$2" trace -o "$work/json/$1.$2.json" --runs 2 --jobs 4 "$3"
}

# Batches of about a dozen runs: more would only wait for each other, and what
# happens late in a run would miss its deadline.
capture_all() { # who
	compare "$1" refactor14 impl14 impl14-refactor
	compare "$1" backdoor14 impl14 impl14-backdoor
	compare "$1" refactor04 impl04 impl04-refactor
	wait
	compare "$1" backdoor04 impl04 impl04-backdoor
	compare "$1" two impl04 impl14
	wait
	compare "$1" folders main:impl04 main:impl14
	record "$1" impl04 impl04
	record "$1" impl14 impl14
	record "$1" trojan14 impl14-backdoor
	wait
}

ended() { # who.name status what
	is "$1: $3" "$(cat "$work/json/$1.code")
$(cat "$work/json/$1.err")" "$2
"
}

# Errors and warnings exactly, of notes at least those in the golden file.
matches_golden() { # who.name golden what
	json findings "$work/json/$1.json" | plain | LC_ALL=C sort \
		>"$work/found"
	is "$1: $3" "$(grep -v '^note' "$work/found")" \
		"$(grep -v '^note' "$golden/$2")"
	is "$1: of the notes, those that matter" \
		"$(grep '^note' "$golden/$2" | grep -vxF "$tk_does_too" |
			grep -vxF -f "$work/found")" ""
}

silent() { # who.name what
	ended "$1" 0 "$2: passes"
	is "$1: $2: no finding at all" \
		"$(json findings "$work/json/$1.json")" ""
}

# The last line of the text and the JSON file speak of the same comparison.
says_count() { # who.name
	gating=$(json gates "$work/json/$1.json")
	word=behaviours
	[ "$gating" -ne 1 ] || word=behaviour
	is "$1: the last line counts what gates" \
		"$(tail -n 1 "$work/json/$1.out" | sed 's/ (.*)//')" \
		"regression: $gating new $word, exit 1"
}

has_facts() { # who.name golden
	json facts "$work/json/$1.json" | plain >"$work/facts"
	is "$1: what reviewers wrote are facts" \
		"$(grep -vxF -f "$work/facts" "$golden/$2")" ""
}

no_fact() { # who.name pattern what
	json facts "$work/json/$1.json" >"$work/facts"
	is "$1: $3" "$(grep -E -- "$2" "$work/facts")" ""
}

member() { # who.name path value what
	is "$1: $4" "$(json get "$work/json/$1.json" "$2")" "$3"
}

# --- differences ---

check_differences() { # who
	silent "$1.refactor14" "impl14 refactored"
	silent "$1.refactor04" "impl04 refactored"
	for what in backdoor14 backdoor04 two folders; do
		ended "$1.$what" 1 "$what: a regression"
		says_count "$1.$what"
	done
	matches_golden "$1.backdoor14" impl14-backdoor \
		"exactly the planted behaviours"
	matches_golden "$1.backdoor04" impl04-backdoor \
		"exactly the planted behaviours"
	matches_golden "$1.two" impl04-impl14 \
		"what differs between the two programs"
	is "$1.folders: folders of one revision compare as their branches do" \
		"$(json findings "$work/json/$1.folders.json")" \
		"$(json findings "$work/json/$1.two.json")"
	member "$1.folders" old.spec '"main:impl04"' "the side is named"
}

# --- the reviewers' sentences ---

# "Two processes: the server and the GUI", "GUI failed", "server stays up".
check_impl04() { # who
	run=$1.impl04
	ended "$run" 0 "traces"
	has_facts "$run" impl04-facts
	json facts "$work/json/$run.json" >"$work/facts"
	is "$run: no fourth program" "$(grep -c '^exec.args ' "$work/facts")" 3
	exit_line=$(grep '^process.exit' "$work/facts")
	process=$(json process "$work/json/$run.json" "$exit_line")
	is "$run: it was the GUI that failed" \
		"${process#*socp_gui_client_pro.py }" \
		"--host 127.0.0.1 --port 8765"
	note=$(json note "$work/json/$run.json" "$exit_line")
	is "$run: and why" "${note%"$gui_lacks"*}" "$gui_error: "
	# A server waits; behavdiff may notice that nothing more can happen.
	is "$run: it did not end by itself" "$(json get "$work/json/$run.json" \
		ends.0.how | sed 's/quiescent/deadline/')" '"deadline"'
	member "$run" ends.1.alive 2 "launcher and server are alive then"
	member "$run" ends.0.steps.0.ended false "the entry point too"
	no_fact "$run" "^net\\.(connect|send|dns)$but_tk" \
		"no connection to anybody"
	check_stays_inside "$run"
}

# "Writes only socp.db under the application's directory."
check_impl14() { # who
	run=$1.impl14
	ended "$run" 0 "traces"
	has_facts "$run" impl14-facts
	member "$run" ends.0.how '"exit"' "it ended by itself"
	member "$run" ends.0.steps.0.status 0 "with status 0"
	no_fact "$run" '^process\.exit' "no process failed"
	no_fact "$run" '^net\.(bind|listen|dns)' "it serves nothing"
	check_stays_inside "$run"
}

check_stays_inside() { # who.name
	no_fact "$1" '^file\.(write|create|delete|mode|executable) [^$]' \
		"every file written is in the tree"
	no_fact "$1" "^file\.(write|create|delete|mode|executable) [\$]HOME" \
		"and none in the home beside it"
	no_fact "$1" '^file\.(rename|link) .*-> [^$]' "nor moved out of it"
	no_fact "$1" '/etc/(shadow|gshadow)| /root' "no secret is asked for"
	no_fact "$1" '^(priv|evasion|exec\.anonymous|memory\.exec)' \
		"nor any privilege"
	member "$1" ledger.lost 0 "no event was lost"
	member "$1" blind_spots '[]' "no blind spot"
}

# Tk may be installed where the tests run; a display is not.  It asks who the
# user is: the C library reads /etc/passwd for it, and asks its cache daemon.
gui_error=ModuleNotFoundError gui_lacks="No module named 'tkinter'"
tk_does_too="(nothing)" but_tk=
if env PATH=/usr/local/bin:/usr/bin:/bin python3 -c 'import tkinter' \
	2>/dev/null; then
	gui_error=_tkinter.TclError gui_lacks="no display name"
	tk_does_too="note new file.read /etc/passwd"
	but_tk=" ([^u]|u[^n])"
fi

users=user
[ "$(id -u)" -ne 0 ] || users='root user'
for user in $users; do
	capture_all "$user"
done
for user in $users; do
	check_differences "$user"
	check_impl04 "$user"
	check_impl14 "$user"
	ended "$user.trojan14" 0 "impl14-backdoor: traces"
done

ok "results are valid" json valid baselines/result.schema.json \
	"$work"/json/*.refactor*.json "$work"/json/*.backdoor*.json \
	"$work"/json/*.two.json "$work"/json/*.folders.json
ok "fingerprints are valid" json valid baselines/fingerprint.schema.json \
	"$work"/json/*.impl??.json "$work"/json/*.trojan14.json

if [ "$users" = user ]; then
	skip "root is needed to be two users" "root sees the same facts"
else
	for name in impl04 impl14 trojan14; do
		is "$name: root and an ordinary user see the same facts" \
			"$(json get "$work/json/root.$name.json" digest)" \
			"$(json get "$work/json/user.$name.json" digest)"
	done
fi
finish
