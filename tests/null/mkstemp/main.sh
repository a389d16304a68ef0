#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws six and nine characters as mktemp(1) does: a file whose mode is changed,
# a folder with a file in it, a name with something behind it.
run=$HOME/run
mkdir "$run"
fill() { # folder
	: >"$1/state"
}
make() {
	file=$(mktemp "$run/app.XXXXXX")
	chmod 640 "$file"
	dir=$(mktemp -d "$run/XXXXXXXXX.d")
	fill "$dir"
	mktemp "$run/out-XXXXXX.log" >/dev/null
}
# shellcheck source=/dev/null
. ./evil

make
