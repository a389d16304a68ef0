#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every request that the kernel's headers name, and every system call: "CALL
# LEVEL NUMBER NAME", one a line.  Each header is compiled by itself, as many
# exclude one another.  Of netlink(7) the level is the protocol, of what is no
# message's type -1.
set -eu
cc=${CC:-cc}
include=${INCLUDE:-/usr/include}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# names HEADER PATTERN: its macros
names() {
	sed -n "s/^#[[:space:]]*define[[:space:]]\{1,\}\($2\)[[:space:]].*/\1/p" \
		"$include/$1" 2>/dev/null | sort -u
}

# try CALL LEVEL HEADER: prints the names of $work/names with their values
try() {
	{
		echo '#include <stddef.h>'
		echo '#include <stdio.h>'
		echo '#include <sys/types.h>'
		echo '#include <sys/ioctl.h>'
		echo '#include <linux/types.h>'
		[ "$3" != linux/in6.h ] || echo '#include <linux/in.h>'
		echo "#include <$3>"
		echo 'int main(void) {'
		while read -r name; do
			echo "printf(\"$1 $2 %u %s\", (unsigned)($name), \"$name\"); puts(\"\");"
		done
		echo 'return 0; }'
	} >"$work/p.c"
	$cc -w -o "$work/p" "$work/p.c" 2>"$work/errors" && "$work/p"
}

# print_values CALL LEVEL HEADER: of the names on standard input; those that have
# no value are found by the compiler's errors and left out
print_values() {
	cat >"$work/names"
	try "$@" <"$work/names" && return
	grep -o 'p\.c:[0-9][0-9]*' "$work/errors" | cut -d: -f2 | sort -u |
		while read -r line; do
			sed -n "${line}s/.*, \"\([A-Z0-9a-z_]*\)\");.*/\1/p" "$work/p.c"
		done | sort -u >"$work/bad"
	cat "$work/bad" >>"$work/no-value"
	grep -vxFf "$work/bad" "$work/names" | try "$@" ||
		echo "$3" >>"$work/no-value"
}

names linux/prctl.h 'PR_[GS]ET_[A-Z0-9_]*\|PR_CAP[A-Z_]*' |
	grep -vE '^PR_SET_(MM|VMA)_|^PR_CAP_AMBIENT_' |
	print_values prctl -1 linux/prctl.h
{
	names asm-generic/fcntl.h 'F_[A-Z0-9_]*' |
		grep -vE '^F_(RDLCK|WRLCK|UNLCK|EXLCK|SHLCK|OWNER_.*|.*64)$'
	names linux/fcntl.h 'F_[A-Z0-9_]*' | grep -v '^F_SEAL_'
} | print_values fcntl -1 linux/fcntl.h
names asm-generic/socket.h 'SO_[A-Z0-9_]*' |
	grep -vE '^SO_(TIMESTAMP|TIMESTAMPNS|TIMESTAMPING|RCVTIMEO|SNDTIMEO)$' |
	print_values setsockopt 1 asm/socket.h
names linux/in.h 'IP_[A-Z_0-9]*\|MCAST_[A-Z_]*' |
	grep -vE '^IP_(PMTUDISC|DEFAULT|MSFILTER_SIZE)|^MCAST_(EXCLUDE|INCLUDE)' |
	print_values setsockopt 0 linux/in.h
names linux/in6.h 'IPV6_[A-Z0-9_]*' |
	grep -vE '^IPV6_(FL_|FLOWINFO_|PRIORITY_|TLV_|PMTUDISC|PREFER_)' |
	print_values setsockopt 41 linux/in6.h
names linux/tcp.h 'TCP_[A-Z0-9_]*' |
	grep -vE '^TCP_(MSS_|REPAIR_O|MD5SIG_[FM]|AO_(KEYF_|MAX)|CM_|RECEIVE_)' |
	print_values setsockopt 6 linux/tcp.h
names linux/udp.h 'UDP_[A-Z0-9_]*' | grep -v '^UDP_ENCAP_' |
	print_values setsockopt 17 linux/udp.h
names linux/netlink.h 'NETLINK_[A-Z_]*' | sed -n '/_MEMBERSHIP/p;/_PKTINFO/p
	/_ERROR$/p;/_ENOBUFS/p;/_RING/p;/NSID$/p;/_ACK$/p;/_CHK$/p' |
	print_values setsockopt 270 linux/netlink.h
names asm-generic/ioctls.h '[A-Z]*IO[A-Z0-9]*\|TC[A-Z0-9]*' |
	grep -vE '^TIO(C(PKT_|SER_)|.*[TSG]ETS2$)|^TC[SG]ET.*2$' |
	print_values ioctl -1 asm/ioctls.h
names linux/sockios.h 'SIOC[A-Z0-9]*' | grep -vE 'SIOC(DEVPRIVATE|PROTOPRIVATE)' |
	print_values ioctl -1 linux/sockios.h
grep -lE 'define[[:space:]]+[A-Z0-9_]+[[:space:]]+_IO[WR]*[[:space:]]*\(' \
	"$include"/linux/*.h | while read -r path; do
	header=linux/${path##*/}
	sed -nE 's/^#[[:space:]]*define[[:space:]]+([A-Z0-9_]+)[[:space:]]+_IO[WR]*[[:space:]]*\(.*/\1/p' \
		"$path" | sort -u | print_values ioctl -1 "$header"
done
# Protocols that a kernel still has; socket options of netlink are numbers of
# their own.
names linux/netlink.h 'NETLINK_[A-Z_]*' |
	grep -vE '_(MEMBERSHIP|MEMBERSHIPS|PKTINFO|ERROR|ENOBUFS|RING|NSID|ACK|CHK)$' |
	grep -vE '^NETLINK_(UNUSED|FIREWALL|DNRTMSG)$' | print_values netlink -1 linux/netlink.h
names linux/rtnetlink.h 'RTM_[A-Z]*' | grep -vE '^RTM_(BASE|MAX|FAM)$' |
	print_values netlink 0 linux/rtnetlink.h
names linux/audit.h 'AUDIT_[A-Z_]*' | print_values netlink 9 linux/audit.h
echo '#include <asm/unistd.h>' | $cc -E -dM - |
	sed -n 's/^#define \(__NR_[a-z0-9_]*\) .*/\1/p' |
	grep -vE '^__NR_(syscalls|arch_specific_syscall)$' | sort -u |
	print_values syscall -1 asm/unistd.h
if [ -f "$work/no-value" ]; then
	echo "no value: $(tr '\n' ' ' <"$work/no-value")" >&2
fi
