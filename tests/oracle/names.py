# SPDX-License-Identifier: Apache-2.0
"""Names as facts write them, after core/fingerprint/README.md.

Bytes in, one line of text out: places, volatile parts as tokens, everything
that could forge a line escaped.  Written from the README and not from the
product's tables, but for the one of environment variables; what of its rules no
program here needs is left out, and then shows up as a difference.
"""

import datetime
import os
import re
import time
import unicodedata

TREE = b"/home/auditor/app"
HOME = b"/home/auditor"
SYSTEM = (b"/usr", b"/lib", b"/lib32", b"/lib64", b"/libx32", b"/bin",
          b"/sbin", b"/opt")
TEMP = ("/tmp", "/var/tmp", "/dev/shm")
TOKENS = ("<pid>", "<rand>", "<rand?>", "<port>", "<uuid>", "<hex>", "<time>",
          "<n>", "<tree-time>")

COLLAPSED = re.compile(
    r"/(?:usr/)?(lib|lib32|lib64|libx32)/([^/]+)/.+"
    r"|/(usr/(?:libexec|share|include|src|local/(?:lib|share|include))|opt)"
    r"/([^/]+)/.+", re.S)

NUMBERS = [
    (re.compile(r"/proc/(\d+)"), "<pid>"),
    (re.compile(r"/proc/[^/]+/task/(\d+)"), "<pid>"),
    (re.compile(r"/proc/[^/]+/(?:task/[^/]+/)?(?:fd|fdinfo)/(\d+)"), "<n>"),
    (re.compile(r"/dev/(?:pts|fd)/(\d+)"), "<n>"),
    (re.compile(r".*/objects/([0-9a-f]{2})", re.S), "<hex>"),
]

# Temporary names, (in a directory for such files only?, form, token)
RANDOM = [
    (False, r"tmp([a-z0-9_]{8})(\..*)?", "<rand>"),
    (False, r"(?:pymp-|sem\.mp-|mp-)([a-z0-9_]{8})", "<rand>"),
    (False, r"psm_([0-9a-f]{8})", "<rand>"),
    (False, r".+\.pyc\.(\d{4,20})", "<n>"),
    (True, r"cc([A-Za-z0-9]{6})\..*", "<rand>"),
    (False, r"(?:tmp_(?:obj|pack|idx)|refs|packs)_([A-Za-z0-9]{6})",
     "<rand>"),
    (True, r"sh-thd\.([A-Za-z0-9]{6})", "<rand>"),
    (True, r"etilqs_([A-Za-z0-9]{15,16})", "<hex>"),
]
RANDOM = [(temp, re.compile(form, re.S), token)
          for temp, form, token in RANDOM]

CLOCK = r"(?:[T _-]\d\d[:.-]?\d\d(?:[:.-]?\d\d(?:[.,]\d{1,9})?)?" \
        r"(?:Z|[+-]\d\d:?\d\d)?)?"
FORMS = (
    r"(?P<uuid>(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-"
    r"[0-9a-fA-F]{12}(?![0-9A-Za-z]))"
    r"|(?P<date>(?<![0-9A-Za-z])[12]\d{3}-[01]\d-[0-3]\d" + CLOCK +
    r"(?![0-9A-Za-z]))"
    r"|(?P<hex>(?<![0-9A-Za-z])(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])"
    r"[0-9a-fA-F]{16,}(?![0-9A-Za-z]))"
    r"|(?P<epoch>(?<!\d)1(?:\d{9}|\d{12}|\d{15}|\d{18})(?![0-9A-Za-z]))"
    r"|(?<=:\[)(?P<inode>\d+)(?=\])"
    r"|(?<=pid=)(?P<pid>\d+)"
    r"|(?:(?<![0-9A-Za-z.])(?:127\.[0-9.]+|0\.0\.0\.0|localhost|"
    r"\[::1?\]):|(?<![0-9A-Za-z])port=)(?P<port>\d+)(?![0-9A-Za-z])")
SPANS = re.compile(FORMS)
SPAN_TOKENS = {"uuid": "<uuid>", "date": "<time>", "hex": "<hex>",
               "epoch": "<time>", "inode": "<n>", "pid": "<pid>",
               "port": "<port>", "host": "$HOST"}


def know_host(name):
    """The sandbox's host name, as a word of its own, in either case."""
    global SPANS
    SPANS = re.compile("(?P<host>(?<![0-9A-Za-z])(?i:" + re.escape(name) +
                       ")(?![0-9A-Za-z]))|" + FORMS)


def below(path, top):
    return path == top or path.startswith(top + b"/")


def is_system(path):
    return any(below(path, top) for top in SYSTEM)


def lexical(path):
    """Without "//", "." and ".."; the path is absolute."""
    out = []
    for part in path.split(b"/"):
        if part == b"..":
            del out[-1:]
        elif part not in (b"", b"."):
            out.append(part)
    return b"/" + b"/".join(out)


# --- escapes ---

def shown(char):
    """May it be printed?  Categories of the Unicode Character Database."""
    if char == " ":
        return True
    code = ord(char)
    # Default_Ignorable_Code_Point beyond the categories, and noncharacters
    extra = (0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0)
    if code in extra or 0xfe00 <= code <= 0xfe0f or 0xe0000 <= code:
        return False
    if 0x180b <= code <= 0x180f or 0xfdd0 <= code <= 0xfdef:
        return False
    return code & 0xfffe != 0xfffe and \
        unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp", "Zs", "Co")


def escape_char(char):
    if char == "\\":
        return "\\\\"
    return char if shown(char) else "".join(
        {9: "\\t", 10: "\\n", 13: "\\r"}.get(b, "\\x%02x" % b)
        for b in char.encode("utf-8"))


def escape(data):
    """Bytes as text that is safe to show."""
    out = []
    while data:
        try:
            out += map(escape_char, data.decode("utf-8"))
            break
        except UnicodeDecodeError as bad:
            out += map(escape_char, data[:bad.start].decode("utf-8"))
            out.append("\\x%02x" % data[bad.start])
            data = data[bad.start + 1:]
    return "".join(out)


def guard(text, blanks=True, quoted=False):
    """Mark what would forge a separator, a place or a token.

    The text is still raw, a byte a character; a marked one is 256 beyond.
    """
    def mark(match):
        return chr(256 + ord(match.group(0)[0])) + match.group(0)[1:]

    if not (quoted and text in ("=", "->")):
        text = re.sub(r"(?<![^ ])=(?![^ ])", mark, text)
        text = re.sub(r"(?<![^ ])->(?![^ ])", mark, text)
    text = re.sub("<(?=" + "|".join(t[1:] for t in TOKENS) + ")", mark, text)
    text = re.sub(r"\$(?=TREE|HOME|HOST)", mark, text)
    if quoted:
        text = text.replace("'", chr(256 + ord("'")))
    return text if blanks else text.replace(" ", chr(256 + ord(" ")))


def plain(text):
    """A literal part of what was guarded, escaped."""
    out = []
    for part in re.split("([\u0100-\u01ff])", text):
        if part and ord(part[0]) > 255:
            code = ord(part) - 256
            out.append("\\'" if code == 39 else "\\x%02x" % code)
        else:
            out.append(escape(part.encode("latin-1")))
    return "".join(out)


# --- volatile parts ---

def is_near(seconds):
    """Two days around the run, which is not long ago."""
    return abs(seconds - time.time()) <= 2 * 86400


def is_volatile(match):
    kind, text = match.lastgroup, match.group(match.lastgroup)
    if kind == "port":
        return 32768 <= int(text) <= 60999
    if kind == "epoch":
        return is_near(int(text[:10]))
    if kind == "date":
        try:
            day = datetime.datetime.fromisoformat(text[:10] + "T12:00+00:00")
        except ValueError:
            return False
        return is_near(day.timestamp())
    return True


def spans(text):
    out, at = [], 0
    for match in SPANS.finditer(text):
        start, end = match.span(match.lastgroup)
        if not is_volatile(match):
            continue
        out.append(plain(text[at:start]))
        out.append(SPAN_TOKENS[match.lastgroup])
        at = end
    out.append(plain(text[at:]))
    return "".join(out)


def volatile(name, path, temp):
    """(start, end, token) of the volatile part of a name, or None."""
    for form, token in NUMBERS:
        match = form.fullmatch(path)
        if match:
            return 0, len(name), token
    for only_temp, form, token in RANDOM:
        match = form.fullmatch(name) if temp or not only_temp else None
        if match:
            return (*match.span(1), token)
    return None


def segment(name, path, temp):
    """One name of a path; path is everything up to and with it."""
    found = volatile(name, path, temp)
    if not found:
        return spans(name)
    start, end, token = found
    return spans(name[:start]) + token + spans(name[end:])


def place(text):
    """The tree or the home in front: (token, its length)."""
    for top, token in ((TREE, "$TREE"), (HOME, "$HOME")):
        top = top.decode()
        if text == top or text.startswith(top + "/"):
            return token, len(top)
    return "", 0


def is_temp(path):
    path = path[path.find("/"):]
    return any(path == top or path.startswith(top + "/") for top in TEMP)


def walk(text, anywhere):
    """Names between slashes; places stand in front, or anywhere in a text."""
    out, at = [], 0
    while at < len(text):
        if text[at] == "/":
            token, length = place(text[at:]) if anywhere or not at \
                else ("", 0)
            out.append(token or "/")
            at += length or 1
            if token:
                continue
        end = text.find("/", at)
        end = len(text) if end < 0 else end
        name = text[at:end]
        if name == "**" and not anywhere:
            out.append("\\x2a*")
        else:
            out.append(segment(name, text[:end] if text[:1] == "/" else "",
                               is_temp(text[:at])))
        at = end
    return "".join(out)


def path(data, blanks=True):
    """A path, or what stands where a path would: memfd:x, a link's text."""
    if data.startswith(b"/"):
        text = guard(lexical(data).decode("latin-1"), blanks)
        return shorten(walk(text, False), 4096)
    text = data.decode("latin-1")
    if not text:
        return "''"
    head = ""
    if text[0] in "'@":
        head, text = "\\x%02x" % ord(text[0]), text[1:]
    return head + words(text.encode("latin-1"))


def read_path(data):
    """A path that was read: below the system's directories it collapses."""
    match = COLLAPSED.fullmatch(lexical(data).decode("latin-1")) \
        if data.startswith(b"/") else None
    if not match:
        return path(data)
    lib, name, other, name2 = match.groups()
    top = "usr/" + lib if lib else other
    return path(("/%s/%s" % (top, name or name2)).encode("latin-1")) + "/**"


RUN = re.compile(r"[A-Za-z0-9\x80-\xff._\-+~@%/#]+")


def words(data, quoted=False):
    """A text that may hold paths.

    Spans may reach over what is no name: "2024-01-31T12:00:00".
    """
    text = guard(data.decode("latin-1"), True, quoted)
    marks = {}
    for match in SPANS.finditer(text):
        start, end = match.span(match.lastgroup)
        if is_volatile(match):
            marks[start] = (end, SPAN_TOKENS[match.lastgroup])
    out, at = [], 0
    while at < len(text):
        run = RUN.match(text, at)
        if at in marks:
            end, token = marks[at]
            out.append(token)
            at = end
        elif run:
            inside = [m for m in marks if at < m < run.end()
                      and marks[m][0] > run.end()]
            end = min(inside, default=run.end())
            out.append(walk(text[at:end], True) if "/" in text[at:end]
                       or volatile(text[at:end], "", False)
                       else spans_in(text, at, end, marks))
            at = end
        else:
            out.append(plain(text[at]))
            at += 1
    return "".join(out)


def spans_in(text, start, end, marks):
    """Of a part of a text, the spans that the whole text has."""
    out = []
    while start < end:
        if start in marks:
            stop, token = marks[start]
            out.append(token)
        else:
            stop = min([m for m in marks if start < m < end], default=end)
            out.append(plain(text[start:stop]))
        start = stop
    return "".join(out)


def word(data):
    """One argument, as a shell would take it."""
    quotes = data in (b"", b"=", b"->") or b" " in data or b"'" in data
    text = shorten(words(data, quotes), 256)
    return "'" + text + "'" if quotes else text


def table_of_variables():
    """Which variables count is the contract's to choose, as a table."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../../core/trace/exec_env.def"),
              encoding="ascii") as file:
        rows = re.findall(r'^(NOT_)?LOADS\("([^"]+)"\)', file.read(), re.M)
    return [(name.encode(), not no) for no, name in rows]


VARIABLES = table_of_variables()


def loads(variable):
    """Of NAME=VALUE: does it say what a program loads?"""
    name, equals, _ = variable.partition(b"=")
    fits = [does for row, does in VARIABLES
            if (name.startswith(row[:-1]) if row.endswith(b"*")
                else name == row)]
    return bool(equals and fits and all(fits))


def arguments(argv):
    """No more than 256 of them are read."""
    out, before = [], b""
    for arg in argv[:256] + ([b"..."] if len(argv) >= 256 else []):
        if before.startswith(b"-") and before.endswith(b"port") and \
                arg.isdigit() and 32768 <= int(arg) <= 60999:
            out.append("<port>")
        else:
            out.append(word(arg))
        before = arg
    return shorten(" ".join(out), 2048)


def shorten(text, most):
    """A name that is too long is cut; its hash is not ours to know."""
    data = text.encode("utf-8")
    if len(data) <= most:
        return text
    cut = most - most // 4
    while data[cut] & 0xc0 == 0x80:
        cut -= 1
    # Not in the middle of an escape
    kept = re.sub(r"(?<!\\)((?:\\\\)*)\\(?:x[0-9a-f]?)?$", r"\1",
                  data[:cut].decode())
    return kept + "...<%d bytes, ?>" % len(data)

