"""Cryptographic building blocks of Secure Chat, all from the standard library.

Key agreement is finite-field Diffie-Hellman in group 14 of RFC 3526, keys are
derived with HKDF (RFC 5869), passphrases are stretched with scrypt, text is
encrypted with a counter-mode key stream of keyed BLAKE2b, and every box is
signed with HMAC-SHA256 after encryption.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

GENERATOR = 2
PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
PRIME_BYTES = 256
SECRET_BITS = 320
SIGNATURE_BYTES = 32
KEY_BYTES = 32


class SignatureError(Exception):
    """A box was not made with the expected key, or was altered."""


@dataclass(frozen=True)
class BoxKeys:
    """One key to encrypt with and one to sign with, for one direction."""

    cipher: bytes
    signing: bytes

    @classmethod
    def derive(cls, secret, salt, purpose):
        """Derive both keys from SECRET, bound to SALT and PURPOSE."""
        material = hkdf(secret, salt, purpose, 2 * KEY_BYTES)
        return cls(material[:KEY_BYTES], material[KEY_BYTES:])


class ExchangeKey:
    """An ephemeral Diffie-Hellman key."""

    def __init__(self):
        self._secret = secrets.randbits(SECRET_BITS) | 1 << SECRET_BITS
        self.public = pow(GENERATOR, self._secret, PRIME)

    def agree(self, peer):
        """Return the secret shared with the owner of the public key PEER."""
        if not 1 < peer < PRIME - 1:
            raise ValueError("public key outside the group")
        return pow(peer, self._secret, PRIME).to_bytes(PRIME_BYTES, "big")


def hkdf(secret, salt, purpose, length):
    """Extract-and-expand key derivation, RFC 5869 with SHA-256."""
    root = hmac.digest(salt, secret, "sha256")
    output = block = b""
    counter = 1
    while len(output) < length:
        block = hmac.digest(root, block + purpose + bytes([counter]), "sha256")
        output += block
        counter += 1
    return output[:length]


def stretch(passphrase, salt):
    """Turn a passphrase into a key, slowly on purpose."""
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=2**14, r=8, p=1, dklen=KEY_BYTES
    )


def keystream(key, nonce, length):
    """LENGTH bytes of keyed BLAKE2b over NONCE and a block counter."""
    blocks = (
        hashlib.blake2b(nonce + number.to_bytes(8, "big"), key=key).digest()
        for number in range(-(-length // hashlib.blake2b.MAX_DIGEST_SIZE))
    )
    return b"".join(blocks)[:length]


def apply_keystream(key, nonce, data):
    """Encrypt DATA, or decrypt it: the operation is its own inverse."""
    stream = keystream(key, nonce, len(data))
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(data), "big")


def sign(keys, nonce, text):
    """HMAC-SHA256 over the nonce, its length and the encrypted text."""
    framed = len(nonce).to_bytes(2, "big") + nonce + text
    return hmac.digest(keys.signing, framed, "sha256")


def seal(keys, nonce, plain):
    """Encrypt, then sign. A nonce must never be used twice with one key."""
    text = apply_keystream(keys.cipher, nonce, plain)
    return text + sign(keys, nonce, text)


def unseal(keys, nonce, box):
    """Verify, then decrypt. Raises SignatureError on any alteration."""
    text, signature = box[:-SIGNATURE_BYTES], box[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, sign(keys, nonce, text)):
        raise SignatureError("signature does not match")
    return apply_keystream(keys.cipher, nonce, text)
