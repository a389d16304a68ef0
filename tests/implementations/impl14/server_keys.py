"""Keys in the database: our own identity and the servers we know.

A server's key is pinned the first time it is seen; a server that later
appears under the same address with another key is not spoken to.
"""

from dataclasses import dataclass

import cli_crypto
import utils


class KeyMismatch(Exception):
    """A server presents a key that is not the one it had before."""


@dataclass(frozen=True)
class Identity:
    """The user's name and secret keys."""

    name: str
    sign_secret: int
    box_secret: int

    @property
    def fingerprint(self):
        """The name under which servers know us."""
        return cli_crypto.fingerprint(cli_crypto.public_key(self.sign_secret))

    def public_keys(self):
        """Both public keys, as they are sent to a server."""
        return {
            "sign": _text(cli_crypto.public_key(self.sign_secret)),
            "box": _text(cli_crypto.public_key(self.box_secret)),
        }


@dataclass(frozen=True)
class ServerKeys:
    """Public keys of one server."""

    sign: int
    box: int


def load_or_create_identity(db, name):
    """The identity called NAME; made at its first use."""
    row = db.execute("SELECT sign_secret, box_secret FROM identity"
                     " WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return Identity(name, *(int.from_bytes(s, "big") for s in row))
    identity = Identity(name, cli_crypto.generate_secret(),
                        cli_crypto.generate_secret())
    with utils.transaction(db):
        db.execute("INSERT INTO identity VALUES (?, ?, ?, ?)", (
            name,
            cli_crypto.encode_key(identity.sign_secret),
            cli_crypto.encode_key(identity.box_secret),
            utils.now_ms(),
        ))
    return identity


def pin_server(db, address, keys):
    """Remember the keys of the server at ADDRESS, or compare them."""
    row = db.execute("SELECT sign_key, box_key FROM servers"
                     " WHERE address = ?", (address,)).fetchone()
    new = (cli_crypto.encode_key(keys.sign), cli_crypto.encode_key(keys.box))
    if row is None:
        with utils.transaction(db):
            db.execute("INSERT INTO servers VALUES (?, ?, ?, ?)",
                       (address, *new, utils.now_ms()))
    elif tuple(row) != new:
        raise KeyMismatch(f"{address} has other keys than before")


def parse_public_keys(payload):
    """Read what Identity.public_keys() wrote."""
    try:
        return ServerKeys(*(cli_crypto.decode_key(utils.unb64(payload[part]))
                            for part in ("sign", "box")))
    except (KeyError, TypeError, ValueError) as error:
        raise cli_crypto.CryptoError("public keys missing") from error


def _text(key):
    return utils.b64(cli_crypto.encode_key(key))
