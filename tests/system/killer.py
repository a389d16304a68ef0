#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kill a command with SIGKILL at moments of its life, and see what stays.

    killer.py SEED FROM TO DIR COMMAND...

Does the deaths number FROM to TO - 1 of the series that SEED names, and prints
a line for each, "N PHASE MILLISECONDS: left nothing" or what was left.  With
the same SEED the same number dies at the same moment.

The moment is a random delay behind one that can be observed, so that every
part of the command's life is met on a machine of any speed:

    start    behind the start of the command
    run      behind the first of its children that has a child: a sandbox
    end      behind the end of the last one

A delay that is too long, because the command has ended, is halved.

To be started as pid 1 of a pid and mount namespace (unshare --pid --fork
--mount-proc --kill-child): every process there is, and every mount, is then
the command's or ours.  Namespaces are looked for in the descriptors and the
memberships of all processes and among the mounts, control groups below our
own, temporary files in DIR.
"""
import os
import random
import signal
import subprocess
import sys
import time

PATIENCE = 10
PHASES = {"start": 0.06, "run": 0.5, "end": 0.02}    # longest delays, in seconds


def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def listing(path):
    try:
        return os.listdir(path)
    except OSError:
        return []


def processes():
    for pid in pids():
        if pid != os.getpid():
            words = read(f"/proc/{pid}/cmdline").replace("\0", " ")
            yield f"process {pid} {words or read(f'/proc/{pid}/comm')}"


def namespaces():
    for pid in pids():
        for place in "ns", "fd":
            for name in listing(f"/proc/{pid}/{place}"):
                target = link(f"/proc/{pid}/{place}/{name}")
                kind = target.split(":[")[0]
                if kind in ("cgroup", "ipc", "mnt", "net", "pid", "time",
                            "user", "uts"):
                    yield f"namespace {target}"


def mounts():
    for line in read("/proc/self/mountinfo").splitlines():
        yield f"mount {line}"


def groups():
    for line in read("/proc/self/cgroup").splitlines():
        _, names, path = line.split(":", 2)
        for root in ("unified", "") if not names else (names,):
            if names and path == "/":
                continue    # everybody's
            top = os.path.join("/sys/fs/cgroup", root, path.lstrip("/"))
            for name in listing(top):
                if os.path.isdir(os.path.join(top, name)):
                    yield f"cgroup {top}/{name}"


def files(directory):
    for where, folders, names in os.walk(directory):
        for name in folders + names:
            yield f"file {os.path.join(where, name)}"


def everything(directory):
    found = set()
    for seen in processes(), namespaces(), mounts(), groups(), \
            files(directory):
        found.update(seen)
    return found


def collect():
    try:
        while os.waitpid(-1, os.WNOHANG | 0x40000000)[0]:  # __WALL
            pass
    except ChildProcessError:
        pass


def children(pid):
    return [int(n) for n in read(f"/proc/{pid}/task/{pid}/children").split()]


def sandboxes(pid):
    return [child for child in children(pid) if children(child)]


def wait_for(command, condition):
    """Until the condition holds; False when the command has ended before."""
    while not condition():
        if command.poll() is not None:
            return False
        time.sleep(0.001)
    return True


def die(phase, delay, words):
    """Was it killed?  It may have ended before its moment."""
    command = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               start_new_session=True)
    alive = phase == "start" or \
        wait_for(command, lambda: sandboxes(command.pid))
    if alive and phase == "end":
        alive = wait_for(command, lambda: not children(command.pid))
    if alive:
        time.sleep(delay)
    command.kill()
    return command.wait() == -signal.SIGKILL


def what_is_left(before, directory):
    end = time.monotonic() + PATIENCE
    while True:
        collect()
        left = everything(directory) - before
        if not left or time.monotonic() > end:
            return sorted(left)
        time.sleep(0.01)


def main(seed, first, last, directory, *words):
    if os.getpid() != 1:
        sys.exit("to be started as pid 1 of a pid namespace")
    before = everything(directory)
    for number in range(int(first), int(last)):
        moment = random.Random(f"{seed} {number}")
        phase = list(PHASES)[number % len(PHASES)]
        delay = moment.uniform(0, PHASES[phase])
        while not die(phase, delay, words) and delay > 0.0001:
            delay /= 2      # too late on this machine
        left = what_is_left(before, directory)
        print(f"{number} {phase} {delay * 1000:.1f}: left "
              f"{'; '.join(left) or 'nothing'}", flush=True)


main(*sys.argv[1:])
