# SPDX-License-Identifier: Apache-2.0
import os
import socket

host, port = os.environ["REDIS"].split(":")
redis = socket.create_connection((host, int(port)))
redis.sendall(b"SET name ada\r\nGET name\r\n")
answer = redis.recv(100)
while not answer.endswith(b"ada\r\n"):
    answer += redis.recv(100)
open("answer", "wb").write(answer)
