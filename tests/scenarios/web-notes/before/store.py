# SPDX-License-Identifier: Apache-2.0
"""Notes in a file, one JSON document a line."""
import json
import threading
import time


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
        return note
