"""Signatures and sealed boxes of SOCP, from the standard library only.

Everything happens in group 14 of RFC 3526, a safe prime P = 2Q + 1 in which 2
generates the subgroup of order Q. Signatures are Schnorr signatures with a
deterministic nonce. A sealed box is an ephemeral Diffie-Hellman key, text
encrypted with a counter-mode key stream of keyed BLAKE2b, and an HMAC-SHA256
over both.
"""

import hashlib
import hmac
import json
import secrets

import utils

G = 2
P = int(
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
Q = (P - 1) // 2
SIZE = 256
TAG_SIZE = 32


class CryptoError(Exception):
    """A key, signature or box is not what it should be."""


def generate_secret():
    """A new secret exponent, for signing or for opening boxes."""
    return secrets.randbelow(Q - 2) + 2


def public_key(secret):
    """The public key that belongs to a secret exponent."""
    return pow(G, secret, P)


def encode_key(key):
    """A key as bytes, always of the same length."""
    return key.to_bytes(SIZE, "big")


def decode_key(data):
    """Parse a public key and check that it lies in the group."""
    key = int.from_bytes(data, "big")
    if len(data) != SIZE or not 1 < key < P - 1 or pow(key, Q, P) != 1:
        raise CryptoError("public key not acceptable")
    return key


def fingerprint(key):
    """Sixteen hex digits that stand for a public key."""
    return hashlib.sha256(encode_key(key)).hexdigest()[:16]


def sign(secret, data):
    """Schnorr signature over DATA: challenge and response."""
    seed = hmac.digest(encode_key(secret), data, "sha512")
    nonce = int.from_bytes(expand(seed, b"nonce", SIZE + 8), "big") % Q
    challenge = _challenge(pow(G, nonce, P), public_key(secret), data)
    response = (nonce + challenge * secret) % Q
    return challenge.to_bytes(32, "big") + encode_key(response)


def verify(public, data, signature):
    """Whether SIGNATURE over DATA was made by the owner of PUBLIC."""
    if len(signature) != 32 + SIZE:
        return False
    challenge = int.from_bytes(signature[:32], "big")
    response = int.from_bytes(signature[32:], "big")
    commitment = pow(G, response, P) * pow(public, Q - challenge, P) % P
    return hmac.compare_digest(
        signature[:32],
        _challenge(commitment, public, data).to_bytes(32, "big"),
    )


def _challenge(commitment, public, data):
    digest = hashlib.sha256(encode_key(commitment) + encode_key(public) + data)
    return int.from_bytes(digest.digest(), "big")


def expand(key, purpose, length):
    """LENGTH bytes of keyed BLAKE2b over PURPOSE and a block counter."""
    blocks = (
        hashlib.blake2b(purpose + number.to_bytes(8, "big"), key=key).digest()
        for number in range(-(-length // hashlib.blake2b.MAX_DIGEST_SIZE))
    )
    return b"".join(blocks)[:length]


def seal_payload(payload, public):
    """Wrap PAYLOAD so that only the owner of PUBLIC can read it."""
    return {"box": utils.b64(seal(public, json.dumps(payload).encode()))}


def open_payload(payload, secret):
    """Undo seal_payload()."""
    try:
        return json.loads(unseal(secret, utils.unb64(payload["box"])))
    except (KeyError, TypeError, ValueError) as error:
        raise CryptoError("payload is not a sealed box") from error


def seal(public, plain):
    """Encrypt PLAIN so that only the owner of PUBLIC can open it."""
    ephemeral = generate_secret()
    head = encode_key(public_key(ephemeral))
    cipher_key, tag_key = _box_keys(pow(public, ephemeral, P), head)
    text = _mix(cipher_key, plain)
    return head + text + hmac.digest(tag_key, head + text, "sha256")


def unseal(secret, box):
    """Open a box; raises CryptoError if it is damaged or not for us."""
    if len(box) < SIZE + TAG_SIZE:
        raise CryptoError("box too short")
    head, text, tag = box[:SIZE], box[SIZE:-TAG_SIZE], box[-TAG_SIZE:]
    cipher_key, tag_key = _box_keys(pow(decode_key(head), secret, P), head)
    if not hmac.compare_digest(tag, hmac.digest(tag_key, head + text,
                                                "sha256")):
        raise CryptoError("box damaged, or not for us")
    return _mix(cipher_key, text)


def _box_keys(shared, head):
    root = hmac.digest(head, encode_key(shared), "sha512")
    material = expand(root, b"socp box", 64)
    return material[:32], material[32:]


def _mix(key, data):
    stream = expand(key, b"stream", len(data))
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(data), "big")
