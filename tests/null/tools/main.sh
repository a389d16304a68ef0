#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws programs: three out of twelve of the tree, and one of six of the
# system.
pick() { # number word...
	number=$1
	shift
	shuf -n "$number" -e "$@"
}
tools() {
	pick 3 align build check clean count index lint merge pack sign sort trim
}
# shellcheck source=/dev/null
. ./evil

for tool in $(tools); do
	"tools/$tool"
done
"/usr/bin/$(pick 1 arch echo nproc pwd true uname)" >/dev/null
