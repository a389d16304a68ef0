#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a deed weighs that only NEW does, by kinds: each row is a shell script,
# the errors and the warnings it must give, and nothing else at these levels.
. tests/system/lib.sh

repo=$work/repo
mkdir "$repo"
names=''

# Before does nothing; after does what stands on standard input.
kind() { # name
	mkdir -p "$repo/before" "$repo/$1"
	echo : >"$repo/before/main.sh"
	cat >"$repo/$1/main.sh"
	for side in before "$1"; do
		printf 'x\n' >"$repo/$side/data.txt"
		printf '#!/bin/sh\n' >"$repo/$side/tool.sh"
		chmod 755 "$repo/$side/tool.sh"
		printf '[step "main"]\n\tcommand = sh main.sh\n' \
			>"$repo/$side/.behavdiff"
	done
	names="$names $1"
}

kind made-in-tree <<'X'
: >server.log
mv data.txt moved.txt
ln -s moved.txt link
X
kind deleted <<'X'
rm data.txt
X
kind written <<'X'
echo y >>data.txt
X
kind by-product <<'X'
mkdir __pycache__ build
: >__pycache__/m.cpython-311.pyc
: >build/out.txt
: >main.o
X
kind comes-and-goes <<'X'
: >scratch
rm scratch
: >data.txt.tmp
X
kind run-by-others <<'X'
mkdir -p .git/hooks .github/workflows sub
: >.git/hooks/post-checkout
: >.github/workflows/x.yml
: >sub/Makefile
: >.envrc
X
kind set-id <<'X'
chmod 4755 tool.sh
X
kind made-and-run <<'X'
printf '#!/bin/sh\n' >fresh
chmod 755 fresh
./fresh
X
kind made-and-interpreted <<'X'
: >fresh.txt
sh fresh.txt
X
kind replaced-and-run <<'X'
echo : >>tool.sh
./tool.sh
X
kind own-temporary <<'X'
mkdir /tmp/own /tmp/own/sub
: >/tmp/own/sub/file
: >/tmp/own/other
X
kind drawn-temporary <<'X'
folder=$(mktemp -d)
: >"$folder/file"
rm -r "$folder"
X
kind in-temporary <<'X'
: >/tmp/plain
X
kind passed-on <<'X'
mkdir /tmp/own
: >/tmp/own/file
cat /tmp/own/file
X
kind missing <<'X'
no-such-tool
command -v no-such-other
:
X
kind kills-child <<'X'
sleep 60 &
sleep 0.3
kill -9 $!
wait
X
kind found-now <<'X'
test -e data.txt
X
# In the folder before it is looked for and not there.
echo 'test -e users.json; :' >"$repo/before/main.sh"
cp -r "$repo/before" "$repo/probe"
: >"$repo/probe/users.json"
names="$names probe"
new_repo "$repo" || exit 2

# Places of facts are no variables of the shell.
# shellcheck disable=SC2016
wanted() { # name
	case $1 in
	made-in-tree) cat <<'X'
warning file.create $TREE/server.log
warning file.link $TREE/link -> moved.txt
warning file.rename $TREE/data.txt -> $TREE/moved.txt
X
	;; deleted) echo 'warning file.delete $TREE/data.txt'
	;; run-by-others) cat <<'X'
error file.create $TREE/.envrc
error file.create $TREE/.git/hooks/post-checkout
error file.create $TREE/.github/workflows/x.yml
error file.create $TREE/sub/Makefile
warning file.create $TREE/.git
warning file.create $TREE/.git/hooks
warning file.create $TREE/.github
warning file.create $TREE/.github/workflows
warning file.create $TREE/sub
X
	;; set-id) echo 'error file.mode $TREE/tool.sh 4755'
	;; made-and-run) cat <<'X'
error exec $TREE/fresh
warning file.create $TREE/fresh
warning file.executable $TREE/fresh
X
	;; made-and-interpreted) cat <<'X'
error exec.args /usr/bin/dash sh fresh.txt
warning file.create $TREE/fresh.txt
X
	;; replaced-and-run) cat <<'X'
error exec $TREE/tool.sh
error file.write $TREE/tool.sh
X
	;; own-temporary) cat <<'X'
warning file.create /tmp/own
warning file.create /tmp/own/other
warning file.create /tmp/own/sub
warning file.create /tmp/own/sub/file
X
	;; drawn-temporary) cat <<'X'
warning file.create /tmp/tmp.<drawn>
warning file.create /tmp/tmp.<drawn>/file
warning file.delete /tmp/tmp.<drawn>
warning file.delete /tmp/tmp.<drawn>/file
X
	;; in-temporary) echo 'error file.create /tmp/plain'
	;; passed-on) cat <<'X'
error file.create /tmp/own/file
warning file.create /tmp/own
X
	;; missing) echo 'error exec no-such-tool = ENOENT'
	;; kills-child) cat <<'X'
warning process.exit /usr/bin/sleep signal=SIGKILL
warning process.signal SIGKILL to child /usr/bin/sleep
X
	esac
}

# What tools are executed on the way is another rule's business.
graded() { # name
	json findings "$work/$1.json" | grep -v '^note' |
		grep -vE ' new exec /usr/bin/(mkdir|mktemp|mv|ln|rm|chmod|cat|sleep)$' |
		sed 's/^\([a-z]*\) [a-z]* /\1 /' | LC_ALL=C sort
}

compared() { # name
	"$behavdiff" -C "$repo" --runs 2 --format json \
		main:before "main:$1" >"$work/$1.json" 2>"$err"
	[ $? -lt 2 ] || echo "no comparison: $(cat "$err")"
}

for name in $names; do
	is "$name" "$(compared "$name" && graded "$name")" "$(wanted "$name")"
done

ok "the killer is named" [ "$(json get "$work/kills-child.json" \
	findings | grep -c 'sent by sh main.sh')" -eq 1 ]
finish
