#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever is wrong with what it is given, or with the host, behavdiff says so
# in one clear line that names the value, adds a hint where there is something
# to be done, prints nothing else, leaves nothing behind, and its exit status
# is 2; 3 where it is the program that did not start.
. tests/system/lib.sh

behavdiff_for_user
mkdir "$work/tmp" "$work/in" "$work/scratch"
chmod 777 "$work/tmp"
settings=$work/scratch/settings
results=$work/scratch/results
mkdir "$results"
chmod 777 "$results"
TMPDIR=$work/tmp
export TMPDIR
cd "$work/in" || exit 2

run() { # arguments, as $who
	if [ "$who" = root ]; then
		"$behavdiff" "$@"
	else
		as_user "$work/behavdiff" "$@"
	fi
}

# says STATUS WHAT MESSAGE HINT COMMAND...: MESSAGE and HINT are patterns of
# the two lines; an empty HINT means that there is none, "-" any or none.
says() {
	want=$1 what=$2 message="behavdiff: $3" hint=${4:+hint: $4}
	shift 4
	got=0
	"$@" >"$out" 2>"$err" || got=$?
	judge
}

judge() {
	line=$(sed -n 1p "$err") second=$(sed -n 2p "$err")
	verdict=0
	[ "$hint" != "hint: -" ] || hint=${second:+*}
	[ "$got" -eq "$want" ] || verdict=1
	[ ! -s "$out" ] || verdict=1
	lines=1
	[ -z "$hint" ] || lines=2
	[ "$(wc -l <"$err")" -eq "$lines" ] || verdict=1
	# shellcheck disable=SC2254
	case $line in $message) ;; *) verdict=1 ;; esac
	# shellcheck disable=SC2254
	case $second in $hint) ;; *) verdict=1 ;; esac
	result "$verdict" "$who: $what"
	[ "$verdict" -eq 0 ] || {
		echo "# status $got, wanted $want"
		sed 's/^/# out: /' "$out" | head -n 20
		sed 's/^/# err: /' "$err" | head -n 20
	}
}

refuses() { # WHAT MESSAGE HINT ARGUMENTS...
	refuses_what=$1 refuses_message=$2 refuses_hint=$3
	shift 3
	says 2 "$refuses_what" "$refuses_message" "$refuses_hint" run "$@"
}

# --- what is given ---

git_quiet() {
	git "$@" >/dev/null 2>&1
}

# The object's file in a repository that has no pack.
object() { # repository name
	git -C "$1" rev-parse "$2" |
		sed "s|^\(..\)\(.*\)|$1/.git/objects/\1/\2|"
}

make_repositories() {
	mkdir good good/dir plain
	printf '#!/bin/sh\ntrue\n' >good/run.sh
	echo text >good/dir/file
	echo text >good/notes.txt
	new_repo good
	git -C good tag v1
	git_quiet init empty
	git_quiet clone --bare good bare.git
	for copy in lacks-blob lacks-tree lacks-commit broken unreadable \
		bad-config same; do
		cp -r good "$copy"
	done
	rm -f "$(object lacks-blob main:dir/file)" \
		"$(object lacks-tree main:dir)" \
		"$(object lacks-commit main)"
	file=$(object broken main:run.sh)
	chmod u+w "$file"
	echo rubbish >"$file"
	chmod 0 "$(object unreadable main:run.sh)"
	echo '[core' >bad-config/.git/config
	git -C same commit -q --allow-empty -m again
	mkdir large
	head -c 300000 /dev/zero >large/data
	new_repo large
	mkdir no-entry
	echo text >no-entry/notes.txt
	new_repo no-entry
}

bad_revisions() {
	refuses "unknown revision" "unknown revision 'v2'" \
		"did you mean 'v1'?" -C good v1 v2
	refuses "an ancestor that there is not" "unknown revision 'v1~99'" \
		"'v1' is known, '~99' of it is not*" -C good v1~99 v1
	refuses "unknown revision, nothing near it" \
		"unknown revision 'quite-another'" "list what there is: *" \
		-C good quite-another v1
	refuses "a folder's name of one letter" "unknown revision 'd'" \
		"list what there is: *" -C good d v1
	refuses "a folder where a revision is meant" \
		"unknown revision 'dir'" "*HEAD:dir" -C good main dir
	refuses "a range" "unknown revision 'v1..main'" "*two arguments" \
		-C good v1..main v1
	refuses "a missing folder" "'main:nowhere'*'nowhere'" "" \
		-C good v1 main:nowhere
	refuses "a file in place of a folder" \
		"'main:dir/file' is a file, not a folder" "" \
		-C good v1 main:dir/file
	refuses "an empty name" "unknown revision ''" "the work tree is '.'" \
		-C good v1 ''
	refuses "a revision that writes on the terminal" \
		"unknown revision '?x1b\[31mred'" "*" \
		-C good v1 "$(printf '\033[31mred')"
	refuses "no repository" "no git repository in '*'*" "*-C DIR" \
		-C plain v1 v1
	refuses "no such directory" "-C nowhere: No such file or directory" \
		"" -C nowhere v1 v1
	refuses "a file in place of a directory" \
		"-C good/run.sh: Not a directory" "" -C good/run.sh v1 v1
	refuses "an empty repository" "the repository has no commits yet" \
		"*'.', the work tree" -C empty HEAD main
	refuses "no work tree" "'.' means the work tree*bare" \
		"name a revision*" -C bare.git . main
}

bad_repositories() {
	refuses "a missing file" "*object * of 'dir/file' cannot be read*" \
		"*git fsck" -C lacks-blob main v1
	refuses "a missing folder's object" "*object * of 'dir*' cannot*" \
		"*git fsck" -C lacks-tree main v1
	refuses "a missing folder's object, named" \
		"object * of 'main:dir' cannot*" "*git fsck" \
		-C lacks-tree main:dir v1
	refuses "a missing commit" "object * of 'refs/heads/main' cannot*" \
		"*git fsck" -C lacks-commit main v1
	refuses "a damaged object" "*object * of 'run.sh' cannot be read*" \
		"*git fsck" -C broken main v1
	refuses "a damaged configuration of git" \
		"the git repository of '*' cannot be opened*config:1*" "" \
		-C bad-config main v1
	if [ "$who" = root ]; then
		skip "root reads everything" "root: an unreadable object"
	else
		refuses "an unreadable object" \
			"*git's files cannot be read: '*/objects/*'*denied" \
			"*chmod*" -C unreadable main v1
	fi
}

# --- options ---

bad_options() {
	refuses "no revision" "OLD and NEW are missing" "see *--help"
	refuses "one revision" "NEW is missing: 'v1'*" "see *--help" v1
	refuses "three revisions" "'c' is one too many*" "see *--help" a b c
	refuses "a slip in a command's name" "*" \
		"did you mean 'behavdiff trace'?" trac
	refuses "trace of nothing" "trace: REV is missing" "see *--help" trace
	refuses "report of nothing" "report: REV is missing" "see *--help" report
	refuses "check of two" "check: 'b' is one too many: REV is all" \
		"see *check --help" check a b
	refuses "doctor of something" "doctor: 'a' is one too many" \
		"see *doctor --help" doctor a
	refuses "trace of two" "trace: 'b' is one too many*" "see *--help" \
		trace a b
	refuses "an unknown option" "unknown option '--colour'" \
		"did you mean '--color'?" --colour v1 v1
	refuses "an unknown letter" "unknown option '-Z'" "" -Z v1 v1
	refuses "an abbreviation" "unknown option '--run'" \
		"did you mean '--runs'?" --run 3 v1 v1
	refuses "a missing value" "option '--runs' needs a value: N" "" \
		v1 v1 --runs
	refuses "a value too many" "option '--quiet' takes no value" "" \
		--quiet=1 v1 v1
	refuses "another command's option" "trace: option '--fail-on'*" "" \
		trace --fail-on error v1
	for bad in 0 -1 3x 101 99999999999999999999 ''; do
		refuses "--runs '$bad'" "--runs: '$bad' is no whole number*" \
			"" --runs "$bad" v1 v1
	done
	refuses "--jobs 0" "--jobs: '0' is no whole number*" "" --jobs 0 v1 v1
	for bad in 0 -5 ever 3d 0.5 99999999999999999999; do
		refuses "--timeout $bad" "--timeout: '$bad' is no duration" \
			"for example *" --timeout "$bad" v1 v1
	done
	refuses "--fail-on" "--fail-on: 'errors' is none of error|*" \
		"did you mean 'error'?" --fail-on errors v1 v1
	refuses "--format" "--format: 'jsn' is no format" \
		"did you mean 'json'?" --format jsn v1 v1
	refuses "-o without a format" "-o: 'result' is not FORMAT:FILE" \
		"for example *" -o result v1 v1
	refuses "-o without a file" "-o: 'json:' is not FORMAT:FILE" \
		"for example *" -o json: v1 v1
	refuses "-o with an unknown format" "-o: 'xls' is no format" \
		"*list formats*" -o xls:file v1 v1
	refuses "list of two" "list: one table at a time" \
		"facts*" list facts rules
	refuses "list of something else" "list: there is no table 'fact'" \
		"did you mean 'facts'?" list fact
}

# --- configuration ---

# WHAT ~ MESSAGE behind the file's name ~ HINT ~ the file
settings_table() {
	cat <<-'EOF'
	an unknown key~:2: unknown key "timeuot"*~did you mean timeout?~[sandbox]\ntimeuot = 3
	an unknown section~:1: unknown section "sanbox"~did you mean sandbox?~[sanbox]\ntimeout = 3
	a bad duration~:2: sandbox.timeout: bad value "never"*~*default 60s~[sandbox]\ntimeout = never
	a bad size~:2: sandbox.memory: bad value "1"*~?*~[sandbox]\nmemory = 1
	a bad level~:2: policy.fail-on: bad value "x"*~?*~[policy]\nfail-on = x
	a bad address~:2: sandbox.address: bad value "here"*~?*~[sandbox]\naddress = here
	a bad path~:3: step.dir: bad value "../.."*~?*~[step "a"]\ncommand = true\ndir = ../..
	an include~:1: ?include? is not supported*~*into this file~[include]\npath = other
	a key twice~:3: sandbox.timeout*given twice~*line 2~[sandbox]\ntimeout = 3\ntimeout = 4
	a broken section~:1: bad section header~?*~[sandbox
	a step without a command~:2: step "a": has no command~add command*~[step "a"]\nready = exit
	a step that waits for none~:3: step "a": after = "b"*~steps: a~[step "a"]\ncommand = true\nafter = b
	a step that waits for itself~:3: steps wait for each other*~?*~[step "a"]\ncommand = true\nafter = a
	what only a shell can do~:2: step "a": command: "|"*~*sh -c*~[step "a"]\ncommand = ls | wc
	quotes that vanish~:2: step "a": command: git-config takes*: echo a b~write command = echo 'a b'~[step "a"]\ncommand = echo "a b"
	quotes in a text~:2: step.ready: git-config takes*~*\\"a\\"*~[step "a"]\nready = output "a"
	a policy for no fact~:2: policy.level*odd*~*list facts*~[policy]\nlevel = odd:x error
	EOF
}

bad_configuration() {
	# -C comes first: a relative name of the file counts from there.
	refuses "settings: no such file" "*nofile: No such file*" "" \
		-C good --config nofile v1 v1
	refuses "settings: a folder" "*dir: Is a directory" "" \
		-C good --config dir v1 v1
	settings_table >"$work/scratch/table"
	while IFS='~' read -r about pattern advice text; do
		printf '%b\n' "$text" >"$settings"
		refuses "settings: $about" "*$settings$pattern" "$advice" \
			--config "$settings" --runs 1 -C no-entry main main
	done <"$work/scratch/table"
	printf '[sandbox]\nbind = nowhere\n' >"$settings"
	refuses "settings: a missing folder to bind" \
		"*sandbox.bind nowhere: No such*" "" \
		--config "$settings" --runs 1 -C good main main
}

# --- programs that do not start ---

# starts_not WHAT TEXT COMMAND: status 3, and the doubt holds the text: the
# command, and behind it the reason.
starts_not() {
	printf '[step "a"]\n\tcommand = %s\n' "$3" >"$settings"
	got=0
	run --config "$settings" --runs 1 -C good main main \
		>"$out" 2>"$err" || got=$?
	is "$who: $1: inconclusive" "$got" 3
	doubt=$(grep '^doubt: ' "$out")
	case $doubt in
	*"$2"*) result 0 "$who: $1: the doubt says what and why" ;;
	*) is "$who: $1: the doubt says what and why" "$doubt" "*$2*" ;;
	esac
}

bad_programs() {
	says 3 "no entry point" "main: no entry point*" \
		"name what shall run in .behavdiff*" run --runs 1 -C no-entry main main
	starts_not "a file that is not executable" \
		"./notes.txt: " ./notes.txt
	starts_not "a program that is not there" \
		"./nowhere: " ./nowhere
	starts_not "a command that does not exist" \
		"no-such-command: " no-such-command
	starts_not "a folder in place of a program" \
		"./dir: " ./dir
}

# --- files of facts ---

make_fingerprints() {
	"$behavdiff" trace --runs 2 -C good v1 >good.json || exit 2
	head -c 700 good.json >cut.json
	: >empty.json
	echo '{}' >object.json
	echo 'some text' >text.json
	sed 's|"behavdiff.fingerprint/1"|"behavdiff.fingerprint/9"|' \
		good.json >later.json
	sed 's|"exec /usr|"exec /opt|' good.json >edited.json
	sed 's|"seen": 2|"seen": 9|' good.json >seen.json
	sed 's|"runs": 2|"runs": "2"|' good.json >type.json
	sed 's|"fact": "exec |"fact": "exek |' good.json >kind.json
	sed 's|"timeout_ms": 60000|"timeout_ms": 70000|' good.json >plan.json
	{ cat good.json && printf '\0'; } >nul.json
	/usr/bin/python3 -c 'print("[" * 100000)' >deep.json
	"$behavdiff" --format json good.json good.json >result.json
	for bad in edited seen type kind plan later; do
		! cmp -s good.json $bad.json || echo "Bail out! $bad.json"
	done
}

bad_fingerprints() {
	for row in 'cut~line *~' 'empty~line 1, column 1: *~' \
		'text~line 1, column 1: *~' 'object~schema: missing*~' \
		'nul~line *~' 'deep~line 1, column *nested*~' \
		'later~schema: "behavdiff.fingerprint/9"*~*trace*' \
		'result~schema: "behavdiff.result/1"*~*trace*' \
		'edited~*edited or damaged~*' 'seen~facts\[0\]: "seen"*~' \
		'type~runs: *~' 'kind~facts\[0\]: "exek */dash" is not a fact~' \
		'plan~plan: *~*'; do
		name=${row%%~*} rest=${row#*~}
		refuses "$name.json" "$name.json: ${rest%%~*}" "${rest#*~}" \
			good.json "$name.json"
	done
	refuses "a missing file of facts" "*'nowhere.json'*no such file*" - \
		-C good ../good.json nowhere.json
}

# --- where results go ---

says_to() { # WHAT MESSAGE FILE ARGUMENTS...: standard output to FILE
	what=$1 message="behavdiff: $2" hint='' to=$3 want=2 got=0
	shift 3
	run "$@" >"$to" 2>"$err" || got=$?
	: >"$out"
	judge
}

bad_outputs() {
	for place in "$work/in/nowhere/file" /proc/file; do
		refuses "-o $place" "*$place: *" "" \
			-o "json:$place" good.json good.json
	done
	refuses "-o to a folder" "cannot write $work: Is a directory" "" \
		-o "json:$work" good.json good.json
	refuses "trace -o to a folder" "cannot write $work: Is a directory" \
		"" trace -o "$work" good.json
	echo old >"$results/kept"
	chmod 666 "$results/kept"
	refuses "-o before anything else is looked at" \
		"cannot write $work/in/nowhere/file: No such file *" "" \
		-o "json:$results/kept" -o "json:$work/in/nowhere/file" \
		-C good nowhere nowhere
	refuses "a revision behind an -o that is well" "*nowhere*" - \
		-o "json:$results/kept" -C good nowhere nowhere
	is "$who: the old file is as it was" "$(cat "$results/kept")" old
	is "$who: and alone" "$(ls "$results")" kept
	rm -f "$results/kept"
	refuses "standard output in two formats" \
		"-o json:-: standard output is to be markdown already" "" \
		--format markdown -o json:- good.json good.json
	for options in "" "--format json"; do
		# shellcheck disable=SC2086
		run $options -o json:- good.json good.json \
			>"$results/said" 2>"$err"
		ok "$who: -o json:- $options is standard output" \
			/usr/bin/python3 -m json.tool "$results/said"
	done
	ok "$who: and no file" test ! -e -
	rm -f "$results/said"
	refuses "-o to a full disk" "/dev/full: No space left on device" "" \
		-o json:/dev/full good.json good.json
	full="standard output: No space left on device"
	says_to "a full disk" "$full" /dev/full good.json good.json
	says_to "a full disk for JSON" "$full" /dev/full --format json \
		good.json good.json
	says_to "a full disk for a fingerprint" "$full" /dev/full \
		trace --runs 1 -C good v1
	says_to "a full disk for the help" "$full" /dev/full --help
	says_to "a full disk for a table" "$full" /dev/full list facts
	what="standard output closed" message="behavdiff: standard output: *"
	hint='' want=2 got=0
	run good.json good.json >&- 2>"$err" || got=$?
	: >"$out"
	judge
	if [ "$who" != root ]; then
		refuses "-o where one may not write" \
			"*/etc/facts.json: Permission denied" "" \
			-o json:/etc/facts.json good.json good.json
	fi
}

# The reader of a pipe that goes away is no crash: status 2, not a signal, and
# no message.
broken_pipe() {
	code=0
	prefixed /usr/bin/python3 -c '
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.call(sys.argv[1:], stdout=writer))' \
		-C . good.json good.json 2>"$err" || code=$?
	is "$who: a reader that goes away" "$code $(cat "$err")" \
		"2 "
}

# --- what the host refuses ---

bad_hosts() {
	docker="*--security-opt seccomp=unconfined*"
	for call in unshare setns mount pivot_root; do
		says 2 "$call refused" "no sandbox here: *not permitted" \
			"$docker" prefixed "$work/refuse" "$call" 1 \
			-C good v1 v1
	done
	for call in personality seccomp; do
		says 2 "$call refused" "*not permitted" "$docker" \
			prefixed "$work/refuse" "$call" 1 -C good v1 v1
	done
	# 38 is ENOSYS, with which filters also refuse.
	for call in close_range pidfd_open pidfd_getfd memfd_create openat2; do
		for error in 1 38; do
			says 2 "$call refused with $error" \
				"no sandbox here: *system call $call is *" \
				"a seccomp filter*let $call(2) pass*" prefixed \
				"$work/refuse" "$call" "$error" -C good v1 v1
		done
	done
	# The leak checker needs /proc, and reads there that it is not wanted.
	if grep -q __asan_init "$behavdiff"; then
		skip "the leak checker needs it" "$who: no /proc"
	else
		says 2 "no /proc" "no sandbox here: no proc file system*" \
			"*mount -t proc*" own_mounts \
			'mount -t tmpfs none /proc'
	fi
	# shellcheck disable=SC2016
	says 2 "a chroot" "no sandbox here: *chroot*" "*pivot_root*" \
		own_mounts 'for name in /*; do
				if [ -L "$name" ]; then
					cp -P "$name" "$root"
				elif [ -d "$name" ]; then
					mkdir "$root$name"
					mount --rbind "$name" "$root$name"
				fi
			done
			PATH=$PATH:/usr/sbin
			set -- chroot "$root" env -C "$PWD" "$@"'
	says 2 "a mount in a folder of the system" \
		"no sandbox here: /usr/local is a mount point" \
		"*: umount /usr/local" own_mounts \
		'mount -t tmpfs none /usr/local'
	says 2 "a file that is mounted" \
		"no sandbox here: /etc/hosts is a mount point" \
		"*: umount /etc/hosts" own_mounts \
		'mount --bind /etc/passwd /etc/hosts'
	# Only root can know this one.
	# shellcheck disable=SC2016
	[ "$who" != root ] || says 2 "a chroot into a mount point" \
		"no sandbox here: *chroot*" "*pivot_root*" own_mounts \
		'mount --rbind / "$root"
			PATH=$PATH:/usr/sbin
			set -- chroot "$root" env -C "$PWD" "$@"'
	exits 0 "$who: a small limit of the stack that can be raised" \
		prefixed sh -c 'ulimit -S -s 64; exec "$@"' sh -C good v1 v1
	says 2 "a small hard limit of the stack" \
		"the stack may grow to 64 KiB*" "*ulimit -s 8192*" \
		prefixed sh -c 'ulimit -s 64; exec "$@"' sh -C good v1 v1
	# The leak checker traces its own process, which is what goes wrong here.
	ASAN_OPTIONS=detect_leaks=0
	export ASAN_OPTIONS
	says 2 "ptrace refused" "cannot trace the sandbox: *not permitted" \
		"*SYS_PTRACE*" prefixed "$work/refuse" ptrace 1 -C good v1 v1
	says 2 "traced by somebody else" \
		"cannot trace the sandbox: *not permitted" \
		"another tracer*" prefixed strace -f -o /dev/null -C good v1 v1
	# The export is done by behavdiff itself, the runs by other processes.
	says 2 "a full disk while exporting" \
		"*cannot write 'dir' in the exported tree: No space*" "*room*" \
		prefixed strace -o /dev/null -e trace=mkdirat \
		-e inject=mkdirat:error=ENOSPC -C good v1 v1
	unset ASAN_OPTIONS
	says 2 "a limit for the size of files" "*'data'*File too large" - \
		prefixed sh -c 'ulimit -f 200; exec "$@"' sh -C large main main
	says 2 "a limit for descriptors" "*Too many open files" - \
		prefixed sh -c 'ulimit -n 12; exec "$@"' sh -C good v1 v1
	if [ "$who" = root ]; then
		says 2 "root, and nobody else there is" \
			"no sandbox here: the only user*" "*outside*" \
			in_namespace max_mnt_namespaces -r
	else
		says 2 "no user namespaces" "no sandbox here: unshare*" \
			"*sysctl user.max_user_namespaces=*" in_namespace \
			max_user_namespaces -c --keep-caps
		says 2 "no network namespaces" "no sandbox here: unshare*" \
			"*sysctl*user.max_*_namespaces*" in_namespace \
			max_net_namespaces -c --keep-caps
	fi
}

# prefixed COMMAND... -C ...: the command, behavdiff, and from -C on its
# arguments.
prefixed() {
	program=$behavdiff
	[ "$who" = root ] || program=$work/behavdiff
	for word; do
		shift
		[ "$word" != -C ] || set -- "$@" "$program" --runs 1
		set -- "$@" "$word"
	done
	if [ "$who" = root ]; then
		"$@"
	else
		as_user "$@"
	fi
}

# With mounts of its own, which the commands make; $root is a new folder.
own_mounts() { # COMMANDS
	map=
	[ "$who" = root ] || map=-r
	mkdir -m 777 "$results/root"
	# shellcheck disable=SC2016,SC2086
	prefixed unshare -m $map sh -c 'root=$0 commands=$1
		shift
		eval "$commands"
		exec "$@"' "$results/root" "$1" -C good v1 v1
	got=$?
	rm -rf "$results/root"
	return "$got"
}

# In a user namespace of its own where the kernel's limit KEY is 0.
in_namespace() { # KEY MAPPING...
	key=$1
	shift
	# shellcheck disable=SC2016
	prefixed unshare -U "$@" sh -c \
		'echo 0 >"/proc/sys/user/$0" && exec "$@"' \
		"$key" -C good v1 v1
}

# --- not bad at all ---

same_trees() {
	exits 0 "$who: two commits of one tree pass" \
		run --runs 2 -q -C same HEAD HEAD~1
	is "$who: and nothing is said but that" "$(cat "$out" "$err")" \
		"pass: nothing new at error, exit 0"
	# As in a container that an ordinary user runs: root, but not the host's.
	[ "$who" = root ] || exits 0 "$who: root of a user's own namespace" \
		prefixed unshare -Ur -C same HEAD HEAD~1
}

# --- nothing is left ---

state() {
	{
		find "$work/in" "$work/tmp" -printf '%p %y %m %s %T@\n'
		find "$work/in" -type f -exec cksum {} +
		cat /proc/self/mountinfo
	} | LC_ALL=C sort
}

nothing_left() {
	state >"$work/scratch/after"
	ok "$who: no file was left or changed, no mount made" \
		diff "$work/scratch/before" "$work/scratch/after"
	tries=0
	while left=$(pgrep -f "$work/(behavdiff|in)|$behavdiff .*-C good") &&
		[ "$tries" -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	is "$who: no process was left" "$left" ""
}

make_repositories
make_fingerprints
${CC:-cc} -o "$work/refuse" "$top/tests/system/refuse.c" -lseccomp || exit 2

users=user
[ "$(id -u)" -ne 0 ] || users='root user'
for who in $users; do
	state >"$work/scratch/before"
	bad_revisions
	bad_repositories
	bad_options
	bad_configuration
	bad_programs
	bad_fingerprints
	bad_outputs
	broken_pipe
	bad_hosts
	same_trees
	nothing_left
done
finish
