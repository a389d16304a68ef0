"""SOCP client: queues messages and delivers them when its server is there.

Lines on standard input are commands: "NAME: TEXT" sends TEXT to a user,
"all: TEXT" to the public channel, "/outbox" and "/inbox" list what is kept,
"/quit" ends the client.
"""

import argparse
import json
import os
import socket
import sys

import cli_crypto
import envelope
import server_keys
import utils
from envelope import Envelope, EnvelopeError

DEFAULT_SERVER = "127.0.0.1:9005"
DEFAULT_DB = "socp.db"
PUBLIC = "*"
TIMEOUT = 5.0
BATCH = 100
KEEP_MS = 30 * 24 * 3600 * 1000

DELIVERY_ERRORS = (OSError, EnvelopeError, cli_crypto.CryptoError,
                   server_keys.KeyMismatch)


class Mailbox:
    """Outbox and received messages, in the database."""

    def __init__(self, path):
        self._database = utils.Database(path)

    def prepare(self, name):
        """Create what is missing and return the user's identity."""
        with self._database.opened() as db:
            utils.create_schema(db)
            return server_keys.load_or_create_identity(db, name)

    def queue(self, kind, recipient, payload):
        """Put a message into the outbox; a new heartbeat replaces the old."""
        with self._database.changing() as db:
            if kind == "HEARTBEAT":
                db.execute("DELETE FROM outbox WHERE type = ?", (kind,))
            db.execute(
                "INSERT INTO outbox (id, type, recipient, payload, queued)"
                " VALUES (?, ?, ?, ?, ?)",
                (utils.new_id(), kind, recipient, json.dumps(payload),
                 utils.now_ms()),
            )

    def pending(self):
        """The messages to deliver, oldest first, as envelopes."""
        with self._database.opened() as db:
            rows = db.execute(
                "SELECT type, recipient, payload, id, queued FROM outbox"
                " ORDER BY queued, rowid LIMIT ?", (BATCH,)).fetchall()
        return [Envelope(kind, to, json.loads(payload), id=id_, time=time)
                for kind, to, payload, id_, time in rows]

    def pin_server(self, address, keys):
        """Remember a server's keys, or compare them."""
        with self._database.opened() as db:
            server_keys.pin_server(db, address, keys)

    def delivered(self, message):
        """Move a message from the outbox to the sent messages."""
        with self._database.changing() as db:
            db.execute("DELETE FROM outbox WHERE id = ?", (message.id,))
            if message.type.startswith("MSG_"):
                self._keep(db, "out", message, message.to, message.payload)

    def received(self, message, payload):
        """Keep a message that the server passed on."""
        with self._database.changing() as db:
            peer = str(payload.get("from", message.sender))
            self._keep(db, "in", message, peer, payload)

    @staticmethod
    def _keep(db, direction, message, peer, payload):
        db.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?)",
                   (message.id, direction, message.type, peer,
                    json.dumps(payload), message.time))

    def failed(self, error):
        """Note why the outbox could not be delivered."""
        with self._database.changing() as db:
            db.execute("UPDATE outbox SET attempts = attempts + 1,"
                       " last_error = ?", (str(error),))

    def maintain(self):
        """Forget old messages; returns how many wait in the outbox."""
        with self._database.changing() as db:
            db.execute("DELETE FROM messages WHERE time < ?",
                       (utils.now_ms() - KEEP_MS,))
            return db.execute("SELECT count(*) FROM outbox").fetchone()[0]

    def listing(self, table):
        """Lines that show the outbox or the messages to the user."""
        query = {
            "outbox": "SELECT recipient, payload FROM outbox"
                      " WHERE type LIKE 'MSG_%' ORDER BY queued",
            "inbox": "SELECT peer, payload FROM messages"
                     " WHERE direction = 'in' ORDER BY time",
        }[table]
        with self._database.opened() as db:
            rows = db.execute(query).fetchall()
        return [f"{peer}: {json.loads(payload).get('text', '')}"
                for peer, payload in rows]


class Courier:
    """Carries the outbox to the server and brings back what waits there."""

    def __init__(self, address, identity, mailbox):
        self._address = address
        self._identity = identity
        self._mailbox = mailbox
        self._stream = None
        self._server = None
        self._receivers = {
            "USER_DELIVER": self._on_deliver,
            "ERROR": self._on_error,
        }

    def run(self):
        """Deliver what is pending; returns how many were accepted."""
        messages = self._mailbox.pending()
        with socket.create_connection(self._address, TIMEOUT) as sock, \
                sock.makefile("rwb") as self._stream:
            self._greet()
            for message in messages:
                self._deliver(message)
        return len(messages)

    def _greet(self):
        welcome = envelope.read(self._stream)
        if welcome.type != "SERVER_WELCOME":
            raise EnvelopeError(f"expected a welcome, got {welcome.type}")
        self._server = server_keys.parse_public_keys(welcome.payload)
        welcome.verify(self._server.sign)
        host, port = self._address
        self._mailbox.pin_server(f"{host}:{port}", self._server)

    def _deliver(self, message):
        envelope.write(self._stream, self._prepare(message))
        while not self._is_ack(message):
            pass
        self._mailbox.delivered(message)

    def _prepare(self, message):
        payload = message.payload
        if message.type != "USER_HELLO":
            payload = cli_crypto.seal_payload(payload, self._server.box)
        return Envelope(
            message.type, message.to, payload, id=message.id,
            time=message.time).sign(self._identity.sign_secret)

    def _is_ack(self, message):
        answer = envelope.read(self._stream)
        answer.verify(self._server.sign)
        if answer.type == "ACK":
            return answer.payload.get("msg_id") == message.id
        receiver = self._receivers.get(answer.type)
        if receiver is not None:
            receiver(answer)
        return False

    def _on_deliver(self, answer):
        self._mailbox.received(answer, cli_crypto.open_payload(
            answer.payload, self._identity.box_secret))

    @staticmethod
    def _on_error(answer):
        raise EnvelopeError(str(answer.payload.get("code")))


class Commands:
    """What the user may type."""

    def __init__(self, mailbox):
        self._mailbox = mailbox
        self.quit = False

    def run(self, line):
        """Carry out one line."""
        name, colon, text = (part.strip() for part in line.partition(":"))
        if line == "/quit":
            self.quit = True
        elif line in ("/outbox", "/inbox"):
            for entry in self._mailbox.listing(line[1:]):
                say(entry)
        elif colon and name:
            self._queue(name, text)
        elif line:
            say("commands: NAME: TEXT, all: TEXT, /outbox, /inbox, /quit")

    def _queue(self, name, text):
        if name == "all":
            self._mailbox.queue("MSG_PUBLIC", PUBLIC, {"text": text})
        else:
            self._mailbox.queue("MSG_PRIVATE", name, {"text": text})


class Client:
    """The cycle of the program."""

    def __init__(self, options):
        self._address = options.server
        self._cycles = options.cycles
        self._interval = options.interval
        self._mailbox = Mailbox(options.db)
        self._identity = self._mailbox.prepare(options.name)
        self._commands = Commands(self._mailbox)
        self._input = utils.LineInput(sys.stdin.fileno())

    def run(self):
        """Announce ourselves, then work until the cycles are over."""
        say(f"{self._identity.name} is {self._identity.fingerprint}")
        self._announce()
        cycle = waiting = 0
        while not self._commands.quit and not self._is_last(cycle):
            cycle += 1
            waiting = self._cycle(cycle)
            for line in self._input.wait(self._interval):
                self._commands.run(line)
        say(f"finished, {waiting} messages wait in the outbox")

    def _is_last(self, cycle):
        return self._cycles and cycle >= self._cycles

    def _announce(self):
        name = self._identity.name
        for kind, recipient, payload in (
            ("USER_HELLO", "server",
             {"name": name, "keys": self._identity.public_keys()}),
            ("CHANNEL_JOIN", PUBLIC, {"name": name}),
            ("MSG_PUBLIC", PUBLIC, {"text": f"{name} is here"}),
        ):
            self._mailbox.queue(kind, recipient, payload)

    def _cycle(self, number):
        self._mailbox.queue("HEARTBEAT", "server", {"cycle": number})
        courier = Courier(self._address, self._identity, self._mailbox)
        try:
            say(f"cycle {number}: {courier.run()} delivered")
        except DELIVERY_ERRORS as error:
            self._mailbox.failed(error)
            say(f"cycle {number}: not delivered: {error}")
        return self._mailbox.maintain()


def say(text):
    """Tell the user, at once even through a pipe."""
    print(text, flush=True)


def address(text):
    """Type of the --server option."""
    try:
        return utils.parse_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default=os.environ.get("USER", "user"),
                        help="user name (default: $USER)")
    parser.add_argument("--server", type=address, metavar="HOST:PORT",
                        default=DEFAULT_SERVER,
                        help="server to deliver to (default: %(default)s)")
    parser.add_argument("--db", default=DEFAULT_DB, metavar="FILE",
                        help="database (default: %(default)s)")
    parser.add_argument("--cycles", type=int, default=3, metavar="N",
                        help="end after N cycles, 0 for never "
                        "(default: %(default)s)")
    parser.add_argument("--interval", type=float, default=1.0, metavar="SEC",
                        help="seconds between cycles (default: %(default)s)")
    return parser.parse_args()


def main():
    """Run the client until it is finished."""
    try:
        Client(parse_arguments()).run()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
