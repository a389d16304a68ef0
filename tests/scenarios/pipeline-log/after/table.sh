#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Three columns, sorted: what, name, number.
tab=$(printf '\t')
sort -t "$tab" -k 1,1 -k 3,3nr | while IFS="$tab" read -r what name number; do
	printf '%-8s %-32s %6s\n' "$what" "$name" "$number"
done
