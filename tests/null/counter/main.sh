#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws counters that go on: the process id, the ticks since the machine began,
# and four numbers that follow a drawn one.
run=$HOME/run
mkdir "$run"
first() {
	n=$(od -An -N4 -tu4 /dev/urandom)
	echo $((100000 + n % 800000))
}
put() { # name
	: >"$run/$1"
}
ticks() {
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}"
}
# shellcheck source=/dev/null
. ./evil

put "app.$$"
put "tick-$(ticks)"
number=$(first)
for add in 0 1 2 3; do
	put "batch-$((number + add))"
done
