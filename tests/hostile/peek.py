# SPDX-License-Identifier: Apache-2.0
"""Looks for the host: descriptors, environment, processes, capabilities.

Whatever it finds becomes a file whose name starts with "leak"; behavdiff's
facts must hold no such file.
"""
import os
import stat

HOME = "/home/auditor"


def leak(what):
    with open("leak-" + what.replace("/", "_")[:200], "w", encoding="utf-8"):
        pass


def readable(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


def list_dir(path):
    try:
        return os.listdir(path)
    except OSError:
        return []


for fd in range(3, 1024):
    try:
        os.fstat(fd)
        leak("descriptor-%d" % fd)
    except OSError:
        pass
for name in os.environ:
    if name not in ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ",
                    "TERM", "PYTHONHASHSEED"):
        leak("environment-" + name)
for line in readable("/proc/self/status").decode().splitlines():
    name, _, value = line.partition(":\t")
    if name.startswith("Cap") and int(value, 16):
        leak(name)
    if name == "NoNewPrivs" and value != "1":
        leak(name)
if os.getresuid() != (1000,) * 3 or os.getresgid() != (1000,) * 3:
    leak("ids")
for pid in list_dir("/proc"):
    if pid.isdigit() and int(pid) not in (1, os.getpid()):
        leak("process-" + pid)
if b"behavdiff" in readable("/proc/1/cmdline") + readable("/proc/1/comm"):
    leak("command-line-of-pid-1")
for part in ("environ", "maps", "mem", "auxv", "syscall", "root/etc/passwd"):
    if readable("/proc/1/" + part):
        leak("pid-1-" + part)
for link in ("exe", "root", "cwd", "fd/0", "fd/3", "ns/mnt"):
    try:
        os.readlink("/proc/1/" + link)
        leak("pid-1-" + link)
    except OSError:
        pass
for where in ("/root", "/run", "/mnt", "/media", "/srv", "/boot", "/sys",
              "/tmp", "/var/tmp", "/dev/shm", "/home"):
    for name in list_dir(where):
        if where + "/" + name not in (HOME, "/run/lock"):
            leak(where + "/" + name)
if len(readable("/proc/net/unix").splitlines()) > 1:
    leak("sockets")
if len(readable("/proc/net/dev").splitlines()) > 3:
    leak("interfaces")
try:
    os.close(os.open("/dev/tty", os.O_RDWR))
    leak("terminal")
except OSError:
    pass
for name in list_dir("/dev"):
    mode = os.lstat("/dev/" + name).st_mode
    if stat.S_ISBLK(mode) or name in ("mem", "kmsg", "kvm", "fuse"):
        leak("device-" + name)
for path in ("/etc/shadow", "/etc/gshadow", "/proc/kcore", "/proc/kmsg",
             "/proc/keys", "/proc/key-users"):
    if readable(path):
        leak(path)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger",
             "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches"):
    try:
        os.close(os.open(path, os.O_WRONLY))
        leak("write-" + path)
    except OSError:
        pass
