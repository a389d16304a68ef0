"""Envelopes: the signed JSON objects that SOCP sends, one a line.

    {"id", "type", "from", "to", "time", "payload", "signature"}

The signature covers the other six fields in canonical form (sorted keys, no
blanks, UTF-8). "from" is the fingerprint of the key that signed.
"""

import json
from dataclasses import dataclass, field

import cli_crypto
import utils

MAX_LINE = 256 * 1024
FIELDS = {"id": str, "type": str, "from": str, "to": str, "time": int,
          "payload": dict, "signature": str}


class EnvelopeError(Exception):
    """A line is no envelope, or its signature is wrong."""


@dataclass
class Envelope:
    """One message, on its way in or out."""

    type: str
    to: str
    payload: dict
    sender: str = ""
    id: str = field(default_factory=utils.new_id)
    time: int = field(default_factory=utils.now_ms)
    signature: bytes = b""

    def canonical(self):
        """The bytes that are signed."""
        return json.dumps(self._signed_fields(), sort_keys=True,
                          separators=(",", ":"), ensure_ascii=False).encode()

    def sign(self, secret):
        """Sign with SECRET and name its owner as the sender."""
        self.sender = cli_crypto.fingerprint(cli_crypto.public_key(secret))
        self.signature = cli_crypto.sign(secret, self.canonical())
        return self

    def verify(self, public):
        """Raise EnvelopeError unless the owner of PUBLIC signed this."""
        if self.sender != cli_crypto.fingerprint(public):
            raise EnvelopeError(f"{self.type} is from {self.sender}")
        if not cli_crypto.verify(public, self.canonical(), self.signature):
            raise EnvelopeError(f"{self.type} has a wrong signature")

    def to_line(self):
        """Serialise for the wire or the outbox."""
        fields = self._signed_fields()
        fields["signature"] = utils.b64(self.signature)
        return json.dumps(fields, separators=(",", ":")) + "\n"

    def _signed_fields(self):
        return {"id": self.id, "type": self.type, "from": self.sender,
                "to": self.to, "time": self.time, "payload": self.payload}


def parse(line):
    """Parse one line; the signature is not verified yet."""
    try:
        fields = json.loads(line)
        signature = utils.unb64(fields["signature"])
    except (ValueError, KeyError, TypeError) as error:
        raise EnvelopeError("not an envelope") from error
    if set(fields) != set(FIELDS) or not all(
        isinstance(fields[name], kind) for name, kind in FIELDS.items()
    ):
        raise EnvelopeError("fields missing, unknown or of a wrong type")
    return Envelope(fields["type"], fields["to"], fields["payload"],
                    fields["from"], fields["id"], fields["time"], signature)


def read(stream):
    """Read the next envelope from a binary stream."""
    line = stream.readline(MAX_LINE)
    if not line.endswith(b"\n"):
        raise EnvelopeError("line cut off or too long" if line
                            else "the other side closed the connection")
    return parse(line)


def write(stream, envelope):
    """Write an envelope to a binary stream."""
    stream.write(envelope.to_line().encode())
    stream.flush()


def seal_payload(payload, public):
    """Wrap PAYLOAD so that only the owner of PUBLIC can read it."""
    box = cli_crypto.seal(public, json.dumps(payload).encode())
    return {"box": utils.b64(box)}


def open_payload(payload, secret):
    """Undo seal_payload()."""
    try:
        box = utils.unb64(payload["box"])
        return json.loads(cli_crypto.unseal(secret, box))
    except (KeyError, TypeError, ValueError) as error:
        raise EnvelopeError("payload is not a sealed box") from error
