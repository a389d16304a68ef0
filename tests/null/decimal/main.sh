#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws names of nine digits: three files in each run, one of them deleted.
queue=$HOME/queue
mkdir "$queue"
name() {
	n=$(od -An -N7 -tu8 /dev/urandom)
	printf '%09d' $((n % 1000000000))
}
put() { # name
	: >"$queue/job-$1"
}
# shellcheck source=/dev/null
. ./evil

put "$(name)"
put "$(name)"
last=$(name)
put "$last"
rm "$queue/job-$last"
