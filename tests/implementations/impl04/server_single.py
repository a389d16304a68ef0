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
from chat_crypto import SignatureError
from chat_protocol import FrameBuffer, ProtocolError
from chat_store import KEY_FILE, STORE_FILE, MessageStore, Room

LOG_FILE = "server.log"
HISTORY = 50
MAX_BACKLOG = 1024 * 1024

log = logging.getLogger("secure-chat")


class Client:
    """One connection, from accept() to close()."""

    def __init__(self, sock, address):
        self.socket = sock
        self.address = f"{address[0]}:{address[1]}"
        self.frames = FrameBuffer()
        self.outgoing = bytearray()
        self.session = None
        self.user = None
        self.ready = False
        self.closing = False

    def __str__(self):
        return f"{self.user or '?'}@{self.address}"


class ChatServer:
    """Accepts clients, admits them and passes messages between them."""

    def __init__(self, address, room, store):
        self._room = room
        self._store = store
        self._clients = set()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(address, backlog=16)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._handlers = {
            "message": self._on_message,
            "users": self._on_users,
            "quit": self._on_quit,
        }

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

    def close(self):
        """Close every connection and the listening socket."""
        for client in list(self._clients):
            self._drop(client, "server stops")
        self._selector.close()
        self._listener.close()

    # Connections

    def _accept(self):
        try:
            sock, address = self._listener.accept()
        except OSError as error:
            log.warning("accept: %s", error)
            return
        sock.setblocking(False)
        client = Client(sock, address)
        self._clients.add(client)
        self._selector.register(sock, selectors.EVENT_READ, client)
        log.info("%s: connected", client)

    def _handle(self, client, events):
        try:
            if events & selectors.EVENT_WRITE:
                self._flush(client)
            if events & selectors.EVENT_READ:
                self._receive(client)
        except SignatureError as error:
            log.warning("%s: rejected: %s", client, error)
            self._refuse(client, "signature or passphrase is wrong")
        except ProtocolError as error:
            log.warning("%s: rejected: %s", client, error)
            self._refuse(client, str(error))
        except OSError as error:
            self._drop(client, error.strerror or "connection lost")

    def _receive(self, client):
        data = client.socket.recv(chat_protocol.RECEIVE_SIZE)
        if not data:
            self._drop(client, "connection closed")
            return
        client.frames.feed(data)
        while not client.closing:
            frame = client.frames.next_frame()
            if frame is None:
                return
            self._on_frame(client, frame)

    def _queue(self, client, data):
        if client.closing:
            return
        client.outgoing += data
        if len(client.outgoing) > MAX_BACKLOG:
            self._drop(client, "does not read what it is sent")
            return
        events = selectors.EVENT_READ | selectors.EVENT_WRITE
        self._selector.modify(client.socket, events, client)

    def _flush(self, client):
        sent = client.socket.send(client.outgoing)
        del client.outgoing[:sent]
        if not client.outgoing:
            self._selector.modify(
                client.socket, selectors.EVENT_READ, client
            )

    def _refuse(self, client, reason):
        refusal = {"type": "refused", "reason": reason}
        frame = chat_protocol.pack_frame(chat_protocol.encode(refusal))
        try:
            client.socket.send(frame)
        except OSError:
            pass
        self._drop(client, "refused")

    def _drop(self, client, reason):
        if client.closing:
            return
        client.closing = True
        self._clients.discard(client)
        self._selector.unregister(client.socket)
        client.socket.close()
        log.info("%s: gone: %s", client, reason)
        if client.ready:
            self._broadcast({"type": "left", "user": client.user})

    # Messages

    def _on_frame(self, client, frame):
        if client.session is None:
            self._on_hello(client, frame)
            return
        message = client.session.open(frame)
        if not client.ready:
            self._on_ready(client, message)
            return
        handler = self._handlers.get(message["type"])
        if handler is None:
            raise ProtocolError(f"unknown message {message['type']!r}")
        handler(client, message)

    def _on_hello(self, client, frame):
        user, welcome, client.session = chat_protocol.accept_hello(
            frame, self._room.key, self._room.salt
        )
        if user in self._users():
            raise ProtocolError(f"{user} is in the room already")
        client.user = user
        self._queue(client, chat_protocol.pack_frame(welcome))

    def _on_ready(self, client, message):
        if message["type"] != "ready":
            raise ProtocolError("expected ready")
        if client.user in self._users():
            raise ProtocolError(f"{client.user} is in the room already")
        self._broadcast({"type": "joined", "user": client.user})
        client.ready = True
        self._send(client, {
            "type": "room",
            "users": self._users(),
            "history": self._store.recent(HISTORY),
        })
        log.info("%s: joined", client)

    def _on_message(self, client, message):
        text, recipient = message.get("text"), message.get("to")
        if not isinstance(text, str) or len(text) > chat_protocol.MAX_TEXT:
            raise ProtocolError("message text not acceptable")
        record = {
            "type": "message" if recipient is None else "private",
            "from": client.user,
            "text": text,
            "time": int(time.time()),
        }
        if recipient is None:
            self._store.append(record)
            self._broadcast(record)
        else:
            self._send_private(client, recipient, record)

    def _send_private(self, client, recipient, record):
        for other in self._clients:
            if other.ready and other.user == recipient:
                record["to"] = recipient
                self._store.append(record)
                self._send(other, record)
                self._send(client, record)
                return
        self._send(client, {
            "type": "error",
            "text": f"{recipient} is not in the room",
        })

    def _on_users(self, client, _message):
        self._send(client, {"type": "users", "users": self._users()})

    def _on_quit(self, client, _message):
        self._drop(client, "quit")

    def _send(self, client, message):
        self._queue(client, client.session.seal(message))

    def _broadcast(self, message):
        for client in list(self._clients):
            if client.ready:
                self._send(client, message)

    def _users(self):
        return sorted(c.user for c in self._clients if c.ready)


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


def main():
    """Start the server and run it until it is told to stop."""
    options = parse_arguments()
    start_logging(os.path.join(options.data, LOG_FILE))
    signal.signal(signal.SIGTERM, stop)
    room = Room.load_or_create(os.path.join(options.data, KEY_FILE))
    store = MessageStore(os.path.join(options.data, STORE_FILE), room)
    if store.damaged:
        log.warning("%d records do not verify", store.damaged)
    try:
        server = ChatServer((options.host, options.port), room, store)
    except OSError as error:
        log.error("%s:%d: %s", options.host, options.port, error.strerror)
        return 1
    store.append({"type": "start", "time": int(time.time())})
    log.info("listening on %s:%d", *server.address)
    announce(options.ready_fd, server.address[1])
    try:
        server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        log.info("stopped")
    finally:
        server.close()
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
