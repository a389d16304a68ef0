#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever is renamed on the host meanwhile: a walk behind ".." that the kernel
# breaks off says nothing of whether the name is there (openat2(2), EAGAIN).
. tests/system/lib.sh

repo=$work/repo
mkdir "$repo" "$repo/dir"
: >"$repo/dir/file"
cat >"$repo/make.py" <<'EOF'
import os
for _ in range(1000):
    os.close(os.open("dir/../made", os.O_CREAT | os.O_WRONLY))
    os.unlink("made")
EOF
cat >"$repo/behavdiff.cfg" <<'EOF'
[step "main"]
    command = /usr/bin/python3 -B make.py
EOF
git -C "$repo" init -q -b main
git -C "$repo" add -A
git -C "$repo" commit -q -m start

: >"$work/a"
/usr/bin/python3 -c 'import os, sys
a, b = sys.argv[1:]
while os.getppid() > 1:
    os.rename(a, b)
    os.rename(b, a)' "$work/a" "$work/b" &
renaming=$!
ok "a program is traced while others rename" "$behavdiff" -C "$repo" trace \
	HEAD --config "$repo/behavdiff.cfg" --runs 1 -o "$work/facts.json"
kill "$renaming"
# shellcheck disable=SC2016
ok "it makes its file" \
	holds "$work/facts.json" 'file.create $TREE/made'
# shellcheck disable=SC2016
ok "and finds none to write to" \
	lacks "$work/facts.json" 'file.write $TREE/made'
finish
