#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws the time: of the day, with nanoseconds, since 1970, and to the second
# with a date.
logs=$HOME/logs
mkdir "$logs"
day() {
	date +%Y-%m-%dT%H:%M:%S
}
clock() {
	date +%H-%M-%S.%N
}
put() { # name
	: >"$logs/$1"
}
# shellcheck source=/dev/null
. ./evil

put "app-$(day).log"
put "clock-$(clock)"
put "epoch-$(date +%s%N)"
