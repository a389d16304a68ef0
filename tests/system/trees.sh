#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A revision's tree is the same to the last number a program can read of it,
# traced alone, as OLD or as NEW, beside whichever other revision: the trees
# of a comparison are written at once and share nothing that shows.
#
# The program lists its tree in the order of the kernel, with inode numbers,
# links, sizes, blocks, owners and times (not the change times, which are the
# clock's; of large folders the first hundred), and makes a file whose name
# tells all that.
. tests/system/lib.sh

behavdiff_for_user
repo=$work/repo
traced=$work/traced
mkdir -p "$repo/many/sub" "$traced"
chmod 777 "$traced"
cat >"$repo/look.py" <<-'END'
	import os, zlib
	def numbers(path):
	    s = os.lstat(path)
	    return (s.st_ino, s.st_mode, s.st_nlink, s.st_uid, s.st_size,
	            s.st_blocks, s.st_mtime_ns, s.st_atime_ns)
	def look(folder):
	    yield numbers(folder)
	    for n, e in enumerate(os.scandir(folder)):
	        yield e.path, e.inode()
	        if n < 100:
	            yield numbers(e.path)
	        if e.is_dir(follow_symlinks=False):
	            yield from look(e.path)
	sum = zlib.crc32(repr(list(look('.'))).encode())
	# In letters: a number would become a token.
	open('seen-' + ''.join(chr(97 + int(d)) for d in str(sum)), 'x')
	END
printf '[step "look"]\n\tcommand = python3 -B look.py\n' >"$repo/.behavdiff"
# Large enough for what is done of large trees only.
(cd "$repo/many" && seq 1200 | split -l 1 -a 3 - sub/f && cp sub/faaa gone)
ln -s many/sub "$repo/link"
new_repo "$repo" && git -C "$repo" branch -q one || exit 2
(
	cd "$repo" || exit 2
	rm many/gone many/sub/faab
	echo changed >many/sub/faac
	echo new >many/sub/f
	echo new >many/0
	echo first >AAA
	export GIT_COMMITTER_DATE='2001-01-01T00:00:00Z'
	git checkout -q -b two && git add -A && git commit -q -m two
	git checkout -q --orphan three && git rm -rqf many link
	git commit -q -m three
) || exit 2
# The files of two objects, for later.
object() { # REV:PATH
	git -C "$repo" rev-parse "$1" | sed "s|^..|$repo/.git/objects/&/|"
}
first=$(object one:many/gone)
second=$(object two:AAA)
give_to_user "$repo"

seen() { # FILE: the names that were made
	grep -o 'seen-[a-j]*' "$1" | sort -u | tr '\n' ' '
}

run() { # WHO ARGUMENTS...
	run_who=$1
	shift
	if [ "$run_who" = root ]; then
		"$behavdiff" -C "$repo" "$@"
	else
		as_user "$work/behavdiff" -C "$repo" "$@"
	fi
}

alone() { # WHO REV
	run "$1" trace --runs 1 -o "$traced/$1.$2.json" "$2" 2>&1
	seen "$traced/$1.$2.json"
}

both() { # WHO OLD NEW: what either made
	run "$1" diff --runs 1 -o "json:$traced/both.json" "$2" "$3" \
		>/dev/null 2>&1
	[ $? -le 1 ] && seen "$traced/both.json"
	rm -f "$traced/both.json"
}

pair() { # NAMES...: as seen() gives them
	printf '%s\n' "$@" | sort -u | tr -d '\n'
}

who=user
[ "$(id -u)" -ne 0 ] || who=root
one=$(alone $who one)
two=$(alone $who two)
three=$(alone $who three)
is "each tree is another one" "$(pair "$one" "$two" "$three" | wc -w)" 3
is "one and two as alone" "$(both $who one two)" "$(pair "$one" "$two")"
is "two and one as well" "$(both $who two one)" "$(pair "$one" "$two")"
is "two as alone, beside a small one" "$(both $who three two)" \
	"$(pair "$three" "$two")"
is "and for whom it may be" "$(both user one two)" "$(pair "$one" "$two")"

# --- what cannot be exported ---

# Of two that cannot be exported, the first that was named is told.
told() { # the revision and the path of the error
	sed -n "s/^behavdiff: \([a-z]*\): .*object [0-9a-f]* of '\(.*\)'.*/\1 \2/p" \
		"$err"
}

rm -f "$second"
exits 2 "a second tree that is damaged" run $who diff --runs 1 one two
is "which one, and what of it" "$(told)" "two AAA"
rm -f "$first"
exits 2 "both damaged" run $who diff --runs 1 one two
is "the first is told" "$(told)" "one many/gone"
finish
