# SPDX-License-Identifier: Apache-2.0
"""One program in the product's sandbox, seen by strace instead."""

import os
import stat
import subprocess
import tempfile
import time

import log
import names
from translate import Translator
from world import Files


class CannotTrace(Exception):
    """strace may not attach here; the text says why."""


class Watched:
    """What is left of a run: the log, and what else there was to see."""

    def __init__(self):
        self.lines = []
        self.init = 0
        self.digest = ""
        self.end = 0.0
        self.files = None
        self.programs = []
        self.output = ""

    def facts(self, unrecorded, lines=None):
        """Of its log, or of another: {line: how often}."""
        self.files.known = dict(self.known)
        self.files.modes, self.files.written = {}, {}
        self.files.away, self.files.changed = set(), set()
        translator = Translator(
            log.Log(self.lines if lines is None else lines).records,
            self.files, self.init, self.end, unrecorded)
        for path in self.programs:
            translator.facts.add("file.executable", names.path(path), "",
                                 self.end, 0)
        return translator.facts.settle()

    def remember(self):
        self.known = dict(self.files.known)


def is_traced(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return "TracerPid:\t0\n" not in file.read()


def attach(pid, output):
    try:
        tracer = subprocess.Popen(
            ["strace", *log.OPTIONS, "-o", output, "-p", str(pid)],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError as error:
        raise CannotTrace("no strace") from error
    while not is_traced(pid):
        if tracer.poll() is not None:
            raise CannotTrace(tracer.stderr.read().strip())
        time.sleep(0.002)
    return tracer


def watch(program, repo, config):
    """Run HEAD of repo as config says."""
    out = Watched()
    with tempfile.TemporaryFile("w+") as said, \
            tempfile.NamedTemporaryFile("r", encoding="ascii") as output:
        sandbox = subprocess.Popen([program, repo, config], text=True,
                                   stdin=subprocess.PIPE, stderr=said,
                                   stdout=subprocess.PIPE)
        tracer = None
        try:
            tracer = converse(out, sandbox, repo, output.name)
        finally:
            sandbox.stdin.close()
            sandbox.wait()
            if tracer:
                tracer.wait()
                tracer.stderr.close()
            sandbox.stdout.close()
            said.seek(0)
            out.output = said.read()
        out.lines = output.read().split("\n")[:-1]
    if sandbox.returncode:
        raise RuntimeError("sandbox: " + out.output)
    return out


def converse(out, sandbox, repo, output):
    words = sandbox.stdout.readline().split()
    if words[:1] != ["ready"]:
        raise RuntimeError("no sandbox")
    out.init, scratch, out.digest = int(words[1]), int(words[2]), words[3]
    layers = dict(word.split("=") for word in words[4:])
    out.files = Files("/proc/%d/root" % out.init, repo)
    out.remember()
    with open("/proc/%d/root/etc/hostname" % out.init,
              encoding="ascii") as file:
        names.know_host(file.read().strip())
    tracer = attach(out.init, output)
    start = time.time()
    print("go", file=sandbox.stdin, flush=True)
    words = sandbox.stdout.readline().split()
    if words[:1] != ["end"]:
        return tracer
    out.end = float(words[1])
    tracer.wait()
    top = "/proc/%d/fd/%d/" % (sandbox.pid, scratch)
    for mount, layer in layers.items():
        out.programs += programs(top + layer, mount, start, out.files)
    return tracer


# --- what was left in the writable layers ---

def is_program(path, mode):
    if mode & 0o111:
        return True
    try:
        with open(path, "rb") as file:
            head = file.read(4)
    except OSError:
        return False
    return head == b"\x7fELF" or head[:2] == b"#!"


def programs(layer, mount, start, files):
    """Files that became programs: execute bit, ELF or "#!"."""
    out = []
    for at, dirs, entries in os.walk(os.fsencode(layer)):
        dirs.sort()
        for entry in entries:
            path = at + b"/" + entry
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode) or \
                    found.st_ctime < start - 0.02:
                continue
            shown = os.fsencode(mount) + path[len(layer):]
            lower = files.original(shown)
            if is_program(path, found.st_mode) and not (
                    os.path.lexists(lower) and lower != shown and
                    is_program(lower, os.lstat(lower).st_mode)):
                out.append(shown)
    return out
