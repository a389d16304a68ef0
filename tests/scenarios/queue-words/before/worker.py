#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the jobs of spool/new, one after the other, until it is stopped."""
import collections
import signal
import time

import spool

INTERVAL = 2
stopped = False


def stop(*_):
    global stopped
    stopped = True


def count(path):
    words = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            words.update(line.split())
    return dict(words.most_common(20))


def work(name, job):
    try:
        result = {"file": job["file"], "words": count(job["file"])}
    except OSError as error:
        result = {"file": job["file"], "error": str(error)}
    spool.finish(name, result)
    print(f"done: {job['file']}", flush=True)


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    spool.prepare()
    print("waiting for jobs", flush=True)
    while not stopped:
        taken = spool.take()
        if taken:
            work(*taken)
        else:
            time.sleep(INTERVAL)


if __name__ == "__main__":
    main()
