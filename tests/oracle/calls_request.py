# SPDX-License-Identifier: Apache-2.0
"""Requests of setsockopt, ioctl, fcntl, prctl and netlink; control messages.

Which requests are harmless and of which kind the others are is the contract's
to choose (requests.def, netlink.def); they are found there by the name that
strace has for them, never by number.
"""

import os
import re
import socket as sockets
import struct

import calls_file
import calls_net
import calls_process
import names

TRACE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "../../core/trace")
LEVELS = {"SOL_SOCKET": "SOL_SOCKET", "SOL_IP": "IPPROTO_IP",
          "SOL_IPV6": "IPPROTO_IPV6", "SOL_TCP": "IPPROTO_TCP",
          "SOL_UDP": "IPPROTO_UDP", "SOL_TLS": "SOL_TLS",
          "SOL_NETLINK": "SOL_NETLINK"}
KINDS = {"note": "syscall", "priv": "priv", "evade": "evasion",
         "inspect": "process.inspect"}
# Answers of a kernel that has no such request
NONE = ("EINVAL", "ENOPROTOOPT", "ENOTTY", "EOPNOTSUPP", "EBADF")
SIOC_TYPE = 0x89
O_ASYNC = 0o20000
IOCB_PWRITE, IOCB_PWRITEV = 1, 8
# linux/rtnetlink.h and linux/audit.h, as far as programs here ask for them
TYPES = {
    "NETLINK_ROUTE": {
        16: "RTM_NEWLINK", 17: "RTM_DELLINK", 18: "RTM_GETLINK",
        19: "RTM_SETLINK", 20: "RTM_NEWADDR", 21: "RTM_DELADDR",
        22: "RTM_GETADDR", 24: "RTM_NEWROUTE", 25: "RTM_DELROUTE",
        26: "RTM_GETROUTE", 28: "RTM_NEWNEIGH", 32: "RTM_NEWRULE",
        34: "RTM_GETRULE"},
    "NETLINK_GENERIC": {16: "GENL_ID_CTRL"},
    "NETLINK_AUDIT": {1000: "AUDIT_GET", 1001: "AUDIT_SET"},
    "NETLINK_SOCK_DIAG": {20: "SOCK_DIAG_BY_FAMILY", 21: "SOCK_DESTROY"},
}


def table(name, form):
    with open(os.path.join(TRACE, name), encoding="ascii") as file:
        return re.findall(form, file.read(), re.M)


def table_of_requests():
    """{(call, level, name): deed}; level is "" where a call has none."""
    out = {}
    for call, level, name, deed in table(
            "requests.def", r"^REQUEST\((\w+), (\w+), (\w+), (\w+),"):
        level = "" if level == "NO_LEVEL" else level
        out[call, level, name.replace("KERNEL_", "")] = deed
    for call, level in table("requests.def", r"^PASS_LEVEL\((\w+), (\w+),"):
        out[call, level, ""] = "PASS"
    return out


REQUESTS = table_of_requests()
LISTS = set(table("netlink.def", r"^LISTS\((\w+), (\w+),"))
HARMLESS = set(table("netlink.def", r"^HARMLESS\((\w+), (\w+),"))
KERNEL_THREADS = [name.encode() for name in table(
    "kernel_threads.def", r'^KERNEL_THREAD\("([^"]+)"\)')]


class Request:
    """One call's, or that of a control message."""

    def __init__(self, call, name, level, value):
        self.call, self.level = call, level
        self.number = value.num & 0xffffffff
        deed, self.name = find(name, level, value)
        self.deed = deed

    @property
    def words(self):
        return "%s(%s)" % (self.call, self.name)


def find(call, level, value):
    """(deed, name); strace writes "FIONREAD or ...", TCGETS of many."""
    level = LEVELS.get(level, level)
    for words in value.names:
        for name in re.split(r" or ", words):
            for form in (name, name.replace("_OLD", ""), name + "_OLD"):
                if (call, level, form) in REQUESTS:
                    return REQUESTS[call, level, form], form
    return REQUESTS.get((call, level, "")), ""


# --- what has no row ---

def unknown(t, task, call, request, level):
    """What has no name here is a privilege where the kernel knows it."""
    asks = call.name == "getsockopt"
    kind = "syscall" if asks or call.err in NONE else "priv"
    if level is not None:
        words = "%s(%d, %d)" % (request.call, level, request.number)
    elif call.name == "ioctl":
        if request.number >> 8 & 0xff == SIOC_TYPE:
            kind = "priv"
        words = "ioctl(%#x)" % request.number
    else:
        words = "%s(%d)" % (request.call, request.number)
    t.emit(task, kind, words, call.err)


def answer(t, task, call, request, level=None):
    deed = request.deed
    if deed is None:
        unknown(t, task, call, request, level)
    elif deed in KINDS:
        t.emit(task, KINDS[deed], request.words, call.err)
    elif deed in DEEDS:
        DEEDS[deed](t, task, call, request)
    elif deed not in ("PASS", "QUIET"):
        raise ValueError("a deed without a translation: " + deed)


# --- calls ---

def option(t, task, call):
    level = call.arg(1)
    request = Request(call.name, call.name, level.name, call.arg(2))
    answer(t, task, call, request, level.num)


def descriptor_control(t, task, call):
    """fcntl(2): locks and owners have functions of their own."""
    request = Request("fcntl", "fcntl", "", call.arg(1))
    if "F_SETFL" in call.arg(1).names:
        if (call.arg(2).num or 0) & O_ASYNC:
            t.emit(task, "syscall", "fcntl(F_SETFL)", call.err)
    elif request.name in ("F_SETOWN", "F_SETOWN_EX"):
        owner(t, task, call, "fcntl(F_SETOWN)")
    elif request.deed == "QUIET":
        calls_file.lock(t, task, call)
    else:
        answer(t, task, call, request)


def device_control(t, task, call):
    request = Request("ioctl", "ioctl", "", call.arg(1))
    if request.name in ("FIOSETOWN", "SIOCSPGRP"):
        owner(t, task, call, "ioctl(FIOSETOWN)")
    else:
        answer(t, task, call, request)


def process_control(t, task, call):
    answer(t, task, call, Request("prctl", "prctl", "", call.arg(0)))


# --- signals by descriptors ---

def owner(t, task, call, deed):
    """A process or a group that the kernel signals from now on."""
    value = call.arg(2)
    if value.items:
        value = value.items[0]
    group = "F_OWNER_PGRP" in value.field("type").names
    value = value.field("pid") if value.fields else value
    pid = calls_process.number_of(value)
    hit = calls_process.target(t, task, -pid if group else pid)
    if pid and hit not in ("itself", "own group"):
        t.emit(task, "process.inspect", deed + " of " + hit, call.err)


def signal(t, task, call, request):
    number = call.arg(2).num or 0
    name = calls_process.signal_name(call.arg(2).name or "0")
    kind = "syscall" if name in ("0", "SIGIO") else "priv"
    t.emit(task, kind, "fcntl(%s, %s)" %
           (request.name, name if name.startswith("SIG") else number),
           call.err)


# --- names ---

def is_program(t, task, name):
    return b"/" not in name and any(
        t.world.resolve(task, None, top + name, True)[1] for top in
        (b"/usr/bin/", b"/usr/sbin/", b"/usr/lib/systemd/", b"/usr/libexec/"))


def masquerade(t, task, call, request):
    """A kernel thread's name, or of the first thread another program's."""
    name = (call.arg(1).bytes or b"")[:15]
    own = [task.process.exe] + task.process.command
    if not name or any(path.rsplit(b"/", 1)[-1].startswith(name)
                       for path in own):
        return
    first = task.inner == task.process.inner
    if any(name.startswith(row) for row in KERNEL_THREADS) or \
            (first and is_program(t, task, name)):
        t.emit(task, "evasion", "prctl(%s, %s)" %
               (request.name, names.words(name)), call.err)


# --- files ---

def attributes(t, task, call, request):
    calls_file.changed(t, task, call, call.arg(0), None, True, "attributes")


# --- where packets go ---

def spoken(t, fd):
    known = calls_net.lookup(t, fd)
    return known.spoken if known else "tcp"


def bound(t, task, call, words):
    t.emit(task, "net.bind", names.words(
        (spoken(t, call.arg(0)) + " " + words).encode()), call.err)


def device(t, task, call, request):
    name = (call.arg(3).bytes or b"").split(b"\0")[0].decode()
    bound(t, task, call, "device " + (name or "any"))


def device_number(t, task, call, request):
    bound(t, task, call, "device number %d" % call.arg(3).items[0].num)


def join(t, task, call, request):
    group = call.arg(3).field("imr_multiaddr").bytes or bytes(4)
    bound(t, task, call, "group " + sockets.inet_ntoa(group))


def join6(t, task, call, request):
    group = call.arg(3).field("ipv6mr_multiaddr").bytes or bytes(16)
    bound(t, task, call, "group " +
          sockets.inet_ntop(sockets.AF_INET6, group))


def join_any(t, task, call, request):
    sa = call.arg(3).field("gr_group")
    six = sa.field("sin6_addr").bytes
    bound(t, task, call, "group " + (
        sockets.inet_ntop(sockets.AF_INET6, six) if six else
        sockets.inet_ntoa(sa.field("sin_addr").bytes or bytes(4))))


def join_netlink(t, task, call, request):
    bound(t, task, call, "group %d" % call.arg(3).items[0].num)


def both_versions(t, task, call, request):
    on = int(bool(call.arg(3).items and call.arg(3).items[0].num))
    t.emit(task, "syscall" if on else "priv", "%s(%s, %d)" %
           (request.call, request.name, on), call.err)


def detour(t, task, call, request, data, fd):
    """A fact for itself, and one for each hop."""
    t.emit(task, "priv", request.words, call.err)
    six = LEVELS.get(request.level) == "IPPROTO_IPV6"
    known = calls_net.lookup(t, fd)
    port = int((known.peer or ":0").rsplit(":", 1)[1]) if known else 0
    for hop in hops6(data) if six else hops4(data):
        t.emit(task, "net.connect", "%s %s:%d" % (spoken(t, fd), hop, port),
               call.err)


def hops6(data):
    """RFC 8200, 4.4: addresses behind the first 8 bytes."""
    for at in range(8, len(data) - 15, 16):
        if any(data[at:at + 16]):
            yield "[%s]" % sockets.inet_ntop(sockets.AF_INET6,
                                             data[at:at + 16])


def hops4(data):
    """RFC 791, 3.1: loose and strict source routes."""
    at = 0
    while at < len(data) and data[at]:
        if data[at] == 1:
            at += 1
            continue
        length = data[at + 1] if at + 1 < len(data) else 0
        if data[at] in (131, 137):
            for hop in range(at + 3, min(at + length, len(data)) - 3, 4):
                yield sockets.inet_ntoa(data[hop:hop + 4])
        if not length:
            return
        at += length


def route_option(t, task, call, request):
    detour(t, task, call, request, call.arg(3).bytes or b"", call.arg(0))


DEEDS = {
    "signal": signal, "name": masquerade, "attributes": attributes,
    "device": device, "device_number": device_number, "join": join,
    "join6": join6, "join_any": join_any, "netlink_join": join_netlink,
    "v6only": both_versions, "routing_header": route_option,
    "ip_options": route_option,
}


# --- messages ---

class Message:
    """One of a call's, with an outcome of its own."""

    def __init__(self, call, err):
        self.name, self.err, self.arg = call.name, err, call.arg


def control(t, task, call, header):
    """Control messages: cmsg(3)."""
    for item in header.field("msg_control").items:
        level, kind = item.field("cmsg_level"), item.field("cmsg_type")
        request = Request("sendmsg", "sendmsg", level.name, kind)
        if request.deed in ("routing_header", "ip_options"):
            detour(t, task, call, request, bytes(
                value.num for value in item.field("cmsg_data").items),
                   call.arg(0))
        elif request.deed is None:
            t.emit(task, "syscall" if call.err == "EINVAL" else "priv",
                   "sendmsg(%d, %d)" % (level.num, kind.num), call.err)
        else:
            answer(t, task, call, request)
        if "SCM_RIGHTS" in kind.names:
            for value in item.field("cmsg_data").items:
                unread(t, task, call, value, "passed on")


def plain(value):
    """The bytes of a message, which strace may have taken apart."""
    if value.bytes is not None:
        return value.bytes
    if "nlmsg_type" in value.fields:
        return struct.pack("=IHHII", *(
            value.field("nlmsg_" + name).num for name in
            ("len", "type", "flags", "seq", "pid")))
    parts = [plain(item) for item in value.items]
    # Each message is filled up to a multiple of four.
    return b"".join(part + bytes(-len(part) % 4) for part in parts)


def asked(data):
    """Types of messages."""
    out = []
    while len(data) >= 16:
        length, kind = struct.unpack("=IH", data[:6])
        out.append(kind)
        if length < 16:
            break
        data = data[length + 3 & ~3:]
    return out


def protocol(t, value):
    """Of a netlink socket by name; None: it is none."""
    known = calls_net.lookup(t, value)
    return known.protocol if known and known.family == "netlink" else None


def netlink(t, task, call, parts):
    """What the kernel is asked for by netlink(7), in one place or several."""
    family = protocol(t, call.arg(0))
    if family is None:
        return
    for kind in asked(b"".join(plain(part) for part in parts)):
        name = TYPES.get(family, {}).get(kind, str(kind))
        if (family, name) not in HARMLESS:
            t.emit(task, "syscall" if (family, name) in LISTS else "priv",
                   "netlink(%s, %s)" % (family, name), call.err)


def unread(t, task, call, value, words="not read"):
    """A netlink socket gets bytes that are in no message here."""
    family = protocol(t, value)
    if family is not None:
        t.emit(task, "priv", "netlink(%s, %s)" % (family, words), call.err)


def message(t, task, call, header):
    control(t, task, call, header)
    netlink(t, task, call, [part.field("iov_base") for part in
                            header.field("msg_iov").items])


def submitted(t, task, call):
    """io_submit(2): what is written for the program later."""
    for item in call.arg(2).items:
        if item.field("aio_lio_opcode").num in (IOCB_PWRITE, IOCB_PWRITEV):
            unread(t, task, call, item.field("aio_fildes"))


def watch(t, task, call):
    """Calls that send; by write(2) the kernel is asked as well."""
    if call.name in ("write", "sendto"):
        netlink(t, task, call, [call.arg(1)])
    elif call.name in ("writev", "pwritev2"):
        netlink(t, task, call, [part.field("iov_base") for part in
                                call.arg(1).items])
    elif call.name in ("sendfile", "splice"):
        unread(t, task, call, call.arg(0 if call.name == "sendfile" else 2))
    elif call.name == "io_submit":
        submitted(t, task, call)
    elif call.name == "sendmsg":
        message(t, task, call, call.arg(1))
    elif call.name == "sendmmsg":
        for i, item in enumerate(call.arg(1).items):
            late = not call.err and i and i >= call.ret.num
            message(t, task, Message(call, "ECANCELED" if late else call.err),
                    item.field("msg_hdr"))


CALLS = {
    "setsockopt": option, "getsockopt": option, "fcntl": descriptor_control,
    "ioctl": device_control, "prctl": process_control,
}
