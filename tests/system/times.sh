#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A date or an epoch near the run's own clock is no difference, in any form; a
# fixed one, as a version or a magic number has it, is a name like any other.
. tests/system/lib.sh

repo=$work/repo
day=86400
mkdir "$repo"
printf '[step "main"]\n\tcommand = python3 main.py\n' >"$repo/.behavdiff"
# WHEN: seconds since 1970; each kind of fact has it in its name.
cat >"$repo/main.py" <<'X'
import os
import random
import socket
import subprocess
import time
from when import HOW, WHAT

WHEN = time.time() + WHAT if abs(WHAT) < 10 ** 8 else WHAT
day = time.strftime("%Y-%m-%d", time.gmtime(WHEN))
name = {
    "day": day,
    "compact": day.replace("-", ""),
    "dotted": day.replace("-", "."),
    "clock": time.strftime("%Y%m%dT%H%M%S", time.gmtime(WHEN)),
    "iso": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(WHEN)),
    "s": str(int(WHEN)),
    "ms": str(int(WHEN * 1000)),
    "us": str(int(WHEN * 10 ** 6)),
    "ns": str(int(WHEN) * 10 ** 9 + random.randrange(10 ** 9)
              if abs(WHAT) < 10 ** 8 else int(WHEN) * 10 ** 9),
    "mtime": str(int(os.stat(__file__).st_mtime)),
    "ten": "%010d" % random.randrange(10 ** 9, 2 * 10 ** 9),
}


def make(path, text):
    with open(path, "w") as file:
        file.write(text)


if HOW.startswith("exec "):
    folder = os.path.expanduser("~/releases/" + name[HOW[5:]])
    os.makedirs(folder)
    make(folder + "/new", "#!/bin/sh\n")
    os.chmod(folder + "/new", 0o755)
    os.rename(folder + "/new", folder + "/run")
    subprocess.run([folder + "/run"])
elif HOW.startswith("args "):
    subprocess.run(["true", "--until", name[HOW[5:]]])
elif HOW.startswith("dns "):
    try:
        socket.getaddrinfo(name[HOW[4:]] + ".example.org", 80)
    except OSError:
        pass
else:
    make(os.path.expanduser("~/backup-%s.tar" % name[HOW]), "x")
X

commit() { # TAG HOW WHAT
	printf 'HOW = "%s"\nWHAT = %s\n' "$2" "$3" >"$repo/when.py"
	git -C "$repo" add -A
	# Files have the time of their commit: far from now, and not the same.
	age=$((20 * day))
	[ "$1" != old ] || age=$((40 * day))
	GIT_COMMITTER_DATE="@$(($(date +%s) - age)) +0000" \
		git -C "$repo" commit -q --allow-empty -m "$1"
	git -C "$repo" tag -f "$1" >/dev/null
}

# The status, and the lines of the findings that gate.
compared() { # HOW WHAT-OF-OLD WHAT-OF-NEW
	code=0
	commit old "$1" "$2"
	commit new "$1" "$3"
	"$behavdiff" -C "$repo" --format json old new >"$out" 2>"$err" ||
		code=$?
	cat "$err"
	echo "$code"
	/usr/bin/python3 "$top/tests/system/json_read.py" findings "$out" |
		grep '^error'
}

silent() { # HOW WHAT-OF-OLD WHAT-OF-NEW
	[ "$(compared "$@")" = 0 ]
}

found() { # HOW WHAT-OF-OLD WHAT-OF-NEW TEXT...
	compared "$1" "$2" "$3" >"$work/found"
	shift 3
	[ "$(head -n 1 "$work/found")" = 1 ] || return 1
	for text; do
		grep -qF -- "$text" "$work/found" || return 1
	done
}

new_repo "$repo" || exit 2
# 2009-02-13T23:31:30Z
fixed=1234567890

for how in clock iso s ms us ns "args iso"; do
	ok "$how: the time of now is no difference" silent "$how" 0 0
done
# Within a day nothing else would differ.
for how in day compact dotted; do
	ok "$how: nor is yesterday's" silent "$how" 0 -$day
done
# A day that is today somewhere on Earth: at any hour one of these is another.
for how in "dns day" "exec day"; do
	for half in $((-day * 11 / 24)) $((day * 13 / 24)); do
		ok "$how: nor is that of $half s from now" silent "$how" 0 \
			"$half"
	done
done
ok "ten digits that begin with 1 are a draw" silent ten 0 0
ok "mtime: nor is the time that a commit gives its files" silent mtime 0 0

for row in "day 2009-02-13" "compact 20090213" "dotted 2009.02.13" \
	"clock 20090213T233130" "iso 2009-02-13T23:31:30Z" "s $fixed" \
	"ms ${fixed}000" "us ${fixed}000000" "ns ${fixed}000000000"; do
	ok "${row% *}: a fixed one is found" found "${row% *}" 0 $fixed \
		"error new file.create \$HOME/backup-${row#* }.tar"
done
ok "day: so is one that becomes another" found day $fixed 1334567890 \
	"error new file.create \$HOME/backup-2012-04-16.tar"
ok "dns: a fixed one is found" found "dns day" 0 $fixed \
	"2009-02-13.example.org"
ok "exec: the release of another day is found" found "exec day" 0 $fixed \
	"error new exec \$HOME/releases/2009-02-13/run"
ok "exec: of one three days old, too" found "exec day" 0 $((-3 * day)) \
	"error new exec \$HOME/releases/2"

ok "a baseline" "$behavdiff" -C "$repo" baseline update old
ok "has the token, not the date" holds "$repo/baselines/default.json" \
	"exec \$HOME/releases/<time>/run"
finish
