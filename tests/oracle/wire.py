# SPDX-License-Identifier: Apache-2.0
"""Names that are said over connections: TLS, HTTP/1, DNS.

Written from core/netcap/README.md, "Names on the loopback", and the RFCs.  Bytes
in, (kind, words) out; what is sent in one call is taken for one segment.
"""

import re

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
PREFACE = b"PRI * HTTP/2.0\r\n\r\n"
RECORD = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX",
          16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR", 43: "DS",
          48: "DNSKEY", 64: "SVCB", 65: "HTTPS", 255: "ANY", 257: "CAA"}


class More(Exception):
    """It may become a message."""


class Other(Exception):
    """It is none of ours."""


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
    """Name and type, or "" when it is no question."""
    if len(data) < 12 or data[2] & 0xf8 or data[4:6] != b"\0\1":
        return ""
    labels, at = [], 12
    while at < len(data) and data[at]:
        labels.append(data[at + 1:at + 1 + data[at]])
        if data[at] > 63 or len(labels[-1]) < data[at]:
            return ""
        at += 1 + data[at]
    if at + 5 > len(data) or at - 12 > 255:
        return ""
    kind = int.from_bytes(data[at + 1:at + 3], "big")
    name = b".".join(label.lower().replace(b".", b"\\.") for label in labels)
    return (name or b".").decode("latin-1") + " " + \
        RECORD.get(kind, "TYPE%d" % kind)


def stream_question(data, last, port):
    """With its length in front; on other ports nothing else."""
    length = int.from_bytes(data[:2], "big")
    alone = len(data) == 2 + length and data[6:8] == b"\0\1" and \
        data[8:12] == b"\0\0\0\0"
    if port != DNS and not alone:
        raise Other
    if len(data) < 2 + length and not last:
        raise More
    text = question(data[2:2 + length])
    if not text:
        raise Other
    return 2 + length, [("net.dns", text)]


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
        return len(data), [("net.tls", "cut-short")]
    return len(data), [("net.tls", "host " + name.decode("latin-1") if name
                        else "no-host")]


# --- HTTP/1 (RFC 9112) ---

def host_of(authority):
    """(host, host with its port) of "user@host:port"."""
    whole = authority.rsplit(b"@", 1)[-1].lower()
    host, colon, port = whole.rpartition(b":")
    return (host if colon and (port.isdigit() or not port) else whole), whole


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
        return len(data), [("net.http", "cut-short")]
    target = target_of(lines[0])
    ended = b"" in lines
    if not ended and not last:
        raise More
    fields = lines[1:lines.index(b"")] if ended else lines[1:]
    named = {}
    if method == b"CONNECT":
        host, whole = host_of(target)
        named[host] = "connect " + whole.decode("latin-1")
    else:
        host = host_of(authority_of(target))[0]
        named[host] = "host " + host.decode("latin-1")
    for field in fields:
        if field[:5].lower() == b"host:":
            host = host_of(field[5:].strip(b" \t"))[0]
            named.setdefault(host, "host " + host.decode("latin-1"))
    named.pop(b"", None)
    used = len(data)
    if ended:
        used -= len(rest.split(b"\n", lines.index(b"") + 1)[-1])
    told = list(named.values())[:HOSTS_MAX] or \
        ["no-host" if ended else "cut-short"]
    return used, [("net.http", words) for words in told]


def search(data, last):
    """A request further on, by any method."""
    data = data.lstrip(b"\r\n")
    if data.startswith(PREFACE):
        return 0, [("net.http", "http2")]
    found = ANYWHERE.search(data)
    if not found:
        raise Other
    data = data[found.start():]
    method, _, rest = data.partition(b" ")
    used, facts = head(data, method, rest, last)
    return len(data) - used, facts


# --- connections ---

def message(data, last, port):
    """(bytes used, facts) of a message in front."""
    if port == DNS:
        return stream_question(data, last, port)
    if data[0] == 0x16:
        return hello(data, last)
    try:
        return request(data, last)
    except Other:
        return stream_question(data, last, port)


class Stream:
    """One direction of a connection."""

    def __init__(self, port):
        self.port = port
        self.open = b""         # of a message that is not whole

    def read(self, data, last):
        """Facts of all messages in front; Other behind them is told."""
        out = []
        self.open = b""
        while data:
            try:
                used, facts = message(data, last, self.port)
            except More:
                self.open = data
                return out, True
            except Other:
                try:
                    left, facts = self.elsewhere(data, last)
                except More:
                    self.open = data
                    return out, True
                except Other:
                    return out, False
                used = len(data) - left
            data = data[used:]
            out += facts
        return out, True

    def elsewhere(self, data, last):
        """(bytes left, facts)"""
        bare = data.lstrip(b"\r\n")
        if self.port == DNS or not bare:
            raise Other
        try:
            used, facts = message(bare, last, self.port)
            return len(bare) - used, facts
        except Other:
            return search(bare, last)

    def sent(self, data, length):
        """length: of the whole segment, of which data is the beginning."""
        data, cut = data[:SEGMENT_MAX], length > SEGMENT_MAX
        before = self.open
        out = []
        if before:
            whole = before + data
            out, fits = self.read(whole, cut or len(whole) >= MESSAGE_MAX)
            if fits:
                return out
        return out + self.read(data, cut)[0]

    def ended(self):
        """What there is of it is all there will be."""
        return self.read(self.open, True)[0]
