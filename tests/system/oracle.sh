#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# strace as the oracle: every fixture and real programs run in the same sandbox
# under strace and under behavdiff, and the facts are the same, both ways.
# How: tests/oracle/README.md.
#   CASES="open program-git" sh tests/system/oracle.sh    only these
. tests/system/lib.sh
LC_ALL=C
export LC_ALL

case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac
# shellcheck disable=SC2086
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/oracle/oracle.py \
	"$BUILD" "$work" ${CASES:-}
