#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names that are drawn anew in each run, and a baseline: it holds what each run
# drew, an update of the same behaviour changes no byte, and a check judges by it
# without running the baseline's revision again.
. tests/system/lib.sh

count=${NULL_COUNT:-2}
repo=$work/repo
mkdir "$repo"
printf '[step "main"]\n\tcommand = python3 main.py\n' >"$repo/.behavdiff"
cat >"$repo/main.py" <<'X'
import os
import random
import secrets
import tempfile
from luck import NAMES

def make(path):
    open(path, "w").close()

for name in NAMES:
    make("/tmp/" + name())
folder = "/tmp/" + secrets.token_urlsafe(12)
os.mkdir(folder)
make(f"{folder}/{secrets.token_hex(8)}")
make("/tmp/shard-%02d" % random.randrange(12))
os.close(tempfile.mkstemp(prefix="part-")[0])
X
luck() { # FUNCTION...
	{
		printf 'import random\nimport secrets\nNAMES = [\n'
		printf '    lambda: %s,\n' "$@"
		echo ']'
	} >"$repo/luck.py"
}

checked() { # what status and findings
	code=0
	"$behavdiff" -C "$repo" check --format json --no-cache >"$out" \
		2>"$err" || code=$?
	cat "$err"
	echo "$code"
	/usr/bin/python3 "$top/tests/system/json_read.py" findings "$out" |
		grep -v '^note'
}

silent() { # times
	for _ in $(seq "$1"); do
		checked
	done | sort -u
}

update() {
	exits 0 "$1" "$behavdiff" -C "$repo" baseline update . --no-cache
}

file=$repo/baselines/default.json
random='f"out-{random.randrange(1000000)}.log"'
luck "$random"
new_repo "$repo" || exit 2
update "a baseline of names that differ"
ok "holds the place, with what each run drew" holds "$file" \
	'"main file.create /tmp/out-<drawn>.log": {"draw": "6 names of [0-9], '
ok "two parts that were drawn, as such" holds "$file" \
	'"main file.create /tmp/<drawn>/<hex>": {"draw": "6 names of '
is "and no name as a fact of its own" \
	"$(grep -c '"sometimes"' "$file")" 0
cp "$file" "$work/before"
for time in first second; do
	update "it is updated the $time time"
	is "and nothing of it differs but the revision" \
		"$(diff "$work/before" "$file" | grep '^[<>]' |
		grep -v '"revision"')" ""
done
is "the same program is silent" "$(silent "$count")" 0

luck "$random" '"out-evil.log"'
is "a fixed name among them is found" "$(checked)" \
	"1
error new file.create /tmp/out-evil.log"
luck '"out-31337.log"'
is "and one in their place" "$(checked)" \
	"1
error new file.create /tmp/out-31337.log"
luck "$random" "$random"
is "one more in each run is one finding" "$(checked)" \
	"0
warning more file.create /tmp/out-<drawn>.log"
luck 'f"out-{secrets.token_urlsafe(9)}.log"'
is "other characters too" "$(checked)" \
	"1
error new file.create /tmp/out-<drawn>.log"
luck "$random" 'secrets.choice(["x", "y"]) + ".sh"'
checked >"$work/found"
ok "and what is drawn where nothing was" \
	grep -q '^error new file.create /tmp/' "$work/found"

rm -r "$repo/baselines"
luck '"out-4711.log"'
update "a baseline of a number that never differed"
luck "$random"
is "has it differ" "$(checked)" \
	"1
error new file.create /tmp/out-<drawn>.log"

finish
