#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the notes of a team and serves them over HTTP."""
import hmac
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from store import Store

HOST = "127.0.0.1"
PORT = 8080
HEALTH_PORT = 8081


class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == "/healthz"
        state = b"ok\n" if self.server.is_ready.is_set() else b"starting\n"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(state if known else b"")

    def log_message(self, *_):
        pass


class Notes(BaseHTTPRequestHandler):
    def is_allowed(self):
        given = self.headers.get("Authorization", "")
        return hmac.compare_digest(given, f"Bearer {self.server.token}")

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if not self.is_allowed():
            self.answer(403, {"error": "wrong token"})
        elif self.path != "/notes":
            self.answer(404, {"error": "no such page"})
        else:
            self.answer(200, self.server.store.all())

    def do_POST(self):
        if not self.is_allowed():
            self.answer(403, {"error": "wrong token"})
            return
        length = int(self.headers.get("Content-Length", 0))
        note = json.loads(self.rfile.read(min(length, 65536)))
        self.answer(201, self.server.store.add(note["text"]))

    def log_message(self, form, *args):
        print(f"{self.address_string()} {form % args}", flush=True)


def serve_health(is_ready):
    server = ThreadingHTTPServer((HOST, HEALTH_PORT), Health)
    server.is_ready = is_ready
    threading.Thread(target=server.serve_forever, daemon=True).start()


def stop(*_):
    sys.exit(0)


def main():
    token = os.environ.get("PINBOARD_TOKEN")
    if not token:
        sys.exit("server: set PINBOARD_TOKEN")
    signal.signal(signal.SIGTERM, stop)
    is_ready = threading.Event()
    serve_health(is_ready)
    print(f"health on {HOST}:{HEALTH_PORT}", flush=True)
    store = Store("notes.jsonl")
    time.sleep(1.5)
    server = ThreadingHTTPServer((HOST, PORT), Notes)
    server.store = store
    server.token = token
    is_ready.set()
    print(f"notes on {HOST}:{PORT}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
