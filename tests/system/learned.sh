#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the runs of a baseline taught holds for a check, as it does in a diff:
# names that differed then and happen not to now, and the other way round, are
# no finding; a fixed name among them is.
. tests/system/lib.sh

count=${NULL_COUNT:-3}
repo=$work/repo
mkdir "$repo"
printf '[step "main"]\n\tcommand = python3 main.py\n' >"$repo/.behavdiff"
cat >"$repo/main.py" <<'X'
import random
import string
from luck import RANGE, EXTRA

for name in f"out-{random.randrange(RANGE)}.log", *EXTRA:
    open(f"/tmp/{name}", "w").close()
letters = "".join(random.choice(string.ascii_lowercase) for _ in range(12))
open(f"part-{letters[:6]}", "w").close()
X

luck() { # RANGE [NAME]
	printf 'RANGE = %s\nEXTRA = [%s]\n' "$1" "${2:+\"$2\"}" \
		>"$repo/luck.py"
}

checked() { # what status and findings
	code=0
	"$behavdiff" -C "$repo" check --format json --no-cache >"$out" \
		2>"$err" || code=$?
	cat "$err"
	echo "$code"
	/usr/bin/python3 "$top/tests/system/json_read.py" findings "$out"
}

silent() { # times
	for _ in $(seq "$1"); do
		checked
	done | sort -u
}

luck 1000000
new_repo "$repo" || exit 2
exits 0 "a baseline of names that differ" \
	"$behavdiff" -C "$repo" baseline update .
ok "says which were learned" holds "$repo/baselines/default.json" \
	'"file.create /tmp/out-<n>.log": true'
is "the same program is silent" "$(silent "$count")" 0
luck 1
is "and one whose number happens to stay" "$(silent 1)" 0
cp "$repo/baselines/default.json" "$work/before"
exits 0 "an update" "$behavdiff" -C "$repo" baseline update .
is "finds what it knew" \
	"$(grep -e out- "$repo/baselines/default.json")" \
	"$(grep -e out- "$work/before")"
luck 1000000 out-evil.log
is "a fixed name among them is found" "$(checked)" \
	"1
error new file.create /tmp/out-evil.log"
luck 1 out-1337.log
is "a fixed number beside one too" "$(checked | sort)" \
	"1
error new file.create /tmp/out-0.log
error new file.create /tmp/out-1337.log
note gone file.create /tmp/out-<n>.log"

rm -r "$repo/baselines"
luck 1
exits 0 "a baseline of a number that stayed" \
	"$behavdiff" -C "$repo" baseline update .
luck 1000000
is "knows it when it differs" "$(silent 1)" 0
finish
