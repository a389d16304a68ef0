# SPDX-License-Identifier: Apache-2.0
"""Draws one port from 20000 to 29999: a server listens there."""
import random
import socket

SERVERS = []


def port():
    return random.randrange(20000, 30000)


def serve(address, number):
    server = socket.socket()
    server.bind((address, number))
    server.listen()
    SERVERS.append(server)


exec(open("evil", encoding="ascii").read())
serve("127.0.0.1", port())
