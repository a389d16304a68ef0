#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The report of a log on standard input.
cd "$(dirname "$0")" || exit 2
perl parse.pl | python3 count.py | sh table.sh
