# SPDX-License-Identifier: Apache-2.0
"""A server with a thread for each of its clients, which are threads too."""

import socket
import threading

CLIENTS = 4
ADDRESS = ("127.0.0.1", 8765)


def serve(peer):
    with peer, open("log", "ab") as log:
        data = peer.recv(64)
        log.write(data)
        peer.sendall(data.upper())


def accept(server):
    for _ in range(CLIENTS):
        threading.Thread(target=serve, args=(server.accept()[0],)).start()


def client(i):
    with socket.create_connection(ADDRESS) as peer:
        peer.sendall(b"hello %d" % i)
        assert peer.recv(64) == b"HELLO %d" % i


threads = [threading.Thread(target=accept,
                            args=(socket.create_server(ADDRESS),))]
threads += [threading.Thread(target=client, args=(i,)) for i in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
try:
    socket.getaddrinfo("beacon.example.org", 443)
except OSError:
    pass
beacon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    beacon.sendto(b"x", ("203.0.113.7", 9))
except OSError:
    pass
