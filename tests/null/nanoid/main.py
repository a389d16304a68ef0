# SPDX-License-Identifier: Apache-2.0
"""Draws nanoids, 21 of A-Za-z0-9_-: names of unix sockets, each of which
listens and is connected to."""
import os
import random
import socket
import string

RUN = os.environ["HOME"] + "/run/"
ALPHABET = string.ascii_letters + string.digits + "_-"
KEPT = []


def nanoid():
    return "".join(random.choices(ALPHABET, k=21))


def serve(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    KEPT.extend([server, client])


os.mkdir(RUN)
exec(open("evil", encoding="ascii").read())
for _ in range(2):
    serve(RUN + nanoid())
