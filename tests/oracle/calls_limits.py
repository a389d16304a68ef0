# SPDX-License-Identifier: Apache-2.0
"""Calls that a limit of the plan refuses: 1 GiB of memory, files of 512 MiB,
1024 descriptors.

A limit that the program has lowered itself is no fact.
"""

MEMORY, FILE_SIZE, DESCRIPTORS = 1 << 30, 512 << 20, 1024
PROT_WRITE, MAP_PRIVATE, MAP_TYPE = 2, 2, 15

WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile",
          "splice", "copy_file_range")
MAKES_DESCRIPTOR = (
    "open", "openat", "openat2", "creat", "socket", "dup",
    "fcntl", "dup3", "pipe", "pipe2", "socketpair", "eventfd2", "epoll_create",
    "epoll_create1", "timerfd_create", "signalfd4", "inotify_init1",
    "pidfd_open", "pidfd_getfd", "memfd_create")
TAKES_SPACE = (
    "fallocate", "open", "openat", "openat2", "creat", "mkdir", "mkdirat",
    "mknod", "mknodat", "symlink", "symlinkat", "link", "linkat", "rename",
    "renameat", "renameat2", "truncate", "setxattr", "lsetxattr",
    "fsetxattr", "bind")
RESOURCES = {
    "RLIMIT_NOFILE": "descriptors", "RLIMIT_DATA": "memory",
    "RLIMIT_FSIZE": "file-size", "RLIMIT_NPROC": "tasks",
    "RLIMIT_STACK": "stack", "RLIMIT_CORE": "core"}
SIZE_AT = {"ftruncate": 1, "truncate": 1}


def number(call, i):
    return call.arg(i).num or 0


def memory(call):
    """Of calls that ask for so many bytes of memory of one's own."""
    if call.name == "mmap":
        if not number(call, 2) & PROT_WRITE or \
                number(call, 3) & MAP_TYPE != MAP_PRIVATE:
            return 0
        return number(call, 1)
    if call.name == "mremap":
        return number(call, 2) - number(call, 1)
    return number(call, 1) if number(call, 2) & PROT_WRITE else 0


def word(call):
    """What limit it was, or None."""
    if call.name in ("mmap", "mremap", "mprotect", "pkey_mprotect"):
        if call.err == "ENOMEM" and memory(call) > MEMORY:
            return "memory"
    if call.name in SIZE_AT or call.name == "fallocate":
        size = number(call, SIZE_AT[call.name]) if call.name in SIZE_AT \
            else number(call, 2) + number(call, 3)
        if call.err == "EFBIG" and size > FILE_SIZE:
            return "file-size"
    if call.name in WRITES and call.err == "EFBIG":
        return "file-size"
    if call.name in TAKES_SPACE and call.err == "ENOSPC":
        return "files"
    if call.name in MAKES_DESCRIPTOR and call.err == "EMFILE":
        return "descriptors"
    if call.name == "mq_open" and call.err in ("ENOSPC", "EMFILE"):
        return "queues"
    if call.name == "prlimit64" and call.err == "EPERM":
        return RESOURCES.get(call.arg(1).name)
    return None


def watch(t, task, call):
    """Beside what else the call leaves; the sandbox lowers limits first."""
    if not task.process.live:
        return
    lowered = task.process.limits
    if call.name == "brk":
        if call.arg(0).num and (call.ret.num or 0) < call.arg(0).num and \
                "memory" not in lowered:
            t.emit(task, "limit", "memory brk", "ENOMEM")
        return
    which = word(call)
    if which and (which not in lowered or call.name == "prlimit64"):
        name = "write" if call.name in WRITES else call.name
        t.emit(task, "limit", "%s %s" % (which, name), call.err)
    if call.name == "prlimit64" and not call.err and \
            call.arg(2).raw != "NULL":
        task.process.limits.add(RESOURCES.get(call.arg(1).name))


def nothing(t, task, call):
    """Modelled, and no fact of its own."""


CALLS = {name: nothing for name in (
    "mremap", "brk", "fallocate", "dup", "dup3", "pipe",
    "pipe2", "socketpair", "eventfd2", "epoll_create", "epoll_create1",
    "timerfd_create",
    "signalfd4", "inotify_init1", "pidfd_open", "exit_group")}
