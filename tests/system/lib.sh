# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For system tests: TAP, scratch directories, an ordinary user.  Sourced from
# the project's root:   . tests/system/lib.sh
#
#   ok "it does so" COMMAND...        passes when COMMAND succeeds
#   is "they agree" GOT WANTED        passes when the texts are equal
#   exits 2 "it refuses" COMMAND...   passes on this status; output in $out $err
#   skip "why" "what"                 counts as skipped
#   json WHAT FILE...                 what a JSON file says: json_read.py
#   as_user COMMAND...                as the ordinary user, in $work
#   b ARGUMENT...  g ARGUMENT...      behavdiff and git in $repo
#   say FILE                          standard input is that file of $repo
#   finish                            the plan, and the exit status
set -u

BUILD=${BUILD:-build}
top=$(pwd)
case $BUILD in
/*) behavdiff=$BUILD/behavdiff ;;
*) behavdiff=$top/$BUILD/behavdiff ;;
esac
tests=0
failures=0
# The ordinary user reads what root makes here, a checkout of its own apart.
umask 022
work=$(mktemp -d "${TMPDIR:-/tmp}/behavdiff-test.XXXXXX")
chmod 755 "$work"
out=$work/.out
err=$work/.err
: >"$out"
: >"$err"
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# No cache unless a test wants one: what is tested shall be traced.
XDG_CACHE_HOME=/dev/null
export XDG_CACHE_HOME

# Nothing of the developer's own git or environment counts.
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE NO_COLOR 2>/dev/null
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=/dev/null
GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.org
GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.org
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME \
	GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL

# A script whose repositories are another user's has its own of these three.
repo=
b() {
	"$behavdiff" -C "$repo" "$@"
}

g() {
	git -C "$repo" "$@"
}

say() {
	mkdir -p "$(dirname "$repo/$1")" && cat >"$repo/$1"
}

json() {
	/usr/bin/python3 "$top/tests/system/json_read.py" "$@"
}

result() { # status name
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $2"
	fi
}

ok() { # name command...
	ok_name=$1
	shift
	if "$@" >"$out" 2>"$err"; then
		result 0 "$ok_name"
	else
		result 1 "$ok_name"
		sed 's/^/# out: /' "$out" | head -n 40
		sed 's/^/# err: /' "$err" | head -n 40
	fi
}

is() { # name got wanted
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		printf '%s\n' "$2" | sed 's/^/# got:    /'
		printf '%s\n' "$3" | sed 's/^/# wanted: /'
	fi
}

exits() { # status name command...
	want=$1
	name=$2
	shift 2
	got=0
	"$@" >"$out" 2>"$err" || got=$?
	if [ "$got" -eq "$want" ]; then
		result 0 "$name"
	else
		result 1 "$name (status $got, wanted $want)"
		sed 's/^/# out: /' "$out" | head -n 40
		sed 's/^/# err: /' "$err" | head -n 40
	fi
}

skip() { # why name
	tests=$((tests + 1))
	echo "ok $tests - $2 # SKIP $1"
}

# Does this file hold this text?
holds() { # file text
	grep -qF -- "$2" "$1"
}

lacks() { # file text
	! grep -qF -- "$2" "$1"
}

# The ordinary user that tests make when root runs them.  Nobody else's id is
# used, so that a file given to it is never somebody's.
test_uid=64321
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid="$test_uid" --regid="$test_uid" \
			--clear-groups env HOME="$work" "$@"
	else
		"$@"
	fi
}

# A copy of the program where the ordinary user can reach it.
behavdiff_for_user() {
	cp "$behavdiff" "$work/behavdiff"
	chmod 755 "$work/behavdiff"
}

give_to_user() {
	[ "$(id -u)" -ne 0 ] || chown -R "$test_uid:$test_uid" "$@"
}

# A repository with one commit of the files in DIR: new_repo DIR
new_repo() {
	git -C "$1" init -q -b main &&
		git -C "$1" add -A &&
		git -C "$1" commit -q -m start
}

finish() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
}
