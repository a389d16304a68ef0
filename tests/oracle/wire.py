# SPDX-License-Identifier: Apache-2.0
"""What is said over connections: TLS, HTTP/1, DNS, and what is none of them.

Written from core/netcap/README.md, "Names on the loopback", and the RFCs.  Bytes
in, (kind, words) out; what is sent in one call is taken for one segment.
"""

import re

import http2

SEGMENT_MAX = 3900      # bytes of a segment that are there
MESSAGE_MAX = 8192      # bytes of a message that are looked at
LINE_LONG = 1024        # a line that never ends is one from here on
HOSTS_MAX = 8
DNS = 53
# RFC 9110 and 5789
METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT",
           b"OPTIONS", b"TRACE", b"PATCH")
# A request line of any method, wherever it stands
ANYWHERE = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+ "
                      rb"(/[!-~\x80-\xff]*|\*|[!-~\x80-\xff]*:[!-~\x80-\xff]*)"
                      rb" HTTP/1\.[0-9]\r?\n")
# One that has not ended yet
BEGUN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]{1,32}"
                   rb"( [!-~\x80-\xff]*( (H(T(T(P(/(1(\.[\x00-\xff]*)?"
                   rb")?)?)?)?)?)?)?)?")
RECORD = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX",
          16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR", 43: "DS",
          48: "DNSKEY", 64: "SVCB", 65: "HTTPS", 255: "ANY", 257: "CAA"}


class More(Exception):
    """It may become a message."""


class Other(Exception):
    """It is none of ours."""


class Message:
    """used: bytes; behind it, so many of its body, or anything at all."""

    def __init__(self, used, facts, body=0, opaque=False, frames=False):
        self.used, self.facts = used, facts
        self.body, self.opaque, self.frames = body, opaque, frames


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise More
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "big")

    def left(self):
        return len(self.data) - self.at


# --- DNS (RFC 1035) ---

def question(data):
    """(end, facts) of a query with one question, None when it is none."""
    if len(data) < 12 or data[2] & 0xf8 or data[4:6] != b"\0\1":
        return None
    labels, at = [], 12
    while at < len(data) and data[at]:
        labels.append(data[at + 1:at + 1 + data[at]])
        if data[at] > 63 or len(labels[-1]) < data[at]:
            return None
        at += 1 + data[at]
    if at + 5 > len(data) or at - 12 > 255:
        return None
    kind = int.from_bytes(data[at + 1:at + 3], "big")
    said = b".".join(label.replace(b".", b"\\.") for label in labels)
    text = (said.lower() or b".").decode("latin-1") + " " + \
        RECORD.get(kind, "TYPE%d" % kind)
    facts = [("net.dns", text)]
    if said != said.lower():
        facts.append(("net.dns", text + " capitals"))
    return at + 5, facts


def datagram(data, port):
    """Facts of one; None of what is no question on the resolver's port."""
    found = question(data)
    if port == DNS:
        return found and found[1]
    if found and data[6:10] == b"\0\0\0\0" and \
            int.from_bytes(data[10:12], "big") <= 4:
        whole = found[0] == len(data) or data[10:12] != b"\0\0"
        return found[1] if whole else found[1] + [("net.spoken", "unknown")]
    initial = len(data) >= 1200 and data[0] >= 0xc0 and data[5] <= 20 and \
        data[1:5] in (b"\0\0\0\1", b"\x6b\x33\x43\xcf")
    return [("net.spoken", "quic" if initial else "unknown")]


def stream_question(data, last, port, first):
    """With its length in front; on other ports nothing else."""
    length = int.from_bytes(data[:2], "big")
    alone = len(data) == 2 + length and data[6:8] == b"\0\1" and \
        data[8:12] == b"\0\0\0\0"
    if port != DNS and not alone:
        if first and not last and 2 <= len(data) < 2 + length and \
                length >= 17 and not (data[4:5] or b"\0")[0] & 0xf8 and \
                data[6:7] in (b"", b"\0") and data[7:8] != b"\0" and \
                not data[8:12].strip(b"\0"):
            raise More
        raise Other
    if len(data) < 2 + length and not last:
        raise More
    found = question(data[2:2 + length])
    if not found:
        raise Other
    return Message(2 + length, found[1])


# --- TLS (RFC 8446, RFC 6066) ---

def handshake(data):
    """What the records hold, as far as they are there."""
    out, c = b"", Cursor(data)
    while c.left() and (not out or data[c.at] == 0x16):
        head = data[c.at:c.at + 5]
        if head[0] != 0x16 or head[1:2] not in (b"", b"\3"):
            raise Other
        if len(head) < 5:
            break
        c.take(5)
        length = int.from_bytes(head[3:], "big")
        if not 0 < length <= 16384:
            raise Other
        out += c.take(min(length, c.left()))
    return out


def skip_to_extensions(c):
    """Of a hello behind its header."""
    if c.number(1) != 3:
        raise Other
    c.take(33)
    session = c.number(1)
    if session > 32:
        raise Other
    c.take(session)
    suites = c.number(2)
    if suites < 2 or suites % 2:
        raise Other
    c.take(suites)
    c.take(c.number(1))


def server_name(c, whole):
    """The first host of the first extension of names; "" without."""
    end = 4 + whole
    if c.at < end:
        end = min(end, c.at + 2 + c.number(2))
    while c.at < end:
        kind, body = c.number(2), Cursor(c.take(c.number(2)))
        if kind:
            continue
        body.take(2)
        if body.number(1):
            return b""
        return body.take(body.number(2)).lower()
    return b""


def hello(data, last):
    inner = handshake(data)
    c = Cursor(inner)
    try:
        if c.number(1) != 1:
            raise Other
        whole = c.number(3)
        if whole < 41:
            raise Other
        c.data = inner[:4 + whole]
        skip_to_extensions(c)
        name = server_name(c, whole)
    except More:
        if len(inner) > 4 and len(inner) >= 4 + whole:
            raise Other from None
        if not last:
            raise
        if len(inner) <= 4:
            raise Other from None
        return Message(len(data), [("net.tls", "cut-short")], opaque=True)
    words = "host " + name.decode("latin-1") if name else "no-host"
    return Message(len(data), [("net.tls", words)], opaque=True)


# --- HTTP/1 (RFC 9112) ---

def host_of(authority):
    """(host, host with its port) of "user@host:port"."""
    whole = authority.rsplit(b"@", 1)[-1].lower()
    host, colon, port = whole.rpartition(b":")
    return (host if colon and (port.isdigit() or not port) else whole), whole


def hosts_told(authorities):
    """Of each (authority, is it the end of a tunnel), once of a name."""
    named = {}
    for authority, connect in authorities:
        host, whole = host_of(authority)
        text = "connect " + whole.decode("latin-1") if connect else \
            "host " + host.decode("latin-1")
        named.setdefault(host, text)
    named.pop(b"", None)
    return list(named.values())[:HOSTS_MAX]


def frames_told(frames, data):
    """(does more follow, facts) of the next bytes of HTTP/2."""
    out = []
    try:
        for fields in frames.read(data):
            first = dict(reversed(fields))
            connect = first[b":method"] == b"CONNECT" and \
                b":protocol" not in first
            told = hosts_told([(v, connect) for n, v in fields
                               if n in (b":authority", b"host")])
            out += [("net.http", words) for words in told or ["no-host"]]
    except http2.Broken:
        return False, out + [("net.http", "cut-short")]
    return True, out


def target_of(line):
    """Of "TARGET HTTP/1.1"."""
    target, version = line[:-9], line[-9:]
    if not target or version[:8] != b" HTTP/1." or \
            not version[8:].isdigit() or \
            any(c <= 32 or c == 127 for c in target):
        raise Other
    return target


def authority_of(target):
    scheme, mark, rest = target.partition(b"://")
    if not mark or b"/" in scheme:
        return b""
    for end in b"/?#":
        rest = rest.split(bytes([end]), 1)[0]
    return rest


def request(data, last):
    method, blank, rest = data.partition(b" ")
    if not blank and any(m.startswith(data) for m in METHODS) and not last:
        raise More
    if method not in METHODS or not blank:
        raise Other
    return head(data, method, rest, last)


def head(data, method, rest, last):
    lines = [line[:-1] if line.endswith(b"\r") else line
             for line in rest.split(b"\n")[:-1]]
    if not lines:
        if not last:
            raise More
        if len(data) < LINE_LONG or b" " in rest:
            raise Other
        return Message(len(data), [("net.http", "cut-short")], opaque=True)
    target = target_of(lines[0])
    ended = b"" in lines
    if not ended and not last:
        raise More
    fields = lines[1:lines.index(b"")] if ended else lines[1:]
    connect = method == b"CONNECT"
    hosts = [(target if connect else authority_of(target), connect)]
    hosts += [(field[5:].strip(b" \t"), False) for field in fields
              if field[:5].lower() == b"host:"]
    told = hosts_told(hosts) or ["no-host" if ended else "cut-short"]
    used = len(data)
    if ended:
        used -= len(rest.split(b"\n", lines.index(b"") + 1)[-1])
    body, opaque = 0, not ended
    for field in fields:
        name, _, value = field.partition(b":")
        value = value.strip(b" \t")
        if name.lower() == b"content-length" and value.isdigit():
            body = int(value)
        elif name.lower() in (b"content-length", b"transfer-encoding"):
            opaque = True
        elif name.lower() == b"upgrade" and value.lower() != b"h2c":
            opaque = True
    return Message(used, [("net.http", words) for words in told], body,
                   opaque)


def search(data, last, first):
    """A request further on, by any method; where one is due only there."""
    if data.startswith(http2.PREFACE):
        return Message(len(http2.PREFACE), [("net.http", "http2")],
                       opaque=True, frames=True)
    found = ANYWHERE.search(data)
    if first and found and found.start():
        found = None
    if not found:
        if first and not last and len(data) <= LINE_LONG and \
                (http2.PREFACE.startswith(data) or BEGUN.fullmatch(data)):
            raise More
        raise Other
    at = found.start()
    method, _, rest = data[at:].partition(b" ")
    message = head(data[at:], method, rest, last)
    message.used += at
    return message


# --- connections ---

def message(data, last, port, first):
    """The one in front."""
    if port == DNS:
        return stream_question(data, last, port, first)
    if data[0] == 0x16:
        return hello(data, last)
    try:
        return request(data, last)
    except Other:
        return stream_question(data, last, port, first)


def anywhere(data, last, port, first):
    """The one in front, behind empty lines, or a request further on."""
    try:
        return message(data, last, port, first)
    except Other:
        bare = data.lstrip(b"\r\n")
        if port == DNS:
            raise
    if not bare:
        raise More if first and not last else Other
    try:
        found = message(bare, last, port, first)
    except Other:
        found = search(bare, last, first)
    found.used += len(data) - len(bare)
    return found


class Stream:
    """One direction of a connection."""

    def __init__(self, port, client):
        self.port = port
        self.open = b""         # of a message that is not whole
        self.framed = client    # where the next one begins is known:
        self.body = 0           # behind so many bytes
        self.frames = None      # of HTTP/2, and nothing else

    def step(self, data, last):
        """(bytes done with, facts); Other of what is none."""
        if not self.framed:
            found = anywhere(data, last, self.port, False)
            return found.used, found.facts
        if self.frames:
            self.framed, facts = frames_told(self.frames, data)
            self.frames = self.frames if self.framed else None
            return len(data), facts
        if self.body:
            part = data[:self.body]
            try:
                found = anywhere(part, last or len(part) == self.body,
                                 self.port, False)
            except Other:
                found = Message(len(part), [])
            self.body -= found.used
            return found.used, found.facts
        try:
            found = anywhere(data, last, self.port, True)
        except Other:
            self.framed = False
            return 0, [("net.spoken", "unknown")]
        self.body, self.framed = found.body, not found.opaque
        if found.frames:
            self.frames, self.framed = http2.Frames(), True
        return found.used, found.facts

    def read(self, data, last):
        """Facts of all messages in front; False when others follow."""
        out = []
        self.open = b""
        while data:
            try:
                used, facts = self.step(data, last)
            except More:
                self.open = data
                return out, True
            except Other:
                return out, False
            data = data[used:]
            out += facts
        return out, True

    def sent(self, data, length):
        """length: of the whole segment, of which data is the beginning."""
        data, cut = data[:SEGMENT_MAX], length > SEGMENT_MAX
        before, framed = self.open, self.framed
        out = []
        if before or framed:
            whole = before + data
            out, fits = self.read(whole, cut or len(whole) >= MESSAGE_MAX)
            self.pass_over(length - len(data))
            if fits or framed:
                return out
        return out + self.read(data, cut)[0]

    def pass_over(self, unseen):
        if self.frames:
            return
        self.framed = self.framed and unseen <= self.body
        self.body = self.body - unseen if self.framed else 0

    def ended(self):
        """What there is of it is all there will be."""
        return self.read(self.open, True)[0]
