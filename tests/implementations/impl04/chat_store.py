"""What the server keeps on disk: the room's key and the message store."""

import base64
import json
import os
import secrets

import chat_crypto
from chat_crypto import BoxKeys, SignatureError

KEY_FILE = "room.key"
STORE_FILE = "messages.store"
NONCE_BYTES = 16
SALT_BYTES = 16


class Room:
    """The passphrase that admits users, and the salt it is stretched with."""

    def __init__(self, passphrase, salt):
        self.passphrase = passphrase
        self.salt = salt
        self.key = chat_crypto.stretch(passphrase, salt)

    @classmethod
    def load_or_create(cls, path):
        """Read the room's key file; on first start, write a new one."""
        try:
            with open(path, encoding="utf-8") as file:
                saved = json.load(file)
        except FileNotFoundError:
            room = cls(secrets.token_urlsafe(12), os.urandom(SALT_BYTES))
            room.save(path)
            return room
        return cls(saved["passphrase"], bytes.fromhex(saved["salt"]))

    def save(self, path):
        """Write the key file, readable by its owner only."""
        saved = {"passphrase": self.passphrase, "salt": self.salt.hex()}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(saved, file, indent=4)
            file.write("\n")


class MessageStore:
    """An append-only file of sealed records, one a line.

    Records are encrypted and signed with keys that only the passphrase
    gives. Lines that do not verify are counted and skipped, not believed.
    """

    def __init__(self, path, room):
        self._keys = BoxKeys.derive(room.key, room.salt, b"message store")
        self._file = open(path, "a+b", buffering=0)
        self.records = []
        self.damaged = 0
        self._load()

    def _load(self):
        self._file.seek(0)
        for line in self._file.read().splitlines():
            try:
                self.records.append(self._open_line(line))
            except (SignatureError, ValueError):
                self.damaged += 1

    def _open_line(self, line):
        box = base64.b64decode(line, validate=True)
        nonce, box = box[:NONCE_BYTES], box[NONCE_BYTES:]
        return json.loads(chat_crypto.unseal(self._keys, nonce, box))

    def append(self, record):
        """Add a record and put it on disk in one write."""
        nonce = os.urandom(NONCE_BYTES)
        box = chat_crypto.seal(self._keys, nonce, json.dumps(record).encode())
        self._file.write(base64.b64encode(nonce + box) + b"\n")
        self.records.append(record)

    def recent(self, count):
        """The last COUNT public messages."""
        public = [r for r in self.records if r["type"] == "message"]
        return public[-count:]

    def close(self):
        """Close the file."""
        self._file.close()
