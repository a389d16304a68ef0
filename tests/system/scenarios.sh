#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs of the kinds people have, as configured from the manual: the old
# revision against the new one shows what `expect` says, against itself
# nothing.  See tests/scenarios/README.md.
#
#   sh tests/system/scenarios.sh [NAME...]
#   SCENARIOS=DIR    folders of programs elsewhere
. tests/system/lib.sh

scenarios=${SCENARIOS:-tests/scenarios}
behavdiff_for_user
chmod 1777 "$work"
cache=$work/cache
mkdir "$cache"
give_to_user "$cache"

expect() { # what file...
	/usr/bin/python3 tests/scenarios/expect.py "$@"
}

# What the scenario needs and this host has not.  The sandbox shows what is
# below /usr.
missing() { # folder
	expect needs "$1/expect" | while IFS= read -r command; do
		env PATH=/usr/local/bin:/usr/bin:/bin sh -c "$command" \
			>/dev/null 2>&1 || echo "$command"
	done
}

commit() { # repository tag
	git -C "$1" add -A && git -C "$1" commit -q -m "$2" &&
		git -C "$1" tag "$2"
}

# Two commits: everything but the program itself is the same in both.
make_repository() { # folder repository
	mkdir "$2" && git -C "$2" init -q -b main &&
		cp -R "$1/." "$2" &&
		rm -rf "$2/before" "$2/after" "$2/expect" &&
		cp -R "$1/before/." "$2" && commit "$2" old &&
		cp -R "$1/after/." "$2" && commit "$2" new &&
		give_to_user "$2"
}

compare() { # repository option... OLD NEW
	compare_repo=$1
	shift
	as_user env XDG_CACHE_HOME="$cache" "$work/behavdiff" \
		-C "$compare_repo" "$@"
}

# The number of findings, with what there is to say of them.
found_in() { # result
	/usr/bin/python3 tests/system/json_read.py null "$1" |
		sed '1s/.* //'
}

test_scenario() { # name folder
	repo=$work/$1
	if ! make_repository "$2" "$repo" >"$out" 2>"$err"; then
		result 1 "$1: a repository of two revisions"
		return
	fi
	exits "$(expect exit "$2/expect")" "$1: old against new" \
		compare "$repo" -o "json:$repo/.git/result" old new
	ok "$1: what the old revision did can be read" \
		compare "$repo" trace -q -o "$repo/.git/facts" old
	is "$1: shows what is expected" "$(expect shows "$2/expect" \
		"$repo/.git/facts" "$repo/.git/result" 2>&1)" ""
	exits 0 "$1: old against itself" compare "$repo" --no-cache \
		-o "json:$repo/.git/null" old old
	is "$1: nothing is found in it" "$(found_in "$repo/.git/null")" 0
}

names=$*
if [ -z "$names" ]; then
	for dir in "$scenarios"/*/; do
		names="$names $(basename "$dir")"
	done
fi
for name in $names; do
	dir=$scenarios/$name
	ok "$name: expect can be read" expect exit "$dir/expect"
	if ! [ -e "$dir/.behavdiff" ]; then
		skip "not configured" "$name"
		continue
	fi
	lacking=$(missing "$dir")
	if [ -n "$lacking" ]; then
		skip "not here: $(echo "$lacking" | tr '\n' ' ')" "$name"
		continue
	fi
	test_scenario "$name" "$dir"
done
ok "there are scenarios" [ "$tests" -gt 0 ]
finish
