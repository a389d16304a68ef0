#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Run a command, kill it, and see whether anything of it stays.

    reaper.py SIGNAL TARGET SECONDS COMMAND...

After SECONDS the SIGNAL goes to the TARGET: "main", the command's process;
"group", its process group, as Ctrl-C does; or "worker", its last child, or the
first sandbox where there is none yet.  With the signal "none" the command is
left to end by itself.

As a child subreaper (prctl(2)) this process inherits whatever outlives its
parent, however it detached; so when there is no child left, nothing is left.
Prints "status S, left N"; what is left after ten seconds is listed and killed.
"""
import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 10


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def descendants(pid):
    for child in children(pid):
        yield child
        yield from descendants(child)


def describe(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            line = file.read().replace(b"\0", b" ").decode(errors="replace")
        with open(f"/proc/{pid}/stat") as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
        return f"{pid} {state} {line}"
    except OSError:
        return f"{pid} gone meanwhile"


def wait_for_workers(command):
    """Its children; where there is none yet, when one has a child itself."""
    found = children(command.pid)
    while not found and command.poll() is None:
        time.sleep(0.001)
        found = [pid for pid in children(command.pid) if children(pid)]
    return found


def send(name, target, command):
    number = getattr(signal, "SIG" + name)
    if target == "group":
        os.killpg(command.pid, number)
    elif target == "worker":
        workers = wait_for_workers(command)
        if workers:
            os.kill(workers[-1], number)
    else:
        command.send_signal(number)


def collect():
    """Wait until every inherited process is gone, or patience is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG | 0x40000000)[0] == 0:  # __WALL
                time.sleep(0.02)
        except ChildProcessError:
            return []
    return list(descendants(os.getpid()))


def main(name, target, seconds, *words):
    libc = ctypes.CDLL(None)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit("no subreaper")
    command = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               start_new_session=True)
    if name != "none":
        try:
            command.wait(float(seconds))
        except subprocess.TimeoutExpired:
            send(name, target, command)
    status = command.wait()
    left = collect()
    print(f"status {status}, left {len(left)}")
    for pid in left:
        print(describe(pid))
    for pid in left:
        os.kill(pid, signal.SIGKILL)


main(*sys.argv[1:])
