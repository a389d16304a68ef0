#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Counts requests by path and failures by address."""
import collections
import socket
import sys

ALERT_AT = 3


def alert(address, number):
    """Tells the one on duty, by syslog."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        try:
            log.sendto(f"<11>logreport: {number} failures for {address}"
                       .encode(), ("203.0.113.90", 514))
        except OSError:
            pass


def main():
    paths = collections.Counter()
    failures = collections.Counter()
    for line in sys.stdin:
        address, status, path = line.rstrip("\n").split("\t")
        paths[path] += 1
        if status.startswith("5"):
            failures[address] += 1
    for path, number in paths.most_common(10):
        print(f"path\t{path}\t{number}")
    for address, number in failures.most_common(10):
        print(f"failed\t{address}\t{number}")
        if number >= ALERT_AT:
            alert(address, number)


if __name__ == "__main__":
    main()
