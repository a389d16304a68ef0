# SPDX-License-Identifier: Apache-2.0
"""Privileges, inspection, memory, and calls that leave a word."""

import calls_process
import names

PROT_WRITE, PROT_EXEC = 2, 4
MAP_SHARED, MAP_ANONYMOUS = 1, 0x20
SHM_EXEC, READ_IMPLIES_EXEC = 0o100000, 0x400000

# Calls of which the name says all
PRIV = """open_by_handle_at capset setns fsmount fsconfig fspick open_tree
    move_mount mount_setattr reboot sethostname setdomainname settimeofday
    clock_settime clock_adjtime adjtimex iopl ioperm syslog quotactl
    fanotify_init init_module finit_module delete_module kexec_load
    kexec_file_load bpf perf_event_open add_key request_key keyctl
    userfaultfd""".split()
EVASION = """io_uring_setup io_uring_enter io_uring_register modify_ldt
    memfd_secret""".split()
INSPECT = """process_vm_readv process_vm_writev process_madvise pidfd_getfd
    kcmp""".split()
# Which argument is the path
PRIV_PATH = {"umount2": 0, "chroot": 0, "swapon": 0, "swapoff": 0, "acct": 0,
             "mount": 1, "pivot_root": 1}
IDS = {"setuid": 1, "setgid": 1, "setreuid": 2, "setregid": 2, "setresuid": 3,
       "setresgid": 3, "setfsuid": 1, "setfsgid": 1, "setgroups": 1}


def by_name(kind):
    def handler(t, task, call):
        t.emit(task, kind, call.name, call.err)
    return handler


def priv_path(t, task, call):
    value = call.arg(PRIV_PATH[call.name])
    if value.bytes is None and PRIV_PATH[call.name] == 0:
        t.emit(task, "priv", call.name, call.err)
        return
    where, _ = t.path_of(task, None, value, True)
    t.emit(task, "priv", call.name + " " + names.path(where), call.err)


def signed(value):
    return value.num - (1 << 32) if value.num >= 1 << 31 else value.num


def set_ids(t, task, call):
    ids = [str(signed(call.arg(i))) for i in range(IDS[call.name])]
    t.emit(task, "priv", "%s(%s)" % (call.name, ", ".join(ids)), call.err)


def file_system(t, task, call):
    t.emit(task, "priv", "fsopen(%s)" % names.words(call.arg(0).bytes or b"?"),
           call.err)


def process_control(t, task, call):
    value = call.arg(0)
    name = value.names[-1] if value.names else "other"
    if name == "PTRACE_TRACEME":
        t.emit(task, "evasion", "ptrace(%s)" % name, call.err)
    else:
        looks_into(t, task, call, "ptrace(%s)" % name, [call.arg(1)])


def looks_into(t, task, call, deed, targets):
    """The first that is not the caller itself is named."""
    for value in targets:
        path = (value.path or b"").decode("latin-1")
        if path.startswith("pid:"):
            pid = next((p.inner for p in t.world.processes
                        if p.tgid == int(path[4:])), None)
        else:
            pid = calls_process.number_of(value)
        if not pid or value.path is not None and pid is None:
            continue
        hit = calls_process.target(t, task, pid)
        if hit != "itself":
            deed += " of " + hit
            break
    t.emit(task, "process.inspect", deed, call.err)


def inspects(t, task, call):
    by_fd = call.name in ("process_madvise", "pidfd_getfd")
    if by_fd and not (call.arg(0).path or b"").startswith(b"pid:"):
        t.emit(task, "process.inspect", call.name, call.err)
        return
    n = 2 if call.name == "kcmp" else 1
    looks_into(t, task, call, call.name, [call.arg(i) for i in range(n)])


def queue(kind):
    def handler(t, task, call):
        made = kind
        if call.name == "mq_open":
            flags = call.arg(1).num or 0
            made = "file.create" if flags & 0o100 else \
                "file.write" if flags & 3 else "file.read"
        name = call.arg(0).bytes
        t.emit_path(task, made, b"/dev/mqueue/" +
                    (b"(unreadable)" if name is None else name), call.err)
    return handler


def ipc_get(last):
    """The key, unless it is private, and the mode of what is made."""
    def handler(t, task, call):
        key, flags = call.arg(0).num & 0xffffffff, call.arg(last).num or 0
        shown = call.name
        if key or flags & 0o77:
            shown += "(key 0x%x" % key if key else "(private"
            if not key or flags & 0o1000:
                shown += ", create" if flags & 0o1000 else ""
                shown += ", %04o" % (flags & 0o777)
            shown += ")"
        t.emit(task, "syscall", shown, call.err)
    return handler


def ipc_set(command, structure):
    """The mode that it gets; other commands by name."""
    def handler(t, task, call):
        shown = call.name
        if "IPC_SET" in call.arg(command).names:
            for name, perm in call.arg(structure).fields.items():
                if name.endswith("_perm"):
                    mode = perm.field("mode").num & 0o777
                    shown += "(IPC_SET, %04o)" % mode
        t.emit(task, "syscall", shown, call.err)
    return handler


def timer(t, task, call):
    """The signal that it will send, if that is not one of timers."""
    event = call.arg(1)
    which = calls_process.signal_name(event.field("sigev_signo").name or "")
    usual = ("", "SIGALRM", "SIGPROF", "SIGVTALRM", "32", "33")
    if event.field("sigev_notify").name != "SIGEV_NONE" and \
            which not in usual:
        t.emit(task, "process.signal", "%s to itself" % which, call.err)


def filters(t, task, call):
    name = call.arg(0).name
    if name == "SECCOMP_SET_MODE_STRICT":
        t.emit(task, "evasion", "seccomp(strict)", call.err)
    elif name == "SECCOMP_SET_MODE_FILTER":
        listener = "SECCOMP_FILTER_FLAG_NEW_LISTENER" in call.arg(1).names
        t.emit(task, "evasion", "seccomp(%s)" %
               ("listener" if listener else "filter"), call.err)


def domain(t, task, call):
    value = call.arg(0).num & 0xffffffff
    if value != 0xffffffff:
        t.emit(task, "syscall", "personality(%s)" %
               (hex(value) if value else "0"), call.err)
        if value & READ_IMPLIES_EXEC:
            report(t, task, call)


def limit(t, task, call):
    """Asking for a limit is unrecorded, setting one is not."""
    if call.arg(2).raw != "NULL":
        t.emit(task, "syscall", "prlimit64", call.err)


# --- memory that runs ---

def nameless(fd):
    return fd.path is None or fd.deleted or fd.path == b"/dev/zero" or \
        fd.path.startswith(b"/memfd:")


def map_(t, task, call):
    prot, flags, fd = call.arg(2).num, call.arg(3).num, call.arg(4)
    own = bool(flags & MAP_ANONYMOUS) or nameless(fd)
    if prot & PROT_EXEC and (own or prot & PROT_WRITE):
        report(t, task, call)
    if call.err:
        return
    start = call.ret.num
    end = start + (call.arg(1).num + 4095 & ~4095)
    unmap_range(task, start, end)
    if prot & PROT_WRITE and flags & MAP_SHARED:
        t.files.changed.add(fd.path)
    task.process.map.append([start, end, own, bool(prot & PROT_WRITE)])


def unmap_range(task, start, end):
    kept = []
    for a, b, own, written in task.process.map:
        if a < start:
            kept.append([a, min(b, start), own, written])
        if b > end:
            kept.append([max(a, end), b, own, written])
    task.process.map = kept


def unmap(t, task, call):
    if not call.err:
        start = call.arg(0).num
        unmap_range(task, start, start + (call.arg(1).num + 4095 & ~4095))


def protect(t, task, call):
    """New code: memory of one's own, or a file's that could be changed."""
    prot = call.arg(2).num
    start = call.arg(0).num or 0
    end = start + (call.arg(1).num + 4095 & ~4095)
    over = [part for part in task.process.map
            if part[0] < end and part[1] > start]
    if prot & PROT_EXEC and (call.err or any(own or written for
                                             _, _, own, written in over)):
        report(t, task, call)
    if prot & PROT_WRITE:
        for part in over:
            part[3] = True


def segment(t, task, call):
    t.emit(task, "syscall", "shmat", call.err)
    if (call.arg(2).num or 0) & SHM_EXEC:
        report(t, task, call)


def report(t, task, call):
    t.emit_path(task, "memory.exec", task.process.exe, call.err)


def nothing(t, task, call):
    """Modelled, and no fact of its own."""


CALLS = {
    "fsopen": file_system, "ptrace": process_control,
    "seccomp": filters, "personality": domain,
    "prlimit64": limit, "shmat": segment, "mmap": map_, "munmap": unmap,
    "mprotect": protect, "pkey_mprotect": protect,
    "alarm": nothing, "setitimer": nothing, "timer_create": timer,
    "timer_settime": nothing, "timerfd_settime": nothing,
}
CALLS.update({name: by_name("priv") for name in PRIV})
CALLS.update({name: by_name("evasion") for name in EVASION})
CALLS.update({name: inspects for name in INSPECT})
CALLS["msgget"] = ipc_get(1)
CALLS["semget"] = CALLS["shmget"] = ipc_get(2)
CALLS["msgctl"] = CALLS["shmctl"] = ipc_set(1, 2)
CALLS["semctl"] = ipc_set(2, 3)
CALLS["mq_open"] = CALLS["mq_unlink"] = queue("file.delete")
CALLS.update({name: priv_path for name in PRIV_PATH})
CALLS.update({name: set_ids for name in IDS})
