#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pipelines, background jobs, a here-document, a lock made with mkdir.
set -e
seq 1 200 | sort -rn | head -n 5 | tee top.txt | wc -l >count.txt
for i in 1 2 3 4; do
	(while ! mkdir lock 2>/dev/null; do :; done
	echo "$i" >>order.txt
	rmdir lock) &
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
