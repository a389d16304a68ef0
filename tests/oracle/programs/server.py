# SPDX-License-Identifier: Apache-2.0
"""A server with a thread for each of its clients, which are threads too."""

import os
import socket
import ssl
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

# --- what is said over connections: a request from memory, from a file, from
# a pipe, and a hello ---

REQUEST = b"GET / HTTP/1.1\r\nHost: %s.example.org\r\n\r\n"
server = socket.create_server(("127.0.0.1", 8766))


def reach():
    there = socket.create_connection(("127.0.0.1", 8766))
    # Else what waits to be sent is lost with a connection that is reset.
    there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    here = server.accept()[0]
    return there, here


there, here = reach()
there.sendall(REQUEST % b"memory" + b"HEAD")
there.sendall(b" http://next.example.org HTTP/1.0\r\n\r\n")
there.sendmsg([REQUEST % b"one", REQUEST % b"two"])
here.recv(4096)
here.sendall(b"HTTP/1.1 404 Host: no\r\n\r\n")
there.recv(4096)
with open("request", "w+b") as file:
    file.write(b"not this" + REQUEST % b"file")
    file.flush()
    there.sendfile(file, 8)
ends = os.pipe()
os.write(ends[1], b"nor this")
os.write(ends[1], REQUEST % b"pipe" + b"and that")
os.read(ends[0], 8)
if hasattr(os, "splice"):
    os.splice(ends[0], there.fileno(), len(REQUEST % b"pipe"))
there.close()
there, here = reach()
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
try:
    ssl.create_default_context().wrap_bio(
        incoming, outgoing, server_hostname="hello.example.org").do_handshake()
except ssl.SSLWantReadError:
    there.sendall(outgoing.read())

# Version 6, by a host that needs not have it, and 4 in its clothes
for name in ("::1", "::ffff:127.0.0.1"):
    six = socket.socket(socket.AF_INET6)
    try:
        listening = socket.create_server(("::1", 8767), backlog=1,
                                         family=socket.AF_INET6)
        six.connect((name, 8767 if name == "::1" else 8766))
        six.send(REQUEST % b"six")
        listening.close()
    except OSError:
        pass

try:
    socket.getaddrinfo("beacon.example.org", 443)
except OSError:
    pass
beacon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    beacon.sendto(b"x", ("203.0.113.7", 9))
except OSError:
    pass
