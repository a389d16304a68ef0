#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pipes, tools, jobs, searches along PATH; run by bash.
printf 'b\na\n' >list
sort list | head -n 1 >first
cp list copy && mv copy moved
dd if=list of=dd.out bs=1 count=1 conv=fsync
mkdir made made/deep && rmdir made/deep
(
	ln -s list soft
	ln list hard
	chmod 600 list
	touch list
)
command -v absent || cat none
none_such
# It answers: it is not killed before it is what it shall be.
mkfifo question answer
cat <question >answer &
exec 3>question 4<answer
echo >&3
read -r _ <&4
kill -TERM $!
wait
(cd /usr/lib && ls >/dev/null)
(cd /root || exit)
sed -i s/a/c/ list
find . -name 'l*' >/dev/null
grep -r zzz .
tar -cf all.tar list && gzip all.tar
awk 'BEGIN { "date" | getline }'
setsid sh -c : &
wait
exit 0
