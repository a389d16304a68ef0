#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark works: a small round of it, and what it writes.  No figure is
# judged here.
. tests/system/lib.sh

ok "a small round runs" /usr/bin/python3 tests/bench/bench.py --small \
	--rounds 1 --only 'python imports' --only '500 forks' \
	--json "$work/bench.json" --svg "$work/bench.svg"
cp "$out" "$work/table"
# shellcheck disable=SC2016
ok "the table has a row for each workload" \
	sh -c 'grep -q "^python imports" "$1" && grep -q "^500 forks" "$1"' \
	sh "$work/table"
# shellcheck disable=SC2016
ok "the ratios are there, each above nothing" /usr/bin/python3 -c '
import json, sys
ratios = json.load(open(sys.argv[1]))["ratios"]
assert set(ratios) == {"python imports", "500 forks"}, ratios
for row in ratios.values():
    assert set(row) - {"bpftrace"} == {
        "behavdiff", "strace", "strace-seccomp"}, row
    assert all(value > 0 for value in row.values()), row
' "$work/bench.json"
ok "the plot is XML" xmllint --noout "$work/bench.svg"
finish
