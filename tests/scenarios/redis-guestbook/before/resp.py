# SPDX-License-Identifier: Apache-2.0
"""As much of the Redis protocol (RESP 2) as the guest book needs."""
import socket


class RedisError(Exception):
    pass


class Redis:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=5)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def call(self, *words):
        """One command; its answer as int, str, list or None."""
        parts = [str(word).encode() for word in words]
        text = b"*%d\r\n" % len(parts)
        for part in parts:
            text += b"$%d\r\n%s\r\n" % (len(part), part)
        self.socket.sendall(text)
        return self.answer()

    def answer(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise RedisError("the server hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else \
                self.file.read(size + 2)[:-2].decode()
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        raise RedisError(f"not understood: {line!r}")
