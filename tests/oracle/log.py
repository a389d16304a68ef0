# SPDX-License-Identifier: Apache-2.0
"""strace's log as records.

Written with the options in OPTIONS, a line is

    TID TIME [NUMBER] NAME(ARGUMENTS) = RESULT

and nothing in it is ambiguous: strings and paths are hexadecimal (-xx), every
constant is a number with its name in a comment (-X verbose), descriptors have
their path behind them (-yy), ids of the sandbox those outside
(--decode-pids).  A line that cannot be understood is an error.
"""

import re

OPTIONS = ["-f", "--quiet=attach", "-v", "-s", "4096", "-xx", "-X", "verbose",
           "-yy", "-n", "-ttt", "--decode-pids=pidns"]

LINE = re.compile(r"(\d+) +(\d+\.\d+) \[ *(\d+)\] (.*)")
CALL = re.compile(r"(\w+|\?{3})\((.*)\) *= (.*)", re.S)
RESUMED = re.compile(r"<\.\.\. (\w+|\?{3}) resumed>(.*)", re.S)
FORKS = ("clone", "clone3", "fork", "vfork")
UNFINISHED = " <unfinished ...>"
COMMENT = re.compile(r"/\*(.*?)\*/")
NUMBER = re.compile(r"-?(?:0x[0-9a-f]+|0b[01]+|[0-9]+)")
HEX = re.compile(r"((?:\\x[0-9a-f]{2})*)")
MODES = {"64": 64, "32": 32, "x32": 0}


class BadLog(Exception):
    """strace's output is not what this reader knows."""


def unhex(text):
    """Bytes of "\\x41\\x42"; what is not written so stands for itself."""
    if text.startswith("\\x"):
        return bytes.fromhex(text.replace("\\x", ""))
    return text.encode("latin-1")


def number(text):
    """As C writes it: 017 is octal."""
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("-")
    if len(text) > 1 and text[0] == "0" and text[1] not in "xb":
        return sign * int(text, 8)
    return sign * int(text, 0)


class Value:
    """One argument, member or element."""

    def __init__(self, raw=""):
        self.raw = raw
        self.num = None         # its bits, joined by "or"
        self.names = []         # what strace calls them
        self.bytes = None       # of a string
        self.abstract = False   # @"..."
        self.cut = False        # there was more of it
        self.path = None        # of a descriptor
        self.deleted = False
        self.fields = {}
        self.items = []

    @property
    def name(self):
        return self.names[0] if self.names else ""

    def field(self, name):
        return self.fields.get(name) or Value()


class Reader:
    """Arguments, taken apart from left to right."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def starts(self, what):
        return self.text.startswith(what, self.at)

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " ":
            self.at += 1

    def list(self, end):
        """Values up to the closing bracket, separated by commas."""
        out = []
        while True:
            self.skip()
            if self.at >= len(self.text) or (end and self.starts(end)):
                self.at += len(end)
                return out
            if self.starts("..."):
                self.at += 3
                continue
            if self.starts(","):
                self.at += 1
                continue
            # What the kernel has put into the structure in front.
            if self.starts("=>"):
                self.at += 2
                self.skip()
                self.value(end)
                continue
            out.append(self.value(end))

    def members(self):
        out = Value()
        while True:
            self.skip()
            if self.at >= len(self.text) or self.starts("}"):
                self.at += 1
                return out
            if self.starts(",") or self.starts("."):
                self.at += 1
                continue
            match = re.compile(r"(\w+)=").match(self.text, self.at)
            # "/* bytes 88..119 */": members that strace does not know.
            if self.starts("/*"):
                self.at = self.text.index("*/", self.at) + 2
                continue
            if not match:
                out.items.append(self.value("}"))
                continue
            self.at = match.end()
            out.fields[match.group(1)] = self.value("}")

    def comment(self, out):
        """" /* NAME */" behind a string."""
        match = re.compile(r" */\*(.*?)\*/").match(self.text, self.at)
        if match:
            out.names.append(match.group(1).strip())
            self.at = match.end()

    def string(self):
        out = Value()
        out.abstract = self.starts("@")
        self.at += 2 if out.abstract else 1
        match = HEX.match(self.text, self.at)
        out.bytes = unhex(match.group(1))
        self.at = match.end()
        if not self.starts('"'):
            raise BadLog("a string that is not hexadecimal: " +
                         self.text[self.at:self.at + 40])
        self.at += 1
        if self.starts("..."):
            out.cut = True
            self.at += 3
        self.comment(out)
        return out

    def value(self, end):
        if self.starts("{"):
            self.at += 1
            return self.members()
        if self.starts("["):
            self.at += 1
            out = Value()
            out.items = self.list("]")
            return out
        if self.starts('"') or self.starts('@"'):
            return self.string()
        return scalar(self.token(end))

    def token(self, end):
        """Up to the next comma outside of brackets and comments."""
        start, depth = self.at, 0
        while self.at < len(self.text):
            if self.starts("/*"):
                self.at = self.text.index("*/", self.at) + 2
                continue
            c = self.text[self.at]
            if not depth and (c == "," or (end and c == end)):
                break
            depth += c in "<([{"
            # "->" between a socket's ends is no bracket.
            depth -= c in ">)]}" and not (c == ">" and
                                          self.text[self.at - 1] == "-")
            self.at += 1
        return self.text[start:self.at]


def scalar(raw):
    out = Value(raw)
    text = raw
    start = raw.find("<")
    if start >= 0 and re.match(r"-?\d+( /\*.*\*/)?<", raw):
        end = raw.rindex(">")
        inner = raw[start + 1:end]
        out.path = unhex(re.sub(r"<(char|block) \d+:\d+>$", "", inner))
        out.deleted = raw.endswith("(deleted)")
        text = raw[:start]
    for comment in COMMENT.findall(text):
        out.names += comment.strip().split("|")
    for bits in NUMBER.findall(COMMENT.sub("", text)):
        out.num = (out.num or 0) | number(bits)
    return out


class Call:
    """A system call from its beginning to its end."""

    def __init__(self, tid, time, start, nr, mode):
        self.tid = tid
        self.time = time
        self.start = start      # index of its first line
        self.nr = nr
        self.mode = mode        # 64, 32, or 0 for x32
        self.name = ""
        self.text = ""
        self.result = "?"
        self.parsed = None

    @property
    def args(self):
        if self.parsed is None:
            self.parsed = Reader(self.text).list("")
        return self.parsed

    def arg(self, i):
        return self.args[i] if i < len(self.args) else Value("")

    @property
    def err(self):
        """Name of the error, "" for success; a call cut short is EINTR."""
        if self.result.startswith("?"):
            return "EINTR"
        match = re.match(r"-1 (E[A-Z0-9]+) ", self.result)
        return match.group(1) if match else ""

    @property
    def ret(self):
        """The result as a value: a descriptor has its path."""
        return scalar(self.result.split(" (", 1)[0])

    def finish(self, name, text):
        whole = name + "(" + text
        match = CALL.fullmatch(whole)
        if not match:
            raise BadLog("no call: " + whole[:200])
        self.name, self.text, self.result = match.groups()


class Signal:
    """A signal that was delivered."""

    def __init__(self, tid, time, name, info):
        self.tid, self.time, self.name = tid, time, name
        self.info = Reader(info).value("") if info.startswith("{") else Value()


class End:
    """A task ended: a status, or the name of a signal."""

    def __init__(self, tid, time, status, signal):
        self.tid, self.time = tid, time
        self.status, self.signal = status, signal


class Superseded:
    """A thread other than the first called execve and took its id."""

    def __init__(self, tid, time, by):
        self.tid, self.time, self.by = tid, time, by


class Log:
    """Records in the order in which they ended.

    A clone is where it began: what the new task does may come before the call
    returns.
    """

    def __init__(self, lines):
        self.half = {}          # tid: (Call, name, text)
        self.modes = {}
        self.records = []       # (sort key, record)
        for index, line in enumerate(lines):
            self.line(index, line.rstrip("\n"))
        last = len(lines)
        for call, name, text in self.half.values():
            call.finish(name, text + ") = ?")
            self.add(last, call)
        self.records.sort(key=lambda pair: pair[0])

    def add(self, index, record):
        start = getattr(record, "name", "") in FORKS
        self.records.append((record.start if start else index, record))

    def line(self, index, line):
        match = LINE.fullmatch(line)
        if not match:
            raise BadLog("no line of strace: " + line[:200])
        tid, time, nr = (int(match.group(1)), float(match.group(2)),
                         int(match.group(3)))
        text = match.group(4)
        if text.startswith("[ Process PID="):
            mode = re.search(r"runs in (\w+)( bit)? mode", text).group(1)
            self.modes[tid] = MODES[mode]
        elif text.startswith("+++ "):
            self.end(index, tid, time, text)
        elif text.startswith("--- "):
            self.signal(index, tid, time, text)
        else:
            self.call(index, tid, time, nr, text)

    def end(self, index, tid, time, text):
        words = text.split()
        by = re.match(r"\+\+\+ superseded by execve in pid (\d+)", text)
        if by:
            self.supersede(index, tid, time, int(by.group(1)))
            return
        if words[1] == "exited":
            self.add(index, End(tid, time, int(words[3]), ""))
        else:
            self.add(index, End(tid, time, 0, words[3]))
        half = self.half.pop(tid, None)
        if half:
            half[0].finish(half[1], half[2] + ") = ?")
            self.add(index, half[0])

    def supersede(self, index, tid, time, by):
        self.add(index, Superseded(tid, time, by))
        self.half.pop(tid, None)
        if by in self.half:
            self.half[tid] = self.half.pop(by)
            self.half[tid][0].tid = tid

    def signal(self, index, tid, time, text):
        match = re.fullmatch(r"--- (\S+) (?:/\* .*? \*/ )?(.*) ---", text)
        if match and match.group(1) != "stopped":
            self.add(index, Signal(tid, time, match.group(1),
                                   match.group(2)))

    def call(self, index, tid, time, nr, text):
        resumed = RESUMED.fullmatch(text)
        if resumed:
            call, name, before = self.half.pop(tid, (None, "", ""))
            if not call:
                # It began before strace was there.
                return
            text = name + "(" + before + resumed.group(2)
        elif text.startswith("<"):
            raise BadLog("no line of strace: " + text[:200])
        else:
            call = Call(tid, time, index, nr, self.modes.get(tid, 64))
        name, rest = text.split("(", 1)
        if text.endswith(UNFINISHED):
            self.half[tid] = (call, name, rest[:-len(UNFINISHED)])
            return
        rest = rest.replace(UNFINISHED, "")
        call.finish(name, rest)
        self.add(index, call)
