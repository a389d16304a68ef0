# SPDX-License-Identifier: Apache-2.0
"""Sockets and addresses."""

import re
import socket as sockets

import calls_wire
import names

# A port of the kernel's choice: any of its range stands for all
EPHEMERAL = "32768"
# Answers of connect(2) after which there is a peer
SPEAKING = ("", "EINPROGRESS", "EINTR")
# Of descriptors that no call here has made: what strace calls them
SPOKEN = {"TCP": "tcp", "TCPv6": "tcp", "UDP": "udp", "UDPv6": "udp",
          "UNIX": "unix", "UNIX-STREAM": "unix", "UNIX-DGRAM": "unix",
          "NETLINK": "netlink", "RAW": "raw", "PING": "icmp"}
# What a raw socket hears by names of the kernel's header
PACKET = {"ETH_P_ALL": "all", "ETH_P_IP": "ip", "ETH_P_ARP": "arp",
          "ETH_P_IPV6": "ipv6"}


class Socket:
    def __init__(self, spoken, family):
        self.spoken, self.family = spoken, family
        self.bound = None       # text of its address
        self.path = None        # of one in the file system
        self.peer = None        # text of its address
        self.stream = None      # what is said to it
        self.protocol = None    # of netlink, by name
        self.accepted = False   # the other side made the connection
        self.told = set()       # peers of datagrams that were told
        self.segment = 0        # bytes, where one call sends several


# --- making ---

def family_of(value):
    name = value.name
    if not name.startswith("AF_") or "?" in name:
        return "family-%d" % value.num
    return {"AF_UNIX": "unix"}.get(name, name[3:].lower())


def protocol(family, kind, value):
    """What a socket speaks."""
    if family not in ("inet", "inet6"):
        return family
    name = value.name
    if not value.num:
        return {"stream": "tcp", "dgram": "udp"}.get(kind, "protocol-0")
    if name.startswith("IPPROTO_") and "?" not in name:
        return name[8:].lower()
    return "protocol-%d" % value.num


def low(value):
    """An int is the lower half of its register; strace shows both."""
    return (value.num + (1 << 31)) % (1 << 32) - (1 << 31)


def heard(value):
    """Of a packet socket; strace writes htons(3)."""
    number = value.num & 0xffff
    if not value.raw.startswith("htons("):
        number = sockets.ntohs(number)
    if not number:
        return ""
    return " " + PACKET.get(value.name, "protocol-0x%04x" % number)


def make(t, task, call):
    family = family_of(call.arg(0))
    number = (call.arg(1).num or 0) & 0xf
    name = next((n for n in call.arg(1).names if n in (
        "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET",
        "SOCK_PACKET")), "")
    kind = name[5:].lower() or "type-%d" % number
    spoken = protocol(family, kind, call.arg(2))
    text = family + " " + kind
    if family in ("inet", "inet6"):
        text += " " + spoken
    elif family == "packet":
        text += heard(call.arg(2))
    elif low(call.arg(2)):
        text += " %d" % low(call.arg(2))
    t.emit(task, "net.socket", text, call.err)
    if call.err:
        return
    new = Socket("raw" if kind == "raw" and family in ("inet", "inet6")
                 else spoken, family)
    if family == "netlink":
        new.protocol = call.arg(2).name if "?" not in call.arg(2).name \
            else str(low(call.arg(2)))
    t.sockets[inode(call.ret)] = new


def inode(value):
    """strace writes TCP:[6664035], or the addresses in its stead."""
    return value.path


def lookup(t, value):
    """The Socket behind a descriptor, None when it is none."""
    if value.path is None:
        return None
    if inode(value) not in t.sockets:
        match = re.match(rb"([A-Za-z0-9-]+):\[", value.path)
        spoken = SPOKEN.get(match.group(1).decode(), "") if match else ""
        if not spoken:
            return None
        family = spoken if spoken in ("unix", "netlink") else "inet6" if \
            b"v6" in value.path else "inet"
        t.sockets[inode(value)] = Socket(spoken, family)
    return t.sockets[inode(value)]


# --- addresses ---

def is_unspecified(sa):
    return sa.field("sa_family").name == "AF_UNSPEC"


def inet(sa):
    if is_unspecified(sa):
        data = sa.field("sa_data").bytes or b""
        return sockets.inet_ntoa(data[2:6]), int.from_bytes(data[:2], "big")
    return (sockets.inet_ntoa(sa.field("sin_addr").bytes),
            int.from_bytes(sa.field("sin_port").bytes, "big"))


def port_of(sa):
    for name in ("sin_port", "sin6_port"):
        if sa.field(name).bytes is not None:
            return int.from_bytes(sa.field(name).bytes, "big")
    return inet(sa)[1] if is_unspecified(sa) and sa.field("sa_data").bytes \
        else 0


def address(t, task, sa):
    """(text, path of a socket that has one)"""
    family = sa.field("sa_family").name
    if family in ("AF_INET", "AF_UNSPEC"):
        return "%s:%d" % inet(sa), None
    if family == "AF_INET6":
        return "[%s]:%d" % (
            sockets.inet_ntop(sockets.AF_INET6, sa.field("sin6_addr").bytes),
            int.from_bytes(sa.field("sin6_port").bytes, "big")), None
    if family == "AF_UNIX":
        name = sa.field("sun_path")
        if name.bytes is None or (not name.bytes and not name.abstract):
            return "unnamed", None
        if name.abstract:
            return "@" + name.bytes.decode("latin-1"), None
        raw = name.bytes.split(b"\0", 1)[0]
        return "", t.world.resolve(task, None, raw, True)[0]
    if family == "AF_NETLINK":
        return "netlink groups=%d" % (sa.field("nl_groups").num or 0), None
    return family_of(sa.field("sa_family")), None


def emit(t, task, kind, fd, sa, err):
    text, path = address(t, task, sa)
    if path is not None:
        t.emit(task, kind, "unix " + names.path(path), err)
        return text, path
    known = lookup(t, fd)
    spoken = known.spoken if known else family_of(sa.field("sa_family"))
    t.emit(task, kind, shown(spoken, text), err)
    return text, None


def shown(spoken, text):
    return names.words((spoken + " " + text).encode("latin-1"))


# --- calls ---

def bind(t, task, call):
    text, path = emit(t, task, "net.bind", call.arg(0), call.arg(1), call.err)
    known = lookup(t, call.arg(0))
    if call.err or not known:
        return
    known.bound = re.sub(r"(?<=[0-9\]]):0$", ":" + EPHEMERAL, text)
    if path is not None:
        known.path = path
        t.files.put(path, "f")


def listen(t, task, call):
    known = lookup(t, call.arg(0))
    if not known:
        t.emit(task, "net.listen", "unknown", call.err)
        return
    local = known.bound
    if known.path is not None:
        t.emit(task, "net.listen", "unix " + names.path(known.path), call.err)
        return
    if local is None:
        any_ = {"inet": "0.0.0.0:", "inet6": "[::]:"}.get(known.family)
        local = any_ + ("0" if call.err else EPHEMERAL) if any_ else "unnamed"
    t.emit(task, "net.listen", shown(known.spoken, local), call.err)
    if not call.err:
        t.listening.add(local)


def connect(t, task, call):
    sa, err = call.arg(1), call.err
    meet(t, call.arg(0), sa, err)
    if is_unspecified(sa) or (not sa.fields and err == "EFAULT"):
        return
    if err == "EINPROGRESS":
        err = decided(t, sa)
    emit(t, task, "net.connect", call.arg(0), sa, err)
    if err in ("ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH") and \
            sa.field("sa_family").name in ("AF_INET", "AF_INET6"):
        scanned(t, task, address(t, None, sa)[0], port_of(sa))


def scanned(t, task, text, port):
    """Eight different ports of a host are a scan, once."""
    host = text.rsplit(":", 1)[0]
    ports = t.scanned.setdefault(host, set())
    if len(ports) < 8 and port:
        ports.add(port)
        if len(ports) == 8:
            t.emit(task, "net.scan", host, "")
            ports.add(None)


def meet(t, fd, sa, err):
    """Whom a socket speaks to from now on."""
    known = lookup(t, fd)
    if known and known.spoken in ("tcp", "udp") and err in SPEAKING:
        known.peer = None if is_unspecified(sa) else address(t, None, sa)[0]


def accept(t, task, call):
    """Of a peer that is not asked for, the port is the kernel's choice."""
    known = lookup(t, call.arg(0))
    if call.err or not known or known.spoken != "tcp":
        return
    new = Socket(known.spoken, known.family)
    new.accepted = True
    sa = call.arg(1)
    new.peer = address(t, None, sa)[0] if sa.fields else \
        {"inet": "127.0.0.1:", "inet6": "[::1]:"}[new.family] + EPHEMERAL
    t.sockets[inode(call.ret)] = new


def decided(t, sa):
    """On loopback both ends are this kernel: it is known at once."""
    text, _ = address(t, None, sa)
    host, port = text.rsplit(":", 1)
    if not host.startswith("127.") and host != "[::1]":
        return "EINPROGRESS"
    open_ = any(at in t.listening for at in (
        text, "0.0.0.0:" + port, "[::]:" + port)) or \
        (32768 <= int(port) <= 60999 and
         any(at.endswith(EPHEMERAL) for at in t.listening))
    return "" if open_ else "ECONNREFUSED"


def sent(t, task, fd, sa, data, err):
    """One addressed message; over netlink the kernel is spoken to."""
    if sa.field("sa_family").name == "AF_NETLINK" or not sa.fields:
        return
    emit(t, task, "net.send", fd, sa, err)
    # What did go out is told by the wire.
    if err and port_of(sa) == 53:
        calls_wire.question(t, task, data, err)


def send_to(t, task, call):
    sent(t, task, call.arg(0), call.arg(4), call.arg(1).bytes or b"",
         call.err)


def message(t, task, call, header, err):
    data = calls_wire.joined(header.field("msg_iov").items)
    sent(t, task, call.arg(0), header.field("msg_name"), data, err)


def send_message(t, task, call):
    message(t, task, call, call.arg(1), call.err)


def send_messages(t, task, call):
    """What stays behind a failure has no error of its own."""
    for i, item in enumerate(call.arg(1).items):
        err = call.err
        if not err and i and i >= call.ret.num:
            err = "ECANCELED"
        message(t, task, call, item.field("msg_hdr"), err)


CALLS = {
    "socket": make, "bind": bind, "listen": listen, "connect": connect,
    "accept": accept, "accept4": accept,
    "sendto": send_to, "sendmsg": send_message, "sendmmsg": send_messages,
}
