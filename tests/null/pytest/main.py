# SPDX-License-Identifier: Apache-2.0
"""Draws what pytest does: a garbage folder of a UUID that an old one is renamed
to and removed from, a cache folder of eight that is renamed to its place, and
temporary folders of mkdtemp() for tests."""
import os
import random
import uuid

TMP = os.environ["HOME"] + "/tmp/"
BASE = TMP + "pytest-of-auditor/"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def drawn():
    return "".join(random.choices(LETTERS, k=8))


def garbage():
    return "garbage-" + str(uuid.uuid4())


def put(path):
    open(path, "w", encoding="ascii").close()


def test(number):
    os.mkdir(f"{BASE}pytest-0/test_{number}0")
    folder = TMP + "tmp" + drawn()
    os.mkdir(folder)
    put(folder + "/data.csv")


os.makedirs(BASE + "pytest-0")
exec(open("evil", encoding="ascii").read())
for test_number in range(3):
    test(test_number)
cache = BASE + "pytest-cache-files-" + drawn()
os.mkdir(cache)
put(cache + "/README.md")
os.rename(cache, BASE + "cache")
os.mkdir(BASE + "pytest-9")
old_one = BASE + garbage()
os.rename(BASE + "pytest-9", old_one)
os.rmdir(old_one)
