#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Queues a job for each file:  enqueue.py [--wait] FILE..."""
import argparse
import sys
import time

import spool


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wait", action="store_true")
    parser.add_argument("file", nargs="+")
    args = parser.parse_args()
    spool.prepare()
    names = [spool.put({"file": path}) for path in args.file]
    print(f"{len(names)} queued")
    until = time.monotonic() + 30
    while args.wait and not all(map(spool.is_done, names)):
        if time.monotonic() > until:
            sys.exit("enqueue: is the worker running?")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
