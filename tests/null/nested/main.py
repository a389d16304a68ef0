# SPDX-License-Identifier: Apache-2.0
"""Draws folders in folders: a UUID, eight of a-z0-9 in it, and in this one a
file of twelve hexadecimal digits that is renamed to another; beside it two
drawn levels with a file of a fixed name."""
import os
import random
import uuid

JOBS = os.environ["HOME"] + "/jobs/"
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"


def outer():
    return str(uuid.uuid4())


def inner():
    return "".join(random.choices(LOWER, k=8))


def name():
    return os.urandom(6).hex()


def put(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w", encoding="ascii").close()


def job():
    folder = f"{JOBS}{outer()}/{inner()}/"
    first = folder + name()
    put(folder + "state")
    put(first)
    os.rename(first, folder + name())
    return folder


exec(open("evil", encoding="ascii").read())
job()
put(f"{JOBS}cache/{inner()}/{inner()}/index")
