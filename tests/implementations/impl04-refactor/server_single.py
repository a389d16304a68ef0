"""Secure Chat v3: a chat server for many clients in a single thread.

Run it in a directory of its own: it keeps the room's key (room.key), the
message store (messages.store) and its log (server.log) there.
"""

import argparse
import logging
import os
import selectors
import signal
import socket
import sys
import time

import chat_protocol
import chat_store
from chat_crypto import SignatureError
from chat_protocol import FrameBuffer, ProtocolError

LOG_FILE = "server.log"
HISTORY = 50
MAX_BACKLOG = 1024 * 1024
READ = selectors.EVENT_READ
READ_WRITE = selectors.EVENT_READ | selectors.EVENT_WRITE

log = logging.getLogger("secure-chat")


class Peer:
    """The transport of one connection: bytes in, frames out, and back."""

    def __init__(self, sock, address, selector):
        self._socket = sock
        self._selector = selector
        self._frames = FrameBuffer()
        self._outgoing = bytearray()
        self.address = f"{address[0]}:{address[1]}"
        self.session = None
        self.user = None
        self.ready = False
        self.closed = False
        sock.setblocking(False)
        selector.register(sock, READ, self)

    def __str__(self):
        return f"{self.user or '?'}@{self.address}"

    def receive(self):
        """Yield the frames that arrived; EOFError at the end of the stream."""
        data = self._socket.recv(chat_protocol.RECEIVE_SIZE)
        if not data:
            raise EOFError("connection closed")
        self._frames.feed(data)
        while not self.closed:
            frame = self._frames.next_frame()
            if frame is None:
                return
            yield frame

    def queue(self, data):
        """Send DATA when the peer can take it; whether there is room."""
        self._outgoing += data
        self._selector.modify(self._socket, READ_WRITE, self)
        return len(self._outgoing) <= MAX_BACKLOG

    def flush(self):
        """Send what the socket takes now."""
        del self._outgoing[:self._socket.send(self._outgoing)]
        if not self._outgoing:
            self._selector.modify(self._socket, READ, self)

    def refuse(self, reason):
        """Say why, in the clear: the peer may not have our keys."""
        refusal = {"type": "refused", "reason": reason}
        frame = chat_protocol.pack_frame(chat_protocol.encode(refusal))
        try:
            self._socket.send(frame)
        except OSError:
            pass

    def close(self):
        """Hang up."""
        self.closed = True
        self._selector.unregister(self._socket)
        self._socket.close()


class Hub:
    """The people in the room and the rules they talk by."""

    def __init__(self, room, store):
        self._room = room
        self._store = store
        self._members = {}
        self._handlers = {
            "message": self._on_message,
            "users": self._on_users,
            "quit": self._on_quit,
        }

    def on_frame(self, peer, frame):
        """Handle one frame, whatever state the peer is in."""
        if peer.session is None:
            self._on_hello(peer, frame)
            return
        message = peer.session.open(frame)
        if not peer.ready:
            self._on_ready(peer, message)
            return
        handler = self._handlers.get(message["type"])
        if handler is None:
            raise ProtocolError(f"unknown message {message['type']!r}")
        handler(peer, message)

    def drop(self, peer, reason):
        """Forget a peer and tell the others."""
        if peer.closed:
            return
        peer.close()
        log.info("%s: gone: %s", peer, reason)
        if peer.ready:
            del self._members[peer.user]
            self._broadcast({"type": "left", "user": peer.user})

    def _on_hello(self, peer, frame):
        user, welcome, peer.session = chat_protocol.accept_hello(
            frame, self._room.key, self._room.salt
        )
        self._require_free(user)
        peer.user = user
        self._queue(peer, chat_protocol.pack_frame(welcome))

    def _on_ready(self, peer, message):
        if message["type"] != "ready":
            raise ProtocolError("expected ready")
        self._require_free(peer.user)
        self._broadcast({"type": "joined", "user": peer.user})
        peer.ready = True
        self._members[peer.user] = peer
        self._send(peer, {
            "type": "room",
            "users": sorted(self._members),
            "history": self._store.recent(HISTORY),
        })
        log.info("%s: joined", peer)

    def _require_free(self, user):
        if user in self._members:
            raise ProtocolError(f"{user} is in the room already")

    def _on_message(self, peer, message):
        text, recipient = message.get("text"), message.get("to")
        if not isinstance(text, str) or len(text) > chat_protocol.MAX_TEXT:
            raise ProtocolError("message text not acceptable")
        record = {"from": peer.user, "text": text, "time": int(time.time())}
        if recipient is None:
            record["type"] = "message"
            self._store.append(record)
            self._broadcast(record)
        else:
            record["type"] = "private"
            self._send_private(peer, recipient, record)

    def _send_private(self, peer, recipient, record):
        other = self._find(recipient)
        if other is None:
            self._send(peer, {
                "type": "error",
                "text": f"{recipient} is not in the room",
            })
            return
        record["to"] = recipient
        self._store.append(record)
        self._send(other, record)
        self._send(peer, record)

    def _find(self, user):
        return self._members.get(user) if isinstance(user, str) else None

    def _on_users(self, peer, _message):
        self._send(peer, {"type": "users", "users": sorted(self._members)})

    def _on_quit(self, peer, _message):
        self.drop(peer, "quit")

    def _broadcast(self, message):
        for peer in list(self._members.values()):
            self._send(peer, message)

    def _send(self, peer, message):
        self._queue(peer, peer.session.seal(message))

    def _queue(self, peer, data):
        if not peer.closed and not peer.queue(data):
            self.drop(peer, "does not read what it is sent")


class ChatServer:
    """The event loop: accepts peers and lets the hub handle their frames."""

    def __init__(self, address, hub):
        self._hub = hub
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(address, backlog=16)
        self._listener.setblocking(False)
        self._selector.register(self._listener, READ)

    @property
    def address(self):
        """Host and port that the server listens on."""
        return self._listener.getsockname()[:2]

    def serve_forever(self):
        """Handle events until an exception such as SystemExit ends it."""
        while True:
            for key, events in self._selector.select():
                if key.data is None:
                    self._accept()
                else:
                    self._handle(key.data, events)

    def _accept(self):
        try:
            sock, address = self._listener.accept()
        except OSError as error:
            log.warning("accept: %s", error)
            return
        peer = Peer(sock, address, self._selector)
        log.info("%s: connected", peer)

    def _handle(self, peer, events):
        if peer.closed:
            return
        try:
            if events & selectors.EVENT_WRITE:
                peer.flush()
            if events & selectors.EVENT_READ:
                for frame in peer.receive():
                    self._hub.on_frame(peer, frame)
        except SignatureError as error:
            self._reject(peer, error, "signature or passphrase is wrong")
        except ProtocolError as error:
            self._reject(peer, error, str(error))
        except EOFError as error:
            self._hub.drop(peer, error)
        except OSError as error:
            self._hub.drop(peer, error.strerror or "connection lost")

    def _reject(self, peer, error, reason):
        log.warning("%s: rejected: %s", peer, error)
        peer.refuse(reason)
        self._hub.drop(peer, "refused")

    def close(self):
        """Close every connection and the listening socket."""
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                self._hub.drop(key.data, "server stops")
        self._selector.close()
        self._listener.close()


def start_logging(path):
    """Log to a file and, for whoever watches, to standard output."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        handlers=[logging.FileHandler(path, encoding="utf-8"),
                  logging.StreamHandler(sys.stdout)],
    )


def announce(descriptor, port):
    """Tell the process that started the server that it is ready."""
    if descriptor is not None:
        os.write(descriptor, f"{port}\n".encode())
        os.close(descriptor)


def stop(_number, _frame):
    """End the server in an orderly way on SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", default=chat_protocol.DEFAULT_HOST,
                        help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int,
                        default=chat_protocol.DEFAULT_PORT,
                        help="port to listen on, 0 for any "
                        "(default: %(default)s)")
    parser.add_argument("--data", metavar="DIR", default=".",
                        help="where key, messages and log are kept "
                        "(default: the working directory)")
    parser.add_argument("--ready-fd", metavar="N", type=int,
                        help="write PORT and a newline to this descriptor "
                        "when clients can connect")
    return parser.parse_args()


def serve(server, store, ready_fd):
    """Run a server that listens already, until it is told to stop."""
    store.append({"type": "start", "time": int(time.time())})
    log.info("listening on %s:%d", *server.address)
    announce(ready_fd, server.address[1])
    try:
        server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        log.info("stopped")
    finally:
        server.close()
        store.close()


def main():
    """Start the server."""
    options = parse_arguments()
    start_logging(os.path.join(options.data, LOG_FILE))
    signal.signal(signal.SIGTERM, stop)
    room = chat_store.open_room(options.data)
    store = chat_store.MessageStore(options.data, room)
    if store.damaged:
        log.warning("%d records do not verify", store.damaged)
    try:
        server = ChatServer((options.host, options.port), Hub(room, store))
    except OSError as error:
        log.error("%s:%d: %s", options.host, options.port, error.strerror)
        return 1
    serve(server, store, options.ready_fd)
    return 0


if __name__ == "__main__":
    sys.exit(main())
