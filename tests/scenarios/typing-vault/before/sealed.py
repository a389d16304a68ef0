# SPDX-License-Identifier: Apache-2.0
"""A JSON document in a file, sealed with a password: salt, check sum, text."""
import hashlib
import hmac
import json
import os

ROUNDS = 50000


def stream(key, size):
    block, out = 0, b""
    while len(out) < size:
        out += hashlib.sha256(key + block.to_bytes(8, "big")).digest()
        block += 1
    return out[:size]


def keys(password, salt):
    both = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS, 64)
    return both[:32], both[32:]


def save(path, password, value):
    salt = os.urandom(16)
    key, check = keys(password, salt)
    text = json.dumps(value).encode()
    body = bytes(a ^ b for a, b in zip(text, stream(key, len(text))))
    mark = hmac.digest(check, body, "sha256")
    with open(path + ".new", "wb") as file:
        file.write(salt + mark + body)
    os.replace(path + ".new", path)


def load(path, password):
    """The value, or None when the password is not the one."""
    with open(path, "rb") as file:
        data = file.read()
    salt, mark, body = data[:16], data[16:48], data[48:]
    key, check = keys(password, salt)
    if not hmac.compare_digest(mark, hmac.digest(check, body, "sha256")):
        return None
    text = bytes(a ^ b for a, b in zip(body, stream(key, len(body))))
    return json.loads(text)
