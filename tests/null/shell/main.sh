#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pipelines, background jobs, a here-document, a lock.  The lock waits
# in the kernel: one that is tried again and again fails as often as it happens
# to, and how often a program fails is a fact.
set -e
seq 1 200 | sort -rn | head -n 5 | tee top.txt | wc -l >count.txt
for i in 1 2 3 4; do
	# shellcheck disable=SC2016
	flock lock sh -c 'echo "$1" >>order.txt' _ "$i" &
done
wait
cat <<X | grep -c a >letters.txt
a
b
X
find . -name '*.txt' -exec sh -c 'wc -c "$1" >>sizes' _ {} \;
sort order.txt -o order.txt
xargs -P 3 -n 1 touch <<X
a b c d e f
X
