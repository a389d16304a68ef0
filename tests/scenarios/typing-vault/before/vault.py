#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps passwords in ~/.vault, sealed with one master password."""
import getpass
import os
import sys

import sealed

PATH = os.path.expanduser("~/.vault")
MENU = "1 add   2 list   3 show   q quit"
TRIES = 3


def first_time():
    while True:
        master = getpass.getpass("New master password: ")
        if not master:
            print("an empty one will not do")
        elif getpass.getpass("Once more: ") == master:
            return master, {}
        else:
            print("the two differ")


def unlock():
    for _ in range(TRIES):
        master = getpass.getpass("Master password: ")
        entries = sealed.load(PATH, master)
        if entries is not None:
            return master, entries
        print("wrong")
    sys.exit(1)


def add(master, entries):
    name = input("Name: ").strip()
    if not name:
        print("no name, nothing added")
        return
    entries[name] = getpass.getpass("Password: ")
    sealed.save(PATH, master, entries)


def list_names(_, entries):
    for name in sorted(entries):
        print(name)


def show(master, entries):
    name = input("Name: ").strip()
    if name not in entries:
        print("no such entry")
    elif getpass.getpass("Master password: ") != master:
        print("wrong")
    else:
        print(f"{name}: {entries[name]}")


def main():
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        print("vault: this is not a terminal", file=sys.stderr)
        sys.exit(2)
    os.umask(0o077)
    master, entries = unlock() if os.path.exists(PATH) else first_time()
    commands = {"1": add, "2": list_names, "3": show}
    while True:
        print(MENU)
        try:
            choice = input("> ").strip()
        except EOFError:
            choice = "q"
        if choice == "q":
            break
        if choice in commands:
            commands[choice](master, entries)
        else:
            print(f"no such choice: {choice}")
    print("bye")


if __name__ == "__main__":
    main()
