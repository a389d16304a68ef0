#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every shell script passes shellcheck; those that users may run are for any
# sh(1).
. tests/system/lib.sh

# By name, or by the first line.
scripts() {
	find core cmd tests baselines .ci -type f | LC_ALL=C sort |
		while read -r file; do
			case $file in
			*.sh) ;;
			*) head -n 1 "$file" |
				grep -qaE '^#!.*[/ ](sh|bash|dash)( |$)' ||
				continue ;;
			esac
			echo "$file"
		done
}

for script in $(scripts); do
	ok "$script passes shellcheck" shellcheck -x "$script"
	case $script in .ci/*) continue ;; esac
	is "$script is for sh(1)" "$(head -n 1 "$script" | grep -E 'bash|zsh')" ""
done
ok "there are scripts" [ "$tests" -gt 10 ]
finish
