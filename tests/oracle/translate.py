# SPDX-License-Identifier: Apache-2.0
"""From strace's log to facts: the loop and what all calls share.

A call that is in no table here and is not unrecorded becomes "syscall NAME": one
that was forgotten shows up as a difference.
"""

import calls_file
import calls_limits
import calls_net
import calls_other
import calls_process
import calls_request
import calls_shell
import calls_wire
import log
import names
from facts import Facts
from world import World


class Translator:
    def __init__(self, records, files, init, end, unrecorded):
        """end: when pid 1 was killed; unrecorded: names of calls."""
        self.world = World(files, init)
        self.files = files
        self.facts = Facts()
        self.unrecorded = unrecorded
        self.end = end
        self.now = 0.0
        self.sockets = {}
        self.listening = set()
        self.scanned = {}       # host -> its ports that were refused
        self.pipes = {}
        self.calls = {}
        for module in (calls_limits, calls_file, calls_net, calls_other,
                       calls_process, calls_request):
            self.calls.update(module.CALLS)
        for _, record in records:
            self.now = record.time
            self.record(record)
        calls_wire.finish(self)
        calls_process.finish(self)

    def record(self, record):
        if isinstance(record, log.Call):
            self.call(record)
            return
        task = self.world.tasks.get(record.tid)
        if task is None:
            return
        if isinstance(record, log.Signal):
            calls_process.signalled(self, task, record)
        elif isinstance(record, log.Superseded):
            calls_process.superseded(self, task, record)
        else:
            calls_process.ended(self, task, record)

    def call(self, call):
        task = self.world.tasks.get(call.tid)
        if task is None:
            raise log.BadLog("a task from nowhere: %d %s" %
                             (call.tid, call.name))
        self.learn(task, call)
        if call.mode != 64 and self.is_foreign(task, call):
            return
        calls_wire.watch(self, task, call)
        calls_shell.watch(self, task, call)
        calls_limits.watch(self, task, call)
        calls_request.watch(self, task, call)
        name = call.name
        if call.nr >= 1 << 63:
            name = "syscall_%d" % (call.nr - (1 << 64))
        elif name.startswith("syscall_0x"):
            name = "syscall_%d" % int(name[8:], 16)
        handler = self.calls.get(name)
        if handler:
            handler(self, task, call)
        elif name not in self.unrecorded:
            self.emit(task, "syscall", name, call.err)

    def is_foreign(self, task, call):
        """Another ABI; a number with the top bit is nobody's."""
        if call.nr >= 1 << 63:
            return False
        if call.mode == 32:
            self.emit(task, "evasion", "foreign-abi 32-bit call %d" % call.nr,
                      call.err)
            return True
        if call.nr & 1 << 30:
            self.emit(task, "evasion", "foreign-abi x32 call %d" %
                      (call.nr & ~(1 << 30)), call.err)
            return True
        return False

    def learn(self, task, call):
        """Descriptors that a call returns."""
        if "<" in call.result and call.result[:1].isdigit():
            got = call.ret
            if got.path is not None:
                task.process.fds[got.num] = (got.path, got.deleted)

    # --- for the handlers ---

    def emit(self, task, kind, object_, err=""):
        if task.process.live:
            self.facts.add(kind, object_, err, self.now, task.tid)

    def path_of(self, task, base, value, follow):
        """The path that an argument means, and whether it is there."""
        if value.bytes is None:
            return b"(unreadable)", False
        if value.cut:
            raise log.BadLog("a path that is cut")
        return self.world.resolve(task, base, value.bytes, follow)

    def emit_path(self, task, kind, where, err="", words=""):
        """A fact about a path; looking at the system's is none."""
        absent = kind == "file.probe" or \
            (kind == "file.read" and err in ("ENOENT", "ENOTDIR"))
        lexical = names.lexical(where) if where.startswith(b"/") else where
        if absent and names.is_system(lexical):
            return
        if kind == "file.read" and err in ("", "EINTR"):
            text = names.read_path(where)
        else:
            text = names.path(where, not words and kind not in
                              ("exec.args", "process.exit", "file.mode"))
        self.emit(task, kind, text + (" " + words if words else ""), err)
