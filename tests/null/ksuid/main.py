# SPDX-License-Identifier: Apache-2.0
"""Draws KSUIDs, 27 of base62: the seconds and 16 random bytes.  Messages are
made in one folder and moved to another."""
import os
import time

HOME = os.environ["HOME"]
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def ksuid():
    number = (int(time.time()) - 1400000000) << 128
    number += int.from_bytes(os.urandom(16), "big")
    text = ""
    for _ in range(27):
        number, digit = divmod(number, 62)
        text = BASE62[digit] + text
    return text


def deliver(name, to):
    open(HOME + "/new/" + name, "w", encoding="ascii").close()
    os.rename(HOME + "/new/" + name, HOME + "/cur/" + to)


os.mkdir(HOME + "/new")
os.mkdir(HOME + "/cur")
exec(open("evil", encoding="ascii").read())
for _ in range(2):
    message = ksuid()
    deliver(message, message)
