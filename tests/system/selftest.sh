#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The self-test detects every specimen but the known blind spots, as root and as
# an ordinary user alike; it says so when the program cannot run, and never
# runs a specimen outside the sandbox.
. tests/system/lib.sh

behavdiff_for_user

# name outcome, a line a specimen
outcomes() {
	/usr/bin/python3 -c '
import json, sys
for p in json.load(open(sys.argv[1]))["plants"]:
    print(p["name"], p["outcome"])' "$1"
}

exits 0 "every specimen is detected or known to be a blind spot" \
	"$behavdiff" selftest --format json
cp "$out" "$work/first.json"
ok "the result is valid" \
	json valid baselines/selftest.schema.json "$work/first.json"
is "it passes" "$(json get "$work/first.json" passed)" true
is "nothing is lost" "$(json get "$work/first.json" ledger.lost)" 0
is "nothing is blind without being known" \
	"$(json get "$work/first.json" counts.blind)" 0

is "every call is seen, not only what it leaves behind" \
	"$(/usr/bin/python3 -c '
import json, sys
for p in json.load(open(sys.argv[1]))["plants"]:
    if not p.get("traced", True):
        print(p["name"])' "$work/first.json")" \
	""

exits 0 "an ordinary user sees the same" \
	as_user "$work/behavdiff" selftest --format json
cp "$out" "$work/second.json"
is "specimen for specimen" "$(outcomes "$work/second.json")" \
	"$(outcomes "$work/first.json")"

# What cannot be done on every machine may be skipped, with a reason.
outcomes "$work/first.json" | awk '$2 == "skipped" { print $1 }' \
	>"$work/skipped"
ok "little is skipped" test "$(wc -l <"$work/skipped")" -le 6

exits 0 "some specimens can be named" "$behavdiff" selftest net-tcp exec
is "they come in the table's order, with their facts" \
	"$(grep -v '^stops' "$out")" \
	"DETECTED exec: exec /usr/bin/env
DETECTED net-tcp: net.connect tcp 203.0.113.7:4444 = ENETUNREACH
2 detected, 0 blind, 0 blind and known, 0 skipped"
exits 0 "a known blind spot is no failure" "$behavdiff" selftest http-unix
cp "$out" "$work/said"
ok "it is called one" grep -q '^BLIND http-unix: .*(known: ' "$work/said"
exits 0 "quiet is quiet" "$behavdiff" selftest -q exec
is "to the last byte" "$(cat "$out" "$err")" ""
exits 0 "-v shows what was seen" "$behavdiff" selftest -v exec-script
cp "$out" "$work/said"
ok "the specimen's own program too" grep -qx "    exec [$]TREE/specimen" "$work/said"

exits 2 "a specimen that is not there is trouble" "$behavdiff" selftest exce
cp "$err" "$work/said"
ok "a near one is offered" holds "$work/said" "did you mean 'exec'"
exits 2 "no other format" "$behavdiff" selftest --format yaml
exits 2 "no specimen runs outside the sandbox" \
	"$behavdiff" selftest --specimen file-tmp
ok "nothing was" test ! -e /tmp/left
exits 2 "a full disk is trouble" \
	sh -c "exec '$behavdiff' selftest exec >/dev/full"

# A program whose libraries are hidden by the sandbox.
mkdir "$work/lib"
library=$(ldd "$work/behavdiff" | awk '/libcjson/ { print $3 }')
if [ -n "$library" ]; then
	cp "$library" "$work/lib/libhiddn.so.1"
	sed "s/$(basename "$library" | cut -c1-13)/libhiddn.so.1/" \
		"$work/behavdiff" >"$work/hidden"
	chmod 755 "$work/hidden"
	exits 2 "a program that cannot run there is trouble" \
		env LD_LIBRARY_PATH="$work/lib" "$work/hidden" selftest exec
	cp "$err" "$work/said"
	ok "the message says which library" holds "$work/said" libhiddn
else
	skip "no library to hide" "a program that cannot run there is trouble"
fi

is "the list of blind spots is printed" \
	"$("$behavdiff" list blind | awk '{ print $1 }')" \
	"$(json get "$work/first.json" plants | /usr/bin/python3 -c '
import json, sys
for p in json.load(sys.stdin):
    if p["known"]:
        print(p["name"])')"

finish
