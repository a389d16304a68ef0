#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws four words out of a dictionary of 500 for names of files, and two for
# the name of a folder.
boxes=$HOME/boxes
mkdir "$boxes"
pick() { # number
	shuf -n "$1" words
}
put() { # name
	: >"$boxes/$1.box"
}
# shellcheck source=/dev/null
. ./evil

for word in $(pick 4); do
	put "$word"
done
mkdir "$boxes/$(pick 2 | paste -sd - -)"
