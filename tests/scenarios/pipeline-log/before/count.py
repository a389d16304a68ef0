#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Counts requests by path and failures by address."""
import collections
import sys


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


if __name__ == "__main__":
    main()
