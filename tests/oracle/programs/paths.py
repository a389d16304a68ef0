# SPDX-License-Identifier: Apache-2.0
"""Every way to say which file is meant, and names that mislead."""

import os
import socket


def t(call, *args, **options):
    try:
        return call(*args, **options)
    except OSError as error:
        return error


# By way of the system's directories, and changes below their links
t(os.access, "/usr/../etc/shadow", 0)
t(os.stat, "/usr/../home/auditor/app/python.py")
t(os.chdir, "/usr/../tmp")
t(os.chdir, "/home/auditor/app")
t(os.unlink, "/bin/x")
t(os.mkdir, "/lib/d")
t(os.mkdir, "/bin/../lib/d")
t(os.open, "/lib/y", os.O_CREAT | os.O_WRONLY)
t(os.open, "/lib/none/y", os.O_CREAT | os.O_WRONLY)
t(os.rename, "/lib/a", "/bin/b")
t(os.symlink, "/x", "/bin/c")
t(os.truncate, "/bin/sh", 0)
t(os.open, "/bin/sh", os.O_WRONLY)
t(os.open, "/bin/sh", os.O_RDONLY)
t(os.open, "/bin/none", os.O_RDONLY)
t(os.chmod, "/etc/alternatives/awk", 0o777)
t(os.unlink, "/var/run/x")

# Links of the program's own
os.symlink("/usr", "u")
os.symlink("..", "up")
os.symlink("/proc/self/cwd/dd", "pc")
t(os.mkdir, "dd")
t(os.mkdir, "pc/q")
t(os.rmdir, "pc/q")
for name in ("u/bin/env", "u/../etc/hosts", "u/none"):
    t(os.stat, name)
for name in ("u/bin/env", "u/bin/none", "up/app/python.py"):
    t(os.open, name, os.O_RDONLY)
t(os.mkdir, "up/z")
t(os.unlink, "up/z")
t(os.mkdir, "./dd/../dd/e")
t(os.rename, "dd/e", "/proc/self/cwd/dd/f")

# Nothing at all, slashes at the end, directories as files
for call in (os.stat, os.mkdir):
    t(call, "")
t(os.open, "", os.O_RDONLY)
t(os.rename, "", "x")
t(os.open, "python.py/", os.O_RDONLY)
t(os.open, "dd/", os.O_RDONLY)
t(os.open, "new/", os.O_CREAT | os.O_WRONLY)
t(os.rename, "dd", "de")
t(os.rename, "de/", "dg/")
t(os.open, ".", os.O_TMPFILE | os.O_RDWR)
t(os.open, "dg", os.O_CREAT | os.O_RDWR)
t(os.open, "dg", os.O_DIRECTORY | os.O_CREAT)

# The directory at hand, and one that is open, get another name
t(os.chdir, "dg")
t(os.rename, "../dg", "../dh")
t(os.mkdir, "n")
t(os.rmdir, "n")
t(os.open, "../python.py", os.O_RDONLY)
t(os.chdir, "../up/app")
fd = os.open("dh", os.O_RDONLY)
t(os.rename, "dh", "di")
t(os.mkdir, "k", dir_fd=fd)
t(os.unlink, "di/k")
t(os.fchmod, fd, 0o700)
t(os.fchdir, fd)
t(os.mkdir, "fc")
os.chdir("..")

# Links, fifos, devices, attributes
t(os.link, "python.py", "l1")
t(os.link, "u", "l2", follow_symlinks=False)
os.mkfifo("ff")
t(os.open, "ff", os.O_RDONLY | os.O_NONBLOCK)
t(os.open, "/dev/null", os.O_RDWR)
t(os.open, "/dev/tty", os.O_RDWR)
t(os.statvfs, "u/bin")
t(os.listxattr, "u")
t(os.getxattr, "python.py", "user.q")
t(os.utime, "u", (1, 1), follow_symlinks=False)
t(os.chown, "u/bin/env", 1000, 1000)
t(os.lchown, "u", 1000, 1000)

# /proc and what leads there
t(os.open, "/dev/fd/0", os.O_RDONLY)
for name in ("/dev/fd/0", "/dev/stdin", "/proc/self/exe", "/proc/none/x"):
    t(os.stat, name)
for name in ("/proc/self/exe", "/proc/self/cwd"):
    t(os.readlink, name)
for name in ("/proc/self/fd", "/proc/self/task"):
    t(os.listdir, name)
for name in ("/proc/self/exe", "/proc/%d/maps" % os.getpid(),
             "/proc/%d/environ" % os.getppid(),
             "/proc/self/../self/status"):
    t(os.open, name, os.O_RDONLY)
t(os.chmod, "/proc/self/cwd/python.py", 0o600)

# Outside of the tree
t(os.open, "/home/auditor/../auditor/.bashrc", os.O_CREAT | os.O_WRONLY)
t(os.open, "/home/x", os.O_CREAT | os.O_WRONLY)
t(os.open, "/home/auditor/app/../.ssh/id", os.O_RDONLY)
t(os.open, "/root/.ssh/id", os.O_RDONLY)
t(os.stat, "/root/../etc/shadow")
t(os.chroot, "u")
t(os.chroot, "/usr/../tmp")
t(os.open, "/mnt/../tmp/q", os.O_CREAT | os.O_WRONLY)
t(os.replace, "/tmp/q", "/tmp/r")
t(os.open, "/dev/shm/s", os.O_CREAT | os.O_RDWR)
t(os.unlink, "/dev/shm/s")

# The host's name, alone and among others, in either case
host = os.uname().nodename
for name in (host, host.upper() + ".lock", "x-" + host + "-1", host + "x"):
    t(os.open, "/tmp/" + name, os.O_CREAT | os.O_RDWR)

# Sockets with a name in the file system
for name in ("u/s", "up/s", "/tmp/../tmp/s2", "/usr/../tmp/s3"):
    server = socket.socket(socket.AF_UNIX)
    t(server.bind, name)
    t(server.listen)
    t(socket.socket(socket.AF_UNIX).connect, name)

# Programs
for name in ("/usr/../bin/none", "/bin/none", "u/bin/none", "python.py"):
    t(os.execv, name, ["x"])
os.execv("/proc/self/cwd/u/bin/true", ["true"])
