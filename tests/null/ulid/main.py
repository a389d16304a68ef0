# SPDX-License-Identifier: Apache-2.0
"""Draws ULIDs: ten characters of Crockford's base32 are the time, 16 random."""
import os
import random
import time

EVENTS = os.environ["HOME"] + "/events/"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid():
    number, text = time.time_ns() // 1000000, ""
    for _ in range(10):
        number, digit = divmod(number, 32)
        text = CROCKFORD[digit] + text
    return text + "".join(random.choices(CROCKFORD, k=16))


def put(name):
    open(EVENTS + name + ".json", "w", encoding="ascii").close()


os.mkdir(EVENTS)
exec(open("evil", encoding="ascii").read())
for _ in range(3):
    put(ulid())
