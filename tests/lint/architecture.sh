#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may know whom.  A module includes only what its row names, a library's
# header only the files that hide it from everybody else; fingerprint, compare
# and report ask nothing of the world.
. tests/system/lib.sh

# module: modules it may include, besides itself
allowed() {
	cat <<-'EOF'
	core/base:
	core/event: core/base
	core/config: core/base
	core/source: core/base
	core/scenario: core/base core/config
	core/sandbox: core/base core/config core/scenario
	core/netcap: core/base core/event
	core/trace: core/base core/event core/netcap
	core/normalise: core/base core/event
	core/fingerprint: core/base core/event core/normalise
	core/baseline: core/base core/event core/normalise core/fingerprint
	core/compare: core/base core/event core/normalise core/config core/fingerprint
	core/report: core/base core/event core/normalise core/fingerprint core/compare
	core/selftest: core/base
	core/run: core/base core/event core/config core/source core/scenario core/sandbox core/trace core/fingerprint core/baseline
	EOF
}

# Headers that other modules may include; of core/base, all.
public="core/event/event.h core/event/error_line.h core/event/targets.def core/config/config.h core/source/source.h
core/scenario/scenario.h core/sandbox/plan.h core/sandbox/staging.h
core/sandbox/sandbox.h core/trace/trace.h
core/netcap/netcap.h core/netcap/packet.h core/netcap/sockaddr.h core/netcap/dns.h
core/normalise/normalise.h core/normalise/watchlist.h core/normalise/token.h
core/fingerprint/fingerprint.h core/fingerprint/draw.h
core/fingerprint/drawn.h core/baseline/baseline.h core/compare/compare.h
core/compare/exercised.h
core/report/report.h core/report/formats.def core/report/result.h core/run/run.h core/run/cache.h
core/run/adhoc_runs.h core/selftest/specimen.h core/sandbox/probe.h core/fingerprint/json.h
core/event/delegate.h core/event/limit.h"

# header of a library: the files that may include it
libraries() {
	cat <<-'EOF'
	git2.h: core/source/git.h
	git2/.*: core/source/git.h
	cjson/cJSON.h: core/base/json.c core/base/json_out.c
	xxhash.h: core/base/hash.c
	seccomp.h: core/trace/filter.c core/trace/syscalls.c
	sys/ptrace.h: core/trace/ core/selftest/ core/sandbox/probe.c
	linux/ptrace.h: core/trace/
	linux/seccomp.h: core/trace/ core/selftest/ core/sandbox/harden.c core/sandbox/probe.c
	EOF
}

includes() { # file: what it includes of our own
	sed -n 's|^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*|\1|p' "$1"
}

# "FILE includes HEADER" for each that its module's row does not name.
strangers() { # module allowed...
	module=$1
	shift
	for file in "$module"/*.[ch]; do
		[ -e "$file" ] || continue
		for header in $(includes "$file"); do
			known=no
			for may in "$module" "$@"; do
				case $header in "$may"/*) known=yes ;; esac
			done
			[ $known = yes ] || echo "$file includes $header"
		done
	done
}

modules() {
	for dir in core/*/; do
		echo "${dir%/}"
	done
}

check_modules() {
	allowed >"$work/allowed"
	is "every module has a row" \
		"$(modules | while read -r module; do
			grep -q "^$module:" "$work/allowed" || echo "$module"
		done)" ""
	while IFS=: read -r module may; do
		# shellcheck disable=SC2086
		is "$module includes what it may" \
			"$(strangers "$module" $may)" ""
	done <"$work/allowed"
}

check_private() {
	is "no header is included that another module keeps to itself" \
		"$(for file in core/*/*.[ch] cmd/*.[ch]; do
			for header in $(includes "$file"); do
				case "core/base/ ${file%/*}/ $public" in
				*"$header"*) continue ;;
				esac
				[ "${header%/*}" != core/base ] || continue
				[ "${header%/*}" != "${file%/*}" ] || continue
				echo "$file includes $header"
			done
		done)" ""
}

check_libraries() {
	libraries >"$work/libraries"
	while IFS=: read -r header may; do
		users=$(grep -lE "^[ 	]*#[ 	]*include[ 	]*<$header>" \
			-r core cmd --include='*.[ch]' --include='*.def')
		is "<$header> is included by: $may" "$(for user in $users; do
			for file in $may; do
				case $user in "$file"*) continue 2 ;; esac
			done
			echo "$user"
		done)" ""
	done <"$work/libraries"
}

# Tests may know everything; nobody may know the tests.
check_tests() {
	is "nothing of the product includes a test" \
		"$(grep -n 'include.*"tests/' -r core cmd)" ""
}

# --- what the linker says ---

# Objects of the source files that are there, not of ones long gone.
objects() { # folder...
	for dir; do
		for file in "${dir%/}"/*.c; do
			[ ! -e "$file" ] || echo "$BUILD/obj/${file%.c}.o"
		done
	done
}

symbols() { # nm option, objects...
	nm -P -A "$@" | sed 's/^\([^:]*\): /\1 /; s/\[[^]]*\]//'
}

# OBJECT SYMBOL for each symbol from outside that these objects, and whatever
# else of core they pull in, ask for.
outside_symbols() { # folder...
	objects "$@" >"$work/start"
	# shellcheck disable=SC2046
	symbols --defined-only -g $(objects core/*/) >"$work/defined"
	# shellcheck disable=SC2046
	symbols -u $(objects core/*/) >"$work/undefined"
	awk -v start="$work/start" -v defined="$work/defined" '
	BEGIN {
		while ((getline line <start) > 0)
			queue[n++] = line
		while ((getline <defined) > 0)
			home[$2] = $1
	}
	{ needs[$1] = needs[$1] " " $2 }
	END {
		for (i = 0; i < n; i++) {
			if (seen[queue[i]]++)
				continue
			count = split(needs[queue[i]], names, " ")
			for (k = 1; k <= count; k++) {
				if (names[k] in home)
					queue[n++] = home[names[k]]
				else
					print queue[i], names[k]
			}
		}
	}' "$work/undefined" | sort -u
}

# What the C library computes without asking anybody; memory is all it takes.
# Beyond that, mem.o may say why it aborts.
pure='mem[a-z]*|raw?memchr|str[a-z_]*|is[a-z]*|to(upper|lower)|malloc|calloc'
pure="$pure|realloc|reallocarray|free|qsort|bsearch|abort|snprintf|vsnprintf"
pure="$pure|sigabbrev_np|cJSON_[A-Za-z]*|XXH.*|__errno_location|__assert_fail"
pure="$pure|__ctype_.*|__stack_chk_fail|__(v?snprintf|mem[a-z]*|str[a-z]*)_chk"
pure="$pure|__isoc(99|23)_(strto[a-z]*|sscanf)|__(asan|ubsan|gcov|llvm)_.*"
pure="$pure|__sanitizer_.*|v?asprintf|__v?asprintf_chk|_GLOBAL_OFFSET_TABLE_"

check_pure() {
	# shellcheck disable=SC2046
	ok "every source file has its object" ls $(objects core/*/)
	for module in event normalise fingerprint baseline compare report; do
		[ -d "core/$module" ] || continue
		is "core/$module asks neither clock, file, process nor environment" \
			"$(outside_symbols "core/$module" | grep -vE \
			" ($pure)\$|/base/mem.o (write|__write_chk)\$")" ""
	done
}

# Below cmd/ nobody ends the program (a child may, by _exit), prints, or keeps
# anything from one call to the next.
check_core() {
	# shellcheck disable=SC2046
	is "no exit() in core" \
		"$(symbols -u $(objects core/*/) | awk '$2 == "exit"')" ""
	if nm -P "$BUILD/obj/core/base/buf.o" |
		grep -qE '^__(asan|ubsan|gcov|llvm_prof)'; then
		skip "instrumented objects have state" "no writable state in core"
	else
		# shellcheck disable=SC2046
		is "no writable state in core" "$(size -A $(objects core/*/) |
			awk '/ :$/ { file = $1 }
			/^\.(data|bss|tdata|tbss)[ \t]/ && $2 > 0 {
				print file, $1, $2
			}')" ""
	fi
}

check_modules
check_private
check_libraries
check_tests
check_pure
check_core
finish
