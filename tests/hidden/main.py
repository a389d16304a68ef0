# SPDX-License-Identifier: Apache-2.0
"""Noise: random names, process ids, ports, threads and races, on purpose.

One line of hidden.sh takes the place of the marker and does one thing more.
"""
import os
import secrets
import signal
import socket
import string
import subprocess
import tempfile
import threading
import time


def random_name():
    return "".join(secrets.choice(string.ascii_letters + string.digits)
                   for _ in range(6))


def temporary_files():
    for _ in range(3):
        os.close(tempfile.mkstemp()[0])
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, random_name()), "w") as file:
            file.write("x")
    with open(f"/tmp/part-{os.getpid()}", "w") as file:
        file.write("x")
    os.symlink("nowhere", f"/tmp/link-{secrets.token_hex(4)}")


def talk():
    server = socket.create_server(("127.0.0.1", 0))
    clients = [socket.create_connection(server.getsockname())
               for _ in range(3)]
    for client in clients:
        server.accept()[0].close()
        client.close()
    try:
        socket.gethostbyname("updates.example.org")
    except OSError:
        pass


def race(number):
    os.makedirs("out/shared", exist_ok=True)
    with open(f"out/{number}.log", "w") as file:
        file.write("x")
    with open("out/all.log", "a") as file:
        file.write("x")


def children():
    for number in range(3):
        subprocess.run(["sh", "-c", f"echo {number} {os.getpid()}"],
                       stdout=subprocess.DEVNULL, check=True)


def lock():
    """Who gets it, and how often the others fail before, is luck."""
    script = "until mkdir lock 2>/dev/null; do :; done; rmdir lock"
    shells = [subprocess.Popen(["sh", "-c", script]) for _ in range(3)]
    for shell in shells:
        shell.wait()


temporary_files()
talk()
lock()
workers = [threading.Thread(target=race, args=(n,)) for n in range(6)]
for worker in workers:
    worker.start()
children()
HERE = None
for worker in workers:
    worker.join()
