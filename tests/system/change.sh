#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What of a change the runs had in their hands: files that none of them read,
# and what a checkout would have that an export has not.  In comparisons whose
# sides come from the cache as well.
. tests/system/lib.sh

# Submodules are entries of the index only: nothing has to be cloned.
submodule() { # path digit: at a commit of forty such digits
	mkdir -p "$repo/$1"
	g update-index --add --cacheinfo "160000,$(printf "%040d" 0 |
		tr 0 "$2"),$1"
}

commit() { # subject: and a tag of that name; folders of submodules stay
	g add -A . ':!vendor' && g commit -q --allow-empty -m "$1" &&
		g tag "$1"
}

begin() { # name: a program that reads data.txt
	repo=$work/$1
	mkdir "$repo"
	git init -q -b main "$repo"
	printf '[behavdiff]\n\truns = 1\n[step "main"]\n\t%s\n\tready = exit\n' \
		'command = python3 main.py' | say .behavdiff
	echo 'print(open("data.txt").read())' | say main.py
	echo data | say data.txt
}

kept=$work/kept
ends() { # status name command...
	exits "$@"
	cat "$out" "$err" >"$kept"
}

# Traced, and from the cache.
twice() { # status name argument...
	twice_status=$1 twice_name=$2
	shift 2
	ends "$twice_status" "$twice_name" b "$@"
	ends "$twice_status" "$twice_name, from the cache" b "$@"
}

XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
pointer='version https://git-lfs.github.com/spec/v1'

# --- what no run read ---

begin exercised
mkdir "$repo/gone"
echo 'x = 1' | say gone/old.py
g add -A
b baseline update . -q >/dev/null
commit old
printf 'print(1)\nprint(2)\nprint(3)\n' >>"$repo/main.py"
printf 'import os\n' | say setup.py
printf '# a\n' | say README.md
printf 'a\0b' | say logo.bin
g rm -q -r gone
commit new
twice 0 "a change that is run in part" old new
ok "names the rest" holds "$kept" \
	'not exercised: gone/old.py, logo.bin and setup.py (3 of 4 changed files; 60 % of the changed lines are in files that a run read)'
ok "not what no run reads" lacks "$kept" 'README.md'
for format in json markdown html; do
	b old new --format "$format" >"$kept"
	ok "in $format too" holds "$kept" 'not exercised: gone/old.py'
done
b old new --format json >"$kept"
ok "with numbers" holds "$kept" '"lines_run": 3'
ends 0 "a check" b check --base main~1 new
ok "says so" holds "$kept" 'not exercised: gone/old.py, logo.bin and setup.py'
ends 0 "what is run whole" b old old
ok "says nothing" lacks "$kept" 'exercised'
echo 'y = 1' | say sub/unread.py
ends 0 "the work tree" b HEAD .
ok "has untracked files" holds "$kept" 'not exercised: sub/unread.py (1 of 1'
ends 0 "a check of it" b check
ok "names them too" holds "$kept" 'not exercised: sub/unread.py (1 of'
echo sub | say .gitignore
ends 0 "ignored ones" b HEAD .
ok "are none" lacks "$kept" 'exercised'

# --- submodules ---

begin submodules
submodule vendor/x 1
commit one
echo 'print("more")' >>"$repo/main.py"
commit same
twice 0 "a submodule that nothing touches is silent" one same
submodule vendor/x 2
commit moved
twice 3 "one that moved is a doubt" same moved
ok "which names both commits" holds "$kept" \
	'doubt: submodule vendor/x moved from 111111111111 to 222222222222'
submodule vendor/y 3
commit added
twice 3 "so is a new one" moved added
ok "by name" holds "$kept" 'submodule vendor/y is new, at 333333333333'
g rm -q --cached vendor/y
commit removed
twice 3 "and one that went away" added removed
ok "by name" holds "$kept" 'submodule vendor/y was removed, at 333333333333'
submodule vendor/x 4
ends 3 "one that moved in the index" b HEAD .
ok "is told" holds "$kept" 'vendor/x moved from 222222222222 to 444444444444'
submodule vendor/x 2
ends 0 "or not" b HEAD .
echo 'import sys; sys.path.insert(0, "vendor/x")
try: import lib
except ImportError: pass' >>"$repo/main.py"
commit looks
echo 'print("again")' >>"$repo/main.py"
commit looks-again
twice 3 "one that a run looks into is a doubt" looks looks-again
ok "that says what to do" holds "$kept" \
	'vendor/x: runs looked into submodules, which were empty folders: bind checkouts'
ends 0 "a revision against itself has none" b looks looks
submodule vendor/x 6
commit looks-moved
ends 3 "one that is looked into and moved" b looks looks-moved
is "is one doubt" "$(grep -c '^doubt: ' "$kept")" 1
g config -f "$repo/.behavdiff" sandbox.bind vendor/x
echo 'lib = 1' | say vendor/x/lib.py
commit bound
echo 'print("bound")' >>"$repo/main.py"
commit bound-again
ends 0 "nor where it is bound" b bound bound-again
ok "and no blind spot" lacks "$kept" 'blind spot:'
submodule vendor/x 5
commit bound-moved
ends 3 "one that moved is, bound or not" b bound bound-moved
ok "which says what was run" holds "$kept" "the runs had the work tree's folder"
ends 3 "with the work tree too, where both sides had its folder" b bound .
echo 'lib = 2' | say vendor/x/lib.py
ends 0 "and not where OLD had what it was" b bound .
ok "since that is compared" holds "$kept" 'warning  policy.bind vendor/x'

# --- Git LFS ---

begin lfs
printf '%s\noid sha256:1\nsize 3\n' "$pointer" | say model.bin
commit one
echo 'print("more")' >>"$repo/main.py"
commit same
twice 0 "a pointer that nothing touches is silent" one same
printf '%s\noid sha256:2\nsize 3\n' "$pointer" | say model.bin
commit edited
twice 3 "one that changed is a doubt" same edited
ok "by name" holds "$kept" 'model.bin: the change edits files of Git LFS'
g config -f "$repo/.behavdiff" behavdiff.runs 2
b baseline update . -q >/dev/null
commit base
cp "$repo/model.bin" "$repo/data.txt"
commit read
twice 3 "check: one that is read is a doubt" check --base main~1 read
ok "check: by name" holds "$kept" 'data.txt: the change edits files of Git LFS'
echo 'print("even more")' >>"$repo/main.py"
commit read-again
twice 3 "one that both sides read" read read-again
ok "is a doubt" holds "$kept" \
	'data.txt: runs read the pointers of Git LFS in the place of the files'
printf 'the file itself\n' | say data.txt
ends 3 "HEAD's pointer against the file" b HEAD .
ok "is told" holds "$kept" 'data.txt: the change edits files of Git LFS'

# --- what a checkout makes other bytes of ---

# shellcheck disable=SC2016 # the keyword of git
for row in 'ident:ident:$Id$' 'eol=crlf:eol=crlf:line' \
	'text eol=crlf:eol=crlf:line' 'filter=secret:filter:x' \
	'working-tree-encoding=ISO-8859-15:working-tree-encoding:x'; do
	attribute=${row%%:*} content=${row##*:} what=${row#*:}
	what=${what%:*}
	begin "convert-$(echo "$row" | tr -c 'a-z0-9\n' -)"
	echo "$content" | say data.txt
	commit one
	echo "data.txt $attribute" | say .gitattributes
	commit attribute
	twice 3 "$attribute: an attribute of what is read" one attribute
	ok "$attribute: by name" holds "$kept" \
		"doubt: data.txt: runs read what is committed, of which a checkout makes other bytes ($what)"
	echo 'print("more")' >>"$repo/main.py"
	commit same
	twice 0 "$attribute: both sides read the same" attribute same
	echo "$content 2" >>"$repo/data.txt"
	commit edited
	twice 3 "$attribute: what is read was edited" same edited
	echo 'print("no data")' | say main.py
	commit unread
	echo "$content 3" >>"$repo/data.txt"
	commit unread-edited
	twice 0 "$attribute: what is not read is no doubt" \
		unread unread-edited
done
begin binary
# shellcheck disable=SC2016
echo '$Nothing$' | say data.txt
printf '* text=auto ident\n' | say .gitattributes
commit one
echo more >>"$repo/data.txt"
commit two
twice 0 "attributes that change no byte" one two

# --- names that cannot be exported ---

begin names
commit one
long=$(printf '%0300d' 0)
blob=$(g hash-object -w main.py)
g read-tree HEAD
tree=$({ g ls-tree HEAD; printf '100644 blob %s\t%s\n' "$blob" "$long"; } |
	g mktree)
g tag long "$(g commit-tree -p HEAD -m long "$tree")"
twice 3 "a name that is too long" one long
ok "is a doubt" holds "$kept" \
	'the change edits what has a name that cannot be exported'
other=$(g hash-object -w data.txt)
tree=$({ g ls-tree HEAD; printf '100644 blob %s\t%s\n' "$other" "$long"; } |
	g mktree)
g tag longer "$(g commit-tree -p long -m longer "$tree")"
twice 3 "so is an edit of it" long longer

finish
