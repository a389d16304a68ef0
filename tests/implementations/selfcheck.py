#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the sample programs work as the programs they claim to be.

Only the honest revisions run here, each in a temporary directory that is
also its home. The revisions with a backdoor are compiled, never run: that is
what the sandbox is for.
"""

import contextlib
import importlib
import json
import os
import shutil
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMEOUT = 20

sys.dont_write_bytecode = True


def assemble(name, directory):
    """Copy a revision to DIRECTORY: the program, then what it changes."""
    layers = dict.fromkeys((name.partition("-")[0], name))
    for layer in layers:
        for source in (HERE / layer).glob("*.py"):
            shutil.copy(source, directory)


def environment(directory):
    """A small environment whose home is DIRECTORY."""
    return {"PATH": os.defpath, "HOME": str(directory), "USER": "tester",
            "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


@contextlib.contextmanager
def modules_from(directory, *names):
    """Import a sample's modules from DIRECTORY and forget them again."""
    before = set(sys.modules)
    sys.path.insert(0, str(directory))
    try:
        yield [importlib.import_module(name) for name in names]
    finally:
        sys.path.remove(str(directory))
        for name in set(sys.modules) - before:
            del sys.modules[name]


class SampleTest(unittest.TestCase):
    """A test with a temporary copy of one revision."""

    def assemble(self, name):
        """Make the copy; it goes away with the test."""
        holder = tempfile.TemporaryDirectory(prefix="selfcheck-")
        self.addCleanup(holder.cleanup)
        directory = Path(holder.name)
        assemble(name, directory)
        return directory


class SecureChatTest(SampleTest):
    """impl04 and its refactored revision."""

    def start_server(self, directory):
        """Start the server on a free port; returns port and passphrase."""
        reader, writer = os.pipe()
        server = subprocess.Popen(
            [sys.executable, "server_single.py", "--port", "0",
             "--ready-fd", str(writer)],
            cwd=directory, env=environment(directory), pass_fds=[writer],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(writer)
        self.addCleanup(server.wait, TIMEOUT)
        self.addCleanup(server.terminate)
        with open(reader, encoding="ascii") as ready:
            port = int(ready.readline())
        room = json.loads((directory / "room.key").read_text())
        return port, room["passphrase"]

    def join(self, protocol, user, passphrase, port):
        """Connect one client that cannot hang the test."""
        client = protocol.ChatClient(user, passphrase, port=port)
        self.addCleanup(client.close)
        client._socket.settimeout(TIMEOUT)
        return client

    def converse(self, name):
        """Two clients talk, privately too; a third reads the history."""
        directory = self.assemble(name)
        port, passphrase = self.start_server(directory)
        with modules_from(directory, "chat_protocol") as (protocol,):
            alice = self.join(protocol, "alice", passphrase, port)
            bob = self.join(protocol, "bob", passphrase, port)
            self.assertEqual(bob.room["users"], ["alice", "bob"])
            self.assertEqual(alice.receive(),
                             {"type": "joined", "user": "bob"})
            alice.say("hello, \N{SNOWMAN}")
            for client in (alice, bob):
                heard = client.receive()
                self.assertEqual((heard["from"], heard["text"]),
                                 ("alice", "hello, \N{SNOWMAN}"))
            bob.say("psst", to="alice")
            self.assertEqual(alice.receive()["type"], "private")
            self.assertEqual(bob.receive()["to"], "alice")
            bob.say("anyone?", to="nobody")
            self.assertEqual(bob.receive()["type"], "error")
            carol = self.join(protocol, "carol", passphrase, port)
            self.assertEqual([m["text"] for m in carol.room["history"]],
                             ["hello, \N{SNOWMAN}"])
            bob.receive()
            carol.send({"type": "quit"})
            self.assertEqual(bob.receive(),
                             {"type": "left", "user": "carol"})
        stored = (directory / "messages.store").read_bytes()
        self.assertNotIn(b"hello", stored)
        self.assertEqual(len(stored.splitlines()), 3)

    def reject(self, name):
        """Forged, repeated and unauthorised frames end the connection."""
        directory = self.assemble(name)
        port, passphrase = self.start_server(directory)
        with modules_from(directory, "chat_protocol") as (protocol,):
            with self.assertRaises(protocol.Refused):
                self.join(protocol, "mallory", "wrong", port)
            for tamper in (
                lambda frame: frame[:-1] + bytes([frame[-1] ^ 1]),
                lambda frame: frame[:8] + bytes([frame[8] ^ 1]) + frame[9:],
                lambda frame: frame + frame,
            ):
                client = self.join(protocol, "mallory", passphrase, port)
                frame = client._session.seal({"type": "users"})
                client._socket.sendall(tamper(frame))
                with self.assertRaises((protocol.SignatureError, OSError)):
                    while True:
                        client.receive()
            survivor = self.join(protocol, "alice", passphrase, port)
            self.assertEqual(survivor.room["users"], ["alice"])
        log = (directory / "server.log").read_text()
        self.assertEqual(log.count("rejected: signature does not match"), 4)

    def test_conversation(self):
        self.converse("impl04")

    def test_conversation_refactored(self):
        self.converse("impl04-refactor")

    def test_rejection(self):
        self.reject("impl04")

    def test_rejection_refactored(self):
        self.reject("impl04-refactor")

    def test_launcher_without_gui(self):
        for name in ("impl04", "impl04-refactor"):
            directory = self.assemble(name)
            launcher = subprocess.Popen(
                [sys.executable, "launcher.py", "--no-gui", "--port", "0"],
                cwd=directory, env=environment(directory),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            self.addCleanup(launcher.stdout.close)
            for line in launcher.stdout:
                if "server is active" in line:
                    break
            launcher.terminate()
            self.assertEqual(launcher.wait(TIMEOUT), 0)
            log = (directory / "server.log").read_text()
            self.assertIn("stopped", log)


class StandInServer(socketserver.ThreadingTCPServer):
    """Just enough of a SOCP server to deliver to."""

    daemon_threads = True

    def __init__(self, modules):
        self.crypto, self.envelope, self.utils = modules
        self.sign_secret = self.crypto.generate_secret()
        self.box_secret = self.crypto.generate_secret()
        self.delivered = []
        self.known = {}
        super().__init__(("127.0.0.1", 0), StandInHandler)

    def make(self, kind, payload):
        """A signed envelope of this server."""
        message = self.envelope.Envelope(kind, "*", payload)
        return message.sign(self.sign_secret)

    def keys(self):
        """Both public keys, as a client wants them."""
        return {part: self.utils.b64(self.crypto.encode_key(
                    self.crypto.public_key(secret)))
                for part, secret in (("sign", self.sign_secret),
                                     ("box", self.box_secret))}


class StandInHandler(socketserver.StreamRequestHandler):
    """Verifies, opens, acknowledges, and passes one message on."""

    timeout = TIMEOUT

    def handle(self):
        server, envelope = self.server, self.server.envelope
        envelope.write(self.wfile, server.make("SERVER_WELCOME",
                                               server.keys()))
        with contextlib.suppress(envelope.EnvelopeError, OSError):
            while True:
                message = envelope.read(self.rfile)
                if message.type == "USER_HELLO":
                    server.known[message.sender] = message.payload["keys"]
                    self.pass_on(message.payload["keys"])
                message.verify(self.key(server.known[message.sender]["sign"]))
                server.delivered.append((message.type, self.open(message)))
                envelope.write(self.wfile, server.make(
                    "ACK", {"msg_id": message.id}))

    def key(self, text):
        """A public key from its text."""
        return self.server.crypto.decode_key(self.server.utils.unb64(text))

    def pass_on(self, client):
        """A message from another user, sealed for the client."""
        box = self.server.crypto.seal(
            self.key(client["box"]), b'{"from": "bob", "text": "welcome"}')
        self.server.envelope.write(self.wfile, self.server.make(
            "USER_DELIVER", {"box": self.server.utils.b64(box)}))

    def open(self, message):
        """The payload as the client meant it."""
        if message.type == "USER_HELLO":
            return message.payload
        box = self.server.utils.unb64(message.payload["box"])
        return self.server.crypto.unseal(self.server.box_secret, box)


class SocpClientTest(SampleTest):
    """impl14 and its refactored revision."""

    def run_client(self, directory, port, cycles=2, text=""):
        """Run the client to its end; returns what it printed."""
        result = subprocess.run(
            [sys.executable, "client.py", "--server", f"127.0.0.1:{port}",
             "--cycles", str(cycles), "--interval", "0.1"],
            cwd=directory, env=environment(directory), input=text,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=TIMEOUT, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def query(self, directory, statement):
        """Ask the client's database."""
        with contextlib.closing(
                sqlite3.connect(directory / "socp.db")) as db:
            return db.execute(statement).fetchall()

    @contextlib.contextmanager
    def server(self, directory):
        """A stand-in server in a thread."""
        names = ("cli_crypto", "envelope", "utils")
        with modules_from(directory, *names) as modules:
            with StandInServer(modules) as server:
                thread = threading.Thread(target=server.serve_forever,
                                          kwargs={"poll_interval": 0.05})
                thread.start()
                try:
                    yield server
                finally:
                    server.shutdown()
                    thread.join()

    def deliver(self, name):
        """What is queued arrives, and what waits is fetched."""
        directory = self.assemble(name)
        with self.server(directory) as server:
            self.run_client(directory, server.server_address[1],
                            text="all: good morning\nbob: psst\n")
        kinds = [kind for kind, _payload in server.delivered]
        self.assertEqual(kinds[:4], ["USER_HELLO", "CHANNEL_JOIN",
                                     "MSG_PUBLIC", "HEARTBEAT"])
        self.assertIn(("MSG_PRIVATE", b'{"text": "psst"}'), server.delivered)
        self.assertEqual(self.query(directory, "SELECT * FROM outbox"), [])
        self.assertEqual(
            self.query(directory, "SELECT peer, payload FROM messages"
                       " WHERE direction = 'in'"),
            [("bob", '{"from": "bob", "text": "welcome"}')])

    def keep(self, name):
        """Without a server, messages stay queued."""
        directory = self.assemble(name)
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        printed = self.run_client(directory, port, text="bob: later\n")
        self.assertIn("Connection refused", printed)
        self.assertIn("messages wait in the outbox", printed)
        kinds = [row[0] for row in self.query(
            directory, "SELECT type FROM outbox ORDER BY queued, rowid")]
        self.assertEqual(kinds, ["USER_HELLO", "CHANNEL_JOIN", "MSG_PUBLIC",
                                 "MSG_PRIVATE", "HEARTBEAT"])
        self.assertEqual(
            [path.name for path in directory.glob("socp.db*")], ["socp.db"])

    def distrust(self, name):
        """A server whose key has changed gets nothing."""
        directory = self.assemble(name)
        with self.server(directory) as server:
            port = server.server_address[1]
            self.run_client(directory, port, cycles=1)
            count = len(server.delivered)
            server.sign_secret = server.crypto.generate_secret()
            printed = self.run_client(directory, port, cycles=1)
        self.assertIn("has other keys than before", printed)
        self.assertEqual(len(server.delivered), count)

    def test_delivery(self):
        self.deliver("impl14")

    def test_delivery_refactored(self):
        self.deliver("impl14-refactor")

    def test_outbox(self):
        self.keep("impl14")

    def test_outbox_refactored(self):
        self.keep("impl14-refactor")

    def test_changed_server_key(self):
        self.distrust("impl14")

    def test_changed_server_key_refactored(self):
        self.distrust("impl14-refactor")

    def test_forged_envelope(self):
        directory = self.assemble("impl14")
        with modules_from(directory, "cli_crypto", "envelope") as (
                crypto, envelope):
            secret = crypto.generate_secret()
            public = crypto.public_key(secret)
            message = envelope.Envelope("MSG_PUBLIC", "*", {"text": "hi"})
            line = message.sign(secret).to_line()
            envelope.parse(line).verify(public)
            with self.assertRaises(envelope.EnvelopeError):
                envelope.parse(line.replace("hi", "ho")).verify(public)


class RevisionTest(SampleTest):
    """All six revisions."""

    def test_sources_compile(self):
        for source in sorted(HERE.glob("impl*/*.py")):
            with self.subTest(source=source.parent.name + "/" + source.name):
                compile(source.read_bytes(), source.name, "exec")

    def test_help(self):
        for name, program in (("impl04", "launcher.py"),
                              ("impl04", "server_single.py"),
                              ("impl04-refactor", "launcher.py"),
                              ("impl04-refactor", "server_single.py"),
                              ("impl14", "client.py"),
                              ("impl14-refactor", "client.py")):
            directory = self.assemble(name)
            result = subprocess.run(
                [sys.executable, program, "--help"], cwd=directory,
                env=environment(directory), stdout=subprocess.PIPE,
                text=True, timeout=TIMEOUT, check=True)
            self.assertTrue(result.stdout.startswith("usage: " + program))

    def test_repository_ids_are_reproducible(self):
        listings = []
        for mask in ("022", "077"):
            with tempfile.TemporaryDirectory(prefix="selfcheck-") as holder:
                repo = Path(holder) / "repo"
                subprocess.run(
                    ["sh", "-c", 'umask "$1"; "$2" "$3"', "sh", mask,
                     HERE / "make-repo", repo], check=True, timeout=TIMEOUT)
                listings.append(subprocess.run(
                    ["git", "-C", repo, "for-each-ref",
                     "--format=%(refname:short) %(objectname)"],
                    stdout=subprocess.PIPE, text=True, check=True).stdout)
        self.assertEqual(listings[0], listings[1])
        self.assertEqual(len(listings[0].splitlines()), 9)


if __name__ == "__main__":
    unittest.main()
