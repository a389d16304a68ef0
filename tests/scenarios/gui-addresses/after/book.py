# SPDX-License-Identifier: Apache-2.0
"""The entries: a line of CSV each."""
import csv
import socket
import threading

PATH = "addresses.csv"
PEER = ("sync.addresses.example", 443)


def share(name, address):
    """Brings an entry to the other devices; silent when there is no way."""
    try:
        with socket.create_connection(PEER, timeout=2) as peer:
            peer.sendall(f"{name}\t{address}\n".encode())
    except OSError:
        pass


def add(name, address):
    with open(PATH, "a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([name, address])
    threading.Thread(target=share, args=(name, address)).start()
