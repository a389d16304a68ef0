#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A change cannot choose its own judge: neither by where it starts, nor by what
# it links, reads or names.
. tests/system/lib.sh

commit() { # subject: and a tag of that name
	g add -A && g commit -q -m "$1" && g tag "$1"
}

begin() { # name: a program that writes a file, and how it is run
	repo=$work/$1
	mkdir "$repo"
	printf '[behavdiff]\n\truns = 1\n[sandbox]\n\ttimeout = 5s\n' |
		say .behavdiff
	echo 'open("out.txt", "w").write("hello")' | say main.py
	git init -q -b main "$repo"
	g config user.name A
	g config user.email a@example.org
}

# What was printed stays, for the tests that look at it.
kept=$work/kept
ends() { # status name command...
	exits "$@"
	cat "$out" "$err" >"$kept"
}

XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
loot='open("/tmp/loot", "w").write("loot")'

is_cached() { # sides that came from the cache
	[ "$(grep -c '^\(old\|new\)  .*  cache, ' "$kept")" -eq "$1" ]
}

# --- where a change starts ---

begin launder
g add -A
b baseline update . -q >/dev/null
commit start
g checkout -q -b tidy
g config -f "$repo/.behavdiff" policy.fail-on never
commit loose
g revert --no-edit HEAD >/dev/null
g checkout -q main
g merge -q --no-ff -m tidied tidy
g checkout -q -b change loose
echo "$loot" >>"$repo/main.py"
commit feature
ends 1 "a change that starts at a looser commit is judged by the tip" \
	b check --base main change
ok "which is told" holds "$kept" 'the tip of main'
ok "and where it left main" holds "$kept" "$(g rev-parse --short=12 loose)"
ok "what main had before is no edit" lacks "$kept" policy.edit
g config -f "$repo/.behavdiff" --unset policy.fail-on
commit tight
ends 1 "its own edit is one" b check --base main change
ok "wherever it starts" holds "$kept" 'policy.edit .behavdiff'

# --- a change that is behind ---

begin behind
g add -A
b baseline update . -q >/dev/null
commit old
g checkout -q -b change
echo 'print("hello")' >>"$repo/main.py"
commit new
g checkout -q main
echo 'open("log.txt", "w").write("x")' >>"$repo/main.py"
g add -A
b baseline update . -q >/dev/null
commit log
ends 0 "a change that is behind passes" b check --base main change
ok "what it lacks is gone, no more" holds "$kept" '1 gone'
ok "and the lag is told" holds "$kept" 'change is behind main'
printf '[step "main"]\ncommand = python3 main.py\n[step "more"]\n%s\n' \
	'command = python3 more.py' >>"$repo/.behavdiff"
echo 'open("more.txt", "w").write("x")' | say more.py
g add -A
b baseline update . -q >/dev/null
commit more
ends 3 "a step it does not have proves nothing" b check --base main change
ok "which says what to do" holds "$kept" 'rebase onto main'

# --- what sandbox.bind shows ---

begin bound
git config -f "$repo/.behavdiff" sandbox.bind vendor
echo vendor >"$repo/.gitignore"
echo 'import sys; sys.path.insert(0, "vendor"); import m' | say main.py
echo 'open("from-vendor.txt", "w")' | say vendor/m.py
commit old
echo 'print("hello")' >>"$repo/main.py"
commit new
ends 0 "a bound folder that git ignores" b --runs 1 old new -v
ok "is read by both" lacks "$kept" 'process.exit'
ends 0 "it is in the cache all the same" b --runs 1 old new
ok "for both sides" is_cached 2
echo 'import socket; socket.socket().connect_ex(("203.0.113.7", 443))' \
	>>"$repo/vendor/m.py"
ends 1 "a change of it is one of NEW" b --runs 1 old new
ok "against OLD as it was" is_cached 1
ok "with what it does" holds "$kept" 'error    net.connect tcp 203.0.113.7:443'
ok "and is a finding itself" holds "$kept" 'warning  policy.bind vendor'
ok "the header says so" holds "$kept" 'bound folder vendor held something else for old'
ends 1 "it is each time" b --runs 1 old new
ok "from the cache" is_cached 2
ends 0 "a revision against itself is silent" b --runs 1 old old
ends 1 "and forgets nothing" b --runs 1 old new
g checkout -q old
ends 1 "the work tree is OLD with another folder" b --runs 1 old .
ends 0 "without the cache both have what is there" b --runs 1 --no-cache old new
ok "and it is no finding" lacks "$kept" 'policy.bind'
ends 0 "a trace of OLD" b trace --runs 1 old -o "$work/bound.json"
ok "knows what it held" holds "$work/bound.json" '"bound": {"vendor": "'
ends 0 "and takes it for OLD's" b --runs 1 old new
ok "with nothing to tell" lacks "$kept" 'bound folder'
echo '# no more than a comment' >>"$repo/vendor/m.py"
ends 0 "a file of it is compared too" b --runs 1 "$work/bound.json" new
ok "and tells" holds "$kept" 'warning  policy.bind vendor'
b baseline update --runs 1 -q . >/dev/null
echo '# another' >>"$repo/vendor/m.py"
ends 0 "check against a baseline made of another" b check --runs 1
ok "says so" holds "$kept" 'bound folder vendor held something else for baselines/default.json'
ok "and that it is nobody's edit" lacks "$kept" 'policy.bind'
rm -r "$repo/baselines"
g checkout -q main
mkdir "$work/host"
echo secret >"$work/host/secret.txt"
rm -r "$repo/vendor"
ln -s "$work/host" "$repo/vendor"
ends 2 "a link in its place is refused" b --runs 1 old new
ok "and told" holds "$kept" 'sandbox.bind vendor: there is a symbolic link'
rm "$repo/vendor" "$repo/.gitignore"
echo 'open("/tmp/loot", "w")' | say vendor/m.py
commit tracked
ends 2 "tracked files are no bound folder" b --runs 1 old tracked
ok "as is told" holds "$kept" 'sandbox.bind vendor: tracked has files'
rm -r "$repo/vendor"
ln -s /usr "$repo/vendor"
commit linked
rm "$repo/vendor" && mkdir "$repo/vendor"
ends 2 "nor is a link in a revision" b --runs 1 old linked
ok "no hint names the host" lacks "$kept" 'Linux 5.11'

# --- which files are run ---

begin entry
g add -A
b baseline update . -q >/dev/null
commit old
g checkout -q -b change
echo 'print("nothing to see")' | say launcher.py
echo "$loot" >>"$repo/main.py"
commit new
for verb in 'old new' 'check --base main new' 'check new'; do
	[ "$verb" != 'check new' ] || g checkout -q main
	# shellcheck disable=SC2086
	ends 1 "$verb: OLD's entry point is run" b $verb
	ok "$verb: so the change shows" holds "$kept" 'file.create /tmp/loot'
	ok "$verb: the other is told" holds "$kept" 'error    policy.entry launcher.py'
done
ends 0 "by itself it runs its own" b trace new -o "$work/new.json"
ok "though the same tree is in the cache" holds "$work/new.json" \
	'"entry": "main entry: launcher.py'
g checkout -q change
g mv main.py app.py
g rm -q launcher.py
commit moved
ends 1 "what does not have it runs its own" b old moved
ok "which is told" holds "$kept" 'main entry: app.py'
ok "and is no finding" lacks "$kept" policy.entry

# --- what the scenario reads, and diff ---

# What a fixture does is not judged, so what it runs of the tree is an input.
begin fixture
printf '[step "main"]\n\tcommand = python3 main.py\n[step "drive"]\n\tcommand = sh ./tools/drive.sh\n\trole = fixture\n' \
	>>"$repo/.behavdiff"
mkdir "$repo/tools"
echo 'print("hello")' | say main.py
echo 'true' | say tools/drive.sh
g add -A
b baseline update . -q >/dev/null
commit old
g checkout -q -b change
echo 'touch /tmp/evil' | say tools/drive.sh
commit new
ends 0 "diff: a fixture's script is edited" b old new
ok "as a warning" holds "$kept" 'warning  policy.edit tools/drive.sh'
ends 1 "check: a fixture's script is edited" b check --base main new
ok "check: as an error" holds "$kept" 'error    policy.edit tools/drive.sh'

# Not named by a command: what it imports, and what it calls.
# Without byte code: the step that compiles it would read the source alone.
begin drawn_in
printf '[step "main"]\n\tcommand = python3 -B main.py\n[step "drive"]\n\tcommand = python3 -B -m tools.drive\n\trole = fixture\n' \
	>>"$repo/.behavdiff"
echo 'import shared; print(shared.word)' | say main.py
echo 'word = "hello"' | say shared.py
echo 'import shared, tools.more' | say tools/drive.py
echo 'later = None' | say tools/more.py
g add -A
b baseline update . -q >/dev/null
commit old
g checkout -q -b change
echo 'open("/home/auditor/.bashrc", "w")' | say tools/more.py
echo 'word = "good day"' | say shared.py
commit new
ends 0 "diff: what a fixture imports is edited" b old new
ok "as a warning" holds "$kept" 'warning  policy.edit tools/more.py'
ok "not what a subject reads too" lacks "$kept" 'policy.edit shared.py'
ok "what it does now is counted" grep -q \
	'not counted:.* new of fixtures (.*persistence' "$kept"
ends 1 "check: what a fixture imports is edited" b check --base main new
ok "check: as an error" holds "$kept" 'error    policy.edit tools/more.py'
ends 0 "what it does is nothing new in itself" b new new
ok "and not counted then" lacks "$kept" 'of fixtures ('

# --- thousands of them ---

peak() { # command...: bytes that it took, in KiB
	python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=open(sys.argv[1] + ".out", "w"))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

begin flood
# Not cut short on a slow machine.
g config -f "$repo/.behavdiff" sandbox.timeout 60s
echo 'for i in range(4000):
    try: open("/tmp/%d/x" % (7919 * i))
    except OSError: pass' | say main.py
printf '[step "main"]\n\tcommand = python3 main.py\n' >>"$repo/.behavdiff"
commit old
seq 2000 | (mkdir -p "$repo/.github/workflows" &&
	cd "$repo/.github/workflows" && xargs touch)
commit new
ok "thousands of workflows are edited" b -q old new -o "json:$work/flood.json"
is "each is told" "$(grep -c '"fact": "policy.edit' "$work/flood.json")" 2000
printf '#!/bin/sh\nexec "%s" -C "%s" "$@"\n' "$behavdiff" "$repo" >"$work/b"
chmod +x "$work/b"
ok "and they take no more than they need" \
	test "$(peak "$work/b" -q old new)" -lt 700000

begin input
printf '[step "main"]\n\tcommand = python3 main.py\n\tstdin = in.txt\n' \
	>>"$repo/.behavdiff"
printf 'import sys\nopen("/tmp/" + sys.stdin.read().strip(), "w")\n' |
	say main.py
echo first | say in.txt
g add -A
b baseline update . -q >/dev/null
commit old
g checkout -q -b change
echo 'print("hello")' >>"$repo/main.py"
printf 'first\n\n' | say in.txt
g config -f "$repo/.behavdiff" policy.fail-on never
commit new
ends 1 "diff: an edited input fails" b old new
ok "diff: as an error" holds "$kept" 'error    policy.input in.txt'
ok "diff: an edited .behavdiff is a warning" holds "$kept" \
	'warning  policy.edit .behavdiff'
g checkout -q -f old -- .behavdiff
commit input
ends 1 "check: an edited input fails" b check --base main input
ok "check: as an error" holds "$kept" 'error    policy.input in.txt'
g checkout -q main
printf '[policy]\n\tlevel = policy.input:in.txt warning\n' >>"$repo/.behavdiff"
commit graded
ends 0 "unless main grades it" b check --base main input
printf 'second\n' | say in.txt
ends 0 "a work tree with edits is no change of itself" b . .
ok "what is not committed is in both sides" lacks "$kept" 'policy.'
g checkout -q -f main

# --- what an accept means ---

g checkout -q main
echo 'import socket' >>"$repo/main.py"
echo 'socket.socket().connect_ex(("203.0.113.7", 443))' >>"$repo/main.py"
ends 1 "a connection" b check
for fact in 'exec *' 'exec /**' 'net.connect tcp *'; do
	ends 2 "accept refuses '$fact'" b baseline accept "$fact" --reason x
done
ok "and says where patterns are" holds "$kept" '"glob": true'
ends 0 "accept without the errno" b baseline accept --reason x \
	'net.connect tcp 203.0.113.7:443'
ok "tells what there is" holds "$kept" \
	'it found: net.connect tcp 203.0.113.7:443 = ENETUNREACH'
g config -f "$repo/.behavdiff" policy.fail-on never
ends 0 "a gate that is off" b check
ok "says so, and where" holds "$kept" 'the gate is off (fail-on = never in '

# --- names ---

"$behavdiff" -C "$repo" trace old -o "$work/f.json" >/dev/null
cp "$work/f.json" "$repo/clash.json"
ends 0 "a file" b diff clash.json old
ok "has the name it was given" grep -q '^old  clash.json ' "$kept"
g tag clash.json old
ends 2 "a file that is a revision as well" b diff clash.json old
ok "is told to be one" holds "$kept" 'name the file ./clash.json'
ends 0 "as the file" b diff ./clash.json old
ends 2 "help" b help
ok "is an option" holds "$kept" 'behavdiff --help'
mkdir "$repo/dir" && cp "$repo/main.py" "$repo/in.txt" "$repo/dir/" && g add dir && commit dir
ends 0 "a folder" b diff dir:dir dir:dir
ok "without a configuration of its own" holds "$kept" \
	'configuration: dir:.behavdiff'
git init -q --object-format=sha256 "$work/sha256" 2>/dev/null &&
	git -C "$work/sha256" commit -q --allow-empty -m start &&
	ends 2 "another object format" "$behavdiff" -C "$work/sha256" HEAD HEAD &&
	ok "is not supported" holds "$kept" 'SHA-256 repositories are not'

# --- what runs the check ---

begin jobs
g add -A
b baseline update . -q >/dev/null
commit old
n=0
for job in .github/workflows/test.yml .gitlab-ci.yml Jenkinsfile \
	.husky/pre-push .circleci/config.yml azure-pipelines.yml; do
	n=$((n + 1))
	g checkout -q -b "job-$n" main
	echo 'jobs: {}' | say "$job"
	g add -A
	g commit -q -m job
	ends 1 "check: $job edited fails" b check --base main "job-$n"
	ok "check: $job: an error" holds "$kept" "error    policy.edit $job"
done
ends 0 "diff: a warning" b main job-2
ok "diff: which is told" holds "$kept" 'warning  policy.edit .gitlab-ci.yml'
echo 'jobs: {}' | say docs/.gitlab-ci.yml
g checkout -q -b other main
g add -A
g commit -q -m other
ends 0 "what no forge reads is none" b check --base main other

# --- which commit a name means ---

begin shadow
g add -A
b baseline update . -q >/dev/null
commit old
g checkout -q -b change
echo "$loot" >>"$repo/main.py"
b baseline update . -q >/dev/null
commit new
g tag main change
for verb in 'check --base main change' 'main change' 'main~0 change' \
	'check --base tags/gone change' 'check --base new change'; do
	# shellcheck disable=SC2086
	ends 2 "a tag does not judge: $verb" b $verb
done
ok "a tag alone is none" holds "$kept" "'new' is a tag"
ok "unless it is written in full" holds "$kept" 'write refs/tags/new'
ends 2 "a tag beside the branch" b check --base main change
ok "is told with both names" holds "$kept" \
	"'main' is ambiguous: refs/tags/main is $(g rev-parse --short=12 change)"
ok "and what to write" holds "$kept" 'refs/heads/main for the branch'
ends 1 "in full the branch judges" b check --base refs/heads/main change
g tag -d main >/dev/null
g update-ref refs/remotes/origin/main old
ends 1 "a branch of a remote judges" b check --base origin/main change
g tag origin/main change
ends 2 "a tag origin/main does not" b check --base origin/main change
g tag -d origin/main >/dev/null
g update-ref refs/heads/origin/main change
ends 2 "nor does a branch origin/main" b check --base origin/main change
ok "as is told" holds "$kept" 'refs/remotes/origin/main for the remote branch'
ends 1 "in full it does" b check --base refs/remotes/origin/main change
g update-ref refs/heads/HEAD old
ends 2 "a branch HEAD" b old HEAD
ok "hides nothing" holds "$kept" '@ for what is checked out'
ends 1 "what is checked out has another name" b old @
id=$(g rev-parse old)
g update-ref "refs/heads/$id" change
ends 1 "an id is that commit" b check --base "$id" change
g update-ref -d "refs/heads/$id"
id=$(g rev-parse --short=10 old)
g update-ref "refs/heads/$id" change
ends 2 "a branch that looks like its beginning" b check --base "$id" change
ok "is told" holds "$kept" 'or the whole id for the object'

finish
