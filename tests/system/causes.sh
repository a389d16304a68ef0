#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One cause, one finding, from a program to the file that accepts it: what hides
# nothing, one id for all, and the policy line that is printed works.
. tests/system/lib.sh

XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
repo=$work/repo
mkdir "$repo"
cat >"$repo/.behavdiff" <<'END'
[behavdiff]
    runs = 1
[sandbox]
    timeout = 5s
[step "main"]
    command = python3 main.py
END
echo 'open("out.txt", "w")' >"$repo/main.py"
new_repo "$repo"
# A check, the text of which is looked at.
checks() { # status name
	exits "$1" "$2" b check
	cp "$out" "$work/text"
}

exits 0 "a baseline" b baseline update
git -C "$repo" add -A
git -C "$repo" commit -q -m baseline

# A hundred files in the home, and behind them one that is worse.
cat >>"$repo/main.py" <<'END'
import os, socket
home = os.path.expanduser("~/heap")
os.mkdir(home)
for i in range(100):
    open("%s/%d" % (home, i), "w")
s = socket.socket()
s.settimeout(1)
s.connect_ex(("203.0.113.7", 443))
open(os.path.expanduser("~/.bashrc"), "w")
END
checks 1 "a heap and a beacon"
ok "the beacon is on the first screen" sh -c "head -n 12 '$work/text' |
	grep -q '^error    net.connect tcp 203.0.113.7:443 = ENETUNREACH'"
ok "what runs later is no part of the heap" grep -q \
	"^error    file.create \$HOME/.bashrc" "$work/text"
ok "the heap is one thing" grep -q \
	"and 100 more findings in a folder that the run made, \$HOME/heap (100 files outside)" \
	"$work/text"
is "and few lines" "$(grep -c '^ .*file.create .HOME/heap/' "$work/text")" 3
ok "the verdict counts by category" grep -q \
	'^regression: 104 new behaviours (2 network, 1 persistence, 101 files outside), exit 1$' \
	"$work/text"
is "three ids accept all" "$(sed -n 's/^to accept: .* accept \(.*\) --reason.*/\1/p' \
	"$work/text" | wc -w)" 3

# --- the line that grades it ---

sed -n '/may say:$/,/^$/p' "$work/text" | sed '1d' >"$work/paste"
is "the policy line" "$(cat "$work/paste")" "[policy \"main\"]
    level = file.*:\$HOME/heap/** warning"
cp "$repo/.behavdiff" "$work/configuration"
cat "$work/paste" >>"$repo/.behavdiff"
checks 1 "pasted, it is taken"
ok "and the heap fails no more" grep -q \
	'^regression: 3 new behaviours (2 network, 1 persistence), exit 1$' "$work/text"
cp "$work/configuration" "$repo/.behavdiff"

# --- one id ---

checks 1 "as before"
id=$(sed -n "s/^error    file.create \$HOME\/heap  .*  id //p" "$work/text")
exits 0 "the id of the folder is accepted" \
	b baseline accept "$id" --reason 'our heap'
is "and all that is in it" "$(grep -c '"reason": "our heap"' \
	"$repo/baselines/default.json")" 101
checks 1 "the rest still fails"
ok "and no more" grep -q \
	'^regression: 3 new behaviours (2 network, 1 persistence), exit 1$' "$work/text"

# A member's own id, and a whole fact, stand for themselves.
id=$(sed -n 's/.*error    net.socket inet stream tcp  .*  id //p' "$work/text")
exits 0 "a member is accepted" b baseline accept "$id" --reason 'a socket'
is "alone" "$(grep -c '"reason": "a socket"' "$repo/baselines/default.json")" 1
exits 0 "so is a fact" b baseline accept \
	'net.connect tcp 203.0.113.7:443 = ENETUNREACH' --reason 'our server'
checks 1 "what is left"
ok "is one" grep -q '^regression: 1 new behaviour (1 persistence), exit 1$' "$work/text"
finish
