#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Paths that another task leads elsewhere while the call is made, one call of
# each kind (tests/hostile/paths.c): what was done is a fact where it was done.
. tests/system/lib.sh

repo=$work/repo
mkdir "$repo"
"${CC:-cc}" -std=gnu17 -O1 -D_GNU_SOURCE -Wall -Wextra tests/hostile/paths.c \
	-o "$repo/paths" -lpthread || exit 2
"$repo/paths" facts >"$work/all" || exit 2
for how in ${HOWS:-thread shared cwd fd at link}; do
	cat >>"$repo/.behavdiff" <<-END
	[scenario "$how"]
		step = $how
	[step "$how"]
		command = ./paths $how
	END
done
# Not executed in a, not there in b, which another thread moves.
"${CC:-cc}" -std=gnu17 -O1 -D_GNU_SOURCE -Wall -Wextra \
	tests/hostile/execthread.c -o "$repo/execthread" -lpthread || exit 2
mkdir "$repo/a" "$repo/b"
: >"$repo/b/other"
for i in $(seq 0 299); do
	: >"$repo/a/file$i"
done
cat >>"$repo/.behavdiff" <<-END
	[scenario "exec"]
		step = exec
	[step "exec"]
		command = ./execthread 300
	END
# Its child of vfork(2) executes a file of the tree while it waits for that.
cat >>"$repo/.behavdiff" <<-END
	[scenario "vfork"]
		step = vfork
	[step "vfork"]
		command = sh vfork.sh
	END
printf 'echo : >>tool.sh\n./tool.sh\n' >"$repo/vfork.sh"
printf '#!/bin/sh\n' >"$repo/tool.sh"
chmod 755 "$repo/tool.sh"
new_repo "$repo" || exit 2

# A call may meet the other directory in none of its tries; most do.
LEAST=20

for how in ${HOWS:-thread shared cwd fd at link}; do
	ok "$how: is traced" "$behavdiff" -C "$repo" trace --runs 1 \
		--scenario "$how" -o "$work/json" HEAD
	json facts "$work/json" >"$work/facts"
	done=0
	missing=
	while read -r name fact; do
		grep -qx "file.create /tmp/done.$name" "$work/facts" ||
			continue
		done=$((done + 1))
		wanted=$(printf '%s\n' "$fact" | sed 's/[$.]/\\&/g')
		grep -qx -e "$wanted" "$work/facts" || missing="$missing$fact;"
	done <"$work/all"
	is "$how: every deed is a fact at its place" "$missing" ""
	ok "$how: $done calls met the other directory" test "$done" -ge $LEAST
done

# Places of facts are no variables of the shell.
# shellcheck disable=SC2016
exec_facts() { # EXTENDED-EXPRESSION
	grep -E '^exec [$]TREE/./file' "$work/facts" | grep -E "$1"
}

ok "exec: is traced" "$behavdiff" -C "$repo" trace --runs 1 \
	--scenario exec -o "$work/json" HEAD
json facts "$work/json" >"$work/facts"
is "exec: 300 times, of a process with threads" \
	"$(exec_facts . | wc -l)" 300
ok "exec: both directories were met" \
	test "$(exec_facts . | cut -d / -f 2 | sort -u | wc -l)" = 2
is "exec: a failure is recorded in the directory that it is of" \
	"$(exec_facts '/a/.*ENOENT|/b/.*EACCES')" ""

ok "vfork: is traced 40 times" "$behavdiff" -C "$repo" trace --runs 40 \
	--scenario vfork -o "$work/json" HEAD
json facts "$work/json" >"$work/facts"
is "a parent that waits for its child's exec is not waited for" \
	"$(grep -F 'tool.sh = ' "$work/facts")" ""
finish
