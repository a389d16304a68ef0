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
        self._path = path

    def prepare(self, name):
        """Create what is missing and return the user's identity."""
        with utils.database(self._path) as db:
            utils.create_schema(db)
            return server_keys.load_or_create_identity(db, name)

    def queue(self, kind, recipient, payload):
        """Put a message into the outbox; a new heartbeat replaces the old."""
        with utils.database(self._path) as db, utils.transaction(db):
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
        with utils.database(self._path) as db:
            rows = db.execute(
                "SELECT type, recipient, payload, id, queued FROM outbox"
                " ORDER BY queued, rowid LIMIT ?", (BATCH,)).fetchall()
        return [Envelope(kind, to, json.loads(payload), id=id_, time=time)
                for kind, to, payload, id_, time in rows]

    def pin_server(self, address, keys):
        """Remember a server's keys, or compare them."""
        with utils.database(self._path) as db:
            server_keys.pin_server(db, address, keys)

    def delivered(self, message):
        """Move a message from the outbox to the sent messages."""
        with utils.database(self._path) as db, utils.transaction(db):
            db.execute("DELETE FROM outbox WHERE id = ?", (message.id,))
            if message.type.startswith("MSG_"):
                self._keep(db, "out", message, message.to, message.payload)

    def received(self, message, payload):
        """Keep a message that the server passed on."""
        with utils.database(self._path) as db, utils.transaction(db):
            peer = str(payload.get("from", message.sender))
            self._keep(db, "in", message, peer, payload)

    @staticmethod
    def _keep(db, direction, message, peer, payload):
        db.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?)",
                   (message.id, direction, message.type, peer,
                    json.dumps(payload), message.time))

    def failed(self, error):
        """Note why the outbox could not be delivered."""
        with utils.database(self._path) as db, utils.transaction(db):
            db.execute("UPDATE outbox SET attempts = attempts + 1,"
                       " last_error = ?", (str(error),))

    def maintain(self):
        """Forget old messages; returns how many wait in the outbox."""
        with utils.database(self._path) as db, utils.transaction(db):
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
        with utils.database(self._path) as db:
            rows = db.execute(query).fetchall()
        return [f"{peer}: {json.loads(payload).get('text', '')}"
                for peer, payload in rows]


class Delivery:
    """One connection to the server: send the outbox, fetch what waits."""

    def __init__(self, address, identity, mailbox):
        self._address = address
        self._identity = identity
        self._mailbox = mailbox
        self._stream = None
        self._server = None

    def run(self, messages):
        """Deliver MESSAGES in order; returns how many were accepted."""
        with socket.create_connection(self._address, TIMEOUT) as sock:
            self._stream = sock.makefile("rwb")
            with self._stream:
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
        payload = message.payload
        if message.type != "USER_HELLO":
            payload = envelope.seal_payload(payload, self._server.box)
        sealed = Envelope(message.type, message.to, payload,
                          id=message.id, time=message.time)
        envelope.write(self._stream, sealed.sign(self._identity.sign_secret))
        self._await_ack(message.id)
        self._mailbox.delivered(message)

    def _await_ack(self, message_id):
        while True:
            answer = envelope.read(self._stream)
            answer.verify(self._server.sign)
            if answer.type == "USER_DELIVER":
                self._mailbox.received(answer, envelope.open_payload(
                    answer.payload, self._identity.box_secret))
            elif answer.type == "ACK":
                if answer.payload.get("msg_id") == message_id:
                    return
            elif answer.type == "ERROR":
                raise EnvelopeError(str(answer.payload.get("code")))


class Client:
    """The cycle of the program, and the user's commands."""

    def __init__(self, options):
        self._address = options.server
        self._cycles = options.cycles
        self._interval = options.interval
        self._mailbox = Mailbox(options.db)
        self._identity = self._mailbox.prepare(options.name)
        self._input = utils.LineInput(sys.stdin.fileno())
        self._running = True

    def run(self):
        """Announce ourselves, then work until the cycles are over."""
        say(f"{self._identity.name} is {self._identity.fingerprint}")
        self._announce()
        cycle = 0
        waiting = 0
        while self._running and (not self._cycles or cycle < self._cycles):
            cycle += 1
            waiting = self._cycle(cycle)
            for line in self._input.wait(self._interval):
                self._command(line)
        say(f"finished, {waiting} messages wait in the outbox")

    def _announce(self):
        name = self._identity.name
        self._mailbox.queue("USER_HELLO", "server", {
            "name": name, "keys": self._identity.public_keys()})
        self._mailbox.queue("CHANNEL_JOIN", PUBLIC, {"name": name})
        self._mailbox.queue("MSG_PUBLIC", PUBLIC,
                            {"text": f"{name} is here"})

    def _cycle(self, number):
        self._mailbox.queue("HEARTBEAT", "server", {"cycle": number})
        delivery = Delivery(self._address, self._identity, self._mailbox)
        try:
            count = delivery.run(self._mailbox.pending())
            say(f"cycle {number}: {count} delivered")
        except DELIVERY_ERRORS as error:
            self._mailbox.failed(error)
            say(f"cycle {number}: not delivered: {error}")
        return self._mailbox.maintain()

    def _command(self, line):
        name, colon, text = line.partition(":")
        if line == "/quit":
            self._running = False
        elif line in ("/outbox", "/inbox"):
            for entry in self._mailbox.listing(line[1:]):
                say(entry)
        elif colon and name.strip() == "all":
            self._mailbox.queue("MSG_PUBLIC", PUBLIC, {"text": text.strip()})
        elif colon and name.strip():
            self._mailbox.queue("MSG_PRIVATE", name.strip(),
                                {"text": text.strip()})
        elif line:
            say("commands: NAME: TEXT, all: TEXT, /outbox, /inbox, /quit")


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
