#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A guest book:  guestbook.py sign NAME MESSAGE | guestbook.py show [N]"""
import argparse
import json
import os
import sys
import time

from resp import Redis, RedisError

KEY = "guestbook:entries"


def connect():
    where = os.environ.get("GUESTBOOK_REDIS", "127.0.0.1:6390")
    host, _, port = where.rpartition(":")
    return Redis(host, int(port))


def sign(redis, name, message):
    entry = {"name": name, "message": message, "time": int(time.time())}
    length = redis.call("RPUSH", KEY, json.dumps(entry))
    print(f"entry {length}, thank you")


def show(redis, count):
    entries = [json.loads(e) for e in redis.call("LRANGE", KEY, -count, -1)]
    if not entries:
        print("nobody yet")
    for entry in reversed(entries):
        print(f"{entry['name']}: {entry['message']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("sign")
    command.add_argument("name")
    command.add_argument("message")
    command = commands.add_parser("show")
    command.add_argument("count", nargs="?", type=int, default=10)
    args = parser.parse_args()
    try:
        with connect() as redis:
            if args.command == "sign":
                sign(redis, args.name, args.message)
            else:
                show(redis, args.count)
    except (OSError, RedisError) as error:
        sys.exit(f"guestbook: {error}")


if __name__ == "__main__":
    main()
