#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Small revisions of many kinds, judged as a careful reviewer would judge them:
# the tables are in tests/verdicts, with a README.
#   verdicts.sh [WORD]    only pairs whose name holds WORD, with all output
. tests/system/lib.sh

/usr/bin/python3 tests/system/verdict_pairs.py "$behavdiff" "$work" \
	"${1:-}" tests/verdicts/*.pair
