"""Small helpers of the SOCP client: database, input, time, encoding."""

import base64
import contextlib
import os
import select
import sqlite3
import time
import uuid

BUSY_TIMEOUT = 5.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (
    name TEXT PRIMARY KEY,
    sign_secret BLOB NOT NULL,
    box_secret BLOB NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS servers (
    address TEXT PRIMARY KEY,
    sign_key BLOB NOT NULL,
    box_key BLOB NOT NULL,
    first_seen INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS outbox (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    recipient TEXT NOT NULL,
    payload TEXT NOT NULL,
    queued INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT
);
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    type TEXT NOT NULL,
    peer TEXT NOT NULL,
    payload TEXT NOT NULL,
    time INTEGER NOT NULL
);
"""


class Database:
    """A database that is open only while somebody works with it.

    Connections are short on purpose: between two cycles the file may be
    copied, and another client may use it.
    """

    def __init__(self, path):
        self._path = path

    @contextlib.contextmanager
    def opened(self):
        """Open the database for one piece of work and close it again."""
        db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT,
                             isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = DELETE")
            yield db
        finally:
            db.close()

    @contextlib.contextmanager
    def changing(self):
        """Open it for a single transaction."""
        with self.opened() as db, transaction(db):
            yield db


@contextlib.contextmanager
def transaction(db):
    """All of the block or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def create_schema(db):
    """Create the tables that are not there yet."""
    with transaction(db):
        for statement in SCHEMA.split(";\n"):
            db.execute(statement)


class LineInput:
    """Lines from a descriptor, waited for no longer than one wants."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._pending = b""
        self.open = True

    def wait(self, seconds):
        """Let SECONDS pass; return the lines that arrived meanwhile."""
        lines = []
        deadline = time.monotonic() + seconds
        while self.open and (left := deadline - time.monotonic()) > 0:
            if not select.select([self._descriptor], [], [], left)[0]:
                return lines
            lines += self._read()
        time.sleep(max(0, deadline - time.monotonic()))
        return lines

    def _read(self):
        data = os.read(self._descriptor, 4096)
        if not data:
            self.open = False
            data = b"\n" if self._pending else b""
        *lines, self._pending = (self._pending + data).split(b"\n")
        return [line.decode(errors="replace").strip() for line in lines]


def parse_address(text):
    """Split HOST:PORT."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


def b64(data):
    """Bytes as text."""
    return base64.b64encode(data).decode("ascii")


def unb64(text):
    """Text as bytes; raises ValueError if it is not base64."""
    return base64.b64decode(text, validate=True)


def new_id():
    """A name for an envelope that nobody else uses."""
    return str(uuid.uuid4())


def now_ms():
    """The time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
