# SPDX-License-Identifier: Apache-2.0
import socket

server = socket.create_server(("127.0.0.1", 7070))
while True:
    server.accept()[0].sendall(b"tick\n")
