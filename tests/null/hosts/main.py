# SPDX-License-Identifier: Apache-2.0
"""Draws hosts out of pools: three questions for one of 40 shards, two for one
of 200 workers of two kinds."""
import random
import socket

SOCKET = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def ask(host):
    name = b"".join(bytes([len(part)]) + part.encode()
                    for part in host.split("."))
    SOCKET.sendto(b"\1\2\1\0\0\1" + bytes(6) + name + b"\0\0\1\0\1",
                  ("127.0.0.1", 53))


def shards():
    return random.sample(range(40), 3)


exec(open("evil", encoding="ascii").read())
for shard in shards():
    ask(f"shard-{shard:02}.cache.example.org")
for _ in range(2):
    kind = random.choice(["blue", "green"])
    ask(f"{kind}-{random.randrange(100)}.worker.example.org")
