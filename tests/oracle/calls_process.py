# SPDX-License-Identifier: Apache-2.0
"""Programs, forks, signals, ends."""

import re
import signal

import names
from log import BadLog
from world import Fs

CLONE_FS, CLONE_PARENT, CLONE_THREAD = 0x200, 0x8000, 0x10000
CLONE_UNTRACED, CLONE_INTO_CGROUP = 0x800000, 0x200000000
LAST_SIGNAL = 64
AT_EXECVE_CHECK = 0x10000
ANOTHERS = ("SIGTERM", "SIGINT", "SIGHUP")
# In the order in which a fact names them
FLAGS = (("CLONE_NEWUSER", 1 << 28), ("CLONE_NEWNS", 1 << 17),
         ("CLONE_NEWPID", 1 << 29), ("CLONE_NEWNET", 1 << 30),
         ("CLONE_NEWIPC", 1 << 27), ("CLONE_NEWUTS", 1 << 26),
         ("CLONE_NEWCGROUP", 1 << 25), ("CLONE_NEWTIME", 1 << 7),
         ("CLONE_UNTRACED", CLONE_UNTRACED))


# --- forks ---

def named(bits, of):
    return "|".join(name for name, bit in FLAGS if bits & bit and bit & of)


def clone3_in_memory(t, task, call, bits):
    """A control group, a process id: clone(2) has no room for them."""
    if call.name != "clone3" or not call.args or named(bits, ~0):
        return
    what = ["CLONE_INTO_CGROUP"] if bits & CLONE_INTO_CGROUP else []
    if call.arg(0).fields and "set_tid_size" in call.arg(0).fields:
        what += ["set_tid"] if call.arg(0).field("set_tid_size").num else []
    if what:
        t.emit(task, "priv", "clone3(%s)" % "|".join(what), call.err)


def exit_signal(t, task, call, bits):
    """The child's end is a signal to its parent."""
    if bits & (CLONE_THREAD | CLONE_PARENT) or named(bits, ~0xff):
        return
    number = 0
    if call.name == "clone":
        number = bits & 0xff
    elif call.name == "clone3" and call.args and call.arg(0).fields:
        number = call.arg(0).field("exit_signal").num or 0
    if number in (0, signal.SIGCHLD) or number > LAST_SIGNAL:
        return
    # Those of real time have no names.
    name = signal.Signals(number).name if number < 32 else str(number)
    t.emit(task, "process.signal", "%s to itself" % name, call.err)


def fork(t, task, call):
    bits = 0
    for arg in call.args:
        if arg.raw.startswith("flags="):
            bits = arg.num or 0
        elif "flags" in arg.fields:
            bits = arg.field("flags").num or 0
    # Of clone(2) the low byte is a signal.
    asked = named(bits, ~0xff if call.name == "clone" else ~0)
    if asked:
        t.emit(task, "evasion" if bits & CLONE_UNTRACED else "priv",
               "%s(%s)" % (call.name, asked), call.err)
    clone3_in_memory(t, task, call, bits)
    exit_signal(t, task, call, bits)
    match = re.match(r"(\d+)(?: /\* (\d+) in strace's PID NS \*/)?$",
                     call.result)
    if not match:
        return
    inner, outer = int(match.group(1)), int(match.group(2) or match.group(1))
    fs = task.fs if bits & CLONE_FS else Fs(task.fs.cwd)
    if bits & CLONE_THREAD:
        t.world.task(outer, task.process, fs, inner)
        return
    parent = task.process
    child = t.world.process(outer, inner, parent)
    if bits & CLONE_PARENT:
        child.parent = parent.parent
    t.world.task(outer, child, fs, inner)


def unshare(t, task, call):
    bits = call.arg(0).num or 0
    asked = named(bits, ~CLONE_UNTRACED)
    if asked:
        t.emit(task, "priv", "unshare(%s)" % asked, call.err)
    elif not call.err and bits & CLONE_FS:
        task.fs = Fs(task.fs.cwd)


# --- programs ---

def execute(t, task, call):
    at = call.name == "execveat"
    base = call.arg(0) if at else None
    path, argv = call.arg(1 if at else 0), call.arg(2 if at else 1)
    if at and (call.arg(4).num or 0) & AT_EXECVE_CHECK:
        where, _ = t.path_of(task, base, path, call.err != "ENOENT")
        t.emit_path(task, "file.probe", where, call.err)
        return
    if call.err:
        refused(t, task, call, base, path, argv)
        return
    process = task.process
    first = not process.live
    settle(t, task, path.bytes)
    if path.bytes == b"":
        exe, gone = base.path, base.deleted
    else:
        exe, there = t.path_of(task, base, path, True)
        gone = not there or t.files.kind(exe) is None
    script = exe
    exe = interpreter(t, task, exe)
    anonymous = gone or exe.startswith(b"/memfd:")
    process.live = process.executed = True
    process.exe, process.map = exe, []
    process.sought = process.said = b""
    t.emit_path(task, "exec.anonymous" if anonymous else "exec", exe)
    if script != exe and path.bytes:
        t.emit_path(task, "exec", script)
    args = [item.bytes or b"" for item in argv.items]
    if any(item.cut for item in argv.items):
        raise BadLog("an argument that is cut")
    t.emit_path(task, "exec.args", exe, "", names.arguments(args))
    process.command = args[:1] + [arg for arg in args[1:]
                                  if not arg.startswith(b"-")][:1]
    environment(t, task, exe, call.arg(3 if at else 2), first)
    if t.files.mode(exe) & 0o6000 and not anonymous:
        t.emit(task, "priv", "exec of a set-id program " + names.path(exe))


def environment(t, task, exe, envp, first):
    """What it is given to load, and the one before it was not."""
    process = task.process
    loads = [item.bytes for item in envp.items
             if item.bytes and names.loads(item.bytes)]
    for variable in loads:
        if not first and variable not in process.loads:
            t.emit_path(task, "exec.env", exe, "",
                        names.words(variable[:400]))
    process.loads = set(loads)


def interpreter(t, task, exe):
    """Who runs a file that begins with "#!"."""
    for _ in range(5):
        head = t.files.head(exe)
        if not head.startswith(b"#!"):
            break
        words = head[2:].split(b"\n", 1)[0].split()
        exe, _ = t.world.resolve(task, None, words[0], True)
    return exe


DELEGATES = (b"sudo", b"su", b"ssh", b"crontab", b"docker")


def refused(t, task, call, base, path, argv):
    err = call.err
    if not task.process.live:
        return
    where, _ = t.path_of(task, base, path, err != "ENOENT")
    if err in ("ENOENT", "ENOTDIR"):
        task.process.missed.append((where, err, argv))
    else:
        attempt(t, task, where, err, argv)


def attempt(t, task, where, err, argv):
    """Of one that has others do its deed the arguments say all there is."""
    t.emit_path(task, "exec", where, err)
    if where.rsplit(b"/", 1)[-1] in DELEGATES:
        args = [item.bytes or b"" for item in argv.items]
        t.emit_path(task, "exec.args", where, err, names.arguments(args))


def settle(t, task, found):
    """Misses before a hit of the same name were a search along PATH."""
    name = found.rsplit(b"/", 1)[-1] if found is not None else None
    for where, err, argv in task.process.missed:
        searched = name is not None and where.rsplit(b"/", 1)[-1] == name
        if searched:
            t.emit_path(task, "file.probe", where, err)
        else:
            attempt(t, task, where, err, argv)
    task.process.missed = []


# --- sessions, signals, waiting ---

def new_session(t, task, call):
    process = task.process
    if not call.err:
        process.group = process.inner
        process.new_session |= process.live


def daemon(t, process):
    """It has left the session of its parent and outlived it."""
    if process.live and process.new_session and process.parent.ended:
        t.facts.add("process.daemon", names.path(process.exe), "", t.now,
                    process.tgid)


def left(t, process):
    """It is there at the end; the processes above it are not."""
    above = process.parent
    if not (process.live and above.ended):
        return
    while above.parent and above.parent is not t.world.init:
        above = above.parent
    if above.ended:
        t.facts.add("process.left", names.path(process.exe), "", t.end,
                    process.tgid)


def action(t, task, call):
    """Children of who ignores SIGCHLD are collected by the kernel."""
    if "SIGCHLD" not in call.arg(0).names or not call.arg(1).fields:
        return
    handler = call.arg(1).field("sa_handler").names
    flags = call.arg(1).field("sa_flags").names
    task.process.ignores_children = "SIG_IGN" in handler or \
        "SA_NOCLDWAIT" in flags


def collected(t, task, call):
    """wait4 returns whom it collected; of waitid si_pid tells."""
    inner = call.ret.num
    if call.name == "waitid":
        match = re.search(r"si_pid=(\d+)", call.text)
        inner = int(match.group(1)) if match else 0
        if "WNOWAIT" in call.text:
            return
    child = t.world.by_inner.get(inner or 0)
    if child and not call.err and child.ended:
        child.collected = True


def signalled(t, task, got):
    """Whom another process asks to end, ends by that one's wish."""
    code = got.info.field("si_code").num
    sender = got.info.field("si_pid").num
    if got.name in ANOTHERS and code is not None and \
            (code <= 0 or code >= 1 << 31) and sender and \
            sender != task.process.inner:
        task.process.told = got.name


def signal_name(name):
    """Those of real time have numbers only; SIGRT_0 is 32."""
    match = re.fullmatch(r"SIGRT_(\d+)", name)
    return str(32 + int(match.group(1))) if match else name


def related(task, process):
    """How the target is related to the sender, and its program."""
    own = task.process
    if process is own:
        return "itself"
    if not above(own, process):
        who = "parent" if own.parent is process else "other"
        return who + " " + names.path(process.exe)
    who = "child" if process.parent is own else "descendant"
    # A copy of its parent has no program of its own.
    return who + (" " + names.path(process.exe) if process.executed else "")


def above(own, process):
    while process and process is not own:
        process = process.parent
    return process is own


def target(t, task, pid):
    if pid in (1, -1):
        return "pid 1" if pid == 1 else "every process"
    if pid == 0 or pid == -task.process.group:
        return "own group"
    if pid > 0:
        found = t.world.by_inner.get(pid)
        if found is None or (found.ended and found.collected):
            return "no process"
        return related(task, found)
    members = [p for p in t.world.processes
               if p.group == -pid and not p.ended]
    if not members:
        return "no process"
    return "group of children" if all(
        p is not task.process and above(task.process, p) for p in members) \
        else "group of other"


def send(t, task, call, pid, number):
    """A signal to a process or a group; 0 only looks."""
    which = signal_name(call.arg(number).name or "0")
    if which != "0":
        hit = target(t, task, pid)
        # Who kills itself does not come back from the call.
        last = which == "SIGKILL" and hit in ("itself", "own group")
        t.emit(task, "process.signal", "%s to %s" % (which, hit),
               "" if last else call.err)
    elif pid in (1, -1):
        t.emit(task, "process.inspect", "%s(%s, 0)" %
               (call.name, target(t, task, pid)), call.err)


def number_of(value):
    pid = int(re.match(r"-?\d+", value.raw).group())
    return pid - (1 << 32) if pid >= 1 << 31 else pid


def kill(t, task, call):
    send(t, task, call, number_of(call.arg(0)), 1)


def kill_thread(t, task, call):
    """The signal is the last number in front of what it carries."""
    last = 2 if "tg" in call.name else 1
    tid = number_of(call.arg(last - 1))
    # Threads of one process among themselves
    if tid in task.process.threads and tid != task.inner:
        return
    if tid == task.inner:
        tid = task.process.inner
    send(t, task, call, tid, last)


def kill_by_descriptor(t, task, call):
    """Of a process, or its directory in /proc."""
    path = (call.arg(0).path or b"").decode("latin-1")
    found = re.fullmatch(r"/proc/(\d+)", path)
    pid = int(found.group(1)) if found else 0
    if path.startswith("pid:"):
        for process in t.world.processes:
            if process.tgid == int(path[4:]):
                pid = process.inner
    if pid:
        send(t, task, call, pid, 1)
    else:
        t.emit(task, "syscall", call.name, call.err)


def new_group(t, task, call):
    """setpgid(2): 0 stands for the caller, and for its own id."""
    if call.err:
        return
    process = t.world.by_inner.get(call.arg(0).num) or task.process
    process.group = call.arg(1).num or process.inner


# --- ends ---

def superseded(t, task, record):
    """The thread that called execve goes on under this id."""
    process = task.process
    caller = t.world.tasks.pop(record.by, None)
    if caller:
        process.tasks.discard(record.by)
        t.world.task(record.tid, process, caller.fs, process.inner)


def ended(t, task, record):
    process = task.process
    process.tasks.discard(task.tid)
    if task.tid == process.tgid:
        process.end = record
    if process.tasks or process.ended:
        return
    # With pid 1 everybody is killed; who ended before may be told late.
    if process is t.world.init or \
            (t.now >= t.end and record.signal == "SIGKILL"):
        return
    process.ended = True
    settle(t, task, None)
    if process.live:
        report_end(t, task, process)
    daemon(t, process)


def report_end(t, task, process):
    end = process.end
    if end is None or not (end.status or end.signal):
        return
    if end.signal and end.signal == process.told:
        return
    if end.signal:
        words = "signal=" + signal_name(end.signal)
    else:
        words = "status=%d" % end.status
    t.emit_path(task, "process.exit", process.exe, "", words)


def finish(t):
    """What is found when the run is ended: children nobody collected."""
    for process in t.world.processes[1:]:
        if not process.ended:
            daemon(t, process)
            left(t, process)
        parent = process.parent
        if process.live and process.ended and process.end and \
                process.end.time < t.end and parent and \
                parent is not t.world.init and not process.collected and \
                (parent.end is None or parent.end.time >= t.end) and \
                not parent.ignores_children:
            t.facts.add("process.zombie", names.path(process.exe), "", t.end,
                        process.tgid)
        if process.tasks and process.missed:
            task = t.world.tasks[next(iter(process.tasks))]
            settle(t, task, None)


CALLS = {
    "clone": fork, "clone3": fork, "fork": fork, "vfork": fork,
    "unshare": unshare, "execve": execute, "execveat": execute,
    "setsid": new_session, "rt_sigaction": action, "wait4": collected,
    "waitid": collected, "kill": kill, "rt_sigqueueinfo": kill,
    "tkill": kill_thread, "tgkill": kill_thread,
    "rt_tgsigqueueinfo": kill_thread, "setpgid": new_group,
    "pidfd_send_signal": kill_by_descriptor,
}
