#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A program does not find the sandbox by a fixed name, and what it makes of the
# names that are drawn is the same fact on every host.
. tests/system/lib.sh

repo=$work/repo
mkdir "$repo"
cat >"$repo/main.py" <<'EOF'
import os
import pwd
import re
import sys

found = []


def read(path):
    with open(path, encoding="latin-1") as file:
        return file.read()


def look(what, yes):
    if yes:
        found.append(what)


for path in ("/proc/self/mountinfo", "/proc/1/comm", "/proc/1/cmdline",
             "/proc/self/cgroup", "/etc/hosts", "/etc/passwd"):
    look("the tool's name in " + path, "behavdiff" in read(path))
for line in read("/proc/self/mountinfo").splitlines():
    kind, source = line.split(" - ")[1].split(" ")[:2]
    look("a source " + source + " of " + kind, kind in ("overlay", "tmpfs")
          and source != kind and "/dev " not in line)
host = os.uname().nodename
look("the host's name " + host, not re.fullmatch(r"[a-z]+-[a-z0-9]{4}", host))
look("two host names", read("/etc/hostname").strip() != host
      or host not in read("/etc/hosts"))
look("its machine-id", not re.fullmatch("[0-9a-f]{32}\n",
                                         read("/etc/machine-id")))
look("too few accounts", len(pwd.getpwall()) < 15)
look("pid 1", read("/proc/1/cmdline").rstrip("\0") != "/sbin/init")
look("the environment", any("behavdiff" in part.lower()
                             for part in (*os.environ, *os.environ.values())))
print("machine", host, read("/etc/machine-id").strip())
for name in (host, host.upper(), "state-" + read("/etc/machine-id").strip()):
    with open("/tmp/" + name + ".lock", "w") as file:
        file.write("x")
if found:
    sys.exit("; ".join(found))
EOF
printf '[step "main"]\n\tcommand = python3 main.py\n\texpect = status 0\n' \
	>"$repo/.behavdiff"
new_repo "$repo" || exit 2

exits 0 "nothing of it has a fixed name" \
	"$behavdiff" -C "$repo" -v --runs 2 main main
said() {
	sed -n 's/^ *machine /machine /p' "$1" | sort -u
}
said "$out" >"$work/here"
is "both sides and all runs have one name" "$(wc -l <"$work/here")" 1
# What is printed is kept as it was.
lacks_name() {
	! sed -n 's/.*{"fact": "\([^"]*\).*/\1/p' "$1" | grep -q -e "$(awk '{ print $2 }' "$work/here")" \
		-e "$(awk '{ print $3 }' "$work/here")"
}
ok "a fingerprint" "$behavdiff" -C "$repo" trace main --runs 1 -o "$work/here.json"
ok "its facts have neither name" lacks_name "$work/here.json"
ok "but \$HOST" holds "$work/here.json" "\"file.create /tmp/\$HOST.lock\""
own_is_hidden() {
	[ ! -s /etc/machine-id ] || lacks "$work/here" "$(cat /etc/machine-id)"
}
ok "the host's own machine-id is not shown" own_is_hidden
others() {
	[ -s "$work/there" ] && ! cmp -s "$work/here" "$work/there"
}

# Another host: another machine-id in a mount namespace of its own.  A layer, since
# the kernel takes no folder with a mount in it as a layer of the sandbox.
elsewhere() {
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t overlay -o "lowerdir=$0:/etc" etc /etc &&
		exec "$@"' "$work/other" "$@"
}
mkdir "$work/other"
echo 0123456789abcdef0123456789abcdef >"$work/other/machine-id"
if [ -e /etc/machine-id ] && elsewhere true 2>/dev/null; then
	exits 0 "on another host, too" elsewhere \
		"$behavdiff" -C "$repo" -v --runs 1 main main
	said "$out" >"$work/there"
	ok "it has other names" others
	ok "a fingerprint from there" elsewhere \
		"$behavdiff" -C "$repo" trace main --runs 1 -o "$work/there.json"
	is "is the one from here" "$(json get "$work/there.json" digest)" \
		"$(json get "$work/here.json" digest)"
	is "made under the same plan" \
		"$(json get "$work/there.json" plan.digest)" \
		"$(json get "$work/here.json" plan.digest)"
else
	for what in "on another host, too" "it has other names" \
		"a fingerprint from there" "is the one from here" \
		"made under the same plan"; do
		skip "only root has another machine-id" "$what"
	done
fi
finish
