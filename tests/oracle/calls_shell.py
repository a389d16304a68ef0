# SPDX-License-Identifier: Apache-2.0
"""A shell's search along PATH that finds nothing.

It looks for the name in each directory, executes nothing and writes "NAME: not
found" to descriptor 2, in the process that looked or in a fork of it.
"""

import re

import calls_wire

SHELLS = """sh dash ash bash rbash busybox ksh ksh93 mksh lksh oksh
zsh""".split()
# call: which argument is the path
LOOKS = {"stat": 0, "lstat": 0, "newfstatat": 1, "statx": 1, "access": 0,
         "faccessat": 1, "faccessat2": 1}
ASKED = rb"(?<!: type)(?<!: command)(?<!: hash)(?<!: source)(?<!: \.)"


def watch(t, task, call):
    """Before a call is translated."""
    process = task.process
    if not process.live or \
            process.exe.rsplit(b"/", 1)[-1].decode() not in SHELLS:
        return
    if call.name in LOOKS:
        raw = call.arg(LOOKS[call.name]).bytes
        if raw:
            process.sought = raw.rsplit(b"/", 1)[-1]
    elif call.name in ("write", "writev") and call.arg(0).num == 2:
        said(t, task, process, calls_wire.shown(call))


def said(t, task, process, data):
    process.said += data
    line = process.said.rstrip(b"\n").rsplit(b"\n", 1)[-1]
    form = ASKED + rb": " + re.escape(process.sought) + rb": .*not found"
    if process.sought and re.search(form + rb"$", line):
        t.emit_path(task, "exec", process.sought, "ENOENT")
        process.sought = b""
