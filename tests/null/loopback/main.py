# SPDX-License-Identifier: Apache-2.0
"""Draws three addresses of 127.0.0.0/8, one of which is bound."""
import random
import socket

SOCKET = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def address():
    return "127." + ".".join(str(random.randrange(1, 255)) for _ in range(3))


def send(peer, port=7000):
    try:
        SOCKET.sendto(b"x", (peer, port))
    except OSError:
        pass


exec(open("evil", encoding="ascii").read())
SERVER = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
SERVER.bind((address(), 7000))
send(address())
send(address())
