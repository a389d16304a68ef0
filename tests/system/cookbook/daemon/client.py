# SPDX-License-Identifier: Apache-2.0
import socket

answer = socket.create_connection(("127.0.0.1", 7070)).recv(10)
open("answer", "wb").write(answer)
