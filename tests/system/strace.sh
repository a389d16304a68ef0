#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# strace is the oracle: every program that it sees executed, and every file
# below the tree that it sees made, changed or removed, behavdiff must report
# of the same command; and nothing of the kind that strace does not see.
. tests/system/lib.sh
LC_ALL=C
export LC_ALL

case $BUILD in /*) behavdiff=$BUILD/behavdiff ;; esac
repo=$work/repo
path=/usr/local/bin:/usr/bin:/bin

give_to_user "$work"
if ! as_user strace -qq -o "$work/try" true 2>"$err"; then
	skip "strace cannot trace here" "strace as the oracle"
	finish
	exit
fi

make_tree() {
	mkdir -p "$repo/dir"
	printf 'b\na\n' >"$repo/list"
	echo inner >"$repo/dir/file"
	ln -s dir "$repo/dirlink"
	cat >"$repo/run.sh" <<-'END'
	sort list | head -n 1 >first
	cp list copy && mv copy dir/moved
	mkdir made made/deep && rmdir made/deep
	rm dirlink/file
	( ln -s list soft; ln list hard; chmod 600 list; touch list )
	command -v absent || cat none 2>/dev/null
	:
	END
	cat >"$repo/run.py" <<-'END'
	import json, os, shutil, sqlite3, subprocess
	json.dump([1], open("a.json", "w"))
	os.replace("a.json", "b.json")
	os.makedirs("x/y")
	shutil.copy("list", "x/y/list")
	shutil.rmtree("x")
	db = sqlite3.connect("chat.db")
	db.execute("create table t (i)")
	db.commit()
	subprocess.run(["/bin/sh", "-c", "exec true"], check=True)
	END
	cat >"$repo/run.pl" <<-'END'
	open(my $f, ">", "perl.out") or die; print $f "x"; close $f;
	rename "perl.out", "dir/perl" or die;
	system("true") == 0 or die;
	unlink "dir/perl" or die;
	END
	new_repo "$repo"
}

# A copy for each, where nothing has happened yet.
under_strace() { # name command...
	tree=$work/$1
	shift
	rm -rf "$tree" && cp -a "$repo" "$tree" && rm -rf "$tree/.git"
	give_to_user "$tree"
	(
		cd "$tree" || exit
		as_user env -i PATH=$path HOME="$work/home" LANG=C.UTF-8 \
			TZ=UTC TERM=dumb PYTHONHASHSEED=0 \
			GIT_CONFIG_GLOBAL=/dev/null \
			strace -f -qq -y -s 4096 -o "$work/log" "$@"
	) </dev/null >"$out" 2>"$err"
}

# "exec PATH" and "file PATH" of strace's log; unfinished calls are joined.
strace_says() { # tree
	awk '
	{ pid = $1; sub(/^[0-9]+ +/, "") }
	/ <unfinished \.\.\.>$/ {
		sub(/ <unfinished \.\.\.>$/, ""); half[pid] = $0; next
	}
	/^<\.\.\. [a-z0-9_]+ resumed>/ {
		sub(/^<\.\.\. [a-z0-9_]+ resumed>/, ""); $0 = half[pid] $0
	}
	{ print }' "$work/log" | awk -v tree="$1" '
	function quoted(n,  parts) {
		split($0, parts, "\"")
		return parts[2 * n]
	}
	function changed(p) {
		if (p !~ /^\//)
			p = tree "/" p
		gsub(/\/\.\//, "/", p)
		sub(/\/dirlink\//, "/dir/", p)
		sub(/\/$/, "", p)
		if (index(p, tree "/") == 1)
			print "file $TREE" substr(p, length(tree) + 1)
	}
	!/ = -1 E/ && /^execve/ { print "exec " quoted(1) }
	/ = -1 E/ { next }
	/^creat\(/ || (/^open(at)?\(/ && /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/) {
		p = $0
		sub(/.* = [0-9]+</, "", p)
		sub(/>$/, "", p)
		changed(p)
	}
	/^(mkdir|rmdir|unlink|chmod|utimensat|utime)/ ||
	/^(fchmodat|mknod|fchownat|chown)/ {
		if (/^[a-z]+at\(/ && !/AT_FDCWD/) {
			p = $0
			sub(/^[a-z]+\([0-9]+</, "", p)
			sub(/>.*/, "", p)
			changed(quoted(1) == "" || /NULL/ ? p : p "/" quoted(1))
		} else {
			changed(quoted(1))
		}
	}
	/^(fchmod|fchown)\(/ {
		p = $0
		sub(/^[a-z]+\([0-9]+</, "", p)
		sub(/>.*/, "", p)
		changed(p)
	}
	/^rename/ { changed(quoted(1)); changed(quoted(2)) }
	/^(link|symlink)/ { changed(quoted(2)) }' | while read -r kind object; do
		if [ "$kind" = exec ]; then
			echo "exec $(cd "$1" && readlink -f "$object")"
		else
			echo "$kind $object"
		fi
	done | volatile | sort -u
}

# git tries whether it can make a link, under a name of seven letters.
volatile() {
	sed 's/tmp_obj_[A-Za-z0-9]*/tmp_obj_<rand>/
		s|/\.git/t[A-Za-z0-9]\{6\}$|/.git/t<rand>|'
}

behavdiff_says() { # fingerprint
	sed -n 's/^ *{"fact": "\(.*\)", "seen": [0-9]*, "count": .*/\1/p' "$1" |
		grep -v ' = E[A-Z0-9]*$' | awk '
	/^exec / { print "exec " $2 }
	/^file\.(create|write|delete|mode|link) \$TREE\// {
		print "file " $2
	}
	/^file\.rename / { print "file " $2; if ($4 ~ /^\$TREE/) print "file " $4 }
	' | volatile | sort -u
}

agree() { # name command...
	name=$1
	shift
	under_strace "$name" "$@"
	strace_says "$work/$name" >"$work/strace"
	printf '[sandbox]\n\tenv = GIT_CONFIG_GLOBAL=/dev/null\n' >"$work/cfg"
	printf '[step "main"]\n\tcommand = %s\n' "$*" >>"$work/cfg"
	"$behavdiff" -C "$repo" trace HEAD --config "$work/cfg" --runs 1 \
		-o "$work/fp.json" >"$out" 2>"$err" </dev/null
	behavdiff_says "$work/fp.json" >"$work/behavdiff"
	if [ -s "$work/strace" ] && cmp -s "$work/strace" "$work/behavdiff"; then
		result 0 "$name: strace and behavdiff agree"
	else
		result 1 "$name: strace and behavdiff agree"
		diff "$work/strace" "$work/behavdiff" |
			sed -n 's/^< /# only strace: /p;s/^> /# only behavdiff: /p'
		sed 's/^/# /' "$err"
	fi
}

has() { # program
	PATH=$path command -v "$1" >/dev/null
}

mkdir "$work/home"
give_to_user "$work/home"
chmod 755 "$work"
ok "a tree" make_tree
agree sh sh run.sh
agree dd dd if=list of=dd.out bs=1 count=1 conv=fsync
if has python3; then
	agree python python3 -B run.py
else
	skip "no python3 in $path" "python"
fi
if has perl; then
	agree perl perl run.pl
else
	skip "no perl in $path" "perl"
fi
if has tar; then
	agree tar tar -cf all.tar dir list
fi
if has git; then
	agree git-init git init -q sub
	agree git-hash git hash-object list
fi
finish
