#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Adds and lists notes:  client.py add TEXT | client.py list"""
import argparse
import http.client
import json
import os
import sys


def request(method, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=5)
    token = os.environ.get("PINBOARD_TOKEN", "")
    try:
        connection.request(method, "/notes", body,
                           {"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
    except OSError as error:
        sys.exit(f"client: no server on port 8080: {error}")
    value = json.loads(answer.read())
    if answer.status == 403:
        print(f"client: {value['error']}", file=sys.stderr)
        sys.exit(3)
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("add").add_argument("text")
    commands.add_parser("list")
    args = parser.parse_args()
    if args.command == "add":
        request("POST", json.dumps({"text": args.text}))
        print("added")
        return
    for number, note in enumerate(request("GET"), 1):
        print(f"{number:3} {note['text']}")


if __name__ == "__main__":
    main()
