#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first minutes: init writes what parses and runs, and nothing twice;
# doctor says what this host allows, and the remedy for what it does not.
. tests/system/lib.sh

behavdiff_for_user
chmod 777 "$work"
repo=$work/repo
PATH=$work:$PATH
export PATH

b() {
	as_user "$work/behavdiff" -C "$repo" "$@"
}

# --- init ---

mkdir "$repo"
mkdir "$repo/empty"
cat >"$repo/server.py" <<-END
	import socket
	if __name__ == "__main__":
	    s = socket.socket()
	    s.bind(("127.0.0.1", 4000))
	    s.listen()
END
cat >"$repo/client.py" <<-END
	print("hello")
END
new_repo "$repo"
give_to_user "$repo"

exits 0 "init writes" b init
ok ".behavdiff" test -s "$repo/.behavdiff"
ok "git reads it" git config -f "$repo/.behavdiff" --list
is "with what was detected" \
	"$(git config -f "$repo/.behavdiff" step.server.command)" \
	"python3 server.py"
ok "every key is explained" sh -c "'$behavdiff' list config |
	sed -n 's/^\(behavdiff\|sandbox\|policy\)\.\([a-z-]*\) .*/\2/p' |
	while read -r key; do
		grep -q \"^	# \$key =\" '$repo/.behavdiff' || exit 1
	done"
exits 0 "what it says runs" b diff --runs 1 . .
exits 2 "never twice" b init
exits 0 "unless it must" b init --force

# shellcheck disable=SC2016
for name in 'a b.py' "it's.py" 'x;y.py' '#1.py' '"q".py' '$(id).py'; do
	odd=$work/odd
	rm -rf "$odd"
	mkdir "$odd"
	echo 'print("hello")' >"$odd/$name"
	new_repo "$odd"
	give_to_user "$odd"
	exits 0 "a program called $name" \
		as_user "$work/behavdiff" -C "$odd" init
	exits 0 "runs as init wrote it down" \
		as_user "$work/behavdiff" -C "$odd" diff --runs 1 . .
done

# What is no program yet: init says what to do first, and what it wrote parses.
first() { # name of a repository, made by the caller: init's words in $said
	new_repo "$work/$1"
	give_to_user "$work/$1"
	exits 0 "$1: init" as_user "$work/behavdiff" -C "$work/$1" init
	said=$(cat "$out")
	config=$work/$1/.behavdiff
	ok "$1: git reads it" git config -f "$config" --list
}

says() { # what text
	case $said in
	*"$2"*) result 0 "$1" ;;
	*) is "$1" "$said" "*$2*" ;;
	esac
}

mkdir "$work/lang" "$work/part" "$work/args" "$work/ports"
echo 'module x' >"$work/lang/go.mod"
first lang
says "it names the section and the command for the language" \
	'[step "main"] with command = go run ./cmd/NAME (for go.mod)'
is "and no baseline yet" "$(echo "$said" | grep -c baseline)" 0
ok "the step stands there to be filled in" holds "$config" \
	"#	command = go run ./cmd/NAME"

echo 'import sys; print(len(sys.stdin.read()))' >"$work/part/count.py"
printf 'while (<>) { print }\n' >"$work/part/parse.pl"
printf 'usage: report LOG\n' >"$work/part/README"
first part
says "part: it asks" 'is count.py what people start, or another script?'
is "part: no step is made of a guess" \
	"$(git config -f "$config" step.count.command)" ""
ok "part: it is written as a comment" holds "$config" \
	"# 	command = python3 count.py"

printf 'import argparse\np = argparse.ArgumentParser()\n%s\n%s\n' \
	'p.add_argument("file")' 'print(p.parse_args())' >"$work/args/show.py"
first args
says "args: it asks for them" 'give step "show" the arguments that it needs'
ok "args: they are named" holds "$config" "	# args = FILE"

cp "$repo/server.py" "$repo/client.py" "$work/ports"
first ports
ok "ports: of several, one can be named" holds "$config" "listen PORT"
says "ports: nothing else is left to do" \
	"next: commit, then behavdiff baseline update"

yaml() { # file: it parses, and its scripts pass shellcheck
	rm -rf "$work/scripts"
	mkdir "$work/scripts"
	/usr/bin/python3 - "$1" "$work/scripts" <<-'END' || return 1
		import sys, yaml
		doc = yaml.safe_load(open(sys.argv[1]))
		def write(text):
		    assert "${{" not in text, text
		    write.n += 1
		    with open(f"{sys.argv[2]}/{write.n}", "w") as f:
		        print("#!/bin/sh", text, sep="\n", file=f)
		write.n = 0
		for job in doc.get("jobs", {"behavdiff": doc.get("behavdiff")}).values():
		    for step in job.get("steps", []):
		        assert set(step) & {"run", "uses"}, step
		        if "run" in step:
		            write(step["run"])
		    for line in job.get("before_script", []) + job.get("script", []):
		        write(line)
	END
	grep -q '^behavdiff check --base ' "$work/scripts"/* &&
		shellcheck "$work/scripts"/*
}

for ci in github/.github/workflows gitlab/.gitlab forgejo/.forgejo/workflows; do
	file=$repo/${ci#*/}/behavdiff.yml
	exits 0 "--ci ${ci%%/*}" b init --ci "${ci%%/*}"
	ok "its YAML parses, its shell passes shellcheck" yaml "$file"
	exits 2 "not twice" b init --ci "${ci%%/*}"
done
exits 2 "no other" b init --ci jenkins

for hook in pre-push pre-commit; do
	exits 0 "--hook $hook" b init --hook "$hook"
	ok "it passes shellcheck" shellcheck "$repo/.git/hooks/$hook"
	ok "it can be executed" test -x "$repo/.git/hooks/$hook"
	exits 2 "not twice" b init --hook "$hook"
done
rm -r "$repo/.git/hooks/pre-commit"

# Where git looks: in a home of its own, and in a folder that has to be made.
own() { # command...
	as_user env HOME="$work" "$@"
}
# shellcheck disable=SC2088
own git -C "$repo" config core.hooksPath '~/tools'
exits 0 "a home in core.hooksPath" own "$work/behavdiff" -C "$repo" init \
	--hook pre-commit
ok "is the user's, the folder is made" test -x "$work/tools/pre-commit"
own git -C "$repo" config --unset core.hooksPath
git config --file "$work/.gitconfig" core.hooksPath "$work/tools"
chmod 644 "$work/.gitconfig"
exits 2 "hooks of every repository are none of this one" \
	own "$work/behavdiff" -C "$repo" init --hook pre-push --force
cp "$err" "$work/said"
ok "which is said" holds "$work/said" "in every repository of yours"
rm "$work/.gitconfig"

as_user git init -q --bare "$work/far"
g() {
	as_user env PATH="$PATH" git -C "$repo" -c user.name=A -c user.email=a@b "$@"
}
g add -A
g commit -q -m first
b baseline update -q
g add -A
g commit -q -m baseline
exits 0 "the hook lets a push pass" g push -q "$work/far" main
echo 'open("/tmp/loot", "w")' >>"$repo/client.py"
g commit -q -a -m loot
exits 1 "but not new behaviour" g push -q "$work/far" main
cat "$out" "$err" >"$work/pushed"
ok "which it names" holds "$work/pushed" 'file.create /tmp/loot'
is "and nothing has left" "$(git --git-dir="$work/far" log -1 --format=%s main)" \
	baseline
exits 0 "an old commit passes" g push -q "$work/far" HEAD~1:refs/heads/none
exits 0 "a branch is deleted without a word" g push -q "$work/far" :none

# In a hook git's own variables name the repository and an index that is being
# made; in a linked work tree others than in the main one.
g reset -q --hard HEAD~1
exits 0 "--hook pre-commit, again" b init --hook pre-commit
as_user git -C "$repo" worktree add -q -b linked "$work/linked" main
for tree in "$repo" "$work/linked"; do
	in_tree() {
		as_user env PATH="$PATH" git -C "$tree" -c user.name=A \
			-c user.email=a@b "$@"
	}
	echo '# no change' >>"$tree/client.py"
	exits 0 "pre-commit: harmless, in ${tree##*/}" in_tree commit -q -a -m same
	echo 'open("/tmp/loot", "w")' >>"$tree/client.py"
	exits 1 "pre-commit: not new behaviour" in_tree commit -q -a -m loot
	cat "$out" "$err" >"$work/committed"
	ok "which it names" holds "$work/committed" 'file.create /tmp/loot'
	is "and is not committed" "$(in_tree log -1 --format=%s)" same
	in_tree reset -q --hard
done

mkdir "$work/elsewhere"
chmod 777 "$work/elsewhere"
as_user rm -rf "$repo/.github"
as_user ln -s "$work/elsewhere" "$repo/.github"
exits 2 "a link is not followed out" b init --force --ci github
is "nothing is there" "$(ls "$work/elsewhere")" ""

# --- doctor ---

exits 0 "doctor: an ordinary user may" b doctor
for need in kernel 'user namespaces' overlay ptrace seccomp sandbox entry; do
	ok "doctor: $need" sh -c "as=\$('$behavdiff' -C '$repo' doctor); \
		echo \"\$as\" | grep -q '^ok    $need '"
done
exits 0 "doctor: without a repository" as_user "$work/behavdiff" -C / doctor

# A user namespace may have its own limit of user namespaces.
forbid='echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
if unshare -U --map-user=1000 --keep-caps sh -c \
	'echo 0 >/proc/sys/user/max_user_namespaces' 2>/dev/null
then
	without() { # argument...
		unshare -U --map-user=1000 --keep-caps sh -c "$forbid" - \
			"$work/behavdiff" -C "$repo" "$@"
	}
	exits 2 "doctor: no user namespaces" without doctor
	cp "$out" "$work/doctor"
	ok "doctor: names them" grep -q '^NO    user namespaces' "$work/doctor"
	ok "doctor: and the remedy" holds "$work/doctor" \
		'as root: sysctl user.max_user_namespaces=15000'
	exits 2 "a comparison then is trouble" without diff HEAD HEAD
	cp "$err" "$work/doctor"
	ok "with the same remedy" holds "$work/doctor" \
		'as root: sysctl user.max_user_namespaces=15000'
else
	skip "no user namespaces to forbid" "doctor: names the remedy"
fi
finish
