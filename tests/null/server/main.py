# SPDX-License-Identifier: Apache-2.0
"""A server on an ephemeral port and three clients, in processes."""
import os
import socket
import subprocess
import sys
import threading

if len(sys.argv) > 1:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as peer:
        peer.sendall(b"hello")
        assert peer.recv(100) == b"hello"
    sys.exit()

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
clients = [subprocess.Popen([sys.executable, "main.py", str(port)])
           for _ in range(3)]


def answer(connection, number):
    with connection:
        connection.sendall(connection.recv(100))
    with open(f"session-{number}.log", "w") as log:
        log.write("done")


threads = []
for i in range(3):
    thread = threading.Thread(target=answer, args=(server.accept()[0], i))
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join()
for client in clients:
    assert client.wait() == 0
os.makedirs("spool", exist_ok=True)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
udp.sendto(b"x", udp.getsockname())
