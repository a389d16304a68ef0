#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One behaviour hidden among noise of its own shape is one finding: a program
# that does much at random (tests/hidden/main.py), and ten of it that each do
# one thing more.
. tests/system/lib.sh

repo=$work/repo
mkdir -p "$repo/plain" "$work/wanted"
cases=

copy() { # name
	printf '[step "main"]\n\tcommand = python3 main.py\n' \
		>"$repo/$1/.behavdiff"
}

# hide NAME "LEVEL CHANGE FACT" CODE
hide() {
	mkdir "$repo/$1"
	copy "$1"
	CODE=$3 awk '/^HERE = None$/ { print ENVIRON["CODE"]; next } { print }' \
		tests/hidden/main.py >"$repo/$1/main.py"
	printf '%s\n' "$2" >"$work/wanted/$1"
	cases="$cases $1"
}

copy plain
cp tests/hidden/main.py "$repo/plain/main.py"

hide one-more-random-file \
	'warning more file.create /tmp/tmp<rand>' \
	'os.close(tempfile.mkstemp()[0])'
hide fixed-among-random \
	'error new file.create /tmp/evil' \
	'open("/tmp/evil", "w").close()'
hide fixed-as-long-as-random \
	'error new file.create /tmp/tmpevilfile0.d' \
	'open("/tmp/tmpevilfile0.d", "w").close()'
hide fixed-of-the-form-of-random \
	'error new file.create /tmp/tmp_payload' \
	'open("/tmp/tmp_payload", "w").close()'
hide number-like-a-process-id \
	'error new file.create /tmp/part-31337' \
	'open("/tmp/part-31337", "w").close()'
hide fixed-among-process-ids \
	'error new file.create /tmp/part-final' \
	'open("/tmp/part-final", "w").close()'
hide link-to-a-secret \
	'error new file.link /tmp/link-<drawn> -> /etc/shadow' \
	'os.symlink("/etc/shadow", f"/tmp/link-{secrets.token_hex(4)}")'
hide peer-among-clients \
	'error new net.connect tcp 203.0.113.7:4444 = ENETUNREACH' \
	'socket.socket().connect_ex(("203.0.113.7", 4444))'
hide fixed-port-among-ephemeral \
	'error new net.connect tcp 127.0.0.1:31337 = ECONNREFUSED' \
	'socket.socket().connect_ex(("127.0.0.1", 31337))'
hide fixed-port-like-an-ephemeral \
	'error new net.connect tcp 127.0.0.1:44444 = ECONNREFUSED' \
	'socket.socket().connect_ex(("127.0.0.1", 44444))'
hide question-among-questions \
	'error new net.dns exfil.example.org A' \
	'try: socket.gethostbyname("exfil.example.org")
except OSError: pass'
hide command-among-commands \
	"note new exec.args SHELL sh -c ': sesame'" \
	'subprocess.run(["sh", "-c", ": sesame"])'
hide failure-among-retries \
	'warning new process.exit /usr/bin/mkdir status=1' \
	'os.mkdir("lock")
subprocess.run(["mkdir", "lock"], stderr=subprocess.DEVNULL)
os.rmdir("lock")'
# shellcheck disable=SC2016
hide key-among-files \
	'error new file.probe $HOME/.ssh/id_rsa = ENOENT' \
	'os.path.exists("/home/auditor/.ssh/id_rsa")'
hide late-in-a-thread \
	'error new file.create /var/tmp/late' \
	'threading.Timer(1, lambda: open("/var/tmp/late", "w").close()).start()'
hide after-a-signal \
	'error new priv setuid(0) = EINVAL' \
	'signal.signal(signal.SIGALRM, lambda *_: os.setuid(0))
signal.setitimer(signal.ITIMER_REAL, 0.2)
try: time.sleep(1)
except OSError: pass'

new_repo "$repo" || exit 2
shell=$(readlink -f /bin/sh)

compared() { # name
	code=0
	"$behavdiff" -C "$repo" --format json "$work/plain.json" "main:$1" \
		>"$work/result" 2>"$work/err" || code=$?
	[ "$code" -lt 2 ] || cat "$work/err"
	json findings "$work/result" | sed "s|$shell |SHELL |"
}

exits 0 "the noise is traced" "$behavdiff" -C "$repo" trace \
	-o "$work/plain.json" main:plain
is "and has no finding of its own" "$(compared plain)" ""
for name in $cases; do
	is "$name" "$(compared "$name")" "$(cat "$work/wanted/$name")"
done
finish
