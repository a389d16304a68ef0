# SPDX-License-Identifier: Apache-2.0
"""What strace does not say with a call: links, existence, processes.

Files knows which names are there and which of them are links: from a look at
the sandbox before anything was started, from the host's own directories that
the sandbox layers, and from what the calls changed since.
"""

import os
import stat

from names import TREE, below, lexical

HOST = (b"/usr", b"/etc", b"/opt", b"/bin", b"/sbin", b"/lib", b"/lib32",
        b"/lib64", b"/libx32")
LINKS_MAX = 40


def is_device(path):
    """A directory's entry tells of what lies under the mount."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


class Files:
    def __init__(self, root, tree):
        """root: the sandbox's, before the run; tree: its source on the host."""
        self.source = os.fsencode(tree)
        self.known = {b"/": "d"}        # path: "d", "f" or a link's target
        self.devices = set()    # the host's own inodes
        self.modes = {}
        self.written = {}       # what is in files that the run began
        self.away = set()       # who writes there does not append
        self.changed = set()    # what is in them is not known
        self.sizes = {}         # of those that were cut
        self.own = set()        # those of the run, never appended to
        self.over = {}          # bytes held by those that may be overwritten
        self.at = {}            # where their next byte is read or written
        self.look(os.fsencode(root))

    def look(self, root):
        pending = [b"/"]
        while pending:
            at = pending.pop()
            try:
                entries = list(os.scandir(root + at))
            except OSError:
                continue
            for entry in entries:
                path = at.rstrip(b"/") + b"/" + entry.name
                if entry.is_symlink():
                    self.known[path] = os.readlink(entry.path)
                elif not entry.is_dir(follow_symlinks=False):
                    self.known[path] = "f"
                    if is_device(entry.path) and \
                            not below(path, b"/dev/pts"):
                        self.devices.add(path)
                else:
                    self.known[path] = "d"
                    if path not in HOST and path not in (b"/proc", b"/sys"):
                        pending.append(path)

    def kind(self, path):
        """None, "d", "f", or the target of a link, as bytes."""
        if path in self.known:
            return self.known[path]
        if below(path, b"/proc"):
            return "f"
        if not any(path.startswith(top + b"/") for top in HOST):
            return None
        if self.known.get(os.path.dirname(path), "d") is None:
            return None
        try:
            found = os.lstat(path)
        except OSError:
            return None
        if stat.S_ISLNK(found.st_mode):
            return os.readlink(path)
        return "d" if stat.S_ISDIR(found.st_mode) else "f"

    # --- changes ---

    def put(self, path, kind):
        self.known[path] = kind
        self.written.pop(path, None)

    def drop(self, path):
        self.known[path] = None
        self.over.pop(path, None)

    def move(self, old, new):
        for path in [p for p in self.known if below(p, old)]:
            self.known[new + path[len(old):]] = self.known[path]
            self.known[path] = None
        if old in self.modes:
            self.modes[new] = self.modes.pop(old)
        self.own.discard(new)
        if old in self.own:
            self.own.remove(old)
            self.own.add(new)
        for table in (self.written, self.over, self.at):
            table.pop(new, None)
            if old in table:
                table[new] = table.pop(old)

    def watch(self, path):
        """It is opened for writing, not for appending only."""
        kept = not below(path, b"/proc") and not below(path, b"/sys") and \
            not path.startswith(b"/memfd:") and not self.is_device(path) \
            and path not in self.own
        if kept and self.over.get(path) != 0 and self.size(path):
            self.over[path] = self.size(path)
        self.at[path] = 0

    def begin(self, path):
        self.written[path] = b""
        self.over.pop(path, None)
        self.sizes.pop(path, None)
        self.at[path] = 0
        self.changed.discard(path)
        self.away.discard(path)

    def append(self, path, data, length):
        """data: the beginning of `length` bytes."""
        if path not in self.written:
            return
        if len(data) < length or path in self.away:
            self.changed.add(path)
        if path not in self.changed:
            self.written[path] += data[:length]

    def seek(self, path, position):
        if position == len(self.written.get(path, b"")):
            self.away.discard(path)
        else:
            self.away.add(path)

    # --- programs ---

    def original(self, path):
        """Where the host has what the sandbox began with."""
        if below(path, TREE):
            return self.source + path[len(TREE):]
        return path

    @staticmethod
    def is_device(path):
        """/dev/null was written to, and holds nothing."""
        return below(path, b"/dev") and not below(path, b"/dev/shm")

    def head(self, path):
        """The first bytes of a file, as far as they can be known."""
        if path in self.written:
            return self.written[path][:256]
        try:
            with open(self.original(path), "rb") as file:
                return file.read(256)
        except OSError:
            return b""

    def content(self, path):
        """All of a file; None when it cannot be known."""
        if path in self.changed:
            return None
        if path in self.written:
            return self.written[path]
        try:
            with open(self.original(path), "rb") as file:
                return file.read()
        except OSError:
            return None

    def size(self, path):
        content = self.content(path)
        if path in self.sizes:
            return self.sizes[path]
        if content is not None:
            return len(content)
        try:
            return os.path.getsize(self.original(path))
        except OSError:
            return 0

    def mode(self, path):
        if path in self.modes:
            return self.modes[path]
        try:
            return stat.S_IMODE(os.stat(self.original(path)).st_mode)
        except OSError:
            return 0

    # --- paths ---

    def walk(self, task, path, follow, links=0):
        """(absolute path as the kernel resolves it, is there?)

        Links in the directory are followed, the last one when follow says so.
        Where the walk ends early, the rest stands behind as it was written.
        """
        done = b"/"
        parts = [p for p in path.split(b"/") if p not in (b"", b".")]
        while parts:
            part = parts.pop(0)
            if part == b"..":
                done = os.path.dirname(done)
                continue
            here = done.rstrip(b"/") + b"/" + part
            magic = task.magic(here, parts or follow)
            if magic is not None:
                done = magic
                continue
            kind = self.kind(here)
            if isinstance(kind, bytes) and (parts or follow) and \
                    not (below(here, b"/proc")):
                links += 1
                target = kind if kind.startswith(b"/") else done + b"/" + kind
                rest = b"/".join([target] + parts)
                found = (here, False) if links > LINKS_MAX else \
                    self.walk(task, rest, follow, links)
                if found[1] or parts:
                    return found
                return here, False
            if kind is None or (parts and kind == "f" and
                                not below(here, b"/proc")):
                return lexical(b"/".join([here] + parts)), False
            done = here
        return done, True


class Fs:
    """What CLONE_FS shares."""

    def __init__(self, cwd):
        self.cwd = cwd


class Process:
    def __init__(self, tgid, inner, parent):
        self.tgid, self.inner, self.parent = tgid, inner, parent
        self.tasks = set()
        self.live = parent.live if parent else False
        self.exe = parent.exe if parent else b"?"
        self.exe_deleted = parent.exe_deleted if parent else False
        self.new_session = parent.new_session if parent else False
        self.fds = dict(parent.fds) if parent else {}
        self.map = list(parent.map) if parent else []
        self.ignores_children = parent.ignores_children if parent else False
        self.group = parent.group if parent else inner
        # its program and its script, as they were called
        self.command = parent.command if parent else []
        self.executed = False   # a program of its own
        self.threads = set()    # as the sandbox counts
        self.sought = parent.sought if parent else b""    # a name that a shell looked for last
        self.loads = parent.loads if parent else set()  # of its environment
        # of the plan that it has lowered: calls_limits.py
        self.limits = set(parent.limits) if parent else set()
        self.said = b""         # what it wrote to standard error
        self.missed = []        # execs that found nothing: (path, error)
        self.told = ""          # another one's signal
        self.end = None
        self.ended = False
        self.collected = False


class Task:
    def __init__(self, world, tid, process, fs, inner):
        self.world, self.tid, self.process, self.fs = world, tid, process, fs
        self.inner = inner
        process.tasks.add(tid)
        process.threads.add(inner)

    def magic(self, path, follow):
        """Where a link of /proc leads that means a process.

        A descriptor's is taken as the file that it is, also as the last.
        """
        parts = path.split(b"/")[1:]
        if parts[:1] == [b"dev"] and parts[1:2] == [b"fd"]:
            parts = [b"proc", b"self"] + parts[1:]
            if len(parts) == 3:
                return b"/proc/self/fd"
        if parts[0] != b"proc" or len(parts) < 3:
            return None
        who = self.process
        if parts[1] not in (b"self", b"thread-self"):
            if not parts[1].isdigit():
                return None
            who = self.world.by_inner.get(int(parts[1]))
        if who is None or who.inner == 1:
            return None
        if parts[2] == b"task" and len(parts) > 4:
            parts = parts[:2] + parts[4:]
        if parts[2] == b"fd" and len(parts) == 4 and parts[3].isdigit():
            return who.fds.get(int(parts[3]), (None,))[0]
        if not follow:
            return None
        if parts[2:] == [b"root"]:
            return b"/"
        if parts[2:] == [b"cwd"]:
            return self.world.tasks[who.tgid].fs.cwd \
                if who is not self.process else self.fs.cwd
        if parts[2:] == [b"exe"]:
            return who.exe
        return None


class World:
    """All processes of the sandbox."""

    def __init__(self, files, init):
        self.files = files
        self.tasks = {}
        self.by_inner = {}
        self.processes = []
        self.init = self.process(init, 1, None)
        self.task(init, self.init, Fs(b"/"), 1)

    def process(self, tgid, inner, parent):
        new = Process(tgid, inner, parent)
        self.processes.append(new)
        self.by_inner[inner] = new
        return new

    def task(self, tid, process, fs, inner):
        self.tasks[tid] = Task(self, tid, process, fs, inner)
        return self.tasks[tid]

    def moved(self, old, new):
        """A directory that was renamed is still where somebody stands."""
        for fs in {task.fs for task in self.tasks.values()}:
            if below(fs.cwd, old):
                fs.cwd = new + fs.cwd[len(old):]
        for process in self.processes:
            for fd, (path, gone) in process.fds.items():
                if below(path, old):
                    process.fds[fd] = (new + path[len(old):], gone)

    def absolute(self, task, base, raw):
        """base: None for the working directory, or a descriptor's value."""
        if raw.startswith(b"/"):
            return raw
        if base is None or base.num == -100:
            top = task.fs.cwd
        elif base.path is not None:
            top = base.path
        else:
            top = b"fd:%d" % base.num
        return top + b"/" + raw if raw else top

    def resolve(self, task, base, raw, follow):
        path = self.absolute(task, base, raw)
        if not path.startswith(b"/"):
            return path, False
        return self.files.walk(task, path, follow)
