# SPDX-License-Identifier: Apache-2.0
"""Sockets, processes and calls of every kind, most of them refused."""

import ctypes
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
INET, INET6, UNIX = socket.AF_INET, socket.AF_INET6, socket.AF_UNIX
STREAM, DGRAM, RAW = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW
NETLINK = socket.AF_NETLINK


def t(call, *args, **options):
    try:
        return call(*args, **options)
    except (OSError, ValueError, OverflowError) as error:
        return error


# --- sockets ---

for kind in ((INET, RAW, 1), (INET, DGRAM, 1), (INET, STREAM, 132),
             (INET, STREAM, 262), (INET, DGRAM, 136), (INET6, DGRAM, 58),
             (INET, 10, 0), (NETLINK, RAW, 9), (NETLINK, RAW, 16),
             (UNIX, RAW, 0), (UNIX, 6, 0)):
    t(socket.socket, *kind)

t(socket.socket().connect, ("127.0.0.1", 1))
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
for peer in (server.getsockname(), ("10.1.2.3", 80)):
    client = socket.socket()
    client.setblocking(False)
    t(client.connect, peer)
t(socket.create_connection, ("localhost", 9))

six = socket.socket(INET6)
t(six.bind, ("::1", 5555))
t(six.listen)
t(six.connect, ("::1", 5555))
t(socket.socket(INET6).bind, ("fe80::1%lo", 5556))
six = socket.socket(INET6, DGRAM)
t(six.sendto, b"x", ("::1", 40000))
t(six.sendto, b"x", ("2001:db8::1", 40000))

udp = socket.socket(INET, DGRAM)
for peer in (("255.255.255.255", 45), ("127.255.255.255", 33000),
             ("0.0.0.0", 33000)):
    t(udp.sendto, b"x", peer)
t(udp.bind, ("", 0))
t(udp.connect, ("127.0.0.1", 53))
t(udp.send, b"x")

netlink = socket.socket(NETLINK, RAW, 0)
t(netlink.bind, (0, 0))
t(netlink.bind, (0, 1))
t(netlink.sendto, b"\0" * 16, (0, 0))
t(netlink.connect, (0, 0))

one, _other = socket.socketpair()
t(one.sendmsg, [b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                         struct.pack("i", 0))])
bound, free = socket.socket(UNIX, DGRAM), socket.socket(UNIX, DGRAM)
t(bound.bind, "\0abs")
t(free.sendto, b"x", "\0abs")
t(free.sendto, b"x", "none")
t(free.connect, "\0abs")
t(free.connect, "\0none")
t(bound.listen)
t(free.bind, "")

for host in ("localhost", "www.example.org", "weird_name.example", "x.local"):
    t(socket.getaddrinfo, host, 80)
t(socket.gethostbyaddr, "192.0.2.1")

# --- processes ---

for status in (1, 77, 255):
    subprocess.run(["sh", "-c", "exit %d" % status])
for name in ("TERM", "KILL", "USR1", "INT", "SEGV", "STOP"):
    child = subprocess.Popen(["sleep", "60"])
    child.send_signal(getattr(signal, "SIG" + name))
    if name == "STOP":
        child.kill()
    child.wait()
for command in (["none-such"], ["./python.py"], ["/usr/bin/none"],
                ["perl", "-e", "exec('nope', 1); exit 4"]):
    t(subprocess.run, command)
subprocess.run("nonesuch; env true; sh -c 'exec none2'", shell=True)
subprocess.run(["bash", "-c", r"""exec -a weird true x\ y it --port 45123 \
    -o/tmp/x /home/auditor/app/z deadbeefdeadbeef12 \
    tmpabcdefgh $'\x01' $'\xc3\xbc' a=b '= ->' pid=12 \
    --x=/home/auditor/y http://127.0.0.1:45123/x 127.0.0.1:45123 \
    localhost:40000 10.0.0.1:40000"""])
subprocess.run(["bash", "-c", r"""printf -v day '%(%F)T' -1
    true $EPOCHSECONDS ${EPOCHREALTIME/./} at-$day \
    2024-01-31T10:00:00Z 1700000000"""])
subprocess.run(["sh", "-c", "exec true x$(date +%s%N) $(date -Iseconds)"])
subprocess.run(["true", "x" * 300])
subprocess.run(["true"] + ["abc def"] * 300)
subprocess.run(["sh", "-c", "setsid sleep 0.01 & exit 0"])
subprocess.run(["sh", "-c", "(setsid sleep 0.1 >/dev/null 2>&1 &); exit 0"])
if not os.fork():
    os.setsid()
    os._exit(0)
os.wait()


def in_a_thread():
    subprocess.run(["true"])
    with open("thread-file", "w", encoding="ascii"):
        pass


thread = threading.Thread(target=in_a_thread)
thread.start()
thread.join()

# --- rights and limits ---

for target in (1, 99999):
    t(os.kill, target, 0)
t(os.killpg, os.getpgrp(), 0)
t(os.setpriority, os.PRIO_PROCESS, 0, 19)
t(os.setuid, 0)
t(os.setgroups, [0])
t(os.setresuid, -1, -1, -1)
t(os.setregid, -1, 1000)
t(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
t(resource.setrlimit, resource.RLIMIT_NOFILE, (100, 1000))
t(resource.prlimit, 0, resource.RLIMIT_CPU, (100, 100))
t(os.memfd_create, "m")
t(os.eventfd, 0)
t(mmap.mmap, -1, 4096, prot=7)

# --- calls by their functions, and by their numbers on x86-64 ---

for call, *args in (
        ("ptrace", 0, 0, 0, 0), ("ptrace", 16, os.getpid(), 0, 0),
        ("personality", 8), ("prctl", 4, 1), ("prctl", 38, 1, 0, 0, 0),
        ("prctl", 1, 15), ("prctl", 2, 0), ("prctl", 36, 1, 0, 0, 0),
        ("prctl", 53, 0), ("mlockall", 1), ("acct", 0), ("sync",),
        ("vhangup",), ("setdomainname", b"x", 1), ("iopl", 3),
        ("shmget", 0, 4096, 0o1600), ("msgget", 0, 0o600),
        ("semget", 0, 1, 0o600), ("mq_open", b"/q", 0o102, 0o600, 0),
        ("mq_unlink", b"/q"), ("inotify_init",), ("fanotify_init", 0, 0),
        ("name_to_handle_at", -100, b"python.py", 0, 0, 0),
        ("mount", b"x", b"/tmp", b"tmpfs", 0, 0), ("umount", b"/proc"),
        ("umount2", b"none", 2), ("swapon", b"none", 0), ("reboot", 0),
        ("sethostname", b"q", 1), ("klogctl", 5, 0, 0),
        ("unshare", 0x10000000), ("unshare", 0x400), ("setns", 0, 0),
        ("quotactl", 0x80000100, b"none", 0, 0)):
    getattr(LIBC, call)(*args)
for nr, *args in (
        (1000,), (434, 1, 0), (438, 3, 0, 0), (310, os.getpid(), 0, 0, 0, 0),
        (323, 0), (321, 0, 0, 0), (298, 0, 0, 0, 0), (425, 1, 0),
        (250, 0, 0, 0, 0), (435, 0, 0), (317, 0, 0, 0), (317, 1, 8, 0),
        (154, 0, 0, 0), (447, 0), (175, 0, 0, 0), (246, 0, 0, 0, 0),
        (139, 1, 2, 3), (136, 1, 2), (134, 0), (16, 1, 0x5412, 0),
        (303, -100, b"python.py", 0, 0, 0), (304, -100, 0, 0),
        (312, 1, 1, 0, 0, 0), (442, -100, b"/tmp", 0, 0, 0),
        (428, -100, b"python.py", 0), (430, b"tmpfs", 0),
        (433, -100, b"/tmp", 0)):
    LIBC.syscall(nr, *args)
os.abort()
