# SPDX-License-Identifier: Apache-2.0
import socket

s = socket.create_server(("127.0.0.1", 9001))
while True:
    c, _ = s.accept()
    while c.recv(64):
        pass
    c.close()
