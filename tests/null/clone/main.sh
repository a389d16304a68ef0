#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A repository is made, cloned over a path, changed, packed and fetched from.
set -e
GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
git init -q -b main first
cd first
for i in 1 2 3; do
	echo "$i" >"file$i"
	git add .
	git -c gc.auto=0 commit -q -m "change $i"
done
cd ..
git clone -q first second
git clone -q --no-local first third
git -C second -c gc.auto=0 fetch -q
git -C second log --oneline
git -C third repack -q -a -d
