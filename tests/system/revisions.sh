#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A revision is what git says it is: every way to name one, the work tree as
# it stands, every kind of repository, trees made to break out; and whatever
# is asked, repository and work tree are afterwards as they were before.
#
# The program of every revision makes a file saw-NAME for each NAME it finds,
# so what was exported is read from the facts.
. tests/system/lib.sh

behavdiff_for_user
mkdir "$work/in" "$work/scratch"
cd "$work/in" || exit 2
traced=$work/scratch/traced.json

run() { # arguments, as $who
	if [ "$who" = root ]; then
		"$behavdiff" "$@"
	else
		as_user "$work/behavdiff" "$@"
	fi
}

# The names that the program found, in one line.
saw() { # arguments of trace
	run trace --runs 1 "$@" >"$traced" || echo "status $?"
	json facts "$traced" | sed -n 's|^file.create .TREE/saw-||p' |
		tr '\n' ' '
}

sees() { # WHAT NAMES ARGUMENTS...
	sees_what=$1 sees_names=$2
	shift 2
	is "$who: $sees_what" "$(saw "$@" 2>&1)" "$sees_names "
}

commit_is() { # WHAT WANTED
	is "$who: $1: its commit" "$(json get "$traced" source.commit)" "\"$2\""
}

refuses() { # WHAT PATTERN ARGUMENTS...
	refuses_what=$1 pattern=$2
	shift 2
	code=0
	run trace --runs 1 "$@" >"$out" 2>"$err" || code=$?
	# shellcheck disable=SC2254
	case $code:$(cat "$err") in 2:behavdiff:\ $pattern) code=0 ;;
	*) code=1 ;;
	esac
	result "$code" "$who: $refuses_what"
	[ "$code" -eq 0 ] || sed 's/^/# err: /' "$err"
}

# --- repositories ---

program() { # FOLDER
	cat >"$1/run.sh" <<-'EOF'
	#!/bin/sh
	for name in * */*; do
		case $name in run.sh | saw-* | *'*') continue ;; esac
		[ -x "$name" ] && [ ! -d "$name" ] && name=$name+x
		[ -L "$name" ] && name=$name@
		: >"saw-$(echo "$name" | tr / _)"
	done
	EOF
	chmod 755 "$1/run.sh"
}

commit() { # REPOSITORY SUBJECT
	git -C "$1" add -A && git -C "$1" commit -q -m "$2"
}

make_history() {
	mkdir one one/lib
	git -C one init -q -b main
	program one
	program one/lib
	: >one/lib/part
	: >one/first
	commit one 'the first'
	first=$(git -C one rev-parse HEAD)
	git -C one tag light
	git -C one tag -a -m 'a tag' heavy
	git -C one -c advice.nestedTag=false tag -a -m 'of a tag' heavier heavy
	: >one/second
	commit one 'the second'
	second=$(git -C one rev-parse HEAD)
	git -C one branch list
	git -C one branch both "$first"
	git -C one tag both
	git -C one branch 'uml/äöü'
	git -C one rm -q -r first second
	git -C one commit -q -m 'the third'
	third=$(git -C one rev-parse HEAD)
}

make_clones() {
	git clone -q --bare one bare.git
	git clone -q --depth 1 "file://$PWD/one" shallow
	git clone -q --shared one shared
	git clone -q one packed
	git -C packed gc -q --prune=now
	git -C packed pack-refs --all
	git -C one worktree add -q --detach ../linked "$first"
	: >linked/only-here
}

# --- names ---

check_names() {
	old='first lib lib_part lib_run.sh+x'
	new='first lib lib_part lib_run.sh+x second'
	for name in light heavy heavier "$first" "heavy^{}" "heavy^{commit}" \
		main~2 HEAD^^ "main^{/first}" \
		refs/tags/both~1 heads/both "main@{0}~2" \
		"$(echo "$first" | cut -c1-10)" refs/tags/light tags/light \
		; do
		sees "$name" "$old" -C one "$name"
		commit_is "$name" "$first"
	done
	for name in list refs/tags/both tags/both uml/äöü "$second" \
		:/second refs/heads/list; do
		sees "$name" "$new" -C one "$name"
		commit_is "$name" "$second"
	done
	for name in HEAD @ main; do
		sees "$name" "lib lib_part lib_run.sh+x" -C one "$name"
		commit_is "$name" "$third"
	done
	for name in "light^{tree}" "$(git -C one rev-parse "light^{tree}")"; do
		sees "$name" "$old" -C one "$name"
		commit_is "$name" ""
	done
	for name in main:lib light:lib/ heavy:./lib "heavy^{tree}:lib" \
		"$(git -C one rev-parse main:lib)"; do
		sees "$name" part -C one "$name"
	done
	refuses "a branch and a tag of one name" \
		"*'both' is ambiguous: refs/tags/both is *refs/heads/both is *" \
		-C one both
	sees "./DIR counts from the current folder" part -C one/lib main:./
	refuses "DIR outside of the repository" "*outside*" \
		-C one main:../other
	exits 0 "$who: a revision named like a command" \
		run diff -q --runs 1 -C one list list
	exits 0 "$who: a folder against the folder by another name" \
		run -q --runs 1 -C one main:lib heavy:lib
	exits 0 "$who: behind --" run -q --runs 1 -C one -- list main~1
}

# --- the work tree ---

make_worktree() {
	git clone -q one dirty
	printf 'ignored\n*.tmp\n' >dirty/.gitignore
	: >dirty/gone
	: >dirty/kept
	: >dirty/script
	ln -s kept dirty/link
	commit dirty start
	rm dirty/gone
	echo changed >dirty/kept
	chmod 755 dirty/script
	: >dirty/untracked
	: >dirty/ignored
	: >dirty/a.tmp
	mkdir dirty/new
	: >dirty/new/file
	: >dirty/new/b.tmp
	: >dirty/staged
	git -C dirty add staged
	mkfifo dirty/fifo
	git clone -q one clean
	# What the index knows of the files is out of date now.
	touch clean/run.sh clean/lib/part
}

check_worktree() {
	tracked='kept lib lib_part lib_run.sh+x link@'
	sees "modified, untracked, not ignored" \
		"$tracked new new_file script+x staged untracked" -C dirty .
	commit_is "the work tree" "$(git -C dirty rev-parse HEAD)"
	sees "the commit below it" "gone $tracked script" -C dirty HEAD
	sees "from a subfolder, the whole of it" \
		"$tracked new new_file script+x staged untracked" \
		-C dirty/new .
	sees "a clean one" "lib lib_part lib_run.sh+x" -C clean .
	clean=$(json get "$traced" source.tree)
	sees "and its commit" "lib lib_part lib_run.sh+x" -C clean HEAD
	is "$who: are one tree" "$(json get "$traced" source.tree)" "$clean"
	exits 0 "$who: a clean work tree against HEAD passes" \
		run -q --runs 1 -C clean HEAD .
}

# --- kinds of repositories ---

check_repositories() {
	sees "a bare repository" "$old" -C bare.git light
	refuses "no work tree in a bare one" "*bare*" -C bare.git .
	sees "a shallow clone" "lib lib_part lib_run.sh+x" -C shallow HEAD
	refuses "what a shallow clone lacks" "*HEAD~1*git fetch --unshallow*" \
		-C shallow HEAD~1
	sees "objects borrowed from another" "$old" -C shared "$first"
	sees "packed objects and references" "$old" -C packed light
	sees "a remote's branch" "$new" -C packed origin/list
	sees "a linked work tree" "$old only-here" -C linked .
	sees "its HEAD" "$old" -C linked HEAD
	sees "a branch of the main one" "$new" -C linked list
	GIT_DIR=$work/in/one/.git
	export GIT_DIR
	sees "GIT_DIR from outside" "$old" -C lone light
	GIT_DIR=../one/.git
	sees "GIT_DIR, relative" "$old" -C lone light
	GIT_WORK_TREE=$work/in/lone/tree
	export GIT_WORK_TREE
	sees "GIT_WORK_TREE" "thing" -C lone .
	unset GIT_DIR GIT_WORK_TREE
	GIT_DIR=nowhere
	export GIT_DIR
	refuses "GIT_DIR that is none" "*GIT_DIR*nowhere*" -C one light
	unset GIT_DIR
}

# --- trees made to break out ---

# An entry of a tree object, of any name and mode, as git itself would never
# write it: the id in binary.
raw_entry() { # mode name id
	printf '%s %s\0' "$1" "$2"
	/usr/bin/python3 -c '
import sys
sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$3"
}

tree() {
	git -C hostile hash-object -w -t tree --literally --stdin
}

blob() {
	git -C hostile hash-object -w --stdin
}

make_hostile() {
	mkdir hostile
	git -C hostile init -q -b main
	program hostile
	: >hostile/fine
	commit hostile start
	program=$(git -C hostile rev-parse main:run.sh)
	fine=$(git -C hostile rev-parse main:fine)
	evil=$(echo evil | blob)
	outside=$(printf %s "$work/in/lone" | blob)
	inner=$(raw_entry 100644 escaped "$evil" | tree)
	names=$({
		for name in ../escaped "$work/in/escaped" a/escaped; do
			raw_entry 100644 "$name" "$evil"
		done
		for name in .. . .git .GIT; do
			raw_entry 40000 "$name" "$inner"
		done
		raw_entry 100644 fine "$fine"
		raw_entry 100755 run.sh "$program"
	} | tree)
	through=$({
		raw_entry 120000 door "$outside"
		raw_entry 40000 door "$inner"
		raw_entry 100644 fine "$fine"
		raw_entry 100755 run.sh "$program"
	} | tree)
	twice=$({
		raw_entry 100644 fine "$fine"
		raw_entry 100644 fine "$evil"
		raw_entry 100755 run.sh "$program"
	} | tree)
	nameless=$({
		raw_entry 100644 '' "$evil"
		raw_entry 100755 run.sh "$program"
	} | tree)
	module=$({
		raw_entry 100644 fine "$fine"
		raw_entry 100755 run.sh "$program"
		raw_entry 160000 vendor "$first"
	} | tree)
	deep=$fine
	mode=100644
	level=0
	while [ "$level" -lt 300 ]; do
		deep=$(raw_entry "$mode" d "$deep" | tree)
		mode=40000
		level=$((level + 1))
	done
}

check_hostile() {
	sees "names that lead out are left out" "fine" -C hostile "$names"
	blind "names that lead out"
	sees "a link, and a folder of its name" "door@ fine" \
		-C hostile "$through"
	blind "a second entry of one name"
	sees "two files of one name" "fine" -C hostile "$twice"
	sees "a submodule is an empty folder" "fine vendor" -C hostile "$module"
	blind "a submodule"
	refuses "an entry without a name" "*$nameless*" -C hostile "$nameless"
	refuses "folders nested without end" "*nested deeper than*" \
		-C hostile "$deep"
	is "$who: nothing was written anywhere" \
		"$(find "$work" -name '*escaped*')" ""
}

# What was left out of the tree is no secret.
blind() { # what
	count=$(json get "$traced" blind_spots)
	ok "$who: $1: counted as a blind spot" [ "$count" != '[]' ]
}

# --- nothing is run, nothing is touched ---

# git would run each of these for status, diff or checkout.
make_traps() {
	git clone -q one trapped
	trap_line="touch $work/scratch/sprung"
	git -C trapped config core.fsmonitor "$trap_line"
	git -C trapped config core.hooksPath "$PWD/trapped/hooks"
	git -C trapped config filter.trap.clean "$trap_line; cat"
	git -C trapped config filter.trap.smudge "$trap_line; cat"
	git -C trapped config diff.trap.textconv "$trap_line; cat"
	git -C trapped config core.sshCommand "$trap_line"
	mkdir trapped/hooks
	printf '#!/bin/sh\n%s\n' "$trap_line" >trapped/hooks/post-checkout
	chmod 755 trapped/hooks/post-checkout
	echo '* filter=trap diff=trap' >trapped/.git/info/attributes
	touch trapped/run.sh
	rm -f "$work/scratch/sprung"
	chmod 777 "$work/scratch"
}

check_traps() {
	sees "a repository full of traps" \
		"hooks hooks_post-checkout+x lib lib_part lib_run.sh+x" \
		-C trapped .
	sees "and its commit" "lib lib_part lib_run.sh+x" -C trapped HEAD
	ok "$who: none was sprung" [ ! -e "$work/scratch/sprung" ]
}

state() {
	{
		find "$work/in" -printf '%p %y %m %U %s %T@ %C@ %l\n'
		find "$work/in" -type f -exec cksum {} +
	} | LC_ALL=C sort
}

make_history
make_clones
make_worktree
make_hostile
make_traps
mkdir lone lone/tree
program lone/tree
: >lone/tree/thing

users=user
[ "$(id -u)" -ne 0 ] || users='root user'
state >"$work/scratch/before"
for who in $users; do
	check_names
	check_worktree
	check_repositories
	check_hostile
	check_traps
done
state >"$work/scratch/after"
ok "every repository and work tree is as it was, to the last time stamp" \
	diff "$work/scratch/before" "$work/scratch/after"
finish
