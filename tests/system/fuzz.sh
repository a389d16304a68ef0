#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target, for a moment: its seeds and some thousand mutations of
# them, the same ones each time.  `make fuzz` looks longer.
. tests/system/lib.sh

targets=$(cd tests/fuzz && echo *.c)

# clang may be there without the runtime that fuzzing needs.
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n);
int LLVMFuzzerTestOneInput(const char *d, unsigned long n)
{ return d && n > 9999; }' >"$work/probe.c"
if ! command -v clang >/dev/null 2>&1 ||
	! clang -fsanitize=fuzzer,address "$work/probe.c" -o "$work/probe" \
		2>/dev/null; then
	for target in $targets; do
		skip "no clang with libFuzzer (libclang-rt-dev)" "${target%.c}"
	done
	finish
	exit
fi

ok "the targets build" make -s fuzzers
for target in $targets; do
	name=${target%.c}
	runs=3000
	case $name in
	# Each builds two or three fingerprints.
	events | report) runs=1000 ;;
	# And a document of a hundred kilobytes.
	sarif) runs=200 ;;
	esac
	# What is learned is written into the first folder.
	mkdir "$work/$name"
	ok "$name: $runs inputs break no promise" \
		"build/fuzz/fuzzers/$name" -runs="$runs" -seed=1 -max_len=4096 \
		-timeout=20 -rss_limit_mb=1024 -verbosity=0 \
		-artifact_prefix="$work/" "$work/$name" \
		"tests/fuzz/seeds/$name"
	ok "$name: has seeds" test -n "$(ls "tests/fuzz/seeds/$name")"
done
finish
