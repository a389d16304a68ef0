#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The life of a repository.
set -e
git init -q -b main sub
cd sub
git config user.name tester
git config user.email tester@example.org
echo one >f
git add f
git commit -q -m one
git checkout -q -b other
echo two >>f
git commit -q -a -m two
git checkout -q main
git merge -q other
git log --oneline >/dev/null
git diff HEAD~1 >/dev/null
git gc -q
git clone -q . ../clone
