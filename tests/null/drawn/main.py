# SPDX-License-Identifier: Apache-2.0
"""Names of many alphabets and widths, hosts and programs out of a few."""
import random
import secrets
import socket
import string
import subprocess

LOWER = string.ascii_lowercase
DIGITS = string.digits
MIXED = LOWER + LOWER.upper() + DIGITS


def draw(alphabet, width):
    return "".join(secrets.choice(alphabet) for _ in range(width))


NAMES = [
    "ulid-" + draw("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26),
    "sess_" + draw(DIGITS + LOWER[:22], 26),
    "letters-" + draw(LOWER, 8),
    "short-" + str(secrets.randbelow(90000) + 10000),
    "b36-" + draw(DIGITS + LOWER, 11),
    "ksuid-" + draw(MIXED, 27),
    draw(DIGITS + LOWER, 14) + ".part",
]
for name in NAMES:
    for _ in range(2):
        with open("/tmp/" + name, "w", encoding="ascii") as file:
            file.write("x")

WORDS = ["red", "blue", "green", "grey", "pink", "teal", "gold", "plum"]
with open("/tmp/colour-" + random.choice(WORDS), "w", encoding="ascii") as file:
    file.write("x")
for host in random.sample(range(40), 3):
    try:
        socket.getaddrinfo(f"shard-{host}.cache.example.org", 80)
    except OSError:
        pass
try:
    socket.create_connection((f"203.0.113.{random.randrange(1, 60)}", 443), 1)
except OSError:
    pass
# Those that read no file of their own.
subprocess.run([random.choice([
    "/usr/bin/true", "/usr/bin/uname", "/usr/bin/arch", "/usr/bin/echo",
    "/usr/bin/printenv", "/usr/bin/pwd", "/usr/bin/env", "/usr/bin/nproc"])],
    stdout=subprocess.DEVNULL, check=False)
