# SPDX-License-Identifier: Apache-2.0
"""Which bytes went over which connection, whichever call took them there.

strace shows what is written from memory.  What sendfile, splice and their
like move from pipes and files is kept here as it was written.
"""

import re

import calls_net
import log
import wire


class Pipe:
    """What went in, and how much of it came out."""

    def __init__(self):
        self.data = b""
        self.taken = 0
        self.known = True


def pipe_of(t, value):
    path = value.path or b""
    if not path.startswith(b"pipe:"):
        return None
    return t.pipes.setdefault(path, Pipe())


# --- bytes of a call ---

def joined(parts):
    """The bytes in front that strace shows."""
    out = b""
    for part in parts:
        base = part.field("iov_base")
        if part.field("iov_len").num == 0:
            continue
        out += base.bytes or b""
        if base.cut or base.bytes is None:
            break
    return out


def shown(call):
    """(bytes, descriptor) that a call takes from memory."""
    if call.name in ("writev", "vmsplice", "pwritev2"):
        return joined(call.arg(1).items)
    if call.name == "sendmsg":
        return joined(call.arg(1).field("msg_iov").items)
    return call.arg(1).bytes or b""


def source(t, call, value, offset, n):
    """The bytes that a call moves from a pipe or a file; None: not known."""
    pipe = pipe_of(t, value)
    if pipe:
        start = pipe.taken
        if call.name != "tee":
            pipe.taken += n
        data = pipe.data[start:start + n]
        return data if pipe.known and len(data) == n else None
    if value.path is None or not offset.items:
        return None
    start = offset.items[0].num
    whole = t.files.content(value.path)
    return None if whole is None else whole[start:start + n]


# --- where they go ---

def put(t, task, to, data, length, peer=None):
    """data: the beginning of `length` bytes, None when it is not known."""
    pipe = pipe_of(t, to)
    if pipe:
        pipe.data += data or b""
        pipe.known = pipe.known and data is not None and len(data) == length
        return
    known = calls_net.lookup(t, to)
    if not known or known.spoken not in ("tcp", "udp") or \
            not task.process.live:
        return
    peer = peer or known.peer
    if peer is None:
        return
    port = int(peer.rsplit(":", 1)[1])
    if data is None or len(data) < min(length, wire.SEGMENT_MAX):
        raise log.BadLog("bytes over a connection that nobody has seen")
    if known.spoken == "tcp":
        if known.stream is None:
            known.stream = wire.Stream(port, not known.accepted)
        tell(t, task.tid, peer, known.stream.sent(data, length))
    else:
        size = known.segment or len(data) or 1
        put_datagrams(t, task, known, peer, [
            wire.datagram(data[at:at + size], port)
            for at in range(0, len(data) or 1, size)])


def put_datagrams(t, task, known, peer, each):
    """Of one call.  What is no question is told once."""
    facts = [fact for facts in each for fact in facts or []
             if fact[0] == "net.dns"]
    spoken = [fact for facts in each for fact in facts or []
              if fact[0] == "net.spoken"][:1]
    if None in each:
        # To a resolver, and no question: it carries something else.
        facts.append(("net.send", None))
    elif spoken and peer not in known.told:
        known.told.add(peer)
        facts += spoken
    tell(t, task.tid, peer, facts, "", "udp")


def segmented(t, task, call):
    """So many bytes are one datagram of a longer message (udp(7))."""
    known = calls_net.lookup(t, call.arg(0))
    if known and "UDP_SEGMENT" in call.arg(2).names and call.arg(3).items:
        known.segment = call.arg(3).items[0].num


def question(t, task, data, err):
    found = wire.question(data)
    if found and task.process.live:
        tell(t, task.tid, "", found[1], err)


def tell(t, tid, peer, facts, err="", spoken="tcp"):
    # A mapped address is the socket's; what goes out is version 4.
    peer = re.sub(r"^\[::ffff:([0-9.]+)\]", r"\1", peer)
    # Any address is this host's own.
    peer = re.sub(r"^0\.0\.0\.0:", "127.0.0.1:", peer)
    peer = re.sub(r"^\[::\]:", "[::1]:", peer)
    for kind, words in facts:
        text = words if kind == "net.dns" else \
            "udp " + peer if kind == "net.send" else \
            "%s %s %s" % (spoken, peer, words)
        t.facts.add(kind, calls_net.names.words(text.encode("latin-1")), err,
                    t.now, tid)


def finish(t):
    """Messages that never became whole."""
    for known in t.sockets.values():
        if known.stream and known.stream.open:
            tell(t, 0, known.peer, known.stream.ended())


# --- calls ---

def written(t, task, call):
    put(t, task, call.arg(0), shown(call), call.ret.num,
        fast_open(t, task, call))


def fast_open(t, task, call):
    """An address where data goes: a datagram's, or of a new connection."""
    sa = {"sendto": call.arg(4), "sendmsg": call.arg(1).field("msg_name")}
    sa = sa.get(call.name)
    if sa is None or not sa.fields:
        return None
    return addressed(t, call.arg(0), sa, call.arg(3).names)


def addressed(t, fd, sa, flags):
    known = calls_net.lookup(t, fd)
    if not known or known.spoken not in ("tcp", "udp"):
        return None
    text, _ = calls_net.address(t, None, sa)
    if known.spoken == "udp":
        return text
    if "MSG_FASTOPEN" in flags:
        known.peer = text
    return None


def messages(t, task, call):
    for item in call.arg(1).items[:call.ret.num]:
        header = item.field("msg_hdr")
        data = joined(header.field("msg_iov").items)
        sa = header.field("msg_name")
        put(t, task, call.arg(0), data, item.field("msg_len").num or
            len(data), addressed(t, call.arg(0), sa, []) if sa.fields
            else None)


def taken(t, task, call):
    """Read by somebody: it is no longer in the pipe."""
    pipe = pipe_of(t, call.arg(0))
    if pipe:
        pipe.taken += call.ret.num


def moved(t, task, call):
    if call.name == "sendfile":
        to, value, offset = call.arg(0), call.arg(1), call.arg(2)
    elif call.name == "tee":
        value, to, offset = call.arg(0), call.arg(1), log.Value()
    else:
        value, to, offset = call.arg(0), call.arg(2), call.arg(1)
    n = call.ret.num
    put(t, task, to, source(t, call, value, offset, n), n)


CALLS = {"splice": moved, "tee": moved, "sendfile": moved,
         "sendmmsg": messages, "read": taken, "readv": taken,
         "setsockopt": segmented}
for _name in ("write", "writev", "vmsplice", "sendto", "sendmsg"):
    CALLS[_name] = written


def watch(t, task, call):
    """Before a call is translated."""
    handler = CALLS.get(call.name)
    if handler and not call.err and (call.ret.num or handler == segmented):
        handler(t, task, call)
